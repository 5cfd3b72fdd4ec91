"""A reader of the bus in this process: its queue, its handler and its counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Generic, TypeVar, cast

from tradewright.adapters.buses.queues import queue_of
from tradewright.domain.errors import InputError
from tradewright.ports.bus import DeadLetter, Overflow, SubscriberMetrics, Topic

E = TypeVar("E")

TURN = 64
"""Messages that one reader is served in a row before the others get theirs."""


class Morgue(list[DeadLetter]):
    """The newest dead letters, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def keep(self, letter: DeadLetter) -> None:
        """Add one; the oldest goes when there are too many."""
        self.append(letter)
        if len(self) > self.limit:
            del self[0]


def pending(waited_for: asyncio.Future[None] | None) -> asyncio.Future[None]:
    """What is waited for already, or something new where nothing is, or only in an event loop that has ended."""
    loop = asyncio.get_running_loop()
    if waited_for is None or waited_for.get_loop() is not loop:
        return loop.create_future()
    return waited_for


Outlet = tuple[Callable[[], int], int]
"""How much room a topic that a handler publishes to has, and how much one message can need."""


class LocalSubscription(Generic[E]):
    """One reader of one topic; made by the bus."""

    def __init__(
        self,
        topic: Topic[E],
        name: str,
        *,
        capacity: int,
        overflow: Overflow,
        morgue: Morgue,
        on_room: Callable[[], None],
        on_close: Callable[["LocalSubscription[E]"], None],
    ) -> None:
        if capacity < 1:
            raise InputError(f"the queue of {name} cannot be used", expected="a capacity above 0", found=str(capacity))
        topic.require(overflow)
        self.topic = topic
        self.name = name
        self.queue = queue_of(overflow, capacity)
        self.handler: Callable[[E], None] | None = None
        self.outlets: Sequence[Outlet] = ()
        self.is_closed = False
        self._overflow = overflow
        self._morgue = morgue
        self._on_room = on_room
        self._on_close = on_close
        self._delivered = self._dead = 0
        self._news: asyncio.Future[None] | None = None

    def put(self, event: E) -> None:
        """Queue a message that there is room for."""
        self.queue.put(event)
        if self._news is not None:
            self.wake()

    def wake(self) -> None:
        """Let those who wait for a message look again."""
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def take(self, most: int | None = None) -> list[E]:
        """See the port."""
        self._require_no_handler()
        waiting = len(self.queue)
        taken = [cast("E", self.queue.pop()) for _ in range(waiting if most is None else min(most, waiting))]
        self._delivered += len(taken)
        if taken:
            self._on_room()
        return taken

    async def __aiter__(self) -> AsyncIterator[E]:
        """See the port; the event loop gets its turn after every 64 messages, even when more wait."""
        self._require_no_handler()
        turn = 0
        while True:
            while len(self.queue):
                event = cast("E", self.queue.pop())
                self._delivered += 1
                self._on_room()
                yield event
                turn += 1
                if turn % TURN == 0:
                    await asyncio.sleep(0)
            if self.is_closed:
                return
            self._news = pending(self._news)
            await asyncio.shield(self._news)

    def serve(self, most: int) -> int:
        """Call the handler for the oldest messages, at most so many and while what it feeds has room."""
        handler, queue = self.handler, self.queue
        assert handler is not None
        served = 0
        pop = queue.pop
        most = min(most, len(queue), *(room() // need for room, need in self.outlets))
        while served < most and len(queue):
            event = cast("E", pop())
            served += 1
            try:
                handler(event)
            except Exception as problem:  # noqa: BLE001 - kept and counted: one bad message must not stop the others
                self.bury(event, problem)
        self._delivered += served
        if served:
            self._on_room()
        return served

    def bury(self, event: object, problem: Exception) -> None:
        """See the port."""
        self._dead += 1
        told = f"{type(problem).__name__}: {problem}"
        self._morgue.keep(DeadLetter(topic=self.topic.name, subscriber=self.name, event=event, problem=told))

    def close(self) -> None:
        """See the port."""
        if self.is_closed and not len(self.queue):
            return
        self.end()
        self.queue.clear()
        self._on_close(self)
        self._on_room()

    def end(self) -> None:
        """No more messages will come; what waits can still be read."""
        self.is_closed = True
        self.wake()

    def metrics(self) -> SubscriberMetrics:
        """The counts so far."""
        queue = self.queue
        return SubscriberMetrics(
            topic=self.topic.name,
            subscriber=self.name,
            capacity=queue.capacity,
            overflow=self._overflow,
            waiting=len(queue),
            highest_fill=queue.highest,
            delivered=self._delivered,
            conflated=queue.conflated,
            dropped=queue.dropped,
            dead=self._dead,
        )

    def _require_no_handler(self) -> None:
        if self.handler is not None:
            raise InputError(
                f"{self.name} of topic {self.topic.name} has a handler",
                expected="a subscription that is read by hand",
                remedy="call bus.drain(), or subscribe without a handler",
            )
