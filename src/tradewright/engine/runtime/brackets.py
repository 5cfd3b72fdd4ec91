"""A bracket is an entry with two ways out that sleep until it fills: a stop and a target, of which one takes the other.

This file decides what a strategy's bracket is made of: an order, and children that only reduce and share a group.
"""

from typing import Any, NamedTuple, Protocol

from tradewright.domain.errors import StrategyError
from tradewright.domain.matching.layout import BRACKETS


class Bracket(NamedTuple):
    """Ids of a bracket's orders; 0 where there is none, or where the limits refused the entry."""

    entry: int
    stop: int
    target: int


class Trading(Protocol):
    """What takes the orders."""

    def buy(self, quantity: float, **terms: Any) -> int:
        """Order to buy."""
        ...

    def sell(self, quantity: float, **terms: Any) -> int:
        """Order to sell."""
        ...


def bracket(
    context: Trading,
    side: str,
    *,
    quantity: float,
    stop_loss: float = 0,
    take_profit: float = 0,
    stop_quantity: float = 0,
    target_quantity: float = 0,
    **entry: Any,
) -> Bracket:
    """Send the entry, then its ways out; what they close is the entry's quantity where none is named."""
    if side not in ("buy", "sell"):
        raise StrategyError("a bracket buys or sells", expected="buy or sell", found=repr(side))
    if not stop_loss and not take_profit:
        raise StrategyError("a bracket has a stop_loss, a take_profit or both", found="neither")
    for name, part in (("stop_quantity", stop_quantity), ("target_quantity", target_quantity)):
        if part and not 0 < part <= quantity:
            raise StrategyError(f"{name} is a part of the entry's {quantity!r}, above 0", found=repr(part))
    if entry.get("reduces_only"):
        raise StrategyError("a bracket's entry opens a position", found="reduces_only")
    enter, leave = (context.buy, context.sell) if side == "buy" else (context.sell, context.buy)
    place = {"instrument": entry["instrument"]} if "instrument" in entry else {}
    opening = enter(quantity, **entry)
    ways = {"after": opening, "reduces_only": True, **place}
    if stop_loss and take_profit and opening:
        ways["group"] = BRACKETS + opening
    return Bracket(
        opening,
        leave(stop_quantity or quantity, stop=stop_loss, **ways) if stop_loss else 0,
        leave(target_quantity or quantity, limit=take_profit, **ways) if take_profit else 0,
    )
