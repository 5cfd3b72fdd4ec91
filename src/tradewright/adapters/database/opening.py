"""Opening a database: only one with tables of this version is let in.

This file decides that an empty SQLite file gets its tables by itself, since there is nothing that could be lost;
everything else changes when somebody asks for it, because then a backup comes first.
"""

from pathlib import Path

from tradewright.adapters.database.engine import Database, made_ready
from tradewright.adapters.database.failures import UPGRADE, telling
from tradewright.adapters.database.place import Place
from tradewright.adapters.database.versions import NEWEST, NOTHING, version_of
from tradewright.domain.errors import StorageError
from tradewright.lazy import load


def opened(place: Place) -> Database:
    """The database with tables of this version; StorageError that says what to do where they are others."""
    database = unchecked(place)
    try:
        found = version(database)
        if found == NOTHING and database.is_file:
            load("tradewright.adapters.database.migrating").upgrade(database)
        else:
            check(place, found)
    except BaseException:
        database.close()
        raise
    return database


def unchecked(place: Place) -> Database:
    """The database, whatever its tables are: to look at it, and to bring it up to date."""
    if place.file is not None:
        _made(place, place.file)
    return Database(place)


def version(database: Database) -> str:
    """The version of its tables."""
    with database.reading() as connection:
        return version_of(connection)


def check(place: Place, found: str) -> None:
    """StorageError where these are not tables of this version."""
    if found > NEWEST:
        raise too_new(place, found)
    if found < NEWEST:
        told = "no tables" if found == NOTHING else f"version {found}"
        raise StorageError(
            f"the tables in {place} are not up to date", expected=f"version {NEWEST}", found=told, remedy=UPGRADE
        )


def too_new(place: Place, found: str) -> StorageError:
    """Tables that a newer program made."""
    return StorageError(
        f"the database {place} was made by a newer version of this program",
        expected=f"tables of version {NEWEST}",
        found=f"version {found}",
        remedy="use that program; its `tradewright db downgrade` can take the tables back",
    )


def _made(place: Place, path: Path) -> None:
    with telling(place, "opened"):
        made_ready(path)
