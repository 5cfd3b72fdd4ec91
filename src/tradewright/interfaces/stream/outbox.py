"""What waits to be sent to one client: a bounded queue in which the newest of each state takes the place of older ones.

This file decides what happens to a client that reads slower than news come: first it gets fewer steps of each state,
then, when even that is too much, it is cut. Nobody else waits for it, and what waits is bounded in number and bytes.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tradewright.interfaces.stream.terms import FRAME_BYTES

Key = tuple[object, ...]
_HEAD, _TAIL = b'{"type":"events","events":[', b"]}"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Something to be sent."""

    content: bytes
    is_frame: bool = False
    """It is a whole frame; else a part of a frame of events."""
    following: Iterator[bytes] | None = None
    """Frames that are made one by one, when their turn comes."""
    weight: int = 0
    """Bytes that it holds beside its content."""

    @property
    def size(self) -> int:
        """What it counts against the limit."""
        return len(self.content) + self.weight


@dataclass(slots=True)
class Outbox:
    """The queue of one client."""

    items: int
    waiting_bytes: int
    conflated: int = 0
    """States that a newer one replaced before they were sent."""
    held: int = 0
    """Bytes that wait."""
    is_full: bool = False
    """It could not take something: from then on it takes nothing."""
    _waiting: OrderedDict[Key, Parcel] = field(default_factory=OrderedDict)
    _ahead: "bytes | None" = None
    """The next frame of those that are made one by one."""
    _number: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, parcel: Parcel, key: Key = ()) -> None:
        """At the end; with a key, in place of what waits under it. Sequence numbers so stay in their order."""
        if self.is_full:
            return
        if key:
            older = self._waiting.pop(key, None)
            if older is not None:
                self.held -= older.size
                self.conflated += 1
        else:
            self._number += 1
            key = (self._number,)
        self._waiting[key] = parcel
        self.held += parcel.size
        if len(self._waiting) > self.items or self.held > self.waiting_bytes:
            self.shut()
        self._news.set()

    def shut(self) -> None:
        """Throw away what waits and take nothing more."""
        self.is_full = True
        self._waiting.clear()
        self.held, self._ahead = 0, None
        self._news.set()

    async def frame(self) -> bytes | None:
        """The next frame, with as many events as fit; None once it is full."""
        while True:
            while not self._waiting:
                if self.is_full:
                    return None
                self._news.clear()
                await self._news.wait()
            first = next(iter(self._waiting.values()))
            if first.following is None:
                break
            made = next(first.following, None) if self._ahead is None else self._ahead
            self._ahead = next(first.following, None)
            if self._ahead is None:
                self._pop()
            if made is not None:
                return made
        return self._events() if not first.is_frame else self._pop().content

    def _events(self) -> bytes:
        first = self._pop()
        parts, size = [first.content], len(first.content) + len(_HEAD) + len(_TAIL)
        while self._waiting:
            following = next(iter(self._waiting.values()))
            size += len(following.content) + 1
            if following.is_frame or size > FRAME_BYTES:
                break
            parts.append(self._pop().content)
        return _HEAD + b",".join(parts) + _TAIL

    def _pop(self) -> Parcel:
        _, parcel = self._waiting.popitem(last=False)
        self.held -= parcel.size
        return parcel
