"""A calendar knows on which days a venue traded and when it really opened and closed, holidays and half days included.

Regular hours, which need no library, are `tradewright.domain.calendars`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

NO_BREAK = np.iinfo(np.int64).min
"""Stands for "no midday break" in `Schedule`."""


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """The sessions of one venue in columns, ascending; times in nanoseconds UTC."""

    venue: str
    sessions: NDArray[np.int32]
    """Days since 1970-01-01."""
    opens: NDArray[np.int64]
    closes: NDArray[np.int64]
    """Real closes: earlier than regular on half days."""
    break_starts: NDArray[np.int64]
    """`NO_BREAK` where the session has no midday break."""
    break_ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.sessions)


class Calendars(Protocol):
    """Knows the sessions of venues."""

    def sessions(self, venue: str, *, first: int, last: int) -> NDArray[np.int32]:
        """Session days from `first` to `last`, both inclusive, in days since 1970-01-01; else `UnknownVenue`."""
        ...

    def schedule(self, venue: str, *, first: int, last: int) -> Schedule:
        """The same sessions with their real opens and closes."""
        ...


class CronTimes(Protocol):
    """Knows when a cron expression comes next."""

    def next(self, expression: str, *, after_ns: int, timezone: str) -> int:
        """The first moment after then, nanoseconds UTC; InputError for an expression or zone that cannot be read."""
        ...
