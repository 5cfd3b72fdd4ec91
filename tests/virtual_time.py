"""An event loop whose time does not pass by itself: it jumps to the next timer as soon as nothing is left to do.

What seconds of the loop decide comes out the same on a machine of any speed, and at once. It is for code of one process
that waits for nothing outside: files may be read and written; who waits for a process or a socket needs real time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what is ready in its order; then it is the time of the next timer."""

    def __init__(self) -> None:
        self._passed_s = 0.0
        super().__init__(_Impatient(self._pass))

    def time(self) -> float:
        """Seconds of virtual time."""
        return self._passed_s

    def _pass(self, seconds: float) -> None:
        self._passed_s += seconds


class LoopClock:
    """The clock port, by the time of the loop that runs."""

    def now_ns(self) -> int:
        """Time on the wall."""
        return self.monotonic_ns()

    def monotonic_ns(self) -> int:
        """Time that only goes forward."""
        return round(asyncio.get_running_loop().time() * 1e9)


class _Impatient(selectors.DefaultSelector):
    """Does not wait for a timer; without one it waits for a thread to say that it is done."""

    def __init__(self, passes: Callable[[float], None]) -> None:
        super().__init__()
        self._passes = passes

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(None if timeout is None else 0)
        if not found and timeout:
            self._passes(timeout)
        return found


def run(work: Coroutine[Any, Any, T]) -> T:
    """What `asyncio.run` does, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
