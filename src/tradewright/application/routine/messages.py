"""What comes by itself, as messages that a schedule sends. Each may be sent again: it is done once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckStoredData:
    """Look at the quality of every stored series. Answer: names with counts and the worst series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepBackup:
    """Back up the whole state once a day, and remove the oldest of these backups. Answer: its path and size."""

    keep: int = 7
    """So many of the newest stay; those made by hand are not counted."""


@dataclass(frozen=True, slots=True)
class SnapshotRisk:
    """Keep an assessment of the risk of each running session. Answer: how many were kept."""


@dataclass(frozen=True, slots=True)
class SummarizeDay:
    """Sum up the sessions that run or ended today. Answer: a line a session."""
