"""Counts of requests in the memory of this process: a window that slides over two that stand.

This file decides the same as Redis does for several processes (the count of the last window weighs as much as of it is
still inside the sliding one), and that subjects who have not asked for two windows are forgotten.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from tradewright.ports.rates import Rate

MICROSECOND: Final = 1e-6
"""More than the clock's reading and its fractions of windows are rounded by."""
SWEPT_AT: Final = 4_096
"""Subjects of which the old ones are looked for; from then on at each doubling."""


@dataclass(slots=True)
class _Counted:
    window: int
    """Number of the standing window, of its length since the clock's zero."""
    now: int = 0
    before: int = 0
    """In it, and in the one before it."""
    seconds: int = 60


@dataclass(slots=True)
class OwnRates:
    """Implements the port for one process. Safe for several threads."""

    clock_s: Callable[[], float] = time.monotonic
    _counted: dict[str, _Counted] = field(default_factory=dict)
    _sweep_at: int = SWEPT_AT
    _lock: Lock = field(default_factory=Lock)

    def take(self, subject: str, rate: Rate) -> int:
        """See the port."""
        windows = self.clock_s() / rate.seconds
        window = math.floor(windows)
        with self._lock:
            found = self._counted.get(subject)
            if found is None:
                self._sweep()
                found = self._counted[subject] = _Counted(window, seconds=rate.seconds)
            elif found.window != window:
                found.before = found.now if found.window == window - 1 else 0
                found.window, found.now = window, 0
            inside = 1 - (windows - window)
            if math.floor(found.before * inside) + found.now < rate.most:
                found.now += 1
                return 0
            return wait_s(found.before, found.now, inside=inside, rate=rate)

    def _sweep(self) -> None:
        if len(self._counted) < self._sweep_at:
            return
        now_s = self.clock_s()
        self._counted = {name: one for name, one in self._counted.items() if now_s < (one.window + 2) * one.seconds}
        self._sweep_at = max(SWEPT_AT, 2 * len(self._counted))


def wait_s(before: int, now: int, *, inside: float, rate: Rate) -> int:
    """Whole seconds until there is room for one more, where nobody else asks meanwhile; at least 1.

    `inside`: how much of the window before still lies inside the sliding one, as a fraction.

    >>> wait_s(0, 10, inside=0.5, rate=Rate(10)), wait_s(10, 5, inside=0.75, rate=Rate(10))
    (31, 16)
    """
    if now >= rate.most:  # nothing goes before the next window begins; then this one is the one before
        inside, before, now = inside + 1, now, 0
    left = inside - (rate.most - now) / max(before, 1)
    return max(1, math.floor(left * rate.seconds + MICROSECOND) + 1)
