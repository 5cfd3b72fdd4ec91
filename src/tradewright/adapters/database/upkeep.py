"""The database as a whole: looked at, brought to another version, copied and put back.

This file decides how a copy is consistent while others work: SQLite copies itself page by page until it has one moment
of it; PostgreSQL hands out each table by COPY in one transaction that sees one moment.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, func, inspect, select, text

from tradewright.adapters.database.engine import BUSY_MS, Database
from tradewright.adapters.database.failures import telling
from tradewright.adapters.database.migrating import downgrade, rebuilt, steps, tables_at, upgrade
from tradewright.adapters.database.opening import check, too_new, unchecked, version
from tradewright.adapters.database.place import Place, file
from tradewright.adapters.database.schema import METADATA
from tradewright.adapters.database.schema.jobs import JOBS
from tradewright.adapters.database.schema.leases import LEASES
from tradewright.adapters.database.trading_tables import forgotten
from tradewright.adapters.database.versions import NEWEST, NOTHING, version_of
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.clock import Clock
from tradewright.ports.database import DatabaseCopy, DatabaseShown, SchemaStep
from tradewright.ports.jobs import JobLife

if TYPE_CHECKING:
    from psycopg import Connection as ServerConnection

WHOLE: Final = "state.sqlite"
"""The copy of a SQLite file."""
_CHUNK: Final = 1 << 16
_WAIT_S: Final = 0.25
_SIDES: Final = ("", "-wal", "-shm", "-journal")


class DatabaseUpkeep:
    """`StateDatabase` at a place."""

    def __init__(self, place: Place, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._open: Database | None = None

    @property
    def kind(self) -> str:
        """By its place."""
        return self._place.kind

    @property
    def files(self) -> Sequence[Path]:
        """SQLite's file and what lies beside it."""
        path = self._place.file
        return [] if path is None else [path.with_name(path.name + side) for side in _SIDES]

    def steps(self) -> Sequence[SchemaStep]:
        """As the migrations tell them."""
        return [SchemaStep(one.version, one.title) for one in steps()]

    def version(self) -> str:
        """As the database says; a file that is not there has none, and is not made."""
        return version(self._database) if self._is_there else NOTHING

    def shown(self) -> DatabaseShown:
        """Rows are counted where the tables are of this version; a file that is not there is not made."""
        found = self.version()
        if not self._is_there:
            return DatabaseShown(
                kind=self.kind,
                place=str(self._place),
                version=found,
                server=sqlite3.sqlite_version,
                size_bytes=0,
                rows={},
            )
        rows: dict[str, int] = {}
        with self._database.reading() as connection:
            if found == NEWEST:
                for table in METADATA.sorted_tables:
                    rows[table.name] = connection.execute(select(func.count()).select_from(table)).scalar_one()
            return DatabaseShown(
                kind=self.kind,
                place=str(self._place),
                version=found,
                server=_server(connection),
                size_bytes=_size(connection, self.files),
                rows=rows,
            )

    def at_work(self) -> Sequence[str]:
        """By leases that have not run out."""
        if self.version() != NEWEST:
            return []
        now = self._clock.now_ns()
        held = select(LEASES.c.name, LEASES.c.holder).where(LEASES.c.until_ns > now, LEASES.c.holder != "")
        runs = select(JOBS.c.id, JOBS.c.worker).where(JOBS.c.life == JobLife.RUNNING, JOBS.c.lease_until_ns > now)
        with self._database.reading() as connection:
            leases = [f"{holder} holds {name}" for name, holder in connection.execute(held)]
            jobs = [f"{worker} does job {job}" for job, worker in connection.execute(runs)]
        return leases + jobs

    def upgrade(self) -> tuple[str, str]:
        """To the version of this program."""
        return upgrade(self._database)

    def downgrade(self, to: str) -> tuple[str, str]:
        """To an older one."""
        return downgrade(self._database, to=to)

    def copy(self, folder: Path) -> DatabaseCopy:
        """Into a folder that is there."""
        if self._place.file is not None:
            with telling(self._place, "copied"):
                if self._is_there:
                    _copy_pages(self._place.file, folder / WHOLE)
                else:
                    (folder / WHOLE).touch(mode=0o600)  # a file without a byte is a database without a table
            return DatabaseCopy(kind=self.kind, version=self.version(), files={WHOLE: ()})
        with self._database.reading() as connection:
            found, driver = version_of(connection), _driver(connection)
            files: dict[str, tuple[str, ...]] = {}
            for name in tables_at(found):
                columns = tuple(one["name"] for one in inspect(connection).get_columns(name))
                _copy_out(driver, folder / f"{name}.copy", table=name, columns=columns)
                files[f"{name}.copy"] = columns
            return DatabaseCopy(kind=self.kind, version=found, files=files)

    def restore(self, folder: Path, copy: DatabaseCopy) -> None:
        """In one transaction."""
        if copy.kind != self.kind:
            raise InputError(
                "this backup is of another kind of database",
                expected=f"one of {self.kind}, which the settings name",
                found=f"one of {copy.kind}",
                remedy="let database.url and database.path name one of that kind",
            )
        known = [NOTHING, *(one.version for one in steps())]
        if copy.version not in known:
            raise too_new(self._place, copy.version)
        if self.kind == "SQLite":
            self._restore_file(folder / WHOLE)
        else:
            self._restore_tables(folder, copy)
        check(self._place, self.version())

    def close(self) -> None:
        """Close its connections."""
        database, self._open = self._open, None
        if database is not None:
            database.close()

    @property
    def _is_there(self) -> bool:
        return self._place.file is None or self._place.file.exists()

    @property
    def _database(self) -> Database:
        if self._open is None:
            self._open = unchecked(self._place)
        return self._open

    def _restore_file(self, copy: Path) -> None:
        """The copy is brought up to date first, by itself; then its pages take the place of the others at once."""
        staged = unchecked(file(copy))
        try:
            upgrade(staged)
            with staged.reading() as connection:
                found = str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())
                if found != "ok":
                    raise StorageError(f"the database in the backup is damaged: {found}", remedy="use another backup")
        finally:
            staged.close()
        assert self._place.file is not None
        _ = self._database
        with telling(self._place, "restored"):
            _copy_pages(copy, self._place.file)

    def _restore_tables(self, folder: Path, copy: DatabaseCopy) -> None:
        with rebuilt(self._database, copy.version) as connection:
            driver = _driver(connection)
            tables = tables_at(copy.version)
            if {f"{name}.copy" for name in tables} != set(copy.files):
                raise StorageError(
                    "the database in the backup has other tables than its version",
                    expected=", ".join(sorted(tables)),
                    found=", ".join(sorted(copy.files)),
                    remedy="use another backup",
                )
            for name in tables:
                _copy_in(driver, folder / f"{name}.copy", table=name, columns=copy.files[f"{name}.copy"])
            forgotten(connection)


