from datetime import date

import pytest

from tradewright.adapters.calendars.exchanges import FOLLOWS, ExchangeCalendars
from tradewright.domain.calendars import VENUES, days_from_date, session_close_ns, session_open_ns
from tradewright.domain.errors import DataError, UnknownVenue
from tradewright.ports.calendars import NO_BREAK

JULY = (days_from_date(date(2024, 7, 1)), days_from_date(date(2024, 7, 8)))


@pytest.fixture(scope="module")
def calendars() -> ExchangeCalendars:
    return ExchangeCalendars()


@pytest.mark.parametrize("venue", sorted(VENUES))
def test_every_venue_of_the_domain_has_a_calendar(calendars: ExchangeCalendars, venue: str) -> None:
    schedule = calendars.schedule(venue, first=JULY[0], last=JULY[1])
    assert 5 <= len(schedule) <= 8
    assert (schedule.opens < schedule.closes).all()
    closes = [session_close_ns(session, venue) for session in schedule.sessions.tolist()]
    assert (schedule.closes <= closes).all()


def test_a_holiday_is_no_session_and_the_day_before_closes_early(calendars: ExchangeCalendars) -> None:
    schedule = calendars.schedule("XNYS", first=JULY[0], last=JULY[1])
    days = schedule.sessions.tolist()
    assert days_from_date(date(2024, 7, 4)) not in days
    eve = days.index(days_from_date(date(2024, 7, 3)))
    assert schedule.closes[eve] == session_close_ns(days[eve], "XNYS") - 3 * 3_600_000_000_000
    assert schedule.opens[eve] == session_open_ns(days[eve], "XNYS")


def test_a_midday_break_is_told(calendars: ExchangeCalendars) -> None:
    schedule = calendars.schedule("XHKG", first=JULY[0], last=JULY[1])
    assert (schedule.break_starts != NO_BREAK).all()
    assert (schedule.break_starts < schedule.break_ends).all()
    assert (calendars.schedule("XNYS", first=JULY[0], last=JULY[1]).break_starts == NO_BREAK).all()


def test_a_second_question_is_answered_from_what_was_built(calendars: ExchangeCalendars) -> None:
    whole = calendars.sessions("XETR", first=JULY[0] - 400, last=JULY[1])
    part = calendars.sessions("XETR", first=JULY[0], last=JULY[1])
    assert part.tolist() == [day for day in whole.tolist() if JULY[0] <= day <= JULY[1]]
    wider = calendars.sessions("XETR", first=JULY[0] - 500, last=JULY[1] + 100)
    assert set(whole.tolist()) < set(wider.tolist())


def test_a_span_without_a_session_is_empty(calendars: ExchangeCalendars) -> None:
    saturday = days_from_date(date(2024, 7, 6))
    assert calendars.sessions("XNYS", first=saturday, last=saturday + 1).tolist() == []
    assert calendars.sessions("XNYS", first=saturday, last=saturday - 1).tolist() == []


def test_an_unknown_venue_and_a_time_beyond_the_calendar_are_told(calendars: ExchangeCalendars) -> None:
    with pytest.raises(UnknownVenue, match=r"did you mean .*XNYS"):
        calendars.sessions("XNYZ", first=JULY[0], last=JULY[1])
    with pytest.raises(UnknownVenue, match="known are"):
        calendars.sessions("QQQQQQQ", first=JULY[0], last=JULY[1])
    with pytest.raises(DataError, match="does not reach that far"):
        calendars.sessions("XHKG", first=days_from_date(date(1950, 1, 1)), last=JULY[1])


def test_venues_that_follow_another_have_its_sessions(calendars: ExchangeCalendars) -> None:
    leaders = {follower: leader for follower, leader in FOLLOWS.items() if leader in VENUES}
    for follower, leader in leaders.items():
        found = calendars.sessions(follower, first=JULY[0], last=JULY[1]).tolist()
        assert found == calendars.sessions(leader, first=JULY[0], last=JULY[1]).tolist()
