"""The book is all that the gate knows at one moment: the account, what is held, what could still fill, the markets.

This file decides its parts. It is a value: approving an order gives a new book with the order's reservation in it, so
there is no moment at which something is approved and not counted. Money is in the account's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from tradewright.domain.identifiers import AccountId, ClientOrderId
from tradewright.domain.instruments.instrument import Instrument
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.domain.quick import quick
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import Moments, SentOrder, SentOrders
from tradewright.trading.risk.states import TradingState

_NOTHING: Final[tuple["Reservation", ...]] = ()


@quick
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
    bid: Decimal | None = None
    ask: Decimal | None = None
    """The best prices, where quotes are kept; both None: they are not."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPosition:
    """What is held of an instrument, and the stop that is at the venue for it."""

    instrument: str
    quantity: Decimal
    """Signed: negative is short."""
    protective_stop: Decimal | None = None
    protected: Decimal | None = None
    """How much of it the stop covers; None: all of it."""


@quick
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
    limit_price: Decimal | None = None
    is_dormant: bool = False
    """It waits for a stop price and cannot trade before."""
    is_unknown: bool = False
    """Nobody can tell whether the venue has it."""
    parent: str = ""
    """The order that it is a child of."""

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
            limit_price=request.order.limit_price,
            is_dormant=_is_dormant(request.order),
            parent=request.parent,
        )

    @classmethod
    def adopted(
        cls, order: Order, *, group: str = "", protective_stop: Decimal | None = None, parent: str = ""
    ) -> "Reservation":
        """Of an order that exists, also one that was found at the venue; 0 where nothing can fill any more.

        Group, protective stop and parent are those of its request: an order itself does not carry them.
        """
        wish = order.request
        return cls(
            client_order_id=order.client_order_id,
            instrument=wish.instrument,
            side=wish.side,
            quantity=order.reserved,
            prices=tuple(price for price in (wish.limit_price, wish.stop_price) if price is not None),
            protective_stop=protective_stop,
            reduces_only=wish.reduces_only,
            group=group,
            limit_price=wish.limit_price,
            is_dormant=_is_dormant(wish),
            is_unknown=order.life is OrderLife.UNKNOWN,
            parent=parent,
        )


@dataclass(frozen=True, slots=True)
class ParentOrder:
    """A large order that is worked in parts: how much it is in all, and how much of that is filled."""

    quantity: Decimal
    filled: Decimal


@dataclass(frozen=True, slots=True)
class Begun:
    """How a strategy has begun to trade live."""

    sent: int
    """Orders that it has sent, ever."""
    working: tuple[ClientOrderId, ...] = ()
    """Those of them that could still fill; protection is not among them."""


@dataclass(slots=True)
class Memo:
    """What was found out about a book already. It changes no answer, only how soon it comes."""

    orders: dict[str, tuple[Reservation, ...]]
    """What could fill, by instrument."""
    held: dict[str, tuple[OpenPosition, ...]]
    """What is held, by instrument."""
    known: set[ClientOrderId]
    unknown: tuple[Reservation, ...]
    """Orders of which nobody can tell whether the venue has them."""
    working: int
    exposed: tuple[str, ...]
    """Instruments that are held or could be, in alphabetical order."""
    valued: dict[str, object] = field(default_factory=dict)
    """What `exposure.valued` gave, by instrument."""

    @classmethod
    def of(cls, positions: tuple[OpenPosition, ...], reservations: tuple[Reservation, ...]) -> "Memo":
        """Sorted once."""
        orders: dict[str, list[Reservation]] = {}
        held: dict[str, tuple[OpenPosition, ...]] = {}
        exposed: set[str] = set()
        for position in positions:
            held[position.instrument] = (*held.get(position.instrument, ()), position)
            if position.quantity != 0:
                exposed.add(position.instrument)
        opened = [one for one in reservations if one.quantity != 0]
        exposed.update([one.instrument for one in opened])
        for one in reservations:
            orders.setdefault(one.instrument, []).append(one)
        return cls(
            {name: tuple(every) for name, every in orders.items()},
            held,
            {one.client_order_id for one in reservations},
            tuple([one for one in opened if one.is_unknown]),
            len(opened),
            tuple(sorted(exposed)),
        )

    def adding(self, reservation: Reservation) -> "Memo":
        """With one order more, of an id that was not there."""
        name = reservation.instrument
        is_open = reservation.quantity != 0
        return Memo(
            {**self.orders, name: (*self.orders.get(name, ()), reservation)},
            self.held,
            self.known | {reservation.client_order_id},
            (*self.unknown, reservation) if reservation.is_unknown and is_open else self.unknown,
            self.working + is_open,
            _sorted(self.exposed, name) if is_open and name not in self.exposed else self.exposed,
            {key: value for key, value in self.valued.items() if key != name},
        )


