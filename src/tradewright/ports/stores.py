"""What we ask of the place that keeps market data: append, correct, read as of a moment, say what is there.

Frames are Polars, sorted by instrument and time. The columns of each table are in `TABLES`. A correction is a second
row with the same key and a later `known_at`; a read gives, for each key, the newest row known by `as_of` (ADR 7).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import polars as pl

NS = pl.Datetime("ns", "UTC")
_PRICE = pl.Float64
_KEY: dict[str, pl.DataType | type[pl.DataType]] = {"instrument": pl.String, "source": pl.String, "time": NS}
_KNOWN: dict[str, pl.DataType | type[pl.DataType]] = {"known_at": NS}


class Table(StrEnum):
    """The tables of the store."""

    BARS = "bars"
    TRADES = "trades"
    QUOTES = "quotes"
    BOOK = "book"
    FUNDING = "funding"
    ACTIONS = "actions"


TABLES: dict[Table, dict[str, pl.DataType | type[pl.DataType]]] = {
    # time = close of the bar; session = the trading day it belongs to; interval = timeframe as text
    Table.BARS: _KEY
    | {"interval": pl.String, "session": pl.Date}
    | dict.fromkeys(("open", "high", "low", "close", "volume"), _PRICE)
    | _KNOWN,
    Table.TRADES: _KEY | {"trade_id": pl.String, "price": _PRICE, "quantity": _PRICE, "side": pl.String} | _KNOWN,
    Table.QUOTES: _KEY | dict.fromkeys(("bid", "bid_quantity", "ask", "ask_quantity"), _PRICE) | _KNOWN,
    Table.BOOK: _KEY | {"side": pl.String, "level": pl.Int32, "price": _PRICE, "quantity": _PRICE} | _KNOWN,
    Table.FUNDING: _KEY | {"rate": _PRICE, "mark_price": _PRICE} | _KNOWN,
    # time = midnight UTC of the ex-date
    Table.ACTIONS: _KEY | {"session": pl.Date, "kind": pl.String, "value": _PRICE} | _KNOWN,
}

# what makes a row the same row, beside known_at
KEYS: dict[Table, tuple[str, ...]] = {
    Table.BARS: ("instrument", "interval", "source", "time"),
    Table.TRADES: ("instrument", "source", "time", "trade_id"),
    Table.QUOTES: ("instrument", "source", "time"),
    Table.BOOK: ("instrument", "source", "time", "side", "level"),
    Table.FUNDING: ("instrument", "source", "time"),
    Table.ACTIONS: ("instrument", "source", "time", "kind"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows are wanted; None means no bound. Times in nanoseconds UTC, both inclusive."""

    table: Table
    instruments: tuple[str, ...] = ()
    interval: str | None = None
    source: str | None = None
    start: int | None = None
    end: int | None = None
    as_of: int | None = None
    prefer: tuple[str, ...] = ()
    """Sources in order of preference, where `source` is None: an instrument's rows all come from the first of these
    that has any, then from the first in alphabetical order. Sources are never mixed within one series."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an append did: rows that were new, rows that corrected an older one, rows known already."""

    added: int
    corrected: int
    unchanged: int
    version: int


@dataclass(frozen=True, slots=True)
class Version:
    """One commit of a table."""

    table: Table
    version: int
    time: int
    operation: str
    rows: int
    note: str


class MarketStore(Protocol):
    """Keeps market data for several processes at once."""

    def append(self, table: Table, rows: pl.DataFrame, *, note: str = "") -> Written:
        """Add rows in one atomic commit; `known_at` must be set. Rows equal to what is known are left out.

        A row that differs from the known one of its key is a correction and needs a later `known_at`; two different
        rows with one key and one `known_at` are a DataError. A failing disk is a StorageError; nothing is half-written.
        """
        ...

    def append_chunks(self, table: Table, chunks: Iterable[pl.DataFrame], *, note: str = "") -> Written:
        """The same for more rows than memory holds: all chunks in one atomic commit.

        `chunks` must be iterable more than once (a list, or an object that reads its file anew), because a commit that
        loses a race is made again. A key must not appear in two chunks.
        """
        ...

    def instruments(
        self, table: Table = Table.BARS, *, interval: str | None = None, symbol: str | None = None
    ) -> tuple[str, ...]:
        """Ids of the instruments there are, sorted; with `symbol` only those of that symbol, at any venue."""
        ...

    def read(self, selection: Selection) -> pl.DataFrame:
        """The rows, as known by `as_of`, sorted by instrument, then time; empty when there are none."""
        ...

    def coverage(self, table: Table = Table.BARS) -> pl.DataFrame:
        """instrument, interval (null where there is none), source, rows, first, last: what is there as known now."""
        ...

    def versions(self, table: Table, *, limit: int = 50) -> Sequence[Version]:
        """Newest first."""
        ...

    def query(self, sql: str) -> pl.DataFrame:
        """One read-only SQL statement over every table by its name, as known now.

        `<table>_raw` has superseded rows too. Anything but reading, and anything outside the store, is an InputError.
        """
        ...

    def compact(self, table: Table | None = None) -> dict[str, int]:
        """Rewrite small files into sorted ones; returns the numbers of files `before` and `after`.

        Loses nothing, also while others write.
        """
        ...

    def clean(self, *, keep_hours: int = 168) -> int:
        """Delete files no version newer than `keep_hours` names, and leftovers of that age; returns how many.

        At least one hour: a file being written has no version yet. No row is lost, since reads are by `as_of`.
        """
        ...
