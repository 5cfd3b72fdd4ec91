"""The tables of trading in PostgreSQL: `paper` and `live` are schemas of their own, which know nothing of each other.

This file decides that a batch is one transaction together with how far its journal was read, which makes booking the
same stretch twice the same as once; and whose a schema is: one that we did not mark as ours is never emptied.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, inspect, select, text
from sqlalchemy.exc import DBAPIError

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.place import Place
from tradewright.adapters.database.rows import is_new, upsert
from tradewright.adapters.database.schema.trading import PROGRESS, trading_tables
from tradewright.adapters.database.types import Exact
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.table_layout import LAYOUT, VERSION
from tradewright.ports.tables import BookedFacts, Cell, TableRow

MODES: Final = ("paper", "live")
ROWS: Final = 10_000
"""Rows of one answer at most."""
ASKED_MS: Final = 30_000
"""How long a question may take."""
_OURS: Final = "tradewright trading tables"
_MARK: Final = f"{_OURS} {VERSION}"
_ONE_AT_A_TIME: Final = 7_220_105_000_002
"""A number of our own for PostgreSQL's advisory lock."""
_JSON: Final = """
CREATE OR REPLACE FUNCTION {schema}.json_extract(document text, place text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT replace(document, '\\u0000', '\\ufffd')::json #>> string_to_array(substr(place, 3), '.') $$
"""
"""A field of a JSON text by its place, `$.parent`, as SQLite says it: one question is asked of both. The character NUL,
which no text of PostgreSQL holds, is replaced."""
_PIECES: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\?|%""", re.DOTALL)
_REBUILD: Final = "`tradewright trade journal --rebuild` makes the tables anew"


class ServerTables:
    """The tables of one mode; made when they are first needed. Whoever may ask in SQL sees what the user of the
    address may see of the whole database."""

    def __init__(self, place: Place, mode: str) -> None:
        self._database = Database(place)
        self._mode = mode
        self._tables = trading_tables(mode)
        self._is_ready = False

    @property
    def place(self) -> str:
        """The address without its password, and the schema."""
        return f"{self._database.place} (schema {self._mode})"

    def booked(self, session: str) -> int:
        """From the table of progress."""
        self._ready()
        progress = self._table(PROGRESS)
        with self._database.reading() as connection:
            asked = select(progress.c.sequence).where(progress.c.session == session)
            return int(connection.execute(asked).scalar() or 0)

    def book(self, facts: BookedFacts) -> None:
        """One transaction; what follows from records that were booked before is passed over as a whole."""
        self._ready()
        progress = self._table(PROGRESS)
        batches = list(self._batches(facts.rows))
        with self._database.writing() as connection:
            is_new(connection, progress, cells={"session": facts.session, "sequence": 0})
            asked = select(progress.c.sequence).where(progress.c.session == facts.session).with_for_update()
            if facts.sequence <= connection.execute(asked).scalar_one():
                return
            for table, rows in batches:
                _put(connection, table, rows=rows)
            done = progress.update().where(progress.c.session == facts.session)
            connection.execute(done.values(sequence=facts.sequence))

    def forget(self, session: str) -> None:
        """In every table."""
        self._ready()
        with self._database.writing() as connection:
            for table in self._tables.tables.values():
                connection.execute(table.delete().where(table.c.session == session))

    def ask(self, sql: str, *values: Cell) -> Sequence[Mapping[str, Cell]]:
        """As a part of a question of our own, in a transaction that may only read and whose settings do not stay."""
        self._ready()
        asked = _in_words_of_the_driver(sql.strip().rstrip(";"), len(values))
        try:
            with self._database.asking() as connection:
                connection.exec_driver_sql(f"SET LOCAL search_path = {self._mode}")
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {ASKED_MS}")
                found = connection.exec_driver_sql(
                    f"SELECT * FROM (\n{asked}\n) AS asked LIMIT %s", (*values, ROWS)
                ).mappings()
                return [{name: _cell(value) for name, value in row.items()} for row in found]
        except DBAPIError as problem:
            raise InputError(
                "the tables cannot be asked that", expected="one SELECT", found=str(problem.orig).partition("\n")[0]
            ) from problem.orig

    def close(self) -> None:
        """Close the connections; who comes back looks at the tables anew."""
        self._is_ready = False
        self._database.close()

    def _table(self, name: str) -> Table:
        return self._tables.tables[f"{self._mode}.{name}"]

    def _ready(self) -> None:
        """Make the tables, one process at a time; those of an older layout are made anew."""
        if self._is_ready:
            return
        with self._database.rebuilding() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
            marked = _mark_of(connection, self._mode)
            if marked != _MARK:
                self._make(connection, marked)
        self._is_ready = True

    def _make(self, connection: Connection, marked: str | None) -> None:
        there = set(inspect(connection).get_table_names(schema=self._mode))
        ours = {table.name for table in self._tables.tables.values()}
        if there & ours and not (marked or "").startswith(_OURS):
            raise StorageError(
                f"{self.place} holds tables of another program",
                expected="a schema of this program, or none",
                found=", ".join(sorted(there & ours)),
                remedy="let database.url name another database",
            )
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {self._mode}")
        for name in sorted(there & ours):
            connection.exec_driver_sql(f"DROP TABLE {self._mode}.{name} CASCADE")
        self._tables.create_all(connection)
        connection.exec_driver_sql(_JSON.format(schema=self._mode))
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {self._mode} IS '{_MARK}'")

    def _batches(self, rows: Iterable[TableRow]) -> Iterator[tuple[Table, list[dict[str, object]]]]:
        """One row a key, with the last that was said of each of its cells; then those with the same cells together."""
        merged: dict[tuple[str, tuple[Cell, ...]], dict[str, Cell]] = {}
        for row in rows:
            key = tuple(row.cells.get(name) for name in LAYOUT[row.table].key)
            merged.setdefault((row.table, key), {}).update(row.cells)
        alike: dict[tuple[str, frozenset[str]], list[dict[str, object]]] = {}
        for (name, _), cells in merged.items():
            table = self._table(name)
            strange = cells.keys() - set(table.c.keys())
            if strange:
                raise StorageError(
                    f"the tables in {self.place} cannot be written",
                    found=f"no column {', '.join(sorted(strange))} in {name}",
                    remedy=_REBUILD,
                )
            alike.setdefault((name, frozenset(cells)), []).append(
                {column: _kept(value, table.c[column]) for column, value in cells.items()}
            )
        for (name, _), found in alike.items():
            yield self._table(name), found


def forgotten(connection: Connection) -> None:
    """Remove the tables of every mode: the journals that they follow are others now."""
    for schema in MODES:
        if (_mark_of(connection, schema) or "").startswith(_OURS):
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")


def _mark_of(connection: Connection, schema: str) -> str | None:
    asked = text("SELECT obj_description(to_regnamespace(:schema), 'pg_namespace')")
    return connection.execute(asked, {"schema": schema}).scalar()


def _put(connection: Connection, table: Table, *, rows: list[dict[str, object]]) -> None:
    keys = [column.name for column in table.primary_key]
    wish = upsert(connection, table)
    others = {name: wish.excluded[name] for name in rows[0] if name not in keys}
    if others:
        connection.execute(wish.on_conflict_do_update(index_elements=keys, set_=others), rows)
    else:
        connection.execute(wish.on_conflict_do_nothing(), rows)


def _kept(value: Cell, column: Column[Any]) -> object:
    """Exact numbers come as text; the character NUL is in no text of PostgreSQL."""
    if isinstance(column.type, Exact) and value is not None:
        return Decimal(value)
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


def _cell(value: object) -> Cell:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bool) or not (value is None or isinstance(value, str | int)):
        return int(value) if isinstance(value, bool) else str(value)
    return value


def _in_words_of_the_driver(sql: str, values: int) -> str:
    """Question marks become places for values, but not those in a text; what is a percent sign stays one."""
    places = 0

    def said(found: re.Match[str]) -> str:
        nonlocal places
        places += found.group() == "?"
        return "%s" if found.group() == "?" else found.group().replace("%", "%%")

    asked = _PIECES.sub(said, sql)
    if places != values:
        raise InputError("the tables cannot be asked that", expected=f"{places} values", found=f"{values}")
    return asked
