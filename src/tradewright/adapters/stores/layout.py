"""How market data lies on disk: one folder per table, below it partitions by interval and period (ADR 7).

This file decides partitions, the order of rows, and how a frame of the port becomes a frame of the files and back.
Stamps are stored as 64-bit integers, because Delta's own timestamp drops what is finer than a microsecond.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from urllib.parse import unquote

import polars as pl
from deltalake import DeltaTable, Field, Schema
from deltalake.schema import PrimitiveType

from tradewright.adapters.stores.revisions import is_rising
from tradewright.domain.errors import DataError
from tradewright.domain.timeframe import NANOSECONDS, Timeframe
from tradewright.ports.stores import NS, TABLES, Selection, Table

PERIOD = "period"
ROW_GROUP_ROWS = 65_536
"""Small enough that one instrument's rows are found by the statistics of their groups."""
PAGE_BYTES = 65_536
"""8,192 numbers: pages in which no row is wanted are passed over. One instrument of 500 is read in half of the time
that pages of 1 MB take; files are 9 % larger."""
ZSTD_LEVEL = 3
TARGET_FILE_BYTES = 1 << 30
"""A partition is one sorted file, unless it is larger than this."""
STAMPS = ("time", "known_at")
DENSE_TABLES = frozenset({Table.TRADES, Table.QUOTES, Table.BOOK})
"""Tables dense enough to be partitioned by month rather than by year."""
TABLE_SETTINGS: dict[str, str | None] = {
    "delta.checkpointInterval": "25",  # opening a table reads the commits since the last checkpoint
    "delta.logRetentionDuration": "interval 3650 days",  # the commits are the audit trail; they are small
}
DISK_NAMES = {"interval": "timeframe"}
"""Columns that are called otherwise in the files: `interval` is a word of SQL, and the commit log's library loses its
quotes when it checks a rewrite against concurrent commits ("expected an expression, found =")."""
ROW_ORDER = ("instrument", "time", "known_at")
"""Of rows within a file. The sort is stable, so prints of one moment stay as they came."""
_DELTA_TYPES: dict[object, str] = {
    pl.String: "string",
    pl.Int64: "long",
    pl.Int32: "integer",
    pl.Float64: "double",
    pl.Date: "date",
}


def has_interval(table: Table) -> bool:
    """True where rows belong to a timeframe."""
    return "interval" in TABLES[table]


def partition_columns(table: Table) -> list[str]:
    """The columns that are folders."""
    return ["interval", PERIOD] if has_interval(table) else [PERIOD]


def hive_schema(table: Table) -> dict[str, type[pl.String]]:
    """Their names in the files with their types."""
    return {DISK_NAMES.get(name, name): pl.String for name in partition_columns(table)}


def stored_schema(table: Table) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Columns and types of the rows as they are stored, the partition columns last; see `on_disk` for their names."""
    columns = {name: pl.Int64 if name in STAMPS else kind for name, kind in TABLES[table].items() if name != "interval"}
    return columns | dict.fromkeys(partition_columns(table), pl.String)


def on_disk(stored: pl.DataFrame) -> pl.DataFrame:
    """Stored rows under the names of the files."""
    return stored.rename(DISK_NAMES, strict=False)


def scanned(table: Table, files: list[str]) -> pl.LazyFrame:
    """Stored rows of these files, under our names."""
    scan = pl.scan_parquet(files, hive_partitioning=True, hive_schema=hive_schema(table), glob=False)
    return scan.rename({name: ours for ours, name in DISK_NAMES.items()}) if has_interval(table) else scan


def delta_schema(table: Table) -> Schema:
    """The same in the words of the commit log."""
    columns = stored_schema(table).items()
    return Schema([Field(DISK_NAMES.get(name, name), PrimitiveType(_DELTA_TYPES[kind])) for name, kind in columns])


def is_monthly(table: Table, interval: str | None) -> bool:
    """True where partitions are months; years otherwise. Bars finer than an hour are dense."""
    if interval is not None:
        return Timeframe.parse(interval).nanoseconds < NANOSECONDS["h"]
    return table in DENSE_TABLES


def checked(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with exactly the table's columns, or a DataError that names what is wrong."""
    expected = TABLES[table]
    missing = [name for name in expected if name not in rows.columns]
    unknown = [name for name in rows.columns if name not in expected]
    wrong = [
        f"{name} {rows.schema[name]} instead of {kind}"
        for name, kind in expected.items()
        if name in rows.columns and rows.schema[name] != kind
    ]
    if missing or unknown or wrong:
        found = "; ".join(
            f"{what} {', '.join(names)}"
            for what, names in (("missing", missing), ("unknown", unknown), ("wrong type", wrong))
            if names
        )
        raise DataError(f"rows do not fit the table {table}", expected=f"columns {', '.join(expected)}", found=found)
    rows = rows if rows.columns == list(expected) else rows.select(list(expected))
    required = [name for name in ("instrument", "source", "time", "interval", "known_at") if name in expected]
    nulls = rows.null_count().row(0, named=True)
    empty = [name for name in required if nulls[name]]
    if empty:
        raise DataError(
            f"rows do not fit the table {table}",
            expected=f"a value in every row of {', '.join(required)}",
            found=f"nulls in {', '.join(empty)}",
        )
    if has_interval(table):
        _check_intervals(_intervals(rows))
    return rows


