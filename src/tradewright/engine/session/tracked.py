"""A tracked order is an order of a session with the story around it: whose it is, why it exists, what led to it.

This file decides what is kept of an order beside its life (`domain/orders/order.py`), and what the gate counts of it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.quick import quick
from tradewright.engine.session.facts import Role
from tradewright.trading.risk.book import Reservation

_ZERO = Decimal(0)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedOrder:
    """One order of the session."""

    order: Order
    strategy: str
    role: Role
    intent: int
    born_ns: int
    """When the gate approved it, or when it was found; session time."""
    slice: int
    correlation_id: str
    arrival_price: Decimal | None
    wished: Decimal
    bound: str = ""
    number: int = 0
    """The strategy's own number of it."""
    key: str = ""
    parent: str = ""
    """For a leg of a bracket, the order whose fill brought it."""
    changed_ns: int = 0
    filled_value: Decimal = _ZERO
    """Sum of quantity times price over the executions that stand."""
    wanted_terms: OrderRequest | None = None
    """Terms that a replacement asked for and that are not confirmed."""
    changes: int = 0
    """How often other terms were asked for."""
    remark: str = ""
    """Why it ended, in the venue's words or ours."""

    @property
    def id(self) -> ClientOrderId:
        """The client order id."""
        return self.order.client_order_id

    @property
    def instrument(self) -> str:
        """What it trades."""
        return self.order.request.instrument

    @property
    def is_open(self) -> bool:
        """True while it could still fill, for all we know."""
        return not self.order.life.is_final

    @property
    def average_price(self) -> Decimal | None:
        """Price per unit over what is filled; None while nothing is."""
        filled = self.order.filled
        return self.filled_value / filled if filled else None

    def after_fill(self, order: Order, fill: Fill, *, changed_ns: int) -> "TrackedOrder":
        """With one more execution."""
        value = self.filled_value + fill.quantity * fill.price
        return replace(self, order=order, filled_value=value, changed_ns=changed_ns)

    def reservation(self) -> Reservation:
        """What could still fill of it, at the worst: while a replacement is open, the larger of both terms counts."""
        request = self.order.request
        reserved = Reservation.adopted(self.order, group=request.group, protective_stop=request.stop_loss)
        if self.wanted_terms is None:
            return reserved
        more = max(self.wanted_terms.quantity - self.order.filled, reserved.quantity)
        prices = (self.wanted_terms.limit_price, self.wanted_terms.stop_price)
        every = (*reserved.prices, *(price for price in prices if price is not None))
        return replace(reserved, quantity=more, prices=every)

    @property
    def only_closes(self) -> bool:
        """True where the venue itself sees to it that nothing beyond the position fills: it can open nothing."""
        return self.order.request.closes_position

    @property
    def is_in_doubt(self) -> bool:
        """True while nobody can tell whether the venue has it."""
        return self.order.life in {OrderLife.UNKNOWN, OrderLife.APPROVED}
