"""The tables of trading in one SQLite file: written ahead (WAL), so that whoever reads waits for nobody.

This file decides that a batch is one transaction together with how far its journal was read, which makes booking the
same stretch twice the same as once.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tradewright.adapters.projections.schema import INDEXES, TABLES, VERSION
from tradewright.domain.errors import InputError, StorageError, way_out
from tradewright.ports.tables import BookedFacts, Cell, TableRow

BUSY_MS: Final = 5_000
ROWS: Final = 10_000
"""Rows of one answer at most."""


class SqliteTables:
    """The file `place`, made when it is first opened; one of another schema version is made anew."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._connection: sqlite3.Connection | None = None

    @property
    def place(self) -> Path:
        """The file."""
        return self._place

    def booked(self, session: str) -> int:
        """From the table of progress."""
        with self._told("read") as connection:
            found = connection.execute("SELECT sequence FROM progress WHERE session = ?", (session,)).fetchone()
        return 0 if found is None else int(found[0])

    def book(self, facts: BookedFacts) -> None:
        """One transaction; what follows from records that were booked before is passed over as a whole."""
        with self._told("written") as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            found = connection.execute("SELECT sequence FROM progress WHERE session = ?", (facts.session,)).fetchone()
            if found is not None and facts.sequence <= int(found[0]):
                return
            for row in facts.rows:
                connection.execute(_upsert(row), tuple(row.cells.values()))
            connection.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (facts.session, facts.sequence))

    def forget(self, session: str) -> None:
        """In every table."""
        with self._told("written") as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            for table in (*TABLES, "progress"):
                connection.execute(f"DELETE FROM {table} WHERE session = ?", (session,))

    def ask(self, sql: str, *values: Cell) -> Sequence[Mapping[str, Cell]]:
        """By a connection that may only read."""
        self._open()
        try:
            reading = sqlite3.connect(f"{self._place.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_MS / 1000)
            try:
                found = reading.execute(sql, values)
                names = [column[0] for column in found.description or ()]
                return [dict(zip(names, row, strict=True)) for row in found.fetchmany(ROWS)]
            finally:
                reading.close()
        except sqlite3.Error as problem:
            raise InputError("the tables cannot be asked that", expected="one SELECT", found=str(problem)) from problem

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            made = sqlite3.connect(self._place, timeout=BUSY_MS / 1000, isolation_level=None)
            try:
                _prepare(made)
            except sqlite3.Error:
                made.close()
                raise
            self._connection = made
        return self._connection

    @contextmanager
    def _told(self, doing: str) -> Iterator[sqlite3.Connection]:
        try:
            yield self._open()
        except (sqlite3.Error, OSError) as problem:
            self.close()
            raise StorageError(
                f"the tables in {self._place} cannot be {doing}",
                found=str(problem),
                remedy=f"{way_out(problem)}; or delete the file: `tradewright trade journal --rebuild` makes it anew",
            ) from problem


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            for table in (*TABLES, "progress"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
        for table, (columns, key) in TABLES.items():
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns}, PRIMARY KEY ({key})) WITHOUT ROWID")
        connection.execute("CREATE TABLE IF NOT EXISTS progress (session TEXT PRIMARY KEY, sequence INTEGER NOT NULL)")
        for index in INDEXES:
            connection.execute(index)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _upsert(row: TableRow) -> str:
    columns = ", ".join(row.cells)
    places = ", ".join("?" for _ in row.cells)
    _, key = TABLES[row.table]
    keys = {one.strip() for one in key.split(",")}
    updates = ", ".join(f"{name} = excluded.{name}" for name in row.cells if name not in keys)
    after = f"DO UPDATE SET {updates}" if updates else "DO NOTHING"
    return f"INSERT INTO {row.table} ({columns}) VALUES ({places}) ON CONFLICT ({key}) {after}"
