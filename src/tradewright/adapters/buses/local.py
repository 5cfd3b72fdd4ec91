"""The bus within one process and one thread: publishing queues, `drain` calls, and asyncio readers may wait.

This file decides the order of service: urgent topics (facts about orders and the account) first, the other readers in
turns of 64 messages. Nothing depends on time or chance: the same messages are served in the same order, always.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar, cast

from tradewright.adapters.buses.subscription import TURN, LocalSubscription, Morgue, pending
from tradewright.domain.errors import InputError
from tradewright.ports.bus import (
    CAPACITY,
    BusClosed,
    BusFull,
    BusMetrics,
    DeadLetter,
    Overflow,
    Subscription,
    Topic,
    TopicMetrics,
)

E = TypeVar("E")

UNLIMITED = 2**62
"""Room of a topic whose readers can take any number."""


@dataclass(slots=True)
class _Lane:
    """One topic with its readers."""

    topic: Topic[object]
    readers: list[LocalSubscription[object]] = field(default_factory=list)
    published: int = 0
    blocked: int = 0
    unheard: int = 0

    def room(self) -> int:
        least = UNLIMITED
        for reader in self.readers:
            least = min(least, reader.queue.room())
        return least


class LocalBus:
    """See `tradewright.ports.bus.EventBus`."""

    def __init__(self, *, dead_letters: int = 1_000) -> None:
        self._lanes: dict[str, _Lane] = {}
        self._urgent: list[LocalSubscription[object]] = []
        self._others: deque[LocalSubscription[object]] = deque()
        self._morgue = Morgue(dead_letters)
        self._is_closed = False
        self._is_draining = False
        self._room: asyncio.Future[None] | None = None

    def offer(self, topic: Topic[E], event: E) -> bool:
        """See the port."""
        lane = self._lane(topic)
        if self._put(lane, event) is None:
            return True
        lane.blocked += 1
        return False

    def publish(self, topic: Topic[E], event: E) -> None:
        """See the port."""
        lane = self._lane(topic)
        full = self._put(lane, event)
        if full is not None:
            lane.blocked += 1
            raise BusFull(
                f"{full.name} cannot keep up with topic {topic.name}",
                found=f"{len(full.queue)} messages waiting, no room for more",
                remedy="drain or read first, or use offer or deliver to wait",
            )

    async def deliver(self, topic: Topic[E], event: E) -> None:
        """See the port."""
        lane = self._lane(topic)
        if self._put(lane, event) is None:
            return
        lane.blocked += 1
        while True:
            self._room = pending(self._room)
            await asyncio.shield(self._room)
            if self._put(lane, event) is None:
                return

    def subscribe(
        self, topic: Topic[E], name: str, *, capacity: int = CAPACITY, overflow: Overflow = Overflow.REFUSE
    ) -> Subscription[E]:
        """See the port."""
        return self._reader(topic, name, capacity=capacity, overflow=overflow)

    def handle(
        self,
        topic: Topic[E],
        name: str,
        *,
        handler: Callable[[E], None],
        capacity: int = CAPACITY,
        overflow: Overflow = Overflow.REFUSE,
        feeds: Mapping[Topic[object], int] | None = None,
    ) -> Subscription[E]:
        """See the port."""
        reader = self._reader(topic, name, capacity=capacity, overflow=overflow)
        reader.handler = handler
        reader.outlets = tuple((self._lane(fed).room, most) for fed, most in (feeds or {}).items())
        served = cast("LocalSubscription[object]", reader)
        if topic.goes_first:
            self._urgent.append(served)
        else:
            self._others.append(served)
        return reader

    def room(self, topic: Topic[object]) -> int:
        """See the port."""
        return self._lane(topic).room()

    def drain(self, most: int | None = None) -> int:
        """See the port."""
        if self._is_draining:
            raise InputError(
                "a handler drains the bus that called it",
                expected="handlers that publish and return",
                remedy="leave draining to whoever drains already",
            )
        self._is_draining = True
        limit = UNLIMITED if most is None else most
        served = 0
        try:
            while served < limit:
                done = self._turn(min(TURN, limit - served))
                if not done:
                    break
                served += done
        finally:
            self._is_draining = False
        return served

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """See the port."""
        return tuple(self._morgue)

    def metrics(self) -> BusMetrics:
        """See the port."""
        lanes = self._lanes.values()
        return BusMetrics(
            tuple(
                TopicMetrics(
                    topic=lane.topic.name, published=lane.published, blocked=lane.blocked, unheard=lane.unheard
                )
                for lane in lanes
            ),
            tuple(reader.metrics() for lane in lanes for reader in lane.readers),
        )

    def close(self) -> None:
        """See the port."""
        self._is_closed = True
        for lane in self._lanes.values():
            for reader in lane.readers:
                reader.end()
        self._tell_of_room()

    def _lane(self, topic: Topic[object]) -> _Lane:
        lane = self._lanes.get(topic.name)
        if lane is None:
            lane = self._lanes[topic.name] = _Lane(topic)
        if lane.topic is not topic and lane.topic != topic:
            raise InputError(
                f"topic {topic.name} has two meanings",
                expected=repr(lane.topic),
                found=repr(topic),
                remedy="rename one",
            )
        return lane

    def _put(self, lane: _Lane, event: object) -> LocalSubscription[object] | None:
        """Queue for all readers and give None, or for none and give the first that has no room."""
        if type(event) is not lane.topic.kind and not isinstance(event, lane.topic.kind):
            raise InputError(
                f"topic {lane.topic.name} does not carry this",
                expected=lane.topic.kind.__name__,
                found=type(event).__name__,
            )
        if self._is_closed:
            raise BusClosed(f"the bus is closed and takes nothing for topic {lane.topic.name}")
        readers = lane.readers
        for reader in readers:
            if not reader.queue.has_room(event):
                return reader
        for reader in readers:
            reader.put(event)
        lane.published += 1
        if not readers:
            lane.unheard += 1
        return None

    def _reader(self, topic: Topic[E], name: str, *, capacity: int, overflow: Overflow) -> LocalSubscription[E]:
        lane = self._lane(topic)
        if any(reader.name == name for reader in lane.readers):
            raise InputError(f"{name} reads topic {topic.name} already", remedy="give each reader a name of its own")
        reader = LocalSubscription(
            topic,
            name,
            capacity=capacity,
            overflow=overflow,
            morgue=self._morgue,
            on_room=self._tell_of_room,
            on_close=partial(self._forget, lane),
        )
        lane.readers.append(cast("LocalSubscription[object]", reader))
        return reader

    def _forget(self, lane: _Lane, reader: LocalSubscription[E]) -> None:
        gone = cast("LocalSubscription[object]", reader)
        for readers in (lane.readers, self._urgent, self._others):
            if gone in readers:
                readers.remove(gone)

    def _turn(self, most: int) -> int:
        """Serve the first reader that can be served: urgent ones in their order, then the others in rotation."""
        for reader in self._urgent:
            done = reader.serve(most) if len(reader.queue) else 0
            if done:
                return done
        others = self._others
        for _ in range(len(others)):
            reader = others[0]
            others.rotate(-1)
            done = reader.serve(most) if len(reader.queue) else 0
            if done:
                return done
        return 0

    def _tell_of_room(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)
