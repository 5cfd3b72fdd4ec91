"""Uptime is told apart by the regular hours of the exchange."""

from datetime import UTC, datetime

import pytest

from tradewright.bootstrap.health import in_session


@pytest.mark.parametrize(
    ("moment", "venue", "is_open"),
    [
        ("2026-11-20T14:29", "XNYS", False),
        ("2026-11-20T14:30", "XNYS", True),
        ("2026-11-20T20:59", "XNYS", True),
        ("2026-11-20T21:00", "XNYS", False),
        ("2026-11-21T15:00", "XNYS", False),
        ("2026-07-20T13:30", "XNYS", True),
        ("2026-11-21T03:00", "BINANCE", True),
        ("2026-11-20T15:00", "NOWHERE", True),
    ],
)
def test_regular_hours_of_a_venue(moment: str, venue: str, is_open: bool) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert in_session(int(at.timestamp()) * 10**9, venue) is is_open
