"""A database with all tables and nothing in them, once as a SQLite file and once in PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.servers import PostgresServer

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.migrating import upgrade
from tradewright.adapters.database.opening import opened, unchecked
from tradewright.adapters.database.place import Place, file, server
from tradewright.adapters.database.schema import METADATA
from tradewright.adapters.database.trading_tables import ServerTables

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def migrated(postgres_server: PostgresServer) -> Iterator[Place]:
    """A database in PostgreSQL that the tests of one worker use one after the other, each emptied before."""
    with postgres_server.fresh() as name:
        place = server(postgres_server.address(name))
        made = unchecked(place)
        upgrade(made)
        made.close()
        yield place


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    path = tmp_path_factory.mktemp("migrated") / "state.sqlite"
    opened(file(path)).close()
    return path


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where it lies."""
    return place_of(request.param, request, folder=tmp_path)


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    """The database, open."""
    made = opened(place)
    yield made
    made.close()


def place_of(kind: str, request: pytest.FixtureRequest, *, folder: Path) -> Place:
    """Where one lies that has all tables and nothing in them."""
    if kind == "sqlite":
        path = folder / "a stâte with spaces" / "state.sqlite"
        path.parent.mkdir()
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        return file(path)
    place: Place = request.getfixturevalue("migrated")
    emptied(place)
    return place


def emptied(place: Place) -> None:
    """Take every row out."""
    made = unchecked(place)
    with made.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    made.close()


def server_tables(place: Place, mode: str = "paper") -> ServerTables:
    """The tables of trading of a mode in PostgreSQL, with nothing in them."""
    made = unchecked(place)
    with made.writing() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {mode} CASCADE"))
    made.close()
    return ServerTables(place, mode)
