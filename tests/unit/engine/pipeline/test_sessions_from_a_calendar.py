"""Sessions of bars come from the real calendar: half days and midday breaks."""

from datetime import date

from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.domain.calendars import SECOND, days_from_date
from tradewright.engine.pipeline.sessions import sessions_of

MINUTE = 60 * SECOND


def test_a_half_day_ends_early() -> None:
    day = days_from_date(date(2023, 11, 24))
    sessions = sessions_of(ExchangeCalendars().schedule("XNAS", first=day - 1, last=day))
    span = sessions.at((day * 1_440 + 15 * 60) * MINUTE)
    assert span is not None
    assert (span.session, (span.close_ns - span.open_ns) // MINUTE) == (day, 210)
    assert sessions.at(span.close_ns) is None
    assert sessions.at(span.open_ns - 1_440 * MINUTE) is None, "Thanksgiving"


def test_a_midday_break_parts_a_session() -> None:
    day = days_from_date(date(2023, 11, 22))
    schedule = ExchangeCalendars().schedule("XTKS", first=day, last=day)
    noon = (day * 1_440 + 3 * 60) * MINUTE
    assert sessions_of(schedule).at(noon) is None
    whole = sessions_of(schedule, with_breaks=False).at(noon)
    assert whole is not None
    assert (whole.close_ns - whole.open_ns) // MINUTE == 360
