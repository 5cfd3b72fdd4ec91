"""The venue's book of record: every order, execution and movement of the account, under the venue's own numbers.

This file decides how they are named (`main-O7`, `main-E12`, `main-M3`: the account, a letter, a count that never goes
back) and how they are found. The client order id of a bracket's leg is its parent's with `-S` (stop) or `-T` (target).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tradewright.domain.identifiers import AccountId, ClientOrderId, ExecutionId, VenueOrderId, foreign_order_id
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.ports.broker import CashMoved, ExecutionBusted, OrderReport, ReportedLife, SplitDone
from tradewright.simulation.paper.terms import ZERO

Movement = SplitDone | CashMoved
STOP_LEG, TARGET_LEG = "-S", "-T"


@dataclass(slots=True)
class PaperOrder:
    """One order as the venue knows it."""

    venue_order_id: VenueOrderId
    client_order_id: ClientOrderId | None
    """None: placed by hand, or by the venue itself."""
    request: OrderRequest
    identity: int
    """The step's number of it; it changes where a leg is placed anew."""
    time_ns: int
    parent: ClientOrderId | None = None
    life: ReportedLife = ReportedLife.WORKING
    filled: Decimal = ZERO
    reason: str = ""
    is_liquidation: bool = False
    sent: OrderRequest = field(init=False)
    """As it was placed; `request` is how it stands now."""

    def __post_init__(self) -> None:
        self.sent = self.request

    @property
    def works(self) -> bool:
        """True while it can fill."""
        return self.life is ReportedLife.WORKING

    @property
    def name(self) -> ClientOrderId:
        """What its executions go by: the client's id, else one made of the venue's."""
        return self.client_order_id or foreign_order_id(self.venue_order_id)

    def report(self) -> OrderReport:
        """How it stands now."""
        return OrderReport(
            client_order_id=self.client_order_id, venue_order_id=self.venue_order_id, request=self.request,
            life=self.life, filled=self.filled, reason=self.reason, parent=self.parent, time_ns=self.time_ns,
        )  # fmt: skip

    def asks_for(self, quantity: Decimal) -> bool:
        """Let it be for another quantity; True when that is news."""
        if quantity == self.request.quantity or quantity <= self.filled:
            return False
        self.request = replace(self.request, quantity=quantity)
        return True


@dataclass(slots=True)
class BookOfRecord:
    """Everything that ever happened in one account."""

    account: AccountId
    orders: list[PaperOrder] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    busted: set[ExecutionId] = field(default_factory=set)
    movements: list[Movement] = field(default_factory=list)
    _by_client: dict[ClientOrderId, PaperOrder] = field(default_factory=dict)
    _foreign: dict[ClientOrderId, PaperOrder] = field(default_factory=dict)
    _by_venue: dict[VenueOrderId, PaperOrder] = field(default_factory=dict)
    _by_identity: dict[int, PaperOrder] = field(default_factory=dict)
    _working: dict[VenueOrderId, PaperOrder] = field(default_factory=dict)
    _executions: int = 0

    def open(
        self,
        request: OrderRequest,
        identity: int,
        *,
        client_order_id: ClientOrderId | None,
        time_ns: int,
        parent: ClientOrderId | None = None,
    ) -> PaperOrder:
        """Write down a new order that works."""
        venue_order_id = VenueOrderId(f"{self.account}-O{len(self.orders) + 1}")
        order = PaperOrder(venue_order_id, client_order_id, request, identity, time_ns, parent)
        self.orders.append(order)
        self._by_venue[venue_order_id] = self._working[venue_order_id] = order
        (self._foreign if client_order_id is None else self._by_client)[order.name] = order
        self._by_identity[identity] = order
        return order

    def place_anew(self, order: PaperOrder, identity: int) -> None:
        """The step carries the order under another number from now on."""
        self._by_identity.pop(order.identity, None)
        order.identity = identity
        self._by_identity[identity] = order

    def end(self, order: PaperOrder, life: ReportedLife, *, reason: str, time_ns: int) -> None:
        """An order works no longer."""
        order.life, order.reason, order.time_ns = life, reason, time_ns
        self._working.pop(order.venue_order_id, None)
        self._by_identity.pop(order.identity, None)

    def execution(self) -> ExecutionId:
        """The next execution's name."""
        self._executions += 1
        return ExecutionId(f"{self.account}-E{self._executions}")

    def movement(self) -> str:
        """The next movement's name."""
        return f"{self.account}-M{len(self.movements) + 1}"

    def of_client(self, client_order_id: ClientOrderId) -> PaperOrder | None:
        """The order of that client order id."""
        return self._by_client.get(client_order_id)

    def named(self, name: ClientOrderId) -> PaperOrder | None:
        """The order that goes by this name: a client order id, or what one without it is called."""
        return self._by_client.get(name) or self._foreign.get(name)

    def of_venue(self, venue_order_id: VenueOrderId) -> PaperOrder | None:
        """The order of that venue order id."""
        return self._by_venue.get(venue_order_id)

    def of_step(self, identity: int) -> PaperOrder | None:
        """The working order that the step knows by this number."""
        return self._by_identity.get(identity)

    def working(self) -> Iterator[PaperOrder]:
        """Orders that work, the oldest first; the book may change while they are looked at."""
        return iter(tuple(self._working.values()))

    def standing_fills(self, since_ns: int) -> tuple[Fill, ...]:
        """Executions from a moment on (inclusive) that were not taken back."""
        return tuple(one for one in self.fills if one.time_ns >= since_ns and one.execution_id not in self.busted)

    def busted_fills(self, since_ns: int) -> tuple[ExecutionBusted, ...]:
        """Executions from a moment on (inclusive) that were taken back."""
        taken_back = [one for one in self.fills if one.time_ns >= since_ns and one.execution_id in self.busted]
        return tuple(ExecutionBusted(one.client_order_id, one.execution_id) for one in taken_back)
