"""A clock says what time it is; nobody takes the time without asking one."""

from typing import Protocol


class Clock(Protocol):
    """Two times: the one on the wall, and one that only goes forward."""

    def now_ns(self) -> int:
        """Nanoseconds UTC since 1970. May jump, in both directions, when the machine's clock is set."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds since some start; never falls. For durations, time-outs and rate windows."""
        ...
