"""Parquet and Arrow (Feather) files: typed columns, read a slice at a time."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import polars as pl

from tradewright.adapters.files.opening import Source, damaged
from tradewright.domain.errors import InputError
from tradewright.ports.files import Chunk, FileFormat, FileHead

CHUNK_ROWS = 1_000_000
SAMPLE_ROWS = 2000
_BROKEN = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""A reader that panics on damaged bytes is told as any other damage; it raises what is no `Exception`."""


_FIRST_DAY, _LAST_DAY = (date.min - date(1970, 1, 1)).days, (date.max - date(1970, 1, 1)).days


class ColumnarFile:
    """A file that stores columns with their types."""

    def __init__(self, source: Source, *, chunk_rows: int = CHUNK_ROWS) -> None:
        self._source = source
        self._chunk_rows = chunk_rows
        self._scan = _scan(source)
        try:
            schema = self._scan.collect_schema()
            names = tuple(schema.names())
            self._scan = self._scan.with_columns(_within_years(schema))
            self._rows = int(self._scan.select(pl.len()).collect().item())
            sample = self._scan.head(SAMPLE_ROWS).collect()
        except _BROKEN as broken:
            raise damaged(source.path, broken) from broken
        if not self._rows:
            raise InputError(
                f"{source.path} has no rows", expected="rows of market data", found=f"only columns {', '.join(names)}"
            )
        self._head = FileHead(str(source.path), source.format, names, True, sample, self._rows)

    @property
    def head(self) -> FileHead:
        """What can be seen without reading the whole file."""
        return self._head

    def chunks(self, *, columns: Sequence[str], numeric: Sequence[str]) -> Iterator[Chunk]:
        """The rows from first to last, a million at a time; types are those of the file."""
        del numeric  # the file says what is a number
        for start in range(0, self._rows, self._chunk_rows):
            try:
                rows = self._scan.select(columns).slice(start, self._chunk_rows).collect()
            except _BROKEN as broken:
                raise damaged(self._source.path, broken) from broken
            yield Chunk(rows, start + 1, min((start + rows.height) / self._rows, 1.0), self._original(start))

    def _original(self, start: int) -> Callable[[Sequence[int]], list[str]]:
        def original(positions: Sequence[int]) -> list[str]:
            if not positions:
                return []
            first, last = min(positions), max(positions)
            kept = self._scan.slice(start + first, last - first + 1).collect()[
                [position - first for position in positions]
            ]
            return kept.write_csv(include_header=False).splitlines()

        return original


def _within_years(schema: pl.Schema) -> list[pl.Expr]:
    """Times of no year that Python has (1 to 9999) become nothing: they are damage, and nobody can print them."""
    found = []
    for name, kind in schema.items():
        ticks = {"ms": 1_000, "us": 1_000_000}.get(getattr(kind, "time_unit", None) or "", 0)
        if kind == pl.Date or (isinstance(kind, pl.Datetime) and ticks):
            by_day = 1 if kind == pl.Date else 86_400 * ticks
            count = pl.col(name).to_physical()
            is_there = count.is_between(_FIRST_DAY * by_day, (_LAST_DAY + 1) * by_day, closed="left")
            found.append(pl.when(is_there).then(pl.col(name)).alias(name))
    return found


def _scan(source: Source) -> pl.LazyFrame:
    read = pl.scan_parquet if source.format is FileFormat.PARQUET else pl.scan_ipc
    try:
        return read(source.path if source.wrapping == "plain" else io.BytesIO(source.everything()))
    except _BROKEN as broken:
        raise damaged(source.path, broken) from broken
