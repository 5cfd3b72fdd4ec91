"""What can be asked of the platform's state as a whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """Which database it is, which version its tables have, what is in it, which backups there are.

    Answer: a `DatabaseView`.
    """


@dataclass(frozen=True, slots=True)
class UpgradeDatabase:
    """Bring the tables to this program's version, after a backup of the database. Answer: a `DatabaseMoved`."""


@dataclass(frozen=True, slots=True)
class DowngradeDatabase:
    """Bring the tables to an older version, after a backup of the database: what is only in newer ones is lost.

    Answer: a `DatabaseMoved`.
    """

    to: str
    """Its number, `0001`; `0000` removes all tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackUp:
    """Copy the state into one archive while everything goes on. Answer: a `BackUpView`."""

    path: str = ""
    """The archive; empty: `backups/` in the state folder, named by the moment."""
    only_database: bool = False
    """Without journals, bars, runs and settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Put an archive in place of the state; nothing may be at work meanwhile. Answer: a `RestoreView`."""

    path: str
    may_replace: bool = False
    """State that is there may be lost for it."""
