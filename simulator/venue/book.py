"""The venue's book of record: every order it took, every execution, what the account holds and owes.

Written for the simulator alone and from the port's words alone: no matching, accounting or order code of the package
is used here, so that a misunderstanding shared by both would have to be made twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import CashMoved, OrderReport, ReportedLife, SplitDone

ZERO = Decimal(0)
FEE = Decimal("0.01")
"""Paid for each share."""


@dataclass(frozen=True, slots=True)
class Listing:
    """An instrument that is traded here."""

    instrument: str
    tick: Decimal = Decimal("0.01")
    lot: Decimal = Decimal(1)
    multiplier: Decimal = Decimal(1)
    currency: str = "USD"


@dataclass
class VenueOrder:
    """One order as the venue knows it."""

    venue_order_id: str
    client_order_id: str
    """Empty for one that was typed at the broker's own screen."""
    request: OrderRequest
    taken_ns: int
    life: ReportedLife = ReportedLife.WORKING
    filled: Decimal = ZERO
    told_filled: Decimal = ZERO
    """What the front end tells; it may lag behind what is filled."""
    reason: str = ""
    parent: str = ""
    is_triggered: bool = False
    best: Decimal | None = None
    """Best price since it works, for a trailing stop."""
    is_new: bool = True
    """Not looked at by the matching yet."""
    changed_ns: int = 0

    @property
    def name(self) -> str:
        """What fills call it: the client's id, or one made of the venue's where there is none."""
        return self.client_order_id or f"ext-{self.venue_order_id}"

    @property
    def is_working(self) -> bool:
        """True while it can be filled."""
        return self.life is ReportedLife.WORKING

    @property
    def remaining(self) -> Decimal:
        """What can still be filled."""
        return max(self.request.quantity - self.filled, ZERO)

    def report(self) -> OrderReport:
        """What the front end tells of it."""
        return OrderReport(
            client_order_id=ClientOrderId(self.client_order_id) if self.client_order_id else None,
            venue_order_id=VenueOrderId(self.venue_order_id),
            request=self.request,
            life=self.life,
            filled=self.told_filled,
            reason=self.reason,
            parent=ClientOrderId(self.parent) if self.parent else None,
            time_ns=self.changed_ns,
        )


@dataclass
class Execution:
    """One trade of the account; it can be taken back."""

    fill: Fill
    is_busted: bool = False
    is_told: bool = True
    """False while the front end does not show it yet."""


