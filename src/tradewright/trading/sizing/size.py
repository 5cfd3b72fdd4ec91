"""A size is how much to trade after every method and every limit had its say, and which one of them bound.

This file decides the least of the methods, then clips to the risk limits by asking the gate's own controls: what sizing
lets through, the gate lets through, for they are the same rules. Rounding goes down to whole lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tradewright.domain.errors import InputError
from tradewright.domain.orders.request import LEAST
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.orders import SmallestOrder
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.sizing.edge import most_lots
from tradewright.trading.sizing.methods import SizingMethod
from tradewright.trading.sizing.situation import Situation, whole_lots_below

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one method, or the limits together, would let be traded."""

    name: str
    quantity: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Sized:
    """The answer: how much, what bound it, and what everything else would have given."""

    quantity: Decimal
    """Whole lots, 0 or more."""
    bound: str
    """The method or the limit that made it no larger."""
    reason: str
    constraints: tuple[Constraint, ...]
    """Every method, in the order given."""


def sized(situation: Situation, methods: Sequence[SizingMethod]) -> Sized:
    """The least that the methods give, in whole lots; of equals the first one is named."""
    if not methods:
        raise InputError("nothing says how much", expected="at least one sizing method", found="none")
    given = tuple(_constraint(method, situation) for method in methods)
    least = min(given, key=lambda one: one.quantity)
    quantity = whole_lots_below(least.quantity, situation.instrument.lot)
    instrument = situation.instrument
    is_small = quantity < instrument.smallest_quantity or (
        instrument.notional(quantity, situation.entry) < instrument.smallest_notional
    )
    if quantity > 0 and is_small:
        reason = f"{quantity} is below what {instrument.id} trades in at least"
        return Sized(_ZERO, "smallest_order", reason, given)
    return Sized(quantity, least.name, least.reason, given)


def clipped(
    size: Sized, request: RiskRequest, *, book: Book, limits: Limits, now_ns: int, seen: Case | None = None
) -> Sized:
    """The size cut to what the limits allow for `request`, naming the limit that bound; as it is where they allow it.

    The request's own quantity does not matter; `seen` is its case, where somebody has made it already. Limits that do
    not depend on the quantity (a kill switch, a drawdown stop) leave nothing. A market that is not known leaves nothing
    either.
    """
    market = book.markets.get(request.order.instrument)
    if size.quantity == 0:
        return size
    if market is None:
        return replace(size, quantity=_ZERO, bound="market", reason="the market is not known")
    lot = max(market.instrument.lot, LEAST)
    controls = tuple(one for one in controls_of(limits) if not isinstance(one, SmallestOrder))
    wanted = int(size.quantity // lot)
    if wanted == 0:
        return replace(size, quantity=_ZERO, bound="lot", reason=f"less than a lot of {lot}")
    case = seen or Case.of(request, book, limits=limits, now_ns=now_ns)
    if case.request.order.quantity != wanted * lot:
        case = case.resized(wanted * lot)
    edge = most_lots(case, controls, lot=lot, limits=limits)
    if edge is None:
        return size
    quantity = edge.lots * lot
    if quantity and SmallestOrder().judge(case.resized(quantity)).is_refused:
        quantity = _ZERO
    return replace(size, quantity=quantity, bound=edge.beyond.control, reason=edge.beyond.reason)


def _constraint(method: SizingMethod, situation: Situation) -> Constraint:
    quantity = method.quantity(situation)
    assert quantity.is_finite() and quantity >= 0, f"{method!r} gives {quantity}"
    return Constraint(method.name, quantity, f"{method!r} gives {quantity:.6f}")
