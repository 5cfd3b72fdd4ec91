"""A broker is whom we reach a venue through: commands go in at once, answers come back as events, whenever they come.

This port decides what can be asked and what can be answered. Nothing in it waits for an outcome: a command is handed
over or proven not to have been (`NotSent`); everything else, also "we cannot tell", comes through the sink as an event.
The same question may be answered late, twice or never; a partial answer says so and counts as no information.

An order that somebody placed without us carries no id of ours: its reports have none, and they name the venue's. What
needs a client order id all the same (its executions, one that is taken back, a question about it, a cancel) calls it
`foreign_order_id(venue_order_id)`, so that everybody means the same order by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tradewright.domain.identifiers import AccountId, ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.ticket import Ticket


class Environment(StrEnum):
    """Whether money is real."""

    PAPER = "paper"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class SubmitOrder:
    """Send an approved order, with the legs of its bracket where the request names them."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class ReplaceOrder:
    """Change price, quantity or legs of an order that works; it keeps its client order id."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel an order; one that ended already is answered with `CancelRejected`."""

    client_order_id: ClientOrderId
    instrument: str
    venue_order_id: VenueOrderId | None = None


@dataclass(frozen=True, slots=True)
class CancelEverything:
    """Cancel every order of the account, foreign ones too; `keeps_protection` leaves what only closes positions."""

    keeps_protection: bool = False


@dataclass(frozen=True, slots=True)
class AskOrder:
    """What became of one order? Answered with `OrderAnswer`. One that carries no id of ours is asked for by its
    `foreign_order_id`."""

    number: int
    client_order_id: ClientOrderId


@dataclass(frozen=True, slots=True)
class AskOpenOrders:
    """Everything that works for the account, whoever sent it. Answered with `OpenOrdersAnswer`."""

    number: int


@dataclass(frozen=True, slots=True)
class AskFills:
    """Every execution from a moment on (inclusive), and which of them were taken back. Answered with `FillsAnswer`."""

    number: int
    since_ns: int


@dataclass(frozen=True, slots=True)
class AskAccount:
    """Positions and cash. Answered with `AccountAnswer`."""

    number: int


Command = SubmitOrder | ReplaceOrder | CancelOrder | CancelEverything | AskOrder | AskOpenOrders | AskFills | AskAccount


class ReportedLife(StrEnum):
    """Where the venue says an order is."""

    WORKING = "working"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """The venue's view of one order. Fills are never booked from it: they come as `Executed`."""

    client_order_id: ClientOrderId | None
    """None for an order that carries none (sent by hand at the broker's own screen); never its `foreign_order_id`."""
    venue_order_id: VenueOrderId
    request: OrderRequest
    """As it stands now, with replaced prices and quantity."""
    life: ReportedLife
    filled: Decimal
    reason: str = ""
    parent: ClientOrderId | None = None
    """For a leg of a bracket, the order whose fill brought it."""
    time_ns: int = 0
    """When it became so at the venue, nanoseconds UTC."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Reports flow from now on; what happened before must be asked for."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """Reports flow no longer; commands are `NotSent` until connected again."""

    reason: str


@dataclass(frozen=True, slots=True)
class SendUnclear:
    """A command was handed over and nobody can tell whether it arrived (a time-out, a dropped connection, a 5xx)."""

    client_order_id: ClientOrderId
    reason: str


@dataclass(frozen=True, slots=True)
class SubmitRejected:
    """The venue proved that it did not take the order. Anything less definite is `SendUnclear`."""

    client_order_id: ClientOrderId
    reason: str


@dataclass(frozen=True, slots=True)
class CancelRejected:
    """The order was not canceled; often because a fill is on its way."""

    client_order_id: ClientOrderId
    reason: str


@dataclass(frozen=True, slots=True)
class ReplaceRejected:
    """The order works on as it was."""

    client_order_id: ClientOrderId
    reason: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """The order works on with these terms."""

    client_order_id: ClientOrderId
    request: OrderRequest


@dataclass(frozen=True, slots=True)
class Executed:
    """One execution. Known by its execution id, however often it is told. It names its order, one without an id of ours
    by the `foreign_order_id`, and says the venue's id where that is known."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class ExecutionBusted:
    """The venue took an execution back. Its id is never given to another one; a corrected execution is a new one."""

    client_order_id: ClientOrderId
    execution_id: ExecutionId