@dataclass
class Account:
    """Orders, executions, positions and cash of the one account."""

    listings: dict[str, Listing]
    cash: dict[str, Decimal]
    orders: dict[str, VenueOrder] = field(default_factory=dict)
    """By the venue's id, in the order they came."""
    executions: dict[str, Execution] = field(default_factory=dict)
    positions: dict[str, Decimal] = field(default_factory=dict)
    movements: list[SplitDone | CashMoved] = field(default_factory=list)
    opening: dict[str, Decimal] = field(default_factory=dict)
    working_ids: dict[str, None] = field(default_factory=dict)
    ever_held: dict[str, list[tuple[int, Decimal]]] = field(default_factory=dict)
    """Every position there ever was, by instrument, with the moment from which on."""

    def __post_init__(self) -> None:
        self.opening = dict(self.cash)

    def working(self) -> Iterator[VenueOrder]:
        """Orders that can be filled, oldest first."""
        return iter([self.orders[one] for one in self.working_ids])

    def named(self, client_order_id: str) -> list[VenueOrder]:
        """Every order that was taken under this id, oldest first."""
        return [one for one in self.orders.values() if one.client_order_id == client_order_id]

    def held(self, instrument: str) -> Decimal:
        """Signed quantity."""
        return self.positions.get(instrument, ZERO)

    def take(self, request: OrderRequest, *, client_order_id: str, now_ns: int, parent: str = "") -> VenueOrder:
        """A new order works."""
        order = VenueOrder(f"v{len(self.orders) + 1}", client_order_id, request, now_ns, parent=parent)
        order.changed_ns = now_ns
        self.orders[order.venue_order_id] = order
        self.working_ids[order.venue_order_id] = None
        return order

    def end(self, order: VenueOrder, life: ReportedLife, *, reason: str, now_ns: int) -> None:
        """It works no longer."""
        order.life, order.reason, order.changed_ns = life, reason, now_ns
        self.working_ids.pop(order.venue_order_id, None)

    def execute(
        self, order: VenueOrder, quantity: Decimal, *, price: Decimal, now_ns: int, fee_currency: str = "USD"
    ) -> Execution:
        """A trade: position, cash and the order change at once; a fee in another currency may be a rebate."""
        request = order.request
        is_own = fee_currency == self.listings[request.instrument].currency
        fee = Money(quantity * FEE if is_own else quantity * FEE / 8 - FEE / 2, fee_currency)
        fill = Fill(
            execution_id=ExecutionId(f"x{len(self.executions) + 1}"),
            client_order_id=ClientOrderId(order.name),
            instrument=request.instrument,
            side=request.side,
            quantity=quantity,
            price=price,
            fee=fee,
            time_ns=now_ns,
            venue_order_id=VenueOrderId(order.venue_order_id),
        )
        execution = Execution(fill)
        self.executions[fill.execution_id] = execution
        order.filled += quantity
        order.changed_ns = now_ns
        self._move(fill, 1, now_ns)
        if order.remaining == 0 and order.is_working:
            self.end(order, ReportedLife.FILLED, reason="", now_ns=now_ns)
        return execution

    def _move(self, fill: Fill, sign: int, now_ns: int) -> None:
        listing = self.listings[fill.instrument]
        change = (fill.quantity if fill.side is Side.BUY else -fill.quantity) * sign
        self.positions[fill.instrument] = self.held(fill.instrument) + change
        self._remember(fill.instrument, now_ns)
        self.cash[listing.currency] -= change * fill.price * listing.multiplier
        self.cash[fill.fee.currency] = self.cash.get(fill.fee.currency, ZERO) - fill.fee.amount * sign

    def _remember(self, instrument: str, now_ns: int) -> None:
        self.ever_held.setdefault(instrument, []).append((now_ns, self.positions[instrument]))

    def bust(self, execution: Execution, *, now_ns: int) -> VenueOrder:
        """Take a trade back."""
        fill = execution.fill
        assert not execution.is_busted, f"{fill.execution_id} was taken back before"
        execution.is_busted = True
        self._move(fill, -1, now_ns)
        order = self.orders[str(fill.venue_order_id)]
        order.filled -= fill.quantity
        order.told_filled = min(order.told_filled, order.filled)
        order.changed_ns = now_ns
        if order.life is ReportedLife.FILLED:
            order.life = ReportedLife.WORKING
            self.working_ids[order.venue_order_id] = None
        return order

    def split(self, done: SplitDone) -> None:
        """New shares for old; what is no whole lot is paid in cash."""
        listing = self.listings[done.instrument]
        exact = self.held(done.instrument) * done.ratio
        whole = (exact / listing.lot).to_integral_value(rounding=ROUND_DOWN) * listing.lot
        self.positions[done.instrument] = whole
        self._remember(done.instrument, done.time_ns)
        self.cash[listing.currency] += (exact - whole) * done.price * listing.multiplier
        self.movements.append(done)

    def pay(self, moved: CashMoved) -> None:
        """Cash that comes or goes beside trades."""
        self.cash[moved.currency] += moved.amount
        self.movements.append(moved)

    def change(self, order: VenueOrder, *, now_ns: int, **terms: object) -> None:
        """Other terms for a working order."""
        order.request = replace(order.request, **terms)  # type: ignore[arg-type]  # the fields of a request
        order.changed_ns = now_ns
