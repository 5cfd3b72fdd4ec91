"""Facts of orders: intents with their verdict, and everything the venue told of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.quick import quick
from tradewright.engine.session.facts.words import Role


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntended:
    """The gate approved an order: one durable record, before any byte leaves."""

    time_ns: int
    client_order_id: str
    intent: int
    """Counts the session's intents; the client order id follows from it."""
    request: OrderRequest
    strategy: str
    role: Role
    limits_version: int
    epoch: int
    attempt: int
    slice: int
    """The slice it was decided after; 0: not by a slice."""
    correlation_id: str
    arrival_price: Decimal | None
    """Mark when it was decided."""
    wished: Decimal
    """Quantity before sizing clipped it."""
    bound: str = ""
    """The limit that clipped it; empty where none did."""
    number: int = 0
    """The strategy's own number of it."""
    key: str = ""
    """The caller's idempotency key."""
    parent: str = ""
    """The order that it undoes."""
    is_reducing: bool = False
    """It was proven to shrink a position only."""
    notional: Decimal = Decimal(0)
    """Money that it moves at its highest price, as the gate counted it."""


@dataclass(frozen=True, slots=True)
class RefusedBy:
    """One control that said no."""

    control: str
    value: str
    limit: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefused:
    """The gate said no; nothing was sent."""

    time_ns: int
    client_order_id: str
    intent: int
    request: OrderRequest
    strategy: str
    role: Role
    slice: int
    correlation_id: str
    wished: Decimal
    by: tuple[RefusedBy, ...]
    number: int = 0
    key: str = ""


@quick
@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """A named person typed the numbers that soft controls had found: the order goes out all the same."""

    time_ns: int
    client_order_id: str
    who: str
    controls: Mapping[str, str]
    """What each control found, by its name."""


@quick
@dataclass(frozen=True, slots=True)
class OrderHandedOver:
    """Bytes may have left: until the venue speaks, nobody knows."""

    time_ns: int
    client_order_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class OrderNotSent:
    """Proven: no byte left."""

    time_ns: int
    client_order_id: str
    reason: str


@quick
@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The venue works it."""

    time_ns: int
    client_order_id: str
    venue_order_id: str
    """Empty where the venue has not told it yet."""


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """The venue proved that it did not take it, or threw it out unfilled."""

    time_ns: int
    client_order_id: str
    reason: str


@quick
@dataclass(frozen=True, slots=True)
class OrderFilled:
    """One execution."""

    time_ns: int
    fill: Fill


@dataclass(frozen=True, slots=True)
class FillBusted:
    """The venue took an execution back."""

    time_ns: int
    client_order_id: str
    execution_id: str


@dataclass(frozen=True, slots=True)
class OrderCanceled:
    """It works no longer."""

    time_ns: int
    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """Its time ended."""

    time_ns: int
    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderLost:
    """Proven absent at the venue."""

    time_ns: int
    client_order_id: str
    evidence: str


@dataclass(frozen=True, slots=True)
class CancelWanted:
    """A cancel has to wait: nobody knows yet whether the venue has the order, or a change of it has no answer."""

    time_ns: int
    client_order_id: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """Somebody wants it canceled; `attempt` counts from 1."""

    time_ns: int
    client_order_id: str
    who: str
    reason: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class CancelRefusedByVenue:
    """The venue did not cancel it."""

    time_ns: int
    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceRequested:
    """The gate approved other terms for an order that works."""

    time_ns: int
    client_order_id: str
    request: OrderRequest
    who: str
    limits_version: int
    epoch: int
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class OrderReplaced:
    """The venue works it on these terms."""

    time_ns: int
    client_order_id: str
    request: OrderRequest


@dataclass(frozen=True, slots=True)
class ReplaceRefusedByVenue:
    """It works on as it was."""

    time_ns: int
    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAdopted:
    """An order was found at the venue: a leg of a bracket, or one that is not ours."""

    time_ns: int
    client_order_id: str
    venue_order_id: str
    request: OrderRequest
    strategy: str
    role: Role
    life: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Pruned:
    """Orders that ended before a moment left the books, with all that hangs on them; the journal keeps their story."""

    time_ns: int
    before_ns: int
    """Session time of their last change, and the venue's of their executions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRefused:
    """The venue told something that can no longer be booked exactly: what it builds on was dropped."""

    time_ns: int
    what: str
    """`execution`, `bust` or `split`."""
    identity: str
    """The venue's name of it."""
    client_order_id: str
    """Empty for a split."""
    instrument: str
    story: str
    fill: Fill | None = None
    """The execution, as it was told."""
