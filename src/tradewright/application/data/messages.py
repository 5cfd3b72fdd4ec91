"""What can be asked of the bar store: load bars, list, show, query, export, keep tidy."""

from dataclasses import dataclass
from datetime import date, datetime

from tradewright.ports.stores import Table


@dataclass(frozen=True, slots=True)
class LoadBars:
    """Bars of instruments side by side. Answer: `trading.bars.Bars`.

    `start` and `end` are session dates, both inclusive: a date, or text (`2012-06-30`, `2012-06`, `2012`; a year or a
    month means all of it).
    """

    symbols: tuple[str, ...]
    """Instrument ids (`AAPL.XNAS`), or bare symbols where one venue has them."""
    timeframe: str = "1d"
    start: date | str | None = None
    end: date | str | None = None
    as_of: datetime | date | str | int | None = None
    """Only what was known by then: a moment (UTC where none is said), a date for its end, or nanoseconds UTC."""
    prices: str = "raw"
    """`raw` with the corporate actions beside them, or `adjusted`: as seen on the last session loaded."""
    source: str | None = None
    dividends: str = "previous-close"
    """For adjusted prices: the close that a dividend is measured by, `previous-close` or `ex-close`."""


@dataclass(frozen=True, slots=True)
class StoredData:
    """What is in the store. Answer: a tuple of `SeriesView`."""

    table: Table | None = None
    symbol: str | None = None
    """Only this instrument."""


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Rows of one instrument as a table. Answer: a Polars frame."""

    symbol: str
    table: Table = Table.BARS
    timeframe: str | None = None
    start: date | str | None = None
    end: date | str | None = None
    as_of: datetime | date | str | int | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class StoreVersions:
    """Commits of a table, newest first. Answer: a tuple of `ports.stores.Version`."""

    table: Table = Table.BARS
    limit: int = 50


@dataclass(frozen=True, slots=True)
class SqlQuestion:
    """One read-only SQL statement over every table. Answer: a Polars frame."""

    sql: str


@dataclass(frozen=True, slots=True)
class CompactStore:
    """Rewrite small files into sorted ones. Answer: `UpkeepView`."""

    table: Table | None = None


@dataclass(frozen=True, slots=True)
class CleanStore:
    """Delete files that nothing names any more. Answer: `UpkeepView`."""

    keep_hours: int = 168


@dataclass(frozen=True, slots=True)
class ExportData:
    """Write rows to a file: CSV, Parquet, JSON lines or feather, by its ending. Answer: `ExportView`."""

    path: str
    rows: StoredRows
    format: str | None = None
    """`csv`, `parquet`, `jsonl` or `feather`; None: by the ending of the path."""
    overwrite: bool = False
