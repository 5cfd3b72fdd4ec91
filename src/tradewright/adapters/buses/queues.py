"""What waits for one reader: a plain queue, the newest of each instrument, or a queue that forgets its oldest.

This file decides nothing but what happens at the limit; who may choose which is the port's business.
"""

from collections import OrderedDict, deque
from typing import Protocol, cast

from tradewright.domain.market.quote import Quote
from tradewright.ports.bus import Overflow


class Queue(Protocol):
    """Messages in the order in which they are to be read."""

    capacity: int
    highest: int
    conflated: int
    dropped: int

    def __len__(self) -> int:
        """How many wait."""
        ...

    def has_room(self, event: object) -> bool:
        """Whether `put` of this very message keeps within the limit and loses nothing that must stay."""
        ...

    def put(self, event: object) -> None:
        """Add one that there is room for."""
        ...

    def pop(self) -> object:
        """Take the oldest; IndexError or KeyError when empty."""
        ...

    def clear(self) -> None:
        """Throw away what waits, and count it as dropped."""
        ...

    def room(self) -> int:
        """How many more can be put, whatever they are."""
        ...


class Plain:
    """First in, first out; full at its limit."""

    __slots__ = ("_waiting", "capacity", "conflated", "dropped", "highest", "pop")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.highest = self.conflated = self.dropped = 0
        self._waiting: deque[object] = deque()
        self.pop = self._waiting.popleft

    def __len__(self) -> int:
        return len(self._waiting)

    def has_room(self, event: object) -> bool:
        """Below the limit."""
        return len(self._waiting) < self.capacity

    def put(self, event: object) -> None:
        """At the end."""
        waiting = self._waiting
        waiting.append(event)
        if len(waiting) > self.highest:  # noqa: PLR1730 - max() is slower, and this is every message
            self.highest = len(waiting)

    def clear(self) -> None:
        """All of them."""
        self.dropped += len(self._waiting)
        self._waiting.clear()

    def room(self) -> int:
        """Up to the limit."""
        return self.capacity - len(self._waiting)


class Forgetful(Plain):
    """First in, first out; the oldest makes room."""

    __slots__ = ()

    def has_room(self, event: object) -> bool:
        """Always."""
        return True

    def put(self, event: object) -> None:
        """At the end, in place of the oldest when full."""
        if len(self._waiting) >= self.capacity:
            self._waiting.popleft()
            self.dropped += 1
        Plain.put(self, event)

    def room(self) -> int:
        """The whole queue, any time."""
        return self.capacity


class Newest:
    """One quote for each instrument, the newest, in the place of the first of it that came."""

    __slots__ = ("_waiting", "capacity", "conflated", "dropped", "highest")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.highest = self.conflated = self.dropped = 0
        self._waiting: OrderedDict[str, object] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def has_room(self, event: object) -> bool:
        """Below the limit, or in place of an older one."""
        return len(self._waiting) < self.capacity or cast("Quote", event).instrument in self._waiting

    def put(self, event: object) -> None:
        """In place of the older one of its instrument, else at the end."""
        instrument, waiting = cast("Quote", event).instrument, self._waiting
        if instrument in waiting:
            self.conflated += 1
        waiting[instrument] = event
        if len(waiting) > self.highest:  # noqa: PLR1730 - max() is slower, and this is every message
            self.highest = len(waiting)

    def pop(self) -> object:
        """The one whose instrument has waited longest."""
        return self._waiting.popitem(last=False)[1]

    def clear(self) -> None:
        """All of them."""
        self.dropped += len(self._waiting)
        self._waiting.clear()

    def room(self) -> int:
        """Up to the limit, for instruments that do not wait yet."""
        return self.capacity - len(self._waiting)


def queue_of(overflow: Overflow, capacity: int) -> Queue:
    """The queue that does at its limit what its reader declared."""
    if overflow is Overflow.CONFLATE:
        return Newest(capacity)
    return Forgetful(capacity) if overflow is Overflow.DROP_OLDEST else Plain(capacity)
