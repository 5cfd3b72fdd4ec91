"""Bars as they are looked at from elsewhere: a page of an instrument's history, all of it as a table, the newest bars.

This file decides that a page names where the next one begins, that a whole history is bounded, and that prices leave
as the shortest decimal that is the stored number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol, TypeVar

import numpy as np
import polars as pl

from tradewright.application.data.messages import LoadBars
from tradewright.application.data.reading import load_bars, resolved
from tradewright.domain.errors import DataError, InputError
from tradewright.domain.timeframe import Timeframe
from tradewright.ports.stores import MarketStore, Selection, Table
from tradewright.trading.bars import Bars

V = TypeVar("V")
MOST_WHOLE: Final = 1_000_000
"""Bars of a history that is told in one piece."""
_MOST_BACK_NS: Final = 40 * 86_400 * 1_000_000_000
"""How far before the last stamp of a series its newest bar is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarHistory:
    """Bars of one instrument, oldest first. Answer: `BarHistoryView`."""

    symbol: str
    interval: str = "1d"
    start: str | None = None
    """First session: 2012, 2012-06 or 2012-06-30."""
    end: str | None = None
    """Last one, included."""
    adjust: str = "raw"
    """`raw`: splits and dividends happen on their dates; `adjusted`: prices are adjusted for them."""
    as_of: str | None = None
    """Only what was known by then: a date, or a time."""
    source: str | None = None
    is_whole: bool = False
    """All in one piece, in place of a page."""
    limit: int = 1_000
    cursor: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class BarHistoryView:
    """A stretch of an instrument's bars."""

    instrument: str
    interval: str
    adjust: str
    currency: str
    source: str
    bars: pl.DataFrame
    """time (close of the bar, UTC), session (date), open, high, low, close, volume."""
    cursor: str
    """Where the next page begins; empty after the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestBars:
    """The newest bar of instruments. Answer: a tuple of `BarView`."""

    symbols: tuple[str, ...]
    interval: str = "1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class BarView:
    """One bar. Prices are decimals."""

    instrument: str
    interval: str
    time_ns: int
    """Close of the bar."""
    session: date
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    volume: Decimal | None
    source: str


def bar_history(query: BarHistory, *, store: MarketStore) -> BarHistoryView:
    """A page, or the whole."""
    if query.adjust not in {"raw", "adjusted"}:
        raise InputError("prices cannot be used", expected="raw or adjusted", found=query.adjust)
    wanted = LoadBars(
        symbols=(query.symbol,),
        timeframe=query.interval,
        start=query.start,
        end=query.end,
        as_of=query.as_of,
        prices=query.adjust,
        source=query.source,
    )
    bars = load_bars(wanted, store=store)
    first = _after(query.cursor, bars)
    last = len(bars) if query.is_whole else min(first + query.limit, len(bars))
    if last - first > MOST_WHOLE:
        raise InputError(
            "this is too much in one piece",
            expected=f"at most {MOST_WHOLE:,} bars",
            found=f"{last - first:,}",
            remedy="say start and end, or take pages of JSON",
        )
    return BarHistoryView(
        instrument=bars.instruments[0],
        interval=str(bars.timeframe),
        adjust=query.adjust,
        currency=bars.currency,
        source=bars.source,
        bars=_frame(bars, first, last),
        cursor="" if last >= len(bars) else str(int(bars.time[last - 1])),
    )


class Views(Protocol):
    """Views that were made before."""

    def told(self, query: object, table: Table, *, make: Callable[[], V], kind: type[V]) -> V:
        """The view that answers a query about a table, made now or a moment ago."""
        ...


def latest_bars(query: LatestBars, *, store: MarketStore, views: Views | None = None) -> tuple[BarView, ...]:
    """In the order asked for; DataError where one has no bars of that length."""
    if views is None:
        return _latest_bars(query, store)
    return views.told(query, Table.BARS, make=lambda: _latest_bars(query, store), kind=tuple[BarView, ...])


def _latest_bars(query: LatestBars, store: MarketStore) -> tuple[BarView, ...]:
    if not query.symbols:
        raise InputError("which instruments?", expected="at least one symbol", found="none")
    interval = str(_timeframe(query.interval))
    covered = store.coverage(Table.BARS).filter(pl.col("interval") == interval)
    found = []
    for name in dict.fromkeys(resolved(symbol, store=store) for symbol in query.symbols):
        lines = covered.filter(pl.col("instrument") == name).sort("last")
        if lines.is_empty():
            raise DataError(f"there are no bars of {interval} of {name}", remedy="see: tradewright data list")
        last_ns = int(lines["last"].dt.timestamp("ns")[-1])
        selection = Selection(Table.BARS, (name,), interval, lines["source"][-1], start=last_ns - _MOST_BACK_NS)
        found.append(bar_view(store.read(selection).sort("time").row(-1, named=True), interval))
    return tuple(found)


def bar_view(row: dict[str, object], interval: str) -> BarView:
    """One row of the store's bars."""
    time = pl.Series([row["time"]]).dt.timestamp("ns")[0]
    session = row["session"]
    assert isinstance(session, date)
    prices = {name: exact(row[name]) for name in ("open", "high", "low", "close", "volume")}
    return BarView(
        instrument=str(row["instrument"]),
        interval=interval,
        time_ns=int(time),
        session=session,
        source=str(row["source"]),
        **prices,
    )


def exact(value: object) -> Decimal | None:
    """The shortest decimal that is this number; None where there is none.

    >>> exact(0.1), exact(1e22), exact(float("nan"))
    (Decimal('0.1'), Decimal('10000000000000000000000'), None)
    """
    if not isinstance(value, int | float) or not np.isfinite(value):
        return None
    return Decimal(np.format_float_positional(value, trim="-")) if isinstance(value, float) else Decimal(value)


def _frame(bars: Bars, first: int, last: int) -> pl.DataFrame:
    rows = slice(first, last)
    return pl.DataFrame(
        {
            "time": pl.Series(bars.time[rows]).cast(pl.Datetime("ns", "UTC")),
            "session": pl.Series(bars.session[rows]).cast(pl.Date),
            "open": bars.opens[rows, 0],
            "high": bars.highs[rows, 0],
            "low": bars.lows[rows, 0],
            "close": bars.closes[rows, 0],
            "volume": bars.volumes[rows, 0],
        }
    )


def _after(cursor: str, bars: Bars) -> int:
    """The row after the one that a cursor names."""
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.removeprefix("-").isdigit() and len(cursor) < 20):
        raise InputError("this is no cursor", expected="the cursor of the page before", found=cursor)
    return int(np.searchsorted(bars.time, int(cursor), side="right"))


def _timeframe(text: str) -> Timeframe:
    try:
        return Timeframe.parse(text)
    except ValueError as problem:
        raise InputError(str(problem)) from problem
