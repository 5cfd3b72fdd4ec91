"""Whether an answer of a worker can be one: about the slice that was asked, and of things that exist."""

import math

from tradewright.ports.hosts import CancelWish, OrderWish, ProtectWish, TargetWish, Wish


def is_answer(found: int, wishes: tuple[Wish, ...], *, asked: int, instruments: frozenset[str]) -> bool:
    """True when the answer is to the slice asked and every wish is of finite numbers and the strategy's instruments."""
    return found == asked and all(_can_be(wish, instruments) for wish in wishes)


def _can_be(wish: Wish, instruments: frozenset[str]) -> bool:
    if isinstance(wish, CancelWish):
        return True
    return wish.instrument in instruments and all(map(math.isfinite, _numbers(wish)))


def _numbers(wish: TargetWish | OrderWish | ProtectWish) -> tuple[float, ...]:
    if isinstance(wish, TargetWish):
        return wish.weight, wish.stop_loss, wish.take_profit
    if isinstance(wish, ProtectWish):
        return wish.stop_loss, wish.take_profit
    return wish.quantity, wish.limit, wish.stop, wish.trail, wish.trail_share, wish.stop_loss, wish.take_profit
