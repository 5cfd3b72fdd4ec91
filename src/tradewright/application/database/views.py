"""What is told of the platform's state as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepView:
    """One version of the tables."""

    version: str
    title: str
    is_applied: bool


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """A backup in the state folder."""

    path: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseView:
    """The database as it is."""

    kind: str
    """`SQLite` or `PostgreSQL`."""
    place: str
    """A file, or an address without its password."""
    server: str
    """Version of the library or the server."""
    version: str
    """Of the tables; `0000` where there are none."""
    newest: str
    """The version that this program wants."""
    is_current: bool
    bytes: int
    rows: Mapping[str, int]
    """By table; empty where the tables are of another version."""
    steps: tuple[StepView, ...]
    at_work: tuple[str, ...]
    """Who holds a lease or a job just now."""
    backups: tuple[ArchiveLine, ...]


@dataclass(frozen=True, slots=True)
class DatabaseMoved:
    """Tables that are of another version now."""

    before: str
    after: str
    backup: str
    """The archive that was made first; empty where there was nothing to lose."""


@dataclass(frozen=True, slots=True)
class BackUpView:
    """An archive that was made."""

    path: str
    bytes: int
    files: int
    version: str
    """Of the tables in it."""
    time_ns: int
    left_out: tuple[str, ...] = ()
    """Files that vanished while they were copied: nothing needs them any more."""


@dataclass(frozen=True, slots=True)
class RestoreView:
    """An archive that took the place of the state."""

    path: str
    files: int
    bytes: int
    taken_ns: int
    """When the archive was made."""
    version: str
    """Of the tables in it; they are of this program's version now."""
    sessions: tuple[str, ...]
    """Whose SQL tables were made anew."""
    problems: tuple[str, ...]
    """Journals that could not be read."""
