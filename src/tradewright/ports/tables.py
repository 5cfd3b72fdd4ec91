"""The SQL tables of trading: what stands in the journals, laid out so that it can be asked in SQL.

This port decides that tables follow journals and never lead: they can be thrown away and made anew, and a fact that is
booked twice is booked once. Nobody on the way of an order waits for them. `table_layout.py` says what is in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

Cell = str | int | None
"""Exact numbers are text; times are nanoseconds UTC."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row for a table; one that is there under the same key takes its place."""

    table: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class BookedFacts:
    """Rows that follow from a stretch of a journal."""

    session: str
    sequence: int
    """The last record that they follow from."""
    rows: Sequence[TableRow] = field(default=())


class TradingTables(Protocol):
    """The tables of one mode."""

    @property
    def place(self) -> Path | str:
        """Where they lie: a file, or a database as it is shown to people."""
        ...

    def booked(self, session: str) -> int:
        """The last record of a session's journal that the tables have; 0 where they have none."""
        ...

    def book(self, facts: BookedFacts) -> None:
        """Take rows in, all or none; records that were taken before change nothing. StorageError where it fails."""
        ...

    def forget(self, session: str) -> None:
        """Remove all rows of a session."""
        ...

    def ask(self, sql: str, *values: Cell) -> Sequence[Mapping[str, Cell]]:
        """Rows of a question, with values for its question marks; it cannot change anything. InputError for one that
        cannot be asked."""
        ...

    def close(self) -> None:
        """Let go; twice is allowed."""
        ...
