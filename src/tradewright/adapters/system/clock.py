"""Clocks: the machine's, and one that is set by hand."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now_ns(self) -> int:
        """Nanoseconds UTC since 1970."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Nanoseconds since the machine started."""
        return time.monotonic_ns()


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved: for replay and for tests."""

    time_ns: int = 0
    elapsed_ns: int = 0

    def now_ns(self) -> int:
        """The time it was set to."""
        return self.time_ns

    def monotonic_ns(self) -> int:
        """How far it was moved forward in all."""
        return self.elapsed_ns

    def advance(self, nanoseconds: int) -> None:
        """Let time pass; it cannot run backwards."""
        if nanoseconds < 0:
            raise ValueError(f"time passes forward only; use set_wall to move the wall clock, found {nanoseconds}")
        self.time_ns += nanoseconds
        self.elapsed_ns += nanoseconds

    def set_wall(self, time_ns: int) -> None:
        """Set the wall clock, as an operator or a time server does; the other time does not notice."""
        self.time_ns = time_ns
