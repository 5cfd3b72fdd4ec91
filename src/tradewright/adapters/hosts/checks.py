"""Whether an answer of a worker can be one: about the slice that was asked, and of things that exist."""

import math
from typing import Final

from tradewright.adapters.hosts.frames import Ready
from tradewright.ports.hosts import CancelWish, OrderWish, ProtectWish, TargetWish, Wish

LONGEST_DIGEST: Final = 128
LONGEST_WARM_UP: Final = 1_000_000_000


def is_ready(ready: Ready) -> bool:
    """True when a strategy can be like that."""
    return len(ready.code) <= LONGEST_DIGEST and 0 <= ready.warm_up_bars <= LONGEST_WARM_UP


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
