"""A session's clock says what time it is in the market: that of the market data in a replay, the wall's when live.

This file decides how it moves: never back while trading, except that a wall clock which an operator set back by more
than a second is followed.
"""

from typing import Final, Protocol

from tradewright.engine.session.inputs import Input
from tradewright.ports.clock import Clock
from tradewright.ports.feed import Slice

_SET_BACK_NS: Final = 1_000_000_000


class SessionClock(Protocol):
    """The time by which the gate measures."""

    def observe(self, given: Input) -> None:
        """See an input before it is stamped."""
        ...

    def now_ns(self) -> int:
        """The session's time, nanoseconds UTC."""
        ...


class ReplayClock:
    """The close of the last slice; before the first one, `start_ns`."""

    __slots__ = ("_now_ns",)

    def __init__(self, start_ns: int) -> None:
        self._now_ns = start_ns

    def observe(self, given: Input) -> None:
        """A slice moves it."""
        if isinstance(given, Slice):
            self._now_ns = max(self._now_ns, given.time_ns)

    def now_ns(self) -> int:
        """Nanoseconds UTC of the market data."""
        return self._now_ns


class WallClock:
    """The machine's wall clock; small steps back, as a time server makes them, are waited out."""

    __slots__ = ("_clock", "_last_ns")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_ns = 0

    def observe(self, given: Input) -> None:
        """No input moves it."""

    def now_ns(self) -> int:
        """Nanoseconds UTC."""
        found = self._clock.now_ns()
        if not 0 < self._last_ns - found < _SET_BACK_NS:
            self._last_ns = found
        return self._last_ns
