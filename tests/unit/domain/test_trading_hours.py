from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.domain.calendars import (
    SECOND,
    VENUES,
    date_from_days,
    days_from_date,
    session_close_ns,
    session_closes_ns,
    session_of,
    session_open_ns,
    session_opens_ns,
    sessions_of,
    trading_hours,
    venue_of,
)
from tradewright.domain.errors import UnknownVenue

FIRST, LAST = days_from_date(date(1990, 1, 1)), days_from_date(date(2037, 12, 31))
days = st.integers(FIRST, LAST)
venue_codes = st.sampled_from(sorted(VENUES))


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("venue", "day", "opens", "closes"),
    [
        ("XNYS", "2024-01-15", "2024-01-15T14:30", "2024-01-15T21:00"),
        ("XNAS", "2024-07-15", "2024-07-15T13:30", "2024-07-15T20:00"),
        ("XLON", "2024-07-15", "2024-07-15T07:00", "2024-07-15T15:30"),
        ("XTKS", "2024-11-01", "2024-11-01T00:00", "2024-11-01T06:00"),
        ("XTKS", "2024-11-05", "2024-11-05T00:00", "2024-11-05T06:30"),
        ("XHKG", "2010-05-03", "2010-05-03T02:00", "2010-05-03T08:00"),
        ("XHKG", "2012-05-03", "2012-05-03T01:30", "2012-05-03T08:00"),
        ("XASX", "2024-01-15", "2024-01-14T23:00", "2024-01-15T05:00"),
        ("XCME", "2024-01-15", "2024-01-14T23:00", "2024-01-15T22:00"),
        ("FX", "2024-07-15", "2024-07-14T21:00", "2024-07-15T21:00"),
        ("BINANCE", "2024-07-15", "2024-07-15T00:00", "2024-07-16T00:00"),
    ],
)
def test_sessions_open_and_close_by_the_venue_s_own_clock(venue: str, day: str, opens: str, closes: str) -> None:
    session = days_from_date(date.fromisoformat(day))
    assert session_open_ns(session, venue) == utc(opens)
    assert session_close_ns(session, venue) == utc(closes)


@given(days, venue_codes)
def test_a_close_belongs_to_its_own_session(session: int, venue: str) -> None:
    hours = trading_hours(venue)
    if hours.opens_the_evening_before and not hours.can_trade_on(session):
        return
    assert session_of(session_close_ns(session, venue), venue) == session
    assert session_of(session_open_ns(session, venue) + 1, venue) == session
    assert session_of(session_open_ns(session, venue), venue, is_close=False) == session


@given(days, venue_codes)
def test_the_local_clock_shows_the_hours(session: int, venue: str) -> None:
    hours = trading_hours(venue)
    local = datetime.fromtimestamp(session_close_ns(session, venue) // SECOND, ZoneInfo(hours.timezone))
    minutes = (local.date() - date_from_days(session)).days * 1440 + local.hour * 60 + local.minute
    assert minutes == hours.on(session).close_minutes


@given(days, venue_codes)
def test_sessions_follow_each_other(session: int, venue: str) -> None:
    assert session_open_ns(session, venue) < session_close_ns(session, venue)
    assert session_close_ns(session, venue) <= session_open_ns(session + 1, venue)


@given(st.lists(st.integers(FIRST * 86_400, LAST * 86_400), max_size=30), venue_codes, st.booleans())
def test_many_moments_at_once_are_the_same_as_one_by_one(seconds: list[int], venue: str, is_close: bool) -> None:
    times = [second * SECOND for second in seconds]
    assert sessions_of(times, venue, is_close=is_close) == [session_of(one, venue, is_close=is_close) for one in times]


@given(st.lists(days, max_size=10), venue_codes)
def test_many_sessions_at_once_are_the_same_as_one_by_one(sessions: list[int], venue: str) -> None:
    assert session_opens_ns(sessions, venue) == [session_open_ns(one, venue) for one in sessions]
    assert session_closes_ns(iter(sessions), venue) == [session_close_ns(one, venue) for one in sessions]


def test_a_bar_that_closes_at_midnight_belongs_to_the_day_that_ends() -> None:
    midnight = utc("2024-07-16T00:00")
    assert date_from_days(session_of(midnight, "BINANCE")) == date(2024, 7, 15)
    assert date_from_days(session_of(midnight, "BINANCE", is_close=False)) == date(2024, 7, 16)


@pytest.mark.parametrize("moment", ["2024-07-12T23:00", "2024-07-13T12:00", "2024-07-14T22:00", "2024-07-15T12:00"])
def test_the_weekend_of_futures_belongs_to_monday(moment: str) -> None:
    assert date_from_days(session_of(utc(moment), "XCME")) == date(2024, 7, 15)


def test_after_hours_belong_to_the_day() -> None:
    assert date_from_days(session_of(utc("2024-07-15T23:59"), "XNYS")) == date(2024, 7, 15)
    assert date_from_days(session_of(utc("2024-07-13T15:00"), "XNYS")) == date(2024, 7, 13)


def test_an_unknown_venue_is_told_with_near_ones() -> None:
    with pytest.raises(UnknownVenue, match="did you mean XNAS"):
        session_close_ns(0, "XNSA")
    with pytest.raises(UnknownVenue, match="known are ARCX, BATS"):
        trading_hours("QQQ")
    assert trading_hours("xnas").venue == "XNAS"
    assert venue_of("BRK.B.XNYS") == "XNYS"


def test_continuous_venues_have_365_sessions() -> None:
    assert trading_hours("KRAKEN").sessions_per_year == 365
    assert trading_hours("XNYS").sessions_per_year == 252
    assert trading_hours("XNYS").on(0).length_minutes == 390
    assert not trading_hours("FX").is_continuous
    assert [trading_hours("XNYS").can_trade_on(days_from_date(date(2024, 7, day))) for day in range(12, 16)] == [
        True,
        False,
        False,
        True,
    ]
