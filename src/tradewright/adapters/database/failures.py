"""What a database says when it fails, as our errors: where it is, what was found, what to do; never with a password."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree

from tradewright.adapters.database.place import Place
from tradewright.domain.errors import Conflict, InputError, StorageError, TradewrightError, way_out

UPGRADE: Final = "`tradewright db upgrade` brings it up to date"
LOCKED: Final = "somebody else holds it for long; look who, and try again"
FULL: Final = "free some space where the database lies"
RIGHTS: Final = "check who may read and write there"
DAMAGED: Final = "bring a backup back with `tradewright db restore`"
UNREACHED: Final = "check that the server runs, and database.url"
BY_SQLITE: Final = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": RIGHTS,
    "SQLITE_PERM": RIGHTS,
    "SQLITE_CANTOPEN": RIGHTS,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_IOERR": "check the disk that it lies on, and that it has space left",
    "SQLITE_ERROR": UPGRADE,
}
BY_STATE: Final = {
    "08": UNREACHED,
    "28": "check user and password in database.url",
    "3D": "create the database, or check its name in database.url",
    "3F": "check the schema that database.url names",
    "40": "others changed the same at once; try again",
    "42501": "let the user of database.url read, write and create tables there",
    "42": UPGRADE,
    "53100": FULL,
    "53300": "raise max_connections of the server, or let fewer processes connect",
    "53": "the server is out of memory or another resource; see its log",
    "55P03": LOCKED,
    "57": "the server ended the connection; see its log, and try again",
    "25P03": "a step took too long and was given up by the server; try again",
    "25006": "the server may only be read; let database.url name the primary one",
}
"""By SQLSTATE or its class; the longest that fits."""
BY_WORDS: Final = (
    ("password authentication failed", BY_STATE["28"]),
    ("no password supplied", BY_STATE["28"]),
    ("no pg_hba.conf entry", BY_STATE["28"]),
    ("does not exist", "check user and database in database.url"),
    ("too many clients", BY_STATE["53300"]),
    ("remaining connection slots", BY_STATE["53300"]),
)
"""A connection that never came about has no SQLSTATE."""


@contextmanager
def telling(place: Place, doing: str) -> Iterator[None]:
    """Whatever the database or the system raises inside is raised as one of our errors."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError, OverflowError) as problem:
        raise failure(place, problem, doing=doing) from _shown(problem)


def failure(place: Place, problem: Exception, *, doing: str) -> TradewrightError:
    """What to raise for it."""
    cause = getattr(problem, "orig", None) or problem
    if isinstance(cause, TradewrightError):
        return cause
    found = place.without_secret(_first_line(cause))
    if isinstance(problem, DataError) or isinstance(cause, UnicodeError | OverflowError):
        return InputError("this cannot be kept in a database", found=found)
    if isinstance(problem, NoneFree):
        return StorageError(
            f"the database {place} cannot be {doing}",
            found="all connections at work",
            remedy="try again; where it stays so, let fewer ask at once",
        )
    if isinstance(problem, IntegrityError):
        return Conflict("this does not go with what is kept", found=found, remedy="look again, and try again")
    return StorageError(f"the database {place} cannot be {doing}", found=found, remedy=_remedy(place, cause))


def _remedy(place: Place, cause: BaseException) -> str:
    code = getattr(cause, "sqlite_errorname", None)
    if code:
        primary = next((one for one in BY_SQLITE if str(code).startswith(one)), "")
        return BY_SQLITE.get(primary, way_out(cause))
    if isinstance(cause, OSError):
        return way_out(cause)
    state = getattr(cause, "sqlstate", None)
    if state:
        fitting = sorted((one for one in BY_STATE if str(state).startswith(one)), key=len)
        return BY_STATE[fitting[-1]] if fitting else "see the server's log"
    text = str(cause)
    told = next((remedy for words, remedy in BY_WORDS if words in text), "")
    return told or (way_out(cause) if place.is_file else UNREACHED)


def _first_line(cause: BaseException) -> str:
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].endswith("Multiple connection attempts failed. All failures were:"):
        return lines[1].removeprefix("- ")
    return lines[0] if lines else type(cause).__name__


def _shown(problem: Exception) -> BaseException:
    """The driver's error: SQLAlchemy's repeats statements and what was in them, keys and passwords too."""
    return getattr(problem, "orig", None) or problem
