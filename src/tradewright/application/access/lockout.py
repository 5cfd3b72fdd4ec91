"""Who guesses passwords waits: a while after a few wrong ones in a row, and twice as long after each further one.

This file decides how long: five guesses are free, then 2 s, 4 s, 8 s up to a quarter of an hour, counted for the name
and for the address, whether there is such a person or not. A guess counts before it is looked at, so that many at once
are no way around.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from tradewright.ports.clock import Clock

FREE: Final = 5
LONGEST_S: Final = 900
FORGOTTEN_S: Final = 3_600
"""Guesses so long ago count no more."""
MOST: Final = 10_000
"""Names and addresses that are remembered."""
_SECOND: Final = 1_000_000_000


def wait_ns(failures: int) -> int:
    """How long after so many wrong guesses in a row nothing is looked at.

    >>> [wait_ns(count) // 1_000_000_000 for count in (0, 4, 5, 6, 7, 60)]
    [0, 0, 2, 4, 8, 900]
    """
    if failures < FREE:
        return 0
    return int(min(2 ** min(failures - FREE + 1, 10), LONGEST_S) * _SECOND)


@dataclass(slots=True)
class _Count:
    failures: int
    locked_until_ns: int
    last_ns: int


@dataclass(slots=True)
class Lockout:
    """Guesses in this process, by name and by address. Safe for several threads."""

    clock: Clock
    _counts: OrderedDict[str, _Count] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, *subjects: str) -> int:
        """Count a guess about to be looked at; else the nanoseconds to wait, and nothing was counted."""
        now = self.clock.monotonic_ns()
        with self._lock:
            counts = [self._count(one, now) for one in subjects]
            waiting = max((one.locked_until_ns - now for one in counts), default=0)
            if waiting > 0:
                return waiting
            for one in counts:
                one.failures, one.last_ns = one.failures + 1, now
                one.locked_until_ns = now + wait_ns(one.failures)
            return 0

    def passed(self, *subjects: str) -> None:
        """It was right: forget the wrong ones before."""
        with self._lock:
            for one in subjects:
                self._counts.pop(one, None)

    def _count(self, subject: str, now: int) -> _Count:
        found = self._counts.get(subject)
        if found is None or now - found.last_ns > FORGOTTEN_S * _SECOND:
            found = self._counts[subject] = _Count(0, 0, now)
        self._counts.move_to_end(subject)
        while len(self._counts) > MOST:
            self._counts.popitem(last=False)
        return found
