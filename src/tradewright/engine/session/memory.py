"""The memory of a session is what it needs and does not keep: connections, open questions, deadlines, caches.

Nothing in it is a fact. After a restart it is empty, and everything in it is asked for again.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.engine.session.inputs import Moment
from tradewright.engine.session.standing import StandingOrders, StandingPositions
from tradewright.ports.broker import AccountAnswer, FillsAnswer, OpenOrdersAnswer
from tradewright.ports.feed import Slice
from tradewright.ports.hosts import HostReady, Proposed, Wish
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.gate import Refused
from tradewright.trading.risk.sent import Moments, SentOrders

_QUESTIONS_KEPT = 10_000


@dataclass(slots=True)
class Round:
    """One reconciliation: three questions, and what was answered."""

    first: int
    """Number of its first question; the two after it are its others."""
    began_ns: int
    orders: OpenOrdersAnswer | None = None
    fills: FillsAnswer | None = None
    account: AccountAnswer | None = None

    @property
    def is_complete(self) -> bool:
        """True when every answer came and none was partial."""
        every = (self.orders, self.fills, self.account)
        return all(answer is not None and answer.is_complete for answer in every)


@dataclass(slots=True)
class Watch:
    """An order in doubt, or one whose cancel or replacement has no answer."""

    since_ns: int
    """Monotonic time of the last send."""
    queries: int = 0
    absences: list[int] = field(default_factory=list)
    """When the venue did not know it, after it could no longer arrive; monotonic."""
    unchanged: list[int] = field(default_factory=list)
    """When the venue showed the terms of before a replacement, after that could no longer arrive; monotonic."""
    has_alarmed: bool = False


@dataclass(slots=True)
class Carrying:
    """The wishes of one answer that are still to be carried out, each after what it depends on."""

    slice: int
    equity: Decimal | None
    wishes: deque[tuple[Wish, bool]]
    """With whether a target asks for an order."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An order that soft controls refused: whoever asked for it may have it by typing these numbers, for a while."""

    since_ns: int
    """Monotonic."""
    to_type: Mapping[str, str]


@dataclass(slots=True)
class Memory:
    """Beside the state."""

    moment: Moment = field(default_factory=lambda: Moment(0, 0))
    is_connected: bool = False
    is_green: bool = False
    """Books agree with the venue's: orders may be sent."""
    host: HostReady | None = None
    questions: int = 0
    unanswered: dict[int, int] = field(default_factory=dict)
    """When each of the last questions was asked, until it is answered; monotonic. An answer is no younger than that,
    however late it is taken up."""
    round: Round | None = None
    suspects: dict[str, str] = field(default_factory=dict)
    """Differences seen once, by what they concern: only one seen twice counts."""
    suspected_ns: int = 0
    """Since when just these differences are seen; monotonic."""
    venue_cash: Decimal | None = None
    """Cash as the venue has it, while it differs from ours for no known reason."""
    watches: dict[str, Watch] = field(default_factory=dict)
    missing: dict[str, list[int]] = field(default_factory=dict)
    """Orders that work for us and not at the venue, with when that was seen; monotonic."""
    risen: dict[str, int] = field(default_factory=dict)
    """Orders that ended for us and work at the venue, with when that was seen first; monotonic."""
    held: Proposed | None = None
    """An answer that waits until the books agree."""
    carrying: Carrying | None = None
    """An answer whose wishes are being carried out."""
    shown: Slice | None = None
    seen: Slice | None = None
    """The last slice from before a restart: it says when an order can execute until one is shown."""
    prunes_before_ns: int = 0
    """Orders that ended before this leave the books as soon as these are found equal to the venue's; 0: none do."""
    ignored: int = 0
    """Reports about dropped orders that were no news."""
    early_busts: set[str] = field(default_factory=set)
    leaving: str = ""
    """Why the session ends, while it waits for cancels."""
    asked: tuple[int, int] = (-1, 0)
    """The slice of the strategy's last order and how many of it came before."""
    book: Book | None = None
    """The gate's last book: what was found out about an instrument holds until something moves there."""
    positions: StandingPositions = field(default_factory=StandingPositions)
    reservations: StandingOrders = field(default_factory=StandingOrders)
    sent: SentOrders = field(default_factory=SentOrders)
    messages: Moments = field(default_factory=Moments)
    fills: Moments = field(default_factory=Moments)
    newest_ns: tuple[int, int] = (0, 0)
    """How many executions were looked at, and the venue's time of the newest of them."""
    refusal: Refused | None = None
    """The gate's last no."""
    offers: dict[str, Offer] = field(default_factory=dict)
    """By who asked, and for what order."""
    warned: set[str] = field(default_factory=set)
    """Rules that people were told of as long as they stay broken."""
    links: dict[str, list[str]] = field(default_factory=dict)
    """Ids of orders by their link ..."""
    linked: int = 0
    """... among so many of the first."""
    critical_since: dict[str, int] = field(default_factory=dict)
    """Monotonic time of critical alerts that nobody has seen."""

    def question(self) -> int:
        """The number of the next question."""
        self.questions += 1
        self.unanswered[self.questions] = self.moment.monotonic_ns
        while len(self.unanswered) > _QUESTIONS_KEPT:
            del self.unanswered[next(iter(self.unanswered))]
        return self.questions

    def asked_ns(self, number: int) -> int | None:
        """When a question was asked, for its first answer; None for an answer that comes again, or to no question."""
        return self.unanswered.pop(number, None)
