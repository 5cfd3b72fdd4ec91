"""Which prices the working orders of an account react to; between them the market may move and nothing comes of it.

This file decides that on the safe side: an order whose reaction depends on more than a fixed price reacts to any.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tradewright.domain.matching.layout import FOK, IOC, LIMIT, STOP, STOP_LIMIT, TOUCHED, TOUCHED_LIMIT

Quiet = tuple[float, float]
"""Prices strictly between the two bring nothing about."""
ALL_QUIET: Final[Quiet] = (-math.inf, math.inf)
NEVER_QUIET: Final[Quiet] = (math.inf, -math.inf)


def quiet_prices(working: Iterable[Any]) -> Mapping[int, Quiet]:
    """By column of the floor; a column that is not named has no working order."""
    found: dict[int, Quiet] = {}
    for order in working:
        low, high = found.get(order.instrument, ALL_QUIET)
        below, above = _quiet(order)
        found[order.instrument] = (max(low, below), min(high, above))
    return found


def _quiet(order: Any) -> Quiet:
    is_fixed = (
        order.kind in {LIMIT, STOP, STOP_LIMIT, TOUCHED, TOUCHED_LIMIT} and not order.trail and not order.trail_share
    )
    if not is_fixed or order.force in {IOC, FOK} or order.side not in {1, -1}:
        return NEVER_QUIET
    low, high = ALL_QUIET
    if order.kind >= TOUCHED:  # a touch is reached as a limit is, and its limit counts from then on
        return _beyond(float(order.trigger), is_from_above=order.side == 1)
    if order.kind != STOP:  # a limit is reached from its better side ...
        low, high = _beyond(float(order.limit), is_from_above=order.side == 1)
    if order.kind != LIMIT:  # ... a trigger from the other
        below, above = _beyond(float(order.trigger), is_from_above=order.side == -1)
        low, high = max(low, below), min(high, above)
    return low, high


def _beyond(price: float, *, is_from_above: bool) -> Quiet:
    return (price, math.inf) if is_from_above else (-math.inf, price)
