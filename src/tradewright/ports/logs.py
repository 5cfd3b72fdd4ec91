"""What the processes of a project have said, to be read again: by service, level, time, and by what it was part of."""

from dataclasses import dataclass
from typing import Final, Protocol

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
"""From what matters least to what matters most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One thing that a process said."""

    time: str
    """ISO 8601 in UTC, to the microsecond."""
    level: str
    service: str
    """Which of our processes: `trader`, `worker`, `platform` ..."""
    process: int
    logger: str
    correlation_id: str
    """What it was part of; empty: of nothing that was asked."""
    message: str
    fields: tuple[tuple[str, str], ...] = ()
    exception: str = ""
    """The stack of a failure, without the values of its variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which lines are wanted."""

    service: str = ""
    level: str = ""
    """This one and what matters more; empty: every one."""
    correlation_id: str = ""
    since: str = ""
    """ISO 8601 in UTC; empty: from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Lines, oldest first, and where to go on from."""

    lines: tuple[LogLine, ...]
    cursor: str
    """Give it back to get what came later."""


class LogTrail(Protocol):
    """The lines that are kept."""

    def latest(self, wanted: LogFilter, most: int) -> LogPage:
        """The newest lines that are wanted, at most so many."""
        ...

    def later(self, wanted: LogFilter, cursor: str) -> LogPage:
        """What came after the cursor; some of it may be lost where the files were turned over many times since."""
        ...
