"""The bus between processes, over Redis Streams: the same promises as within one, for all that share a server.

This file decides what is known where. Queues, their limits and dead letters are in Redis, so that every publisher meets
every reader; the counts of a topic are of this process. A publisher and all its readers may run in different
processes, and each may die: what a reader has not read stays for `keeps_s`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from tradewright.adapters.buses.codec import Codec
from tradewright.adapters.buses.redis_line import Argument, RedisLine
from tradewright.adapters.buses.redis_reader import CLAIM_AFTER_MS, TURN, ReaderTerms, RedisSubscription
from tradewright.domain.errors import DataError, InputError
from tradewright.domain.market.quote import Quote
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
from tradewright.ports.clock import Clock

E = TypeVar("E")
UNLIMITED: Final = 2**62
KEEPS_S: Final = 600.0
DEAD_LETTERS: Final = 1_000
AT_ONCE: Final = 500
"""Messages that are published by one command."""
_FIRST_S, _LONGEST_S = 0.001, 0.05


@dataclass(slots=True)
class _Lane:
    """One topic, as this process knows it."""

    topic: Topic[object]
    codec: Codec
    prefix: str
    readers: list[RedisSubscription[object]] = field(default_factory=list)
    published: int = 0
    blocked: int = 0
    unheard: int = 0


class RedisBus:
    """See `tradewright.ports.bus.EventBus`. `name`: of this process among those that share readers."""

    def __init__(
        self,
        url: str,
        *,
        name: str,
        clock: Clock,
        prefix: str = "tradewright:bus:",
        keeps_s: float = KEEPS_S,
        claim_after_ms: int = CLAIM_AFTER_MS,
    ) -> None:
        self._line = RedisLine(url)
        self._name, self._clock, self._prefix = name, clock, prefix
        self._keeps_ms, self._claim_after_ms = int(keeps_s * 1_000), claim_after_ms
        self._lanes: dict[str, _Lane] = {}
        self._urgent: list[RedisSubscription[object]] = []
        self._others: deque[RedisSubscription[object]] = deque()
        self._is_closed = False
        self._is_draining = False

    def offer(self, topic: Topic[E], event: E) -> bool:
        """See the port."""
        return self._put(self._lane(topic), [event]) is None

    def offer_all(self, topic: Topic[E], events: Sequence[E]) -> int:
        """Publish as many as there is room for, in order, in few commands; how many that were."""
        lane, done = self._lane(topic), 0
        while done < len(events):
            portion = events[done : done + AT_ONCE]
            before = lane.published
            is_full = self._put(lane, portion) is not None
            done += lane.published - before
            if is_full:
                break
        return done

    def publish(self, topic: Topic[E], event: E) -> None:
        """See the port."""
        full = self._put(self._lane(topic), [event])
        if full is not None:
            name, waiting = full
            raise BusFull(
                f"{name} cannot keep up with topic {topic.name}",
                found=f"{waiting} messages waiting, no room for more",
                remedy="drain or read first, or use offer or deliver to wait",
            )

    async def deliver(self, topic: Topic[E], event: E) -> None:
        """See the port; while there is no room it is tried again, ever more rarely."""
        pause_s = _FIRST_S
        while not await asyncio.to_thread(self.offer, topic, event):
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_S)

    def subscribe(
        self, topic: Topic[E], name: str, *, capacity: int = CAPACITY, overflow: Overflow = Overflow.REFUSE
    ) -> Subscription[E]:
        """See the port; in another process the same name shares the queue."""
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
        reader.outlets = tuple((lambda fed=fed: self.room(fed), most) for fed, most in (feeds or {}).items())  # type: ignore[misc]
        served = cast("RedisSubscription[object]", reader)
        if topic.goes_first:
            self._urgent.append(served)
        else:
            self._others.append(served)
        return reader

    def room(self, topic: Topic[object]) -> int:
        """See the port: of readers in this process and in others."""
        lane = self._lane(topic)
        names = self._line.ask(lambda client: client.smembers(f"{lane.prefix}readers"))
        least = UNLIMITED
        for name in sorted(cast("set[bytes]", names)):
            _, room = self._line.script("waiting", key=f"{lane.prefix}readers", arguments=[lane.prefix, name])
            least = min(least, int(room))
        return least

    def drain(self, most: int | None = None) -> int:
        """See the port."""
        if self._is_draining:
            raise InputError(
                "a handler drains the bus that called it",
                expected="handlers that publish and return",
                remedy="leave draining to whoever drains already",
            )
        self._is_draining = True
        limit, served = UNLIMITED if most is None else most, 0
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
        """See the port: of all processes; an event of a topic that this one does not know stays bytes."""
        told = self._line.ask(lambda client: client.xrange(f"{self._prefix}dead"))
        return tuple(self._letter(fields) for _, fields in cast("Sequence[tuple[bytes, dict[bytes, bytes]]]", told))

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
        """See the port; queues of this process's readers stay until they are closed or forgotten."""
        self._is_closed = True
        for lane in self._lanes.values():
            for reader in lane.readers:
                reader.has_ended = True

    def leave(self) -> None:
        """Close, with every reader of this process and the connections: nothing of it stays in Redis."""
        self.close()
        for lane in self._lanes.values():
            for reader in list(lane.readers):
                reader.close()
        self._line.close()

    def _lane(self, topic: Topic[object]) -> _Lane:
        lane = self._lanes.get(topic.name)
        if lane is None:
            lane = self._lanes[topic.name] = _Lane(topic, Codec(topic), f"{self._prefix}{topic.name}:")
        if lane.topic is not topic and lane.topic != topic:
            raise InputError(
                f"topic {topic.name} has two meanings",
                expected=repr(lane.topic),
                found=repr(topic),
                remedy="rename one",
            )
        return lane

    def _put(self, lane: _Lane, events: Sequence[object]) -> tuple[str, int] | None:
        """Queue for all readers, one after the other, and give None; or the first reader that has no room."""
        arguments: list[Argument] = [lane.prefix]
        for event in events:
            if not isinstance(event, lane.topic.kind):
                raise InputError(
                    f"topic {lane.topic.name} does not carry this",
                    expected=lane.topic.kind.__name__,
                    found=type(event).__name__,
                )
            arguments += [lane.codec.written(event), event.instrument if isinstance(event, Quote) else ""]
        if self._is_closed:
            raise BusClosed(f"the bus is closed and takes nothing for topic {lane.topic.name}")
        accepted, readers, full, waiting = self._line.script(
            "publish", key=f"{lane.prefix}readers", arguments=arguments
        )
        lane.published += int(accepted)
        lane.unheard += 0 if readers else int(accepted)
        if not full:
            return None
        lane.blocked += 1
        return bytes(full).decode(), int(waiting)

    def _reader(self, topic: Topic[E], name: str, *, capacity: int, overflow: Overflow) -> RedisSubscription[E]:
        lane = self._lane(topic)
        lane.readers = [one for one in lane.readers if not one.is_closed]
        if any(reader.terms.name == name for reader in lane.readers):
            raise InputError(f"{name} reads topic {topic.name} already", remedy="give each reader a name of its own")
        reader = RedisSubscription(
            topic,
            ReaderTerms(name, capacity, overflow, self._name, self._keeps_ms, self._claim_after_ms),
            line=self._line,
            codec=lane.codec,
            prefix=lane.prefix,
            bury=lambda reader, content, problem: self._bury(topic.name, reader, content=content, problem=problem),
            clock=self._clock,
        )
        lane.readers.append(cast("RedisSubscription[object]", reader))
        return reader

    def _bury(self, topic: str, reader: str, *, content: bytes, problem: Exception) -> None:
        told = f"{type(problem).__name__}: {problem}"
        letter: dict[Any, Any] = {"topic": topic, "reader": reader, "event": content, "problem": told}
        self._line.ask(lambda client: client.xadd(f"{self._prefix}dead", letter, maxlen=DEAD_LETTERS))

    def _letter(self, fields: Mapping[bytes, bytes]) -> DeadLetter:
        topic, event = fields[b"topic"].decode(), cast("object", fields[b"event"])
        if topic in self._lanes:
            try:
                event = self._lanes[topic].codec.read(fields[b"event"])
            except DataError:
                event = fields[b"event"]
        reader, problem = fields[b"reader"].decode(), fields[b"problem"].decode()
        return DeadLetter(topic=topic, subscriber=reader, event=event, problem=problem)

    def _turn(self, most: int) -> int:
        """Serve the first reader that can be served: urgent ones in their order, then the others in rotation."""
        self._urgent = [one for one in self._urgent if not one.is_closed]
        for reader in self._urgent:
            done = reader.serve(most)
            if done:
                return done
        for _ in range(len(self._others)):
            reader = self._others[0]
            if reader.is_closed:
                self._others.popleft()
                continue
            self._others.rotate(-1)
            done = reader.serve(most)
            if done:
                return done
        return 0
