"""Days on which markets broke: a strategy that never met one has shown nothing about the next.

Dates are days of closes of the S&P 500, the peak and the trough unless the source says otherwise. What a run made of a
crisis is measured from the close of the first day to the close of the last.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Crisis:
    """A dated fall."""

    name: str
    first: date
    last: date
    source: str


_CLOSES: Final = "closes of the S&P 500, peak to trough"

CRISES: Final = (
    Crisis(
        "Black Monday",
        date(1987, 10, 13),
        date(1987, 10, 19),
        "Brady report (1988): close of 13 to close of 19 October",
    ),
    Crisis("Russia and LTCM", date(1998, 7, 17), date(1998, 8, 31), _CLOSES),
    Crisis("End of the dot-coms", date(2000, 3, 24), date(2002, 10, 9), _CLOSES),
    Crisis("11 September", date(2001, 9, 10), date(2001, 9, 21), "last close before the NYSE shut, to the low after"),
    Crisis("Financial crisis", date(2007, 10, 9), date(2009, 3, 9), _CLOSES),
    Crisis("Flash crash", date(2010, 5, 5), date(2010, 5, 6), "SEC and CFTC report of 30 September 2010, on 6 May"),
    Crisis("Downgrade of the United States", date(2011, 7, 22), date(2011, 8, 8), "closes, July high to the low after"),
    Crisis("Chinese devaluation", date(2015, 8, 17), date(2015, 8, 25), "closes, the fall to the low of 25 August"),
    Crisis("Volatility shock", date(2018, 1, 26), date(2018, 2, 8), _CLOSES),
    Crisis("Last quarter of 2018", date(2018, 9, 20), date(2018, 12, 24), _CLOSES),
    Crisis("Pandemic", date(2020, 2, 19), date(2020, 3, 23), _CLOSES),
    Crisis("Inflation and rates", date(2022, 1, 3), date(2022, 10, 12), _CLOSES),
)
