"""Rows for tests of stores: short to write, complete in columns."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import polars as pl

from tradewright.ports.stores import NS, TABLES, Table

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
KNOWN = 1_700_000_000 * SECOND


def close_of(session: str) -> int:
    """16:00 New York in winter, close enough for tests: 21:00 UTC of the date."""
    return int(datetime.combine(date.fromisoformat(session), time(21), UTC).timestamp()) * SECOND


def frame(table: Table, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """A frame with exactly the table's columns; what a row does not say is a plain default."""
    defaults: dict[str, Any] = {
        "instrument": "AAPL.XNAS",
        "source": "csv",
        "interval": "1d",
        "open": 10.0,
        "high": 12.0,
        "low": 9.0,
        "close": 11.0,
        "volume": 1000.0,
        "known_at": KNOWN,
        "side": "buy",
        "trade_id": "",
        "level": 0,
        "price": 10.0,
        "quantity": 1.0,
        "bid": 9.0,
        "bid_quantity": 1.0,
        "ask": 11.0,
        "ask_quantity": 1.0,
        "rate": 0.0001,
        "mark_price": 10.0,
        "kind": "dividend",
        "value": 0.5,
        "session": date(2020, 1, 2),
        "time": close_of("2020-01-02"),
    }
    columns = TABLES[table]
    whole = [{name: {**defaults, **row}[name] for name in columns} for row in rows]
    stored = {name: pl.Int64 if name in {"time", "known_at"} else kind for name, kind in columns.items()}
    return pl.DataFrame(whole, schema=stored).with_columns(pl.col("time", "known_at").cast(NS))


def bars(
    instrument: str,
    closes: Sequence[float],
    *,
    first: str = "2020-01-02",
    known_at: int = KNOWN,
    source: str = "csv",
    interval: str = "1d",
) -> pl.DataFrame:
    """Daily bars on consecutive dates, weekends included."""
    start = date.fromisoformat(first).toordinal()
    days = [date.fromordinal(start + step) for step in range(len(closes))]
    rows = [
        {
            "instrument": instrument,
            "source": source,
            "interval": interval,
            "session": day,
            "time": close_of(day.isoformat()),
            "open": close,
            "high": close + 1,
            "low": close - 1,
            "close": close,
            "known_at": known_at,
        }
        for day, close in zip(days, closes, strict=True)
    ]
    return frame(Table.BARS, rows)


def action(
    instrument: str, day: str, kind: str, value: float, *, known_at: int = KNOWN, source: str = "csv"
) -> pl.DataFrame:
    """One split or dividend."""
    session = date.fromisoformat(day)
    stamp = int(datetime.combine(session, time(0), UTC).timestamp()) * SECOND
    row = {
        "instrument": instrument,
        "source": source,
        "session": session,
        "time": stamp,
        "kind": kind,
        "value": value,
        "known_at": known_at,
    }
    return frame(Table.ACTIONS, [row])
