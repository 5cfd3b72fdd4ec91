"""A size is how much to trade after every method and every limit had its say, and which one of them bound.

This file decides the least of the methods, then clips to the risk limits by asking the gate's own controls: what sizing
lets through, the gate lets through, for they are the same rules. Rounding goes down to whole lots.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from tradewright.domain.errors import InputError
from tradewright.domain.orders.request import LEAST
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Control
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


@dataclass(frozen=True, slots=True)
class Fitted:
    """A size with what it was fitted by."""

    size: Sized
    case: Case | None = None
    """The order as it was cut; None where it was not, or where nothing is left of it."""


def clipped(size: Sized, request: RiskRequest, *, book: Book, limits: Limits, now_ns: int) -> Sized:
    """The size cut to what the limits allow for `request`, naming the limit that bound; as it is where they allow it.

    The request's own quantity does not matter. Limits that do not depend on the quantity (a kill switch, a drawdown
    stop) leave nothing. A market that is not known leaves nothing either.
    """
    return fitted(size, Case.of(request, book, limits=limits, now_ns=now_ns), limits=limits).size


def fitted(size: Sized, case: Case, *, limits: Limits, against: Sequence[Control] | None = None) -> Fitted:
    """As `clipped`, of a case that was made with these limits; `against` are the controls that say no to it, where
    somebody has asked them already."""
    market = case.market
    if size.quantity == 0:
        return Fitted(size)
    if market is None:
        return Fitted(replace(size, quantity=_ZERO, bound="market", reason="the market is not known"))
    lot = max(market.instrument.lot, LEAST)
    wanted = int(size.quantity // lot)
    if wanted == 0:
        return Fitted(replace(size, quantity=_ZERO, bound="lot", reason=f"less than a lot of {lot}"))
    if case.request.order.quantity != wanted * lot:
        case, against = case.resized(wanted * lot), None
    known = None if against is None else [one for one in against if not isinstance(one, SmallestOrder)]
    edge = most_lots(case, _cutting(limits), lot=lot, limits=limits, against=known)
    if edge is None:
        return Fitted(size)
    bound = replace(size, quantity=edge.lots * lot, bound=edge.beyond.control, reason=edge.beyond.reason)
    if edge.case is None or not SmallestOrder().lets_pass(edge.case):
        return Fitted(replace(bound, quantity=_ZERO))
    return Fitted(bound, edge.case)


@lru_cache(maxsize=64)
def _cutting(limits: Limits) -> tuple[Control, ...]:
    """The controls that a smaller order can meet: it cannot become as large as the venue wants."""
    return tuple(one for one in controls_of(limits) if not isinstance(one, SmallestOrder))


def _constraint(method: SizingMethod, situation: Situation) -> Constraint:
    quantity = method.quantity(situation)
    assert quantity.is_finite() and quantity >= 0, f"{method!r} gives {quantity}"
    return Constraint(method.name, quantity, f"{method!r} gives {quantity:.6f}")
