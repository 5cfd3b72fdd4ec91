"""What we ask of files that people bring: their columns as written, in pieces, with the line each row stands on.

A port knows shapes, not meanings: which column is the close and what `01/02/03` means is decided by whoever imports.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import polars as pl

from tradewright.ports.stores import Table


class FileFormat(StrEnum):
    """How rows are written in a file."""

    DELIMITED = "csv"
    JSON = "json"
    PARQUET = "parquet"
    ARROW = "arrow"
    MESSAGES = "messages"
    """A recording of a venue's stream, one JSON message a line."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person says about the form of a file; None means: look and see."""

    header: bool | None = None
    """Whether the first row names the columns."""
    skip_lines: int | None = None
    """Lines before the header (or before the first row) that are no data."""
    delimiter: str | None = None
    member: str | None = None
    """The file inside a zip archive; needed where there are several."""
    table: Table | None = None
    """Which kind of rows is wanted from a recording that mixes them."""


@dataclass(frozen=True, slots=True, eq=False)
class FileHead:
    """What can be seen without reading the whole file."""

    path: str
    format: FileFormat
    columns: tuple[str, ...]
    """Names from the header; `1`, `2`, ... where there is none."""
    has_header: bool
    sample: pl.DataFrame
    """The first rows: text from text files, typed from the others."""
    rows: int | None = None
    """Rows in the file, where the format tells."""
    notes: tuple[str, ...] = ()
    """What was concluded about the form, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Consecutive rows of a file."""

    rows: pl.DataFrame
    """The asked columns; text where a value could not be read as the number that was asked for."""
    first: int
    """Line of the first row, counted from 1 (of the first record, where a file has no lines)."""
    fraction: float
    """How much of the file has been read with this chunk, 0 to 1."""
    original: Callable[[Sequence[int]], list[str]]
    """The text of rows of this chunk, by position, as it stands in the file."""
    faults: Mapping[int, str] = field(default_factory=dict)
    """Rows that are damaged as lines, by position: the reason."""
    blank: frozenset[int] = frozenset()
    """Positions of lines without content, which are no rows."""
    lines: pl.Series | None = None
    """The line of each row, where rows and lines do not go hand in hand."""

    def line(self, position: int) -> int:
        """The line of a row, counted from 1."""
        return self.first + position if self.lines is None else int(self.lines[position])


class DataFile(Protocol):
    """One open file."""

    @property
    def head(self) -> FileHead:
        """What can be seen without reading the whole file."""
        ...

    def chunks(self, *, columns: Sequence[str], numeric: Sequence[str]) -> Iterator[Chunk]:
        """The rows from first to last, with these columns; `numeric` ones as Float64 where a chunk allows it."""
        ...


class Quarantine(Protocol):
    """Where rejected rows are kept, so that nothing is lost."""

    def add(self, *, lines: Sequence[int], reasons: Sequence[str], originals: Sequence[str]) -> None:
        """Keep these rows as they stand in the file, each with its line and reason."""
        ...

    def close(self) -> str | None:
        """Finish; the path of the quarantine file, None when nothing was rejected."""
        ...


class Stage(Protocol):
    """Parsed rows that wait until the whole file has been read: few in memory, many on disk."""

    def add(self, rows: pl.DataFrame) -> None:
        """Keep rows, in order."""
        ...

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """The kept rows in order, in pieces fit for memory; as often as asked."""
        ...

    def __len__(self) -> int:
        """How many pieces."""
        ...

    def discard(self) -> None:
        """Forget everything and free the disk; safe to call twice."""
        ...


class DataFiles(Protocol):
    """The files of this machine."""

    def open(self, path: str, options: ReadOptions) -> DataFile:
        """Look at a file; an InputError says what is wrong with one that cannot be read."""
        ...

    def quarantine(self, path: str) -> Quarantine:
        """A new quarantine for the rejected rows of the file `path`."""
        ...

    def stage(self) -> Stage:
        """A new, empty stage."""
        ...


class ShippedData(Protocol):
    """The market data that comes with the package."""

    def demo_bars(self) -> str:
        """Path of a file of daily bars with adjusted closes."""
        ...