@quick
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
    sent: SentOrders = field(default_factory=SentOrders)
    """Approved since the day began, oldest first."""
    messages: Moments = field(default_factory=Moments)
    """When cancels and replacements went out; `sent` has the new orders."""
    fills: Moments = field(default_factory=Moments)
    """When orders were filled."""
    parents: Mapping[str, ParentOrder] = field(default_factory=dict)
    """Orders that are worked in parts, by id."""
    live_days: Mapping[str, int] | None = None
    """Trading days that each strategy has been live; None: this is not live, and no strategy is new."""
    begun: Mapping[str, Begun] | None = None
    """How each strategy has begun; None as above."""

    _memo: Memo | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def memo(self) -> Memo:
        """What is known about the book already; made when first asked for."""
        if self._memo is None:
            object.__setattr__(self, "_memo", Memo.of(self.positions, self.reservations))
        assert self._memo is not None
        return self._memo

    @property
    def exposed(self) -> tuple[str, ...]:
        """Instruments that are held or could be after the reservations fill, in alphabetical order."""
        return self.memo.exposed

    def orders_with(self, reservation: Reservation) -> tuple[Reservation, ...]:
        """What could fill of the reservation's instrument with it, in place of an earlier one of the same order."""
        memo = self.memo
        before = memo.orders.get(reservation.instrument, _NOTHING)
        if reservation.client_order_id in memo.known:
            before = tuple(one for one in before if one.client_order_id != reservation.client_order_id)
        return (*before, reservation)

    def exposed_with(self, reservation: Reservation) -> tuple[str, ...]:
        """As `exposed`, with that reservation."""
        memo, name = self.memo, reservation.instrument
        if reservation.client_order_id in memo.known:
            return self.reserving(reservation).exposed
        return memo.exposed if name in memo.exposed or not reservation.quantity else _sorted(memo.exposed, name)

    def working_with(self, reservation: Reservation) -> int:
        """How many orders could fill, with that reservation."""
        memo = self.memo
        if reservation.client_order_id in memo.known:
            return self.reserving(reservation).memo.working
        return memo.working + (reservation.quantity != 0)

    def reserving(self, reservation: Reservation) -> "Book":
        """The book with that reservation in place of an earlier one of the same order."""
        memo = self.memo
        if reservation.client_order_id not in memo.known:
            return self._with(memo.adding(reservation), reservations=(*self.reservations, reservation))
        others = (one for one in self.reservations if one.client_order_id != reservation.client_order_id)
        return replace(self, reservations=(*others, reservation))

    def knowing(self, before: "Book") -> "Book":
        """The same, with what was found out about the instruments that stand in it as they did in an earlier book."""
        memo, earlier = self.memo, before.memo
        for name, found in earlier.valued.items():
            if (
                self.markets.get(name) is before.markets.get(name)
                and memo.held.get(name) == earlier.held.get(name)
                and memo.orders.get(name) == earlier.orders.get(name)
            ):
                memo.valued[name] = found
        return self

    def counting(self, sent: SentOrder) -> "Book":
        """The book with one more order sent."""
        return self._with(self.memo, sent=self.sent.adding(sent))

    def _with(self, memo: Memo, **changes: object) -> "Book":
        found: Book = replace(self, **changes)  # type: ignore[arg-type]  # names and types are those of the callers
        object.__setattr__(found, "_memo", memo)
        return found


def _sorted(names: tuple[str, ...], more: str) -> tuple[str, ...]:
    return tuple(sorted((*names, more)))


def _is_dormant(order: OrderRequest) -> bool:
    """Whether it waits for a stop price, fixed or following."""
    return any(one is not None for one in (order.stop_price, order.trailing_offset, order.trailing_share))
