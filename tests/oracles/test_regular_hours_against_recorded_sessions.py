"""Every session of XNYS 1990-2023, XETR and 24/7 as recorded by independent people: opens and regular closes agree."""

import csv
import gzip
from datetime import date, datetime
from pathlib import Path

import pytest
from tests.shared_data import shared

from tradewright.domain.calendars import SECOND, days_from_date, session_close_ns, session_of, session_open_ns

Row = tuple[int, int, int]


def recorded(path: Path) -> list[Row]:
    """(session, open, close) of each row."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [
            (days_from_date(date.fromisoformat(row[0][:10])), ns(row[1]), ns(row[2]))
            for row in list(csv.reader(file))[1:]
        ]


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * SECOND


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("file", "venue", "sessions", "half_days"),
    [("xnys", "XNYS", 8324, 69), ("xetr", "XETR", 8498, 13), ("24-7", "BINANCE", 366, 0)],
)
def test_regular_hours_agree_with_recorded_sessions(file: str, venue: str, sessions: int, half_days: int) -> None:
    rows = recorded(shared(f"oracles/calendars/{file}.csv.gz"))
    assert len(rows) == sessions
    assert [row for row in rows if session_open_ns(row[0], venue) != row[1]] == []
    early = [row for row in rows if session_close_ns(row[0], venue) != row[2]]
    assert len(early) == half_days
    assert all(close < session_close_ns(session, venue) for session, _, close in early)
    assert all(session_of(close, venue) == session for session, _, close in rows)
