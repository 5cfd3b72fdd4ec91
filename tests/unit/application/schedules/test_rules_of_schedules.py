"""Rules come at the moments that calendars and clocks say, each once, and say what is wrong with a bad one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.adapters.calendars.cron import ClockTimes
from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.application.schedules.rules import Times
from tradewright.domain.errors import InputError, UnknownVenue

TIMES = Times(ExchangeCalendars(), ClockTimes())
SECOND = 1_000_000_000
NEW_YORK = "America/New_York"


def ns(text: str) -> int:
    """Nanoseconds of an ISO time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def moments(rule: str, after: str, count: int, timezone: str = "UTC") -> list[str]:
    """The next moments, ISO UTC to the minute."""
    found, at_ns = [], ns(after)
    for _ in range(count):
        at_ns = TIMES.next(rule, after_ns=at_ns, timezone=timezone)
        found.append(datetime.fromtimestamp(at_ns // SECOND, UTC).strftime("%Y-%m-%d %H:%M"))
    return found


def test_a_session_rule_knows_weekends_holidays_and_half_days() -> None:
    # 2026-11-26 is Thanksgiving, and the day after closes at 13:00 in New York (18:00 UTC).
    assert moments("XNYS close", "2026-11-25 00:00", 3) == [
        "2026-11-25 21:00",
        "2026-11-27 18:00",
        "2026-11-30 21:00",
    ]


def test_offsets_count_from_the_real_open_and_close() -> None:
    assert moments("XNYS open+5m", "2026-11-25 00:00", 2) == ["2026-11-25 14:35", "2026-11-27 14:35"]
    assert moments("XNYS close - 30m", "2026-11-27 00:00", 1) == ["2026-11-27 17:30"]


def test_the_open_moves_in_utc_when_the_clock_changes() -> None:
    assert moments("XNYS open", "2026-10-30 00:00", 2) == ["2026-10-30 13:30", "2026-11-02 14:30"]


def test_weekly_and_monthly_rules_find_the_first_and_the_last_session() -> None:
    assert moments("XNYS weekly close+1h", "2026-11-23 00:00", 2) == ["2026-11-27 19:00", "2026-12-04 22:00"]
    assert moments("XNYS weekly open", "2026-11-24 00:00", 1) == ["2026-11-30 14:30"]
    assert moments("XNYS monthly close", "2026-10-02 00:00", 2) == ["2026-10-30 20:00", "2026-11-30 21:00"]
    assert moments("XNYS monthly open+30m", "2026-11-05 00:00", 1) == ["2026-12-01 15:00"]


def test_a_venue_that_never_closes_has_a_session_a_day() -> None:
    assert len(set(moments("BINANCE open", "2026-11-20 12:00", 3))) == 3


def test_a_time_that_comes_twice_in_autumn_counts_once() -> None:
    assert moments("cron 30 1 * * *", "2026-10-31 12:00", 2, NEW_YORK) == ["2026-11-01 05:30", "2026-11-02 06:30"]


def test_a_time_that_is_left_out_in_spring_comes_an_hour_later() -> None:
    assert moments("cron 30 2 * * *", "2026-03-07 12:00", 2, NEW_YORK) == ["2026-03-08 07:30", "2026-03-09 06:30"]


def test_a_rule_for_every_hour_keeps_its_pace_in_autumn() -> None:
    assert moments("cron 0 * * * *", "2026-11-01 04:30", 3, NEW_YORK) == [
        "2026-11-01 05:00",
        "2026-11-01 06:00",
        "2026-11-01 07:00",
    ]


def test_multiples_of_a_span_are_aligned() -> None:
    assert moments("every 15m", "2026-11-20 12:01", 2) == ["2026-11-20 12:15", "2026-11-20 12:30"]


@settings(max_examples=60, deadline=None)
@given(
    rule=st.sampled_from(
        ["every 7m", "cron 30 1 * * *", "cron */10 2 * * mon-fri", "XNYS open+5m", "XLON close", "XNYS monthly close"]
    ),
    after_s=st.integers(1_700_000_000, 1_790_000_000),
    zone=st.sampled_from([NEW_YORK, "Europe/London", "Australia/Sydney", "UTC"]),
)
def test_the_next_moment_is_later_and_nothing_lies_between(rule: str, after_s: int, zone: str) -> None:
    first = TIMES.next(rule, after_ns=after_s * SECOND, timezone=zone)
    assert first > after_s * SECOND
    between = (after_s * SECOND + first) // 2
    assert TIMES.next(rule, after_ns=between, timezone=zone) == first
    assert TIMES.next(rule, after_ns=first - 1, timezone=zone) == first
    assert TIMES.next(rule, after_ns=first, timezone=zone) > first


@pytest.mark.parametrize(
    "rule", ["", "every 0s", "every five minutes", "cron 61 * * * *", "cron * *", "XNYS noon", "cron 0 0 31 2 *"]
)
def test_a_rule_that_cannot_be_read_says_what_can(rule: str) -> None:
    with pytest.raises(InputError, match="expected"):
        TIMES.next(rule, after_ns=ns("2026-11-20 00:00"), timezone="UTC")


def test_an_unknown_zone_or_venue_is_named() -> None:
    with pytest.raises(InputError, match="Mars/Olympus"):
        TIMES.next("cron 0 0 * * *", after_ns=0, timezone="Mars/Olympus")
    with pytest.raises(UnknownVenue, match="XNSY"):
        TIMES.next("XNSY open", after_ns=ns("2026-11-20 00:00"), timezone="UTC")
