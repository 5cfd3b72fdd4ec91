"""Dates counted in days since 1970-01-01, as sessions are."""


def month_of(day):
    """Months since the year 0 of the day: year x 12 + month - 1, in the Gregorian calendar.

    After Hinnant (2014, "chrono-compatible low-level date algorithms", civil_from_days): years begin in March.
    """
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    march = (5 * of_year + 2) // 153
    return (year + era * 400) * 12 + march + 2
