"""The database of the platform's state as a whole: which version its tables have, how they change, how it is copied.

What stands in it is asked of the ports of the nouns (`jobs.py`, `keys.py` ...).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """One version of the tables, and what came with it."""

    version: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseShown:
    """A database as it is."""

    kind: str
    """`SQLite` or `PostgreSQL`."""
    place: str
    """A file, or an address without its password."""
    version: str
    """Of its tables; `0000` where it has none."""
    server: str
    """Version of the library or the server."""
    size_bytes: int
    rows: Mapping[str, int]
    """By table; empty where the tables are of another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCopy:
    """A copy of a database as it was at one moment: files in a folder."""

    kind: str
    version: str
    files: Mapping[str, tuple[str, ...]]
    """File -> columns of the table in it; none where the file is all of the database."""


class StateDatabase(Protocol):
    """The database, also one whose tables are of another version. StorageError where it fails."""

    @property
    def kind(self) -> str:
        """`SQLite` or `PostgreSQL`."""
        ...

    @property
    def files(self) -> Sequence[Path]:
        """Files that are the database itself; nobody copies them in another way."""
        ...

    def steps(self) -> Sequence[SchemaStep]:
        """Every version that this program knows, oldest first; the last is the one that it wants."""
        ...

    def version(self) -> str:
        """Of the tables; `0000` where there are none."""
        ...

    def shown(self) -> DatabaseShown:
        """As it is."""
        ...

    def at_work(self) -> Sequence[str]:
        """Who holds a lease or a job just now, in words."""
        ...

    def upgrade(self) -> tuple[str, str]:
        """To the newest version; from which to which. All of it or nothing."""
        ...

    def downgrade(self, to: str) -> tuple[str, str]:
        """To an older version; from which to which. All of it or nothing; InputError for one that is not known."""
        ...

    def copy(self, folder: Path) -> DatabaseCopy:
        """Copy what stands in it into files, as of one moment, while others work."""
        ...

    def restore(self, folder: Path, copy: DatabaseCopy) -> None:
        """Put a copy in place of everything in it, brought to the newest version; all of it or nothing."""
        ...

    def close(self) -> None:
        """Let go; twice is allowed."""
        ...
