"""A reader of the bus over Redis Streams: a stream of its own with one consumer group, in which its processes share.

This file decides when a message counts as read: when its reader comes for more, or its handler has returned. What a
process had taken when it died is given to another one of the same reader, or to the next; so a message arrives at least
once. A reader that was not seen for long is forgotten with what waits for it, so that nobody waits for the dead.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

from tradewright.adapters.buses.codec import Codec
from tradewright.adapters.buses.redis_line import Argument, RedisLine
from tradewright.adapters.buses.redis_scripts import GROUP
from tradewright.domain.errors import DataError, InputError, StorageError
from tradewright.ports.bus import Overflow, SubscriberMetrics, Topic
from tradewright.ports.clock import Clock

if TYPE_CHECKING:
    from redis import Redis

E = TypeVar("E")
TURN: Final = 256
"""Messages that one reader is served in a row before the others get theirs."""
CLAIM_AFTER_MS: Final = 30_000
"""What another process has had for so long without an answer, it will not answer."""
_FIRST_S, _LONGEST_S = 0.001, 0.05
_LOG: Final = logging.getLogger("tradewright.bus")
Outlet = tuple[Callable[[], int], int]
Bury = Callable[[str, bytes, Exception], None]
"""Name of the reader, the message as it travelled, what is wrong."""


@dataclass(frozen=True, slots=True)
class ReaderTerms:
    """How a reader reads."""

    name: str
    capacity: int
    overflow: Overflow
    member: str
    """This process among those that share the reader."""
    keeps_ms: int
    """How long it may be unseen."""
    claim_after_ms: int = CLAIM_AFTER_MS


class RedisSubscription(Generic[E]):
    """One reader of one topic in this process; made by the bus."""

    def __init__(
        self,
        topic: Topic[E],
        terms: ReaderTerms,
        *,
        line: RedisLine,
        codec: Codec,
        prefix: str,
        bury: Bury,
        clock: Clock,
    ) -> None:
        if terms.capacity < 1:
            raise InputError(
                f"the queue of {terms.name} cannot be used", expected="a capacity above 0", found=str(terms.capacity)
            )
        topic.require(terms.overflow)
        self.topic, self.terms = topic, terms
        self.handler: Callable[[E], None] | None = None
        self.outlets: Sequence[Outlet] = ()
        self.is_closed = False
        self.has_ended = False
        """The bus is closed: what waits can still be read."""
        self._line, self._codec, self._prefix, self._bury, self._clock = line, codec, prefix, bury, clock
        self._taken: list[bytes] = []
        self._seen_ns = self._claimed_ns = clock.monotonic_ns()
        self.delivered = self.dead = self.dropped = 0
        self._register()

    def take(self, most: int | None = None) -> list[E]:
        """See the port; what was taken before counts as read now."""
        self._require_no_handler()
        if self.is_closed:
            return []
        found: list[E] = []
        self._done()
        while most is None or len(found) < most:
            wanted = TURN if most is None else min(TURN, most - len(found))
            portion = self._next(wanted)
            found += [event for event, _ in portion]
            if len(portion) < wanted:
                break
        self.delivered += len(found)
        return found

    async def __aiter__(self) -> AsyncIterator[E]:
        """See the port; Redis is asked in a thread, ever more rarely while nothing comes."""
        self._require_no_handler()
        pause_s = _FIRST_S
        while not self.is_closed:
            has_ended = self.has_ended
            for event in await asyncio.to_thread(self.take, TURN):
                pause_s = _FIRST_S
                yield event
                if self._is_over():
                    return
            if pause_s == _FIRST_S or not has_ended:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_S)
            else:
                await asyncio.to_thread(self._done)
                return

    def serve(self, most: int) -> int:
        """Call the handler for the oldest messages, at most so many and while what it feeds has room."""
        handler = self.handler
        assert handler is not None
        most = min(most, TURN, *(room() // need for room, need in self.outlets)) if self.outlets else min(most, TURN)
        if most < 1 or self.is_closed:
            return 0
        served = 0
        for event, content in self._next(most):
            if self._is_over():
                break
            served += 1
            try:
                handler(event)
            except Exception as problem:  # noqa: BLE001 - kept and counted: one bad message must not stop the others
                self._put_aside(content, problem)
        self.delivered += served
        self._done()
        return served

    def bury(self, event: object, problem: Exception) -> None:
        """See the port."""
        self._put_aside(self._codec.written(event), problem)

    def close(self) -> None:
        """See the port."""
        if self.is_closed:
            return
        self._done()
        self.dropped += self.waiting()
        self.is_closed = True
        key = f"{self._prefix}readers"
        self._line.script("close", key=key, arguments=[self._prefix, self.terms.name, self.terms.member])

    def waiting(self) -> int:
        """Messages that nobody has taken."""
        return self._told()[0]

    def room(self) -> int:
        """How many more it can be given."""
        return self._told()[1]

    def keep_alive(self) -> None:
        """Say that we live, now and then; where we were forgotten, begin anew."""
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._seen_ns < self.terms.keeps_ms * 250_000 or self.is_closed:
            return
        self._seen_ns = now_ns
        arguments: list[Argument] = [self._prefix, self.terms.name, "", self.terms.keeps_ms]
        if not self._line.script("seen", key=f"{self._prefix}readers", arguments=arguments):
            _LOG.warning("%s of topic %s was forgotten; what waited for it is lost", self.terms.name, self.topic.name)
            self._register()

    def metrics(self) -> SubscriberMetrics:
        """The counts so far: of the queue by Redis, of what was read by this process."""
        found = self._line.ask(lambda client: client.hgetall(f"{self._prefix}stats:{self.terms.name}"))
        stats = {name.decode(): int(value) for name, value in cast("dict[bytes, bytes]", found).items()}
        return SubscriberMetrics(
            topic=self.topic.name,
            subscriber=self.terms.name,
            capacity=self.terms.capacity,
            overflow=self.terms.overflow,
            waiting=self.waiting(),
            highest_fill=stats.get("highest", 0),
            delivered=self.delivered,
            conflated=stats.get("conflated", 0),
            dropped=stats.get("dropped", 0) + self.dropped,
            dead=self.dead,
        )

    def _is_over(self) -> bool:
        """Whoever reads may close it meanwhile."""
        return self.is_closed

    def _told(self) -> tuple[int, int]:
        arguments = [self._prefix, self.terms.name]
        waiting, room = self._line.script("waiting", key=f"{self._prefix}readers", arguments=arguments)
        return int(waiting), int(room)

    def _register(self) -> None:
        terms = self.terms
        told = f"{terms.capacity} {terms.overflow.value}"
        arguments: list[Argument] = [self._prefix, terms.name, told, terms.keeps_ms, terms.member]
        self._line.script("seen", key=f"{self._prefix}readers", arguments=arguments)

    def _next(self, most: int) -> list[tuple[E, bytes]]:
        """The next messages as events; what is none is put aside."""
        self.keep_alive()
        found: list[tuple[E, bytes]] = []
        for content in self._contents(most):
            try:
                found.append((cast("E", self._codec.read(content)), content))
            except DataError as problem:
                self._put_aside(content, problem)
        return found

    def _contents(self, most: int) -> list[bytes]:
        if self.terms.overflow is Overflow.CONFLATE:
            arguments: list[Argument] = [self._prefix, self.terms.name, most]
            told = self._line.script("newest", key=f"{self._prefix}readers", arguments=arguments)
            return [bytes(one) for one in told]
        entries = self._claimed(most) or self._read(most)
        self._taken += [entry for entry, _ in entries]
        return [content for _, content in entries]

    def _read(self, most: int) -> list[tuple[bytes, bytes]]:
        queue, terms = f"{self._prefix}queue:{self.terms.name}", self.terms
        try:
            told = self._line.ask(lambda client: client.xreadgroup(GROUP, terms.member, {queue: ">"}, count=most))
        except StorageError as problem:
            if "NOGROUP" not in problem.found:
                raise
            _LOG.warning("%s of topic %s was forgotten; what waited for it is lost", terms.name, self.topic.name)
            self._register()
            return []
        return entries_of(told)

    def _claimed(self, most: int) -> list[tuple[bytes, bytes]]:
        """What a process that is gone had taken and not read."""
        now_ns, terms = self._clock.monotonic_ns(), self.terms
        if now_ns - self._claimed_ns < terms.claim_after_ms * 1_000_000:
            return []
        self._claimed_ns = now_ns
        queue = f"{self._prefix}queue:{terms.name}"

        def claim(client: "Redis") -> object:
            return client.xautoclaim(queue, GROUP, terms.member, terms.claim_after_ms, "0-0", count=most)

        try:
            told = cast("Sequence[object]", self._line.ask(claim))
        except StorageError as problem:
            if "NOGROUP" not in problem.found:
                raise
            return []
        entries = _pairs(told[1])
        if entries:
            _LOG.warning(
                "%s of topic %s goes on with %d messages of one that is gone", terms.name, self.topic.name, len(entries)
            )
        return entries

    def _done(self) -> None:
        """What was taken is read."""
        taken, self._taken = self._taken, []
        if taken:
            queue = f"{self._prefix}queue:{self.terms.name}"

            def away(client: "Redis") -> object:
                both = client.pipeline(transaction=True)
                both.xack(queue, GROUP, *taken)
                both.xdel(queue, *taken)
                return both.execute()

            self._line.ask(away)

    def _put_aside(self, content: bytes, problem: Exception) -> None:
        self.dead += 1
        self._bury(self.terms.name, content, problem)

    def _require_no_handler(self) -> None:
        if self.handler is not None:
            raise InputError(
                f"{self.terms.name} of topic {self.topic.name} has a handler",
                expected="a subscription that is read by hand",
                remedy="call bus.drain(), or subscribe without a handler",
            )


def entries_of(told: object) -> list[tuple[bytes, bytes]]:
    """Of the answer of XREADGROUP for one stream, in either form of the protocol."""
    if not told:
        return []
    if isinstance(told, dict):
        (found,) = told.values()
        return _pairs(found[0] if found and isinstance(found[0], list) and _is_nested(found[0]) else found)
    ((_, found),) = cast("Sequence[tuple[object, object]]", told)
    return _pairs(found)


def _is_nested(found: list[object]) -> bool:
    return not found or isinstance(found[0], tuple | list)


def _pairs(told: object) -> list[tuple[bytes, bytes]]:
    """Ids and contents; an entry that was trimmed away has none."""
    every = cast("Sequence[tuple[bytes, dict[bytes, bytes] | None]]", told)
    return [(entry, fields.get(b"e", b"")) for entry, fields in every if fields is not None]