def _copy_pages(source: Path, target: Path) -> None:
    """One moment of the source, in place of all of the target, in one transaction of it."""
    waits = 0

    def told(*counts: int) -> None:
        """The first is what the last step came to; it is asked before each wait."""
        nonlocal waits
        waits += counts[0] in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
        if waits * _WAIT_S > BUSY_MS / 1000:
            raise sqlite3.OperationalError("database is locked")

    with (
        closing(sqlite3.connect(source, timeout=_WAIT_S)) as old,
        closing(sqlite3.connect(target, timeout=_WAIT_S)) as new,
    ):
        old.backup(new, progress=told, sleep=_WAIT_S)


def _driver(connection: Connection) -> "ServerConnection[object]":
    found: ServerConnection[object] = connection.connection.driver_connection  # type: ignore[assignment]
    return found


def _copy_out(driver: "ServerConnection[object]", path: Path, *, table: str, columns: Sequence[str]) -> None:
    asked = f'COPY (SELECT {_names(columns)} FROM "{table}") TO STDOUT'
    with path.open("wb") as file, driver.cursor() as cursor, cursor.copy(asked.encode()) as rows:
        for row in rows:
            file.write(row)


def _copy_in(driver: "ServerConnection[object]", path: Path, *, table: str, columns: Sequence[str]) -> None:
    asked = f'COPY "{table}" ({_names(columns)}) FROM STDIN'
    with path.open("rb") as file, driver.cursor() as cursor, cursor.copy(asked.encode()) as rows:
        while chunk := file.read(_CHUNK):
            rows.write(chunk)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _server(connection: Connection) -> str:
    asked = "SELECT sqlite_version()" if connection.dialect.name == "sqlite" else "SHOW server_version"
    return str(connection.exec_driver_sql(asked).scalar())


def _size(connection: Connection, files: Sequence[Path]) -> int:
    if files:
        return sum(path.stat().st_size for path in files if path.exists())
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
