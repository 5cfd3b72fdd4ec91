"""A database that is open: connections, and the two ways to use one.

This file decides what a transaction is on both: whoever reads sees one moment; whoever writes either has the write lock
of SQLite from its first word on (BEGIN IMMEDIATE), or locks rows in PostgreSQL. A process that was frozen with a
transaction open is thrown out by the server, so that it cannot hold up the others for long.
"""

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, event

from tradewright.adapters.database.failures import telling
from tradewright.adapters.database.place import Place
from tradewright.adapters.database.types import json_text
from tradewright.adapters.database.versions import VERSION_TABLE
from tradewright.domain.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MS: Final = 30_000
"""How long a writer waits for the others."""
FROZEN_MS: Final = 60_000
"""How long a transaction may stand still on a server."""
CONNECTIONS: Final = 15
"""Of one process at most; the next asks wait for one."""
CONNECT_S: Final = 10
OLDEST_SQLITE: Final = (3, 35, 0)
"""The first that answers an UPDATE with what it wrote."""
_BEGIN: Final = "tradewright_begin"


class _Cursor(Protocol):
    def execute(self, sql: str, /) -> object: ...

    def close(self) -> object: ...


class _Driver(Protocol):
    """A connection as the driver gives it."""

    isolation_level: str | None
    autocommit: bool

    def cursor(self) -> _Cursor: ...


class Database:
    """The database at a place; connections are made when they are needed and kept for the next who asks."""

    def __init__(self, place: Place) -> None:
        self.place = place
        with telling(place, "opened"):
            self._engine = _file_engine(place) if place.is_file else _server_engine(place)
        how: dict[str, object] = (
            {} if place.is_file else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        self._readers = self._engine.execution_options(**how)
        self._writers = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        # who forgets to close it, as a command does that ends anyway, leaves no connection to the server behind
        weakref.finalize(self, self._engine.dispose)

    @property
    def is_file(self) -> bool:
        """SQLite."""
        return self.place.is_file

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment and changes nothing; StorageError where it fails."""
        return self._transaction(self._readers, "read")

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction: all of it, or nothing where anything is raised; StorageError where it fails."""
        return self._transaction(self._writers, "written")

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """A connection for somebody else's question: it changes nothing, and what it sets is forgotten; what the
        database says of the question is raised as it is."""
        with telling(self.place, "read"):
            connection = self._readers.connect()
        with connection, connection.begin() as transaction:
            try:
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def rebuilding(self) -> Iterator[Connection]:
        """A transaction that may lay tables anew; SQLite looks at foreign keys at its end instead of at each step."""
        with telling(self.place, "changed"), self._writers.connect() as connection:
            if not self.is_file:
                with connection.begin():
                    yield connection
                return
            _told_to(connection, "PRAGMA foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if lost:
                        raise StorageError(
                            f"the tables of {self.place} cannot be laid anew",
                            expected="every row that is named to be there",
                            found=f"{len(lost)} rows without, in {lost[0][0]}",
                        )
            finally:
                _told_to(connection, "PRAGMA foreign_keys = ON")

    def close(self) -> None:
        """Let all connections go; the next who asks makes new ones."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine, doing: str) -> Iterator[Connection]:
        with telling(self.place, doing), engine.connect() as connection, connection.begin():
            yield connection


def _told_to(connection: Connection, pragma: str) -> None:
    """Outside of any transaction, where SQLite listens to it."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute(pragma)


def _file_engine(place: Place) -> Engine:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StorageError(
            "SQLite is too old",
            expected=".".join(str(one) for one in OLDEST_SQLITE),
            found=sqlite3.sqlite_version,
            remedy="use a Python that brings a newer one",
        )
    engine = create_engine(
        place.url,
        connect_args={"timeout": BUSY_MS / 1000},
        json_serializer=json_text,
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=BUSY_MS / 1000,
    )
    event.listen(engine, "connect", _file_connected)
    event.listen(engine, "begin", _begun)
    return engine


def _file_connected(connection: _Driver, _: "ConnectionPoolEntry") -> None:
    """The driver begins nothing by itself; `_begun` does."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys = ON", "synchronous = FULL", f"busy_timeout = {BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql(str(connection.get_execution_options().get(_BEGIN, "BEGIN")))


def _server_engine(place: Place) -> Engine:
    try:
        engine = create_engine(
            place.url,
            connect_args={"connect_timeout": CONNECT_S, "application_name": "tradewright"},
            json_serializer=json_text,
            hide_parameters=True,
            pool_size=5,
            max_overflow=CONNECTIONS - 5,
            pool_timeout=BUSY_MS / 1000,
            pool_pre_ping=True,
        )
    except ModuleNotFoundError as missing:
        raise StorageError(
            "PostgreSQL cannot be reached",
            expected="psycopg, its client",
            found="it is not installed",
            remedy="install it with: pip install 'tradewright[postgres]'",
        ) from missing
    event.listen(engine, "connect", _server_connected)
    return engine


def _server_connected(connection: _Driver, _: "ConnectionPoolEntry") -> None:
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {BUSY_MS}")
    cursor.execute(f"SET idle_in_transaction_session_timeout = {FROZEN_MS}")
    cursor.execute("SET timezone = 'UTC'")
    cursor.close()
    connection.autocommit = False


def made_ready(path: Path) -> None:
    """A file that only its owner can read, written ahead (WAL): readers and a writer do not wait for each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # one that is there is not opened beside SQLite: closing it would drop every lock that this process holds on it, and
    # then whoever else leaves takes the log away from under our connections, with all that they write later
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and VERSION_TABLE not in tables:
            raise StorageError(
                f"{path} holds tables of another program",
                expected="a file of this program, or none",
                found=", ".join(sorted(tables)[:5]),
                remedy="let database.path name another file",
            )
        if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
            return
        # the change of mode does not wait for others by itself, so it is done while nobody else can begin
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
