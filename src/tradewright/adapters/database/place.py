"""Where the state lies: a file, or a PostgreSQL server; and how that is said without its password."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from tradewright.domain.errors import InputError

SERVER: Final = "postgresql+psycopg"
_WRITTEN: Final = frozenset({"postgresql", "postgres", SERVER})
_EXPECTED: Final = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a database."""

    url: URL = field(repr=False)
    file: Path | None = None
    """The file, where it is SQLite."""

    @property
    def is_file(self) -> bool:
        """SQLite, for one machine."""
        return self.file is not None

    @property
    def kind(self) -> str:
        """`SQLite` or `PostgreSQL`."""
        return "SQLite" if self.is_file else "PostgreSQL"

    def __str__(self) -> str:
        if self.file is not None:
            return str(self.file)
        return self.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)

    def without_secret(self, text: str) -> str:
        """A text of somebody else, who may have repeated the password."""
        password = self.url.password
        return text.replace(password, "***") if password else text


def server(url: str) -> Place:
    """A PostgreSQL server by its address; InputError that shows no password."""
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise InputError("database.url cannot be read", expected=_EXPECTED) from None
    if read.drivername not in _WRITTEN:
        raise InputError(
            "database.url names no database that state can be kept in",
            expected=f"{_EXPECTED}, or an empty one for SQLite",
            found=f"{read.drivername}://...",
            remedy="for a SQLite file set database.path instead",
        )
    if not read.database:
        raise InputError("database.url names no database", expected=_EXPECTED, found="nothing after the host")
    return Place(read.set(drivername=SERVER))


def file(path: Path) -> Place:
    """A SQLite file, whether it is there or not."""
    return Place(URL.create("sqlite", database=str(path)), path)
