"""The book is all that the gate knows at one moment: the account, what is held, what could still fill, the markets.

This file decides its parts. It is a value: approving an order gives a new book with the order's reservation in it, so
there is no moment at which something is approved and not counted. Money is in the account's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from tradewright.domain.identifiers import AccountId, ClientOrderId
from tradewright.domain.instruments.instrument import Instrument
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.states import TradingState


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """What is known of an instrument's market; None is "not known", and what needs it is refused."""

    instrument: Instrument
    mark: Decimal | None
    marked_ns: int | None
    """When the mark was true, nanoseconds UTC."""
    rate: Decimal | None = Decimal(1)
    """Account currency for one unit of the instrument's currency."""
    value_at_risk: Decimal | None = None
    """One-day 95% loss of a position, as a fraction of its notional."""
    day_quantity: Decimal | None = None
    """Quantity traded in an average day."""
    can_short: bool | None = None
    """Whether the broker lends it."""
    margin: Decimal | None = Decimal(1)
    """Buying power that a unit of notional takes; 1 is paid in full."""
    hours: OpenHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPosition:
    """What is held of an instrument, and the stop that is at the venue for it."""

    instrument: str
    quantity: Decimal
    """Signed: negative is short."""
    protective_stop: Decimal | None = None
    protected: Decimal | None = None
    """How much of it the stop covers; None: all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What could still fill of an order: approved, in flight, unknown or working, it counts in full."""

    client_order_id: ClientOrderId
    instrument: str
    side: Side
    quantity: Decimal
    prices: tuple[Decimal, ...] = ()
    """The order's own limit and stop price."""
    protective_stop: Decimal | None = None
    reduces_only: bool = False
    group: str = ""

    @classmethod
    def wanted(cls, request: RiskRequest) -> "Reservation":
        """Of an order that is not sent yet."""
        return cls(
            client_order_id=request.client_order_id,
            instrument=request.order.instrument,
            side=request.order.side,
            quantity=request.order.quantity,
            prices=request.prices,
            protective_stop=request.protective_stop,
            reduces_only=request.order.reduces_only,
            group=request.group,
        )

    @classmethod
    def adopted(cls, order: Order) -> "Reservation":
        """Of an order that exists, also one that was found at the venue; 0 where nothing can fill any more."""
        own = (order.request.limit_price, order.request.stop_price)
        return cls(
            client_order_id=order.client_order_id,
            instrument=order.request.instrument,
            side=order.request.side,
            quantity=order.reserved,
            prices=tuple(price for price in own if price is not None),
            reduces_only=order.request.reduces_only,
        )


@dataclass(frozen=True, slots=True)
class SentOrder:
    """An order that the gate approved, for counting."""

    client_order_id: ClientOrderId
    order: OrderRequest
    time_ns: int
    is_reducing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The gate's state; every number may be None, and then what needs it is refused."""

    account: AccountId
    epoch: int
    """The engine's turn at the account; tickets carry it."""
    state: TradingState | None
    halts: Mapping[str, TradingState]
    """States of single strategies and instruments, by their ids."""
    equity: Decimal | None
    valued_ns: int | None
    """When equity and buying power were true, nanoseconds UTC."""
    peak_equity: Decimal | None
    day_equity: Decimal | None
    """Equity at the start of the day."""
    day_began_ns: int
    buying_power: Decimal | None
    """What may still be opened, before the reservations below."""
    positions: tuple[OpenPosition, ...]
    reservations: tuple[Reservation, ...]
    markets: Mapping[str, MarketView]
    correlations: Mapping[tuple[str, str], Decimal]
    """Of returns, by pair of instrument ids in alphabetical order."""
    sent: tuple[SentOrder, ...] = ()
    """Approved since the day began, oldest first."""

    @property
    def exposed(self) -> tuple[str, ...]:
        """Instruments that are held or could be after the reservations fill, in alphabetical order."""
        held = {position.instrument for position in self.positions if position.quantity != 0}
        return tuple(sorted(held | {one.instrument for one in self.reservations if one.quantity != 0}))

    def reserving(self, reservation: Reservation) -> "Book":
        """The book with that reservation in place of an earlier one of the same order."""
        others = (one for one in self.reservations if one.client_order_id != reservation.client_order_id)
        return replace(self, reservations=(*others, reservation))

    def counting(self, sent: SentOrder) -> "Book":
        """The book with one more order sent."""
        return replace(self, sent=(*self.sent, sent))
