import polars as pl
import pytest
from tests.shared_data import shared

from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.domain.calendars import session_close_ns, session_open_ns
from tradewright.ports.calendars import NO_BREAK

pytestmark = pytest.mark.oracle


def published(name: str) -> tuple[list[int], list[int], list[int]]:
    """Session days, opens and closes in nanoseconds UTC."""
    table = pl.read_csv(shared(f"oracles/calendars/{name}.csv.gz")).rename({"": "session"})
    stamps = [
        pl.col(column).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="ns") for column in ("session", "open", "close")
    ]
    table = table.select(stamps)
    sessions = table["session"].dt.date().to_physical().to_list()
    return sessions, table["open"].to_physical().to_list(), table["close"].to_physical().to_list()


@pytest.mark.parametrize(
    ("venue", "file"),
    [("XNYS", "xnys"), ("XNAS", "xnys"), ("XETR", "xetr"), ("24/5", "24-5"), ("24/7", "24-7"), ("BINANCE", "24-7")],
)
def test_every_session_opens_and_closes_as_published(venue: str, file: str) -> None:
    sessions, opens, closes = published(file)
    schedule = ExchangeCalendars().schedule(venue, first=sessions[0], last=sessions[-1])
    assert schedule.sessions.tolist() == sessions
    assert schedule.opens.tolist() == opens
    assert schedule.closes.tolist() == closes
    assert (schedule.break_starts == NO_BREAK).all()


def test_new_york_has_half_days_that_close_before_the_regular_close() -> None:
    sessions, _, closes = published("xnys")
    regular = [session_close_ns(session, "XNYS") for session in sessions]
    early = [session for session, close, usual in zip(sessions, closes, regular, strict=True) if close < usual]
    assert len(early) > 60
    assert all(close <= usual for close, usual in zip(closes, regular, strict=True))


def test_regular_hours_of_the_domain_are_those_of_the_published_calendar() -> None:
    sessions, opens, _ = published("xnys")
    regular = [session_open_ns(session, "XNYS") for session in sessions]
    late = [session for session, opened, usual in zip(sessions, opens, regular, strict=True) if opened != usual]
    assert len(late) < 20  # delayed opens, as on 2002-09-11


def test_currencies_have_the_sessions_of_the_weekdays() -> None:
    sessions, _, _ = published("24-5")
    assert ExchangeCalendars().sessions("FX", first=sessions[0], last=sessions[-1]).tolist() == sessions