@dataclass(frozen=True, slots=True)
class SplitDone:
    """Shares were split in the account: `ratio` new ones for each; fractions of a lot were paid at `price` (new)."""

    identity: str
    """Names the action, so that it is booked once."""
    instrument: str
    ratio: Decimal
    price: Decimal
    time_ns: int


@dataclass(frozen=True, slots=True)
class CashMoved:
    """Cash of the account changed for another reason than a fill: a dividend, funding, interest, a transfer."""

    identity: str
    """Names the movement, so that it is booked once."""
    kind: str
    instrument: str
    """Empty where it concerns none."""
    currency: str
    amount: Decimal
    """Received is positive."""
    time_ns: int


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """One order, or None where the venue does not know it *now*: that alone proves nothing."""

    number: int
    client_order_id: ClientOrderId
    report: OrderReport | None


@dataclass(frozen=True, slots=True)
class OpenOrdersAnswer:
    """What works for the account."""

    number: int
    reports: tuple[OrderReport, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class FillsAnswer:
    """Executions since the moment asked, and those of them that were taken back: whoever was not connected when the
    venue took one back learns of it here."""

    number: int
    fills: tuple[Fill, ...]
    """Those that stand. One that is also among `busted` does not."""
    is_complete: bool
    """Whether both lists are whole."""
    busted: tuple[ExecutionBusted, ...] = ()
    """Of executions from the moment on, whenever they were taken back."""


@dataclass(frozen=True, slots=True)
class AccountAnswer:
    """What the account holds; what is not named is zero when the answer is complete."""

    number: int
    positions: Mapping[str, Decimal]
    """Signed quantity by instrument id."""
    cash: Mapping[str, Decimal]
    """By currency."""
    is_complete: bool
    is_quiet: bool = True
    """False while the venue itself is still booking: then nothing is compared."""
    movements: tuple[SplitDone | CashMoved, ...] = ()
    """Splits and cash movements the venue knows, for those that were missed; each is booked once by its identity."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A question failed. It is no information, and least of all "nothing there"."""

    number: int
    reason: str


BrokerEvent = (
    Connected | Disconnected | OrderReport | SendUnclear | SubmitRejected | CancelRejected | ReplaceRejected | Replaced
    | Executed | ExecutionBusted | SplitDone | CashMoved | OrderAnswer | OpenOrdersAnswer | FillsAnswer | AccountAnswer
    | NoAnswer
)  # fmt: skip
Sink = Callable[[BrokerEvent], None]
"""Takes an event and returns at once; it only enqueues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTraits:
    """What a broker is and can, proven when it connects."""

    name: str
    environment: Environment
    account: AccountId
    has_brackets: bool
    """Legs of a bracket live at the venue from the fill on."""
    has_groups: bool
    """Orders of one group cancel each other at the venue."""
    is_current: bool = False
    """An answer always tells everything that had happened when it was given: no part of the venue lags behind."""
    settles_within_ns: int
    """How long after it was handed over a command can still be accepted: absence is proven only later."""


class Broker(Protocol):
    """One account at one broker."""

    @property
    def traits(self) -> BrokerTraits:
        """What it is and can."""
        ...

    async def connect(self, sink: Sink) -> None:
        """Open the connection, prove environment and account, then report through the sink; BrokerError or
        InputError that says what is wrong where it cannot. Reconnects by itself afterwards, telling each change."""
        ...

    def enqueue(self, command: Command) -> None:
        """Hand a command over at once; `NotSent` where it is proven that nothing left."""
        ...

    async def close(self) -> None:
        """Close the connection; working orders stay as they are. Twice is allowed."""
        ...
