"""Tables go up, down to nothing and up again on both databases; only tables of this version are opened."""

import sqlite3
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from tests.contracts.databases import KINDS

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.migrating import downgrade, steps, upgrade
from tradewright.adapters.database.opening import opened, unchecked, version
from tradewright.adapters.database.place import Place, file, server
from tradewright.adapters.database.schema import METADATA
from tradewright.adapters.database.versions import NEWEST, NOTHING
from tradewright.domain.errors import InputError, StorageError


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a database lies that has no tables yet."""
    if request.param == "sqlite":
        return file(tmp_path / "state.sqlite")
    return server(request.getfixturevalue("postgres_url"))


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def drift(database: Database) -> list[object]:
    """Where the tables differ from what the code believes them to be."""
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, METADATA))


def checks(database: Database) -> dict[str, set[str]]:
    with database.reading() as connection:
        found = inspect(connection)
        return {name: {str(one["name"]) for one in found.get_check_constraints(name)} for name in tables(database)}


def test_tables_go_up_down_to_nothing_and_up_again_without_drift(empty: Place) -> None:
    database = unchecked(empty)
    assert version(database) == NOTHING
    for _ in range(2):
        assert upgrade(database) == (NOTHING, NEWEST)
        assert drift(database) == []
        assert tables(database) == set(METADATA.tables)
        assert checks(database) == {
            name: {str(one.name) for one in table.constraints if str(one.name).startswith("ck_")}
            for name, table in METADATA.tables.items()
        }
        assert downgrade(database, to=NOTHING) == (NEWEST, NOTHING)
        assert tables(database) == set()
    assert upgrade(database) == (NOTHING, NEWEST)
    database.close()


def test_each_step_can_be_gone_alone(empty: Place) -> None:
    database = unchecked(empty)
    known = [NOTHING, *(step.version for step in steps())]
    for before, after in pairwise(known):
        assert upgrade(database, to=after) == (before, after)
    for before, after in pairwise(known[::-1]):
        assert downgrade(database, to=after) == (before, after)
    database.close()


def test_the_program_wants_the_newest_version_that_it_can_make() -> None:
    assert steps()[-1].version == NEWEST
    assert [one.version for one in steps()] == [f"{number:04}" for number in range(1, len(steps()) + 1)]


def test_up_to_where_it_is_changes_nothing(empty: Place) -> None:
    database = unchecked(empty)
    upgrade(database)
    assert upgrade(database) == (NEWEST, NEWEST)
    assert upgrade(database, to=NOTHING) == (NEWEST, NEWEST)
    assert downgrade(database, to=NEWEST) == (NEWEST, NEWEST)
    with pytest.raises(InputError, match="no such version of the tables"):
        upgrade(database, to="9999")
    database.close()


def test_a_step_that_fails_leaves_the_tables_as_they_were(empty: Place) -> None:
    database = unchecked(empty)
    with database.rebuilding() as connection:
        connection.execute(text("CREATE TABLE users (name TEXT)"))
    with pytest.raises(StorageError):
        upgrade(database)
    assert tables(database) == {"users"}
    assert version(database) == NOTHING
    database.close()


def test_a_missing_file_is_made_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "state.sqlite"
    database = opened(file(path))
    assert version(database) == NEWEST
    assert path.stat().st_mode & 0o777 == 0o600
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_an_empty_server_says_how_to_make_the_tables(postgres_url: str) -> None:
    with pytest.raises(StorageError, match=r"found no tables; `tradewright db upgrade`"):
        opened(server(postgres_url))


def test_tables_of_a_newer_program_are_left_alone(empty: Place) -> None:
    database = unchecked(empty)
    upgrade(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    doors: tuple[Callable[[], object], ...] = (
        lambda: opened(empty),
        lambda: upgrade(database),
        lambda: downgrade(database, to=NOTHING),
    )
    for door in doors:
        with pytest.raises(StorageError, match=r"made by a newer version of this program: .*found version 0999"):
            door()
    assert "jobs" in tables(database)
    database.close()


def test_tables_of_an_older_program_say_what_to_do(empty: Place) -> None:
    database = unchecked(empty)
    upgrade(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000a'"))
    with pytest.raises(StorageError, match=r"not up to date: expected version .*`tradewright db upgrade`"):
        opened(empty)
    database.close()


def test_a_file_of_something_else_is_told_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    content = b"these are no tables but notes of somebody, long enough to be looked at " * 30
    path.write_bytes(content)
    with pytest.raises(StorageError, match="file is not a database"):
        opened(file(path))
    assert path.read_bytes() == content


def test_a_file_of_another_program_is_not_filled_with_our_tables(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (a TEXT)")
    other.close()
    with pytest.raises(StorageError, match="holds tables of another program"):
        opened(file(path))
