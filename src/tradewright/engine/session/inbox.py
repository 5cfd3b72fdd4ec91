"""The inbox is where everything that reaches a session waits its turn: the market, the venue, people, the wire.

This file decides that nothing in it is dropped, conflated or overtaken. What came of our own sends, and a kill, go
before the rest: nobody may hear the venue's answer to an order before knowing that the order left. A full inbox ends
the session, loudly: what the venue said and could not be kept is asked for after the restart.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tradewright.domain.errors import TradewrightError
from tradewright.engine.session.inputs import Input


class InboxFull(TradewrightError):  # noqa: N818 - said as an operator says it
    """More reached the session than it can keep; it ends, because it may lose nothing."""

    def __init__(self, capacity: int, given: Input) -> None:
        super().__init__(
            "the session's inbox is full",
            expected=f"at most {capacity} inputs that wait",
            found=f"one more: {type(given).__name__}",
            remedy="start the session anew: it asks the venue for what it missed",
        )


@dataclass(frozen=True, slots=True)
class Arrived:
    """An input and when it came, monotonic nanoseconds."""

    given: Input
    at_ns: int


class Inbox:
    """Bounded; `wake` is called whenever something came."""

    __slots__ = ("_arrivals", "_capacity", "_first", "_monotonic_ns", "_wake", "highest", "overflow")

    def __init__(self, capacity: int, *, monotonic_ns: Callable[[], int], wake: Callable[[], None]) -> None:
        self._capacity, self._monotonic_ns, self._wake = capacity, monotonic_ns, wake
        self._first: deque[Arrived] = deque()
        self._arrivals: deque[Arrived] = deque()
        self.overflow: InboxFull | None = None
        """Why nothing more is taken; the session ends by it."""
        self.highest = 0
        """The most that ever waited."""

    def put(self, given: Input) -> None:
        """Take an input; returns at once. This is the sink of broker, feed and host."""
        if self.overflow is None:
            if len(self._arrivals) >= self._capacity:
                self.overflow = InboxFull(self._capacity, given)
            else:
                self._arrivals.append(Arrived(given, self._monotonic_ns()))
                self.highest = max(self.highest, self.waiting)
        self._wake()

    def put_first(self, given: Input) -> None:
        """Take an input that goes before all arrivals, after those that were put first before it."""
        self._first.append(Arrived(given, self._monotonic_ns()))
        self._wake()

    def take(self, limit: int) -> list[Arrived]:
        """The next inputs in their order, at most `limit`."""
        group: list[Arrived] = []
        for queue in (self._first, self._arrivals):
            while queue and len(group) < limit:
                group.append(queue.popleft())
        return group

    @property
    def waiting(self) -> int:
        """Inputs that wait."""
        return len(self._first) + len(self._arrivals)

    @property
    def has_room_for_people(self) -> bool:
        """False once half is used: what people ask can be asked again, what the venue says cannot."""
        return len(self._arrivals) * 2 < self._capacity
