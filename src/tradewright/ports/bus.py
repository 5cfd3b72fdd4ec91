"""A bus carries events from those who learn of something to those who act on it; nobody calls anybody back.

This file decides what every bus promises. A topic carries one class of events. Each reader has a queue of its own with
a limit, and declares what happens at that limit; what concerns orders, fills and money is never thrown away. A
publisher is told when there is no room. A message that its handler failed on is kept as a dead letter. Times are not
the bus's business: events carry their own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from tradewright.domain.errors import InputError, TradewrightError
from tradewright.domain.events import Event
from tradewright.domain.market.book import Book
from tradewright.domain.market.quote import Quote
from tradewright.domain.market.trade import Trade
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.ticket import Ticket

E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)

CAPACITY = 10_000
"""Messages that may wait for one reader, unless it says otherwise."""
PRECIOUS = (Event, Fill, OrderRequest, Ticket)
"""What is served first: facts about orders, fills, the account and the market's sessions."""
MARKET_DATA = (Trade, Quote, Book)
"""All that may ever be dropped: of it there is always more. Whatever is not named here is never lost."""


class BusFull(TradewrightError):  # noqa: N818 - said as an operator says it
    """A reader that may lose nothing has no room left; nobody got the message."""


class BusClosed(TradewrightError):  # noqa: N818 - see BusFull
    """The bus takes no messages any more."""


class Overflow(StrEnum):
    """What a reader's queue does at its limit."""

    REFUSE = "refuse"
    """Nothing is lost: the publisher is told that there is no room and keeps the message."""
    CONFLATE = "conflate"
    """Only the newest quote of each instrument waits; an older one that still waits is replaced. For quotes alone."""
    DROP_OLDEST = "drop-oldest"
    """The oldest message makes room. Only on a topic that was declared so."""


@dataclass(frozen=True, slots=True)
class Topic(Generic[E_co]):
    """A named stream of one class of events."""

    name: str
    kind: type[E_co]
    """Events are of this class or of one derived from it."""
    may_drop: bool = False
    """Whether a reader may choose to lose its oldest messages; for market data alone."""
    is_urgent: bool = False
    """Whether its readers are served before others. What is precious is urgent without saying so."""

    def __post_init__(self) -> None:
        if self.may_drop and not issubclass(self.kind, MARKET_DATA):
            raise InputError(
                f"topic {self.name} may not drop messages",
                expected="market data: trades, quotes or books",
                found=self.kind.__name__,
                remedy="leave may_drop away, and let publishers wait",
            )

    @property
    def goes_first(self) -> bool:
        """Whether it is declared urgent, or can carry a fact about an order, a fill or the account."""
        can_be = any(issubclass(self.kind, one) or issubclass(one, self.kind) for one in PRECIOUS)
        return self.is_urgent or can_be

    def require(self, overflow: Overflow) -> None:
        """An `InputError` when a reader of this topic may not choose `overflow`."""
        if overflow is Overflow.CONFLATE and not issubclass(self.kind, Quote):
            raise InputError(f"topic {self.name} cannot be conflated", expected="quotes", found=self.kind.__name__)
        if overflow is Overflow.DROP_OLDEST and not self.may_drop:
            raise InputError(
                f"topic {self.name} loses nothing",
                expected="a topic declared with may_drop=True",
                remedy="choose Overflow.REFUSE",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that a reader could not use."""

    topic: str
    subscriber: str
    event: object
    problem: str
    """The class of what was raised, and its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMetrics:
    """Counts of one topic since the bus began."""

    topic: str
    published: int
    """Messages that every reader had room for."""
    blocked: int
    """Attempts that found no room; the publisher kept the message."""
    unheard: int
    """Published while nobody was subscribed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberMetrics:
    """Counts of one reader since it subscribed."""

    topic: str
    subscriber: str
    capacity: int
    overflow: Overflow
    waiting: int
    """In its queue now."""
    highest_fill: int
    """The most that ever waited."""
    delivered: int
    """Handed to it, dead letters included."""
    conflated: int
    """Quotes that a newer one replaced before they were read."""
    dropped: int
    """Thrown away to make room, or waiting when it closed its subscription."""
    dead: int
    """Messages it could not use."""


@dataclass(frozen=True, slots=True)
class BusMetrics:
    """What the bus has done so far; topics and readers in the order in which they came."""

    topics: tuple[TopicMetrics, ...]
    subscribers: tuple[SubscriberMetrics, ...]

    def topic(self, name: str) -> TopicMetrics:
        """The counts of the topic of that name; KeyError where there is none."""
        return {one.topic: one for one in self.topics}[name]

    def subscriber(self, topic: str, name: str) -> SubscriberMetrics:
        """The counts of a topic's reader; KeyError where there is none."""
        return {(one.topic, one.subscriber): one for one in self.subscribers}[topic, name]


class Subscription(Protocol[E_co]):
    """A reader's end. One without a handler is read with `take` or `async for`, which ends when the bus is closed."""

    def take(self, most: int | None = None) -> Sequence[E_co]:
        """The oldest waiting messages, at most so many; empty when none waits. Never blocks."""
        ...

    def __aiter__(self) -> AsyncIterator[E_co]:
        """Messages as they come, until the bus or the subscription is closed and nothing waits."""
        ...

    def bury(self, event: object, problem: Exception) -> None:
        """Put aside as a dead letter what was taken and could not be used."""
        ...

    def close(self) -> None:
        """Read no more; what still waits is thrown away and counted. Twice is allowed."""
        ...


class EventBus(Protocol):
    """The bus. Every publisher's messages reach every reader of the topic in the order in which they were published."""

    def offer(self, topic: Topic[E], event: E) -> bool:
        """Queue for every reader, or for none: False when one that may lose nothing has no room."""
        ...

    def publish(self, topic: Topic[E], event: E) -> None:
        """The same; `BusFull` names the reader that has no room."""
        ...

    def deliver(self, topic: Topic[E], event: E) -> Awaitable[None]:
        """The same, waiting for room as long as it takes; `BusClosed` when the bus is closed meanwhile."""
        ...

    def subscribe(
        self, topic: Topic[E], name: str, *, capacity: int = CAPACITY, overflow: Overflow = Overflow.REFUSE
    ) -> Subscription[E]:
        """A reader that takes messages itself. `InputError` for a name that reads the topic already."""
        ...

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
        """A reader that is called by `drain`; what it raises makes a dead letter of the message.

        `feeds`: topics that the handler publishes to, with the most messages that one message can become. It is not
        called while one of them has less room, so that a slow reader behind it slows down the publisher before it.
        """
        ...

    def room(self, topic: Topic[object]) -> int:
        """Messages that can be published before a reader that may lose nothing is full."""
        ...

    def drain(self, most: int | None = None) -> int:
        """Call handlers until nothing waits that can be served, at most so many times; how many times they were called.

        Topics that go first do so; the others take turns.
        """
        ...

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """The newest messages that readers could not use, oldest first."""
        ...

    def metrics(self) -> BusMetrics:
        """Counts of all topics and readers."""
        ...

    def close(self) -> None:
        """Take no more messages; what waits can still be read and drained. Twice is allowed."""
        ...
