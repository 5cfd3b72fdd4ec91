"""The way from one version of the tables to another, up and down."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.opening import too_new
from tradewright.adapters.database.versions import NEWEST, NOTHING, VERSION_TABLE, version_of
from tradewright.domain.errors import InputError

SCRIPTS: Final = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME: Final = 7_220_105_000_001
"""A number of our own for PostgreSQL's advisory lock."""


@dataclass(frozen=True, slots=True)
class Step:
    """One version of the tables."""

    version: str
    title: str


def steps() -> tuple[Step, ...]:
    """All versions that this program knows, oldest first."""
    found = list(ScriptDirectory(SCRIPTS).walk_revisions())
    return tuple(Step(one.revision, one.doc) for one in reversed(found))


def tables_at(version: str) -> tuple[str, ...]:
    """The tables of a version, each after those that it names: by making them in memory."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            _to(connection, version)
            found = inspect(connection).get_sorted_table_and_fkc_names()
    finally:
        engine.dispose()
    return tuple(name for name, _ in found if name is not None and name != VERSION_TABLE)


def upgrade(database: Database, *, to: str = NEWEST) -> tuple[str, str]:
    """Bring the tables up to a version; from which to which. A database that is there already stays as it is."""
    return _moved(database, to, is_up=True)


def downgrade(database: Database, *, to: str) -> tuple[str, str]:
    """Bring the tables back to a version; `0000` removes all of them, with what is in them."""
    return _moved(database, to, is_up=False)


@contextmanager
def rebuilt(database: Database, at: str) -> Iterator[Connection]:
    """One transaction in which the tables are removed and made anew as they were at a version; whoever fills them finds
    them brought to the newest at its end."""
    with database.rebuilding() as connection:
        _take_turns(database, connection)
        before = version_of(connection)
        if before > NEWEST:
            raise too_new(database.place, before)
        _to(connection, NOTHING)
        _to(connection, at)
        yield connection
        _to(connection, NEWEST)


def _moved(database: Database, to: str, *, is_up: bool) -> tuple[str, str]:
    known = [NOTHING, *(one.version for one in steps())]
    if to not in known:
        raise InputError("there is no such version of the tables", expected=f"one of {', '.join(known)}", found=to)
    with database.rebuilding() as connection:
        _take_turns(database, connection)
        before = version_of(connection)
        if before not in known:
            raise too_new(database.place, before)
        if is_up == (before < to):
            _to(connection, to)
        return before, version_of(connection)


def _take_turns(database: Database, connection: Connection) -> None:
    if not database.is_file:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})


def _to(connection: Connection, version: str) -> None:
    before = version_of(connection)
    if before < version:
        command.upgrade(_config(connection), version)
    elif before > version:
        command.downgrade(_config(connection), "base" if version == NOTHING else version)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
