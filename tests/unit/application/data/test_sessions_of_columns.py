"""Sessions and closes of whole columns are those of the calendars, one by one."""

import polars as pl
import pytest

from tradewright.application.data.importing_bars import close_of_session, session_of_close
from tradewright.domain.calendars import VENUES, session_closes_ns, sessions_of, trading_hours

FIRST, LAST = 365 * 15, 365 * 60
"""From 1985, before the changes of hours that are listed, to 2030."""


@pytest.mark.parametrize("venue", sorted(VENUES))
def test_closes_of_a_column_are_those_of_the_calendar(venue: str) -> None:
    sessions = list(range(FIRST, LAST, 3))
    column = pl.Series("session", sessions, dtype=pl.Int32).cast(pl.Date)
    found = pl.DataFrame([column]).select(close_of_session(pl.col("session"), trading_hours(venue))).to_series()
    assert found.to_physical().to_list() == session_closes_ns(sessions, venue)


@pytest.mark.parametrize("venue", sorted(VENUES))
def test_sessions_of_a_column_are_those_of_the_calendar(venue: str) -> None:
    hour = 3_600_000_000_000
    moments = [day * 24 * hour + clock * hour for day in range(FIRST, LAST, 97) for clock in range(0, 24, 5)]
    column = pl.Series("time", moments).cast(pl.Datetime("ns", "UTC"))
    found = pl.DataFrame([column]).select(session_of_close(pl.col("time"), trading_hours(venue))).to_series()
    assert found.to_physical().to_list() == sessions_of(moments, venue)
