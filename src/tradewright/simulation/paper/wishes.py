"""An order request in the codes of the step.

This file decides which request becomes which order of `domain/matching`, and what this venue does not take. An order
that may be cut (`takes_less`) is the step's target: what leads to a wanted weight gives way where protection has done
its work, and moves protection also where it only reduces.
"""

from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType

from tradewright.domain.arithmetic.rounding import whole_lots
from tradewright.domain.matching.layout import (
    AT_CLOSE,
    AT_OPEN,
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    PLAIN,
    STOP,
    STOP_LIMIT,
    STOP_LOSS,
    TAKE_PROFIT,
    TARGET,
    TOUCHED,
    TOUCHED_LIMIT,
    TRAILING,
)
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.ports.historical import NewOrder
from tradewright.simulation.paper.terms import ZERO

KINDS = MappingProxyType(
    {
        OrderKind.MARKET: MARKET,
        OrderKind.LIMIT: LIMIT,
        OrderKind.STOP: STOP,
        OrderKind.STOP_LIMIT: STOP_LIMIT,
        OrderKind.TRAILING_STOP: TRAILING,
        OrderKind.MARKET_IF_TOUCHED: TOUCHED,
        OrderKind.LIMIT_IF_TOUCHED: TOUCHED_LIMIT,
    }
)
FORCES = MappingProxyType(
    {
        TimeInForce.GTC: GTC,
        TimeInForce.DAY: DAY,
        TimeInForce.GTD: GTD,
        TimeInForce.IOC: IOC,
        TimeInForce.FOK: FOK,
        TimeInForce.AT_OPEN: AT_OPEN,
        TimeInForce.AT_CLOSE: AT_CLOSE,
    }
)
WAITS_FOR_A_PRICE = frozenset(OrderKind) - {OrderKind.MARKET, OrderKind.LIMIT}
AUCTIONS = frozenset({TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE})


def step_role(request: OrderRequest) -> int:
    """Why the order exists, as the step tells roles apart."""
    if request.closes_position and request.kind is not OrderKind.MARKET:
        return TAKE_PROFIT if request.kind is OrderKind.LIMIT else STOP_LOSS
    return TARGET if request.takes_less else PLAIN


def step_order(request: OrderRequest, *, place: int, group: int) -> NewOrder:
    """The request as an order of the step; the role of a target is set afterwards (see `venue.py`)."""
    role = step_role(request)
    closes = role in {STOP_LOSS, TAKE_PROFIT}
    return NewOrder(
        instrument=place,
        side=request.side.sign,
        kind=KINDS[request.kind],
        role=PLAIN if role == TARGET else role,
        quantity=ZERO if closes else request.quantity,
        limit=request.limit_price or ZERO,
        trigger=request.stop_price or ZERO,
        weight=ZERO,
        loss=request.stop_loss or ZERO,
        gain=request.take_profit or ZERO,
        until=0,
        shrinks=int(closes or request.takes_less),
        by_weight=0,
        force=FORCES[request.time_in_force],
        expires=request.expires_ns or 0,
        group=0 if closes else group,  # what closes a position ends with it, as legs do
        reduces=int(request.reduces_only and not closes),
        trail=request.trailing_offset or ZERO,
        trail_share=request.trailing_share or ZERO,
        passive=int(request.is_passive),
    )


def objection(request: OrderRequest, *, lot: Decimal, mark: Decimal, time_ns: int) -> str:
    """Why the venue does not take the request; empty where it does. `mark` is the last close, 0 for none."""
    checks: tuple[tuple[Callable[[], bool], str], ...] = (
        (
            lambda: bool(lot) and whole_lots(request.quantity, lot) != request.quantity,
            f"quantity is no multiple of {lot}",
        ),
        (
            lambda: (
                request.kind in WAITS_FOR_A_PRICE
                and (request.time_in_force.is_immediate or request.time_in_force in AUCTIONS)
            ),
            f"a {request.kind} order cannot be {request.time_in_force}",
        ),
        (
            lambda: request.expires_ns is not None and request.expires_ns <= time_ns,
            "the moment of expiry has passed",
        ),
        (
            lambda: request.is_passive and _crosses(request, mark),
            f"it would not wait: the market is at {mark}",
        ),
        (
            lambda: request.closes_position and bool(request.stop_loss or request.take_profit),
            "an order that closes a position has no legs",
        ),
    )
    return next((text for is_wrong, text in checks if is_wrong()), "")


def _crosses(request: OrderRequest, mark: Decimal) -> bool:
    limit = request.limit_price
    if not mark or limit is None:
        return False
    return limit >= mark if request.side is Side.BUY else limit <= mark
