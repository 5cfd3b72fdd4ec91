"""An event is a fact about the market, an order or the account: it has happened and can't be refused.

This file decides which facts there are. They are frozen, named in the past, stamped in nanoseconds UTC; which of them
moves an order, and how, is `orders/transitions.py`.
"""

from dataclasses import dataclass
from decimal import Decimal

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.market.bar import Bar
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    >>> Event(time_ns=0).time_ns
    0
    """

    time_ns: int
    """When we learned of it, nanoseconds UTC."""


@dataclass(frozen=True, slots=True)
class SessionOpened(Event):
    """A venue began to trade.

    >>> SessionOpened(0, "XNYS", 19905).venue
    'XNYS'
    """

    venue: str
    session: int


@dataclass(frozen=True, slots=True)
class SessionClosed(Event):
    """A venue stopped trading for the day.

    >>> SessionClosed(0, "XNYS", 19905).session
    19905
    """

    venue: str
    session: int


@dataclass(frozen=True, slots=True)
class BarClosed(Event):
    """A bar is complete.

    >>> from tradewright.domain.timeframe import DAILY
    >>> BarClosed(0, Bar("AAPL.XNAS", DAILY, 0, 0, 1.0, 1.0, 1.0, 1.0, 0.0)).bar.close
    1.0
    """

    bar: Bar


@dataclass(frozen=True, slots=True)
class CorporateActionApplied(Event):
    """A split or dividend changed positions and cash.

    >>> from tradewright.domain.market.actions import ActionKind
    >>> CorporateActionApplied(0, CorporateAction(0, "AAPL.XNAS", ActionKind.DIVIDEND, 0.24), Decimal("2.40")).cash
    Decimal('2.40')
    """

    action: CorporateAction
    cash: Decimal
    """Received (positive) or paid."""


@dataclass(frozen=True, slots=True)
class OrderRequested(Event):
    """Somebody wished to trade.

    >>> from tradewright.domain.orders.side import Side
    >>> wish = OrderRequest(instrument="AAPL.XNAS", side=Side.BUY, quantity=Decimal(1))
    >>> OrderRequested(0, ClientOrderId("a1"), wish).request.side.value
    'BUY'
    """

    client_order_id: ClientOrderId
    request: OrderRequest


@dataclass(frozen=True, slots=True)
class OrderRefused(Event):
    """Our own risk said no.

    >>> OrderRefused(0, ClientOrderId("a1"), "POSITION_LIMIT", "12% of equity, 5% allowed").code
    'POSITION_LIMIT'
    """

    client_order_id: ClientOrderId
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderApproved(Event):
    """The gate passed it and the record is durable.

    >>> OrderApproved(0, ClientOrderId("a1"), limits_version=3).limits_version
    3
    """

    client_order_id: ClientOrderId
    limits_version: int


@dataclass(frozen=True, slots=True)
class OrderHandedOver(Event):
    """Bytes may have left for the venue.

    >>> OrderHandedOver(0, ClientOrderId("a1"), attempt=1).attempt
    1
    """

    client_order_id: ClientOrderId
    attempt: int


@dataclass(frozen=True, slots=True)
class OrderAccepted(Event):
    """The venue took it.

    >>> OrderAccepted(0, ClientOrderId("a1"), VenueOrderId("v9")).venue_order_id
    'v9'
    """

    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId


@dataclass(frozen=True, slots=True)
class OrderRejected(Event):
    """The venue said no.

    >>> OrderRejected(0, ClientOrderId("a1"), "insufficient margin").reason
    'insufficient margin'
    """

    client_order_id: ClientOrderId
    reason: str


@dataclass(frozen=True, slots=True)
class OrderFilled(Event):
    """One execution of our order.

    >>> OrderFilled.__mro__[1].__name__
    'Event'
    """

    fill: Fill


@dataclass(frozen=True, slots=True)
class FillBusted(Event):
    """The venue took an execution back.

    >>> FillBusted(0, ClientOrderId("a1"), ExecutionId("e1")).execution_id
    'e1'
    """

    client_order_id: ClientOrderId
    execution_id: ExecutionId


@dataclass(frozen=True, slots=True)
class OrderCanceled(Event):
    """The venue says that it works no longer.

    >>> OrderCanceled(0, ClientOrderId("a1"), "asked").reason
    'asked'
    """

    client_order_id: ClientOrderId
    reason: str


@dataclass(frozen=True, slots=True)
class OrderExpired(Event):
    """Its time in force ended.

    >>> OrderExpired(0, ClientOrderId("a1")).client_order_id
    'a1'
    """

    client_order_id: ClientOrderId


@dataclass(frozen=True, slots=True)
class OrderReplaced(Event):
    """A successor took over.

    >>> OrderReplaced(0, ClientOrderId("a1"), ClientOrderId("a2")).successor
    'a2'
    """

    client_order_id: ClientOrderId
    successor: ClientOrderId


@dataclass(frozen=True, slots=True)
class OrderLost(Event):
    """Proven absent at the venue.

    >>> OrderLost(0, ClientOrderId("a1"), "3 queries after the deadline, position explained").evidence[:9]
    '3 queries'
    """

    client_order_id: ClientOrderId
    evidence: str


@dataclass(frozen=True, slots=True)
class IncidentRaised(Event):
    """Something that must not happen has happened; the instrument is frozen until a person looks.

    >>> IncidentRaised(0, "OVERFILL", "AAPL.XNAS", "12 of 10 filled").code
    'OVERFILL'
    """

    code: str
    instrument: str
    story: str