def _intervals(rows: pl.DataFrame) -> list[str]:
    """The intervals there are; asked in this way, a column that says the same in all rows stays unwritten."""
    return rows.select(pl.col("interval").unique())["interval"].to_list()


def _check_intervals(intervals: list[str]) -> None:
    for name in intervals:
        try:
            spelled = str(Timeframe.parse(name))
        except ValueError as problem:
            raise DataError("an interval cannot be stored", found=str(problem)) from problem
        if spelled != name:
            raise DataError("an interval cannot be stored", expected=spelled, found=name)


def to_stored(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """A frame of the port with integer stamps and partition columns, in the order of the files."""
    columns = {name: pl.col(name).cast(pl.Int64) if name in STAMPS else pl.col(name) for name in stored_schema(table)}
    columns[PERIOD] = _period(table, rows).alias(PERIOD)
    return sorted_rows(table, rows.select(columns.values()))


def _period(table: Table, rows: pl.DataFrame) -> pl.Expr:
    """The month or the year of each row, as text."""
    year, month = (pl.col("time").dt.strftime(format_) for format_ in ("%Y", "%Y-%m"))
    if not has_interval(table):
        return month if is_monthly(table, None) else year
    intervals = _intervals(rows)
    monthly = [name for name in intervals if is_monthly(table, name)]
    if len(monthly) in {0, len(intervals)}:
        return month if monthly else year
    return pl.when(pl.col("interval").is_in(monthly)).then(month).otherwise(year)


def sorted_rows(table: Table, stored: pl.DataFrame) -> pl.DataFrame:
    """Partition by partition, then by instrument, time and the moment it was known."""
    if is_rising(stored):
        return stored
    return stored.sort(*partition_columns(table), *ROW_ORDER, maintain_order=True)


def from_stored(table: Table, stored: pl.LazyFrame) -> pl.LazyFrame:
    """The port's columns and stamps over the columns of the files."""
    return stored.select(pl.col(name).cast(NS) if name in STAMPS else pl.col(name) for name in TABLES[table])


def parted(table: Table, stored: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Sorted stored rows, a frame a partition; views, nothing is copied."""
    first = 0
    for count in stored.lazy().group_by(partition_columns(table), maintain_order=True).len().collect()["len"]:
        yield stored.slice(first, count)
        first += count


def partitions_of(table: Table, stored: pl.DataFrame) -> list[dict[str, str]]:
    """The partitions that these rows touch, in order."""
    columns = partition_columns(table)
    return stored.lazy().select(columns).unique().sort(columns).collect().to_dicts()


def partition_names(table: Table, stored: pl.DataFrame) -> list[str]:
    """Names of the partitions that these rows touch, in order."""
    return [partition_name(part) for part in partitions_of(table, stored)]


def partition_name(partition: dict[str, str]) -> str:
    """`timeframe=1d/period=2012`: the folder, and the name of the partition's application transaction."""
    return "/".join(f"{DISK_NAMES.get(column, column)}={value}" for column, value in partition.items())


def data_files(handle: DeltaTable) -> list[str]:
    """Paths of the files of the handle's version, by partition."""
    return sorted(unquote(uri) for uri in handle.file_uris())


def files_within(table: Table, handle: DeltaTable, *, partitions: Collection[str], span: tuple[int, int]) -> list[str]:
    """Paths of the files in these partitions that can hold rows from the first to the last stamp of `span`."""
    files = [path for path in data_files(handle) if partition_of(table, path) in partitions]
    if not files:
        return []
    told = pl.DataFrame(handle.get_add_actions(flatten=True))
    if "min.time" not in told.columns:
        return files
    first, last = span
    stamps = told.select("path", "min.time", "max.time").drop_nulls().iter_rows()
    apart = {path.rpartition("/")[2] for path, low, high in stamps if high < first or low > last}
    return [path for path in files if path.rpartition("/")[2] not in apart]


def partition_of(table: Table, path: str) -> str:
    """The name of the partition that a file lies in."""
    return "/".join(path.rsplit("/", len(partition_columns(table)) + 1)[1:-1])


def covers(partition: str, selection: Selection) -> bool:
    """Whether a partition can hold rows of the selection, by its name."""
    values = [column.partition("=")[2] for column in partition.split("/")]
    if selection.interval is not None and len(values) == 2 and values[0] != selection.interval:
        return False
    period = values[-1]
    if selection.start is not None and period < _month(selection.start)[: len(period)]:
        return False
    return selection.end is None or period <= _month(selection.end)[: len(period)]


def _month(nanoseconds: int) -> str:
    return f"{datetime.fromtimestamp(nanoseconds // NANOSECONDS['s'], UTC):%Y-%m}"
