"""A feed can send nonsense: NaN, zero, a price ten times too high, an old trade again after a reconnect.

This file decides what is believed. A price or a time that is far from the last one is held until so many further trades
confirm it; those held in between stay in quarantine, since applying them later would turn the order of time round. A
true crash is therefore followed after a few prints. The first trade is believed unless a reference is given.
"""

import math
from collections import deque
from dataclasses import dataclass

from tradewright.domain.calendars import DAY
from tradewright.domain.errors import InputError
from tradewright.trading.aggregation.quarantine import Reason

MOST = 1e15
"""Above any price or quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """How much is needed to doubt a trade, and how much to believe it after all."""

    jump: float = 10.0
    """A price this many times the last one, or one over it, is doubted."""
    confirmations: int = 3
    """Further trades near a doubted one, in a row, after which it is believed."""
    nearness: float = 2.0
    """Near means within this factor."""
    time_jump_ns: int = 10 * DAY
    """A trade that far after the last one is doubted; more than the longest holiday."""
    remembered_ids: int = 1_024
    """Trade ids that are known again."""

    def __post_init__(self) -> None:
        if not 1 < self.nearness <= self.jump < math.inf:
            raise InputError(
                "the doubt about prices cannot be used",
                expected="1 < nearness <= jump",
                found=f"nearness {self.nearness}, jump {self.jump}",
            )
        for name in ("confirmations", "time_jump_ns", "remembered_ids"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} cannot be used", expected="at least 1", found=str(getattr(self, name)))


class Belief:
    """What is believed of one instrument so far."""

    __slots__ = ("_doubt", "_held", "_ids", "_latest", "_least", "_most", "_order", "_reference", "_time_ns")

    def __init__(self, doubt: Doubt, *, reference: float | None = None, since_ns: int | None = None) -> None:
        """`reference` and `since_ns`: a price and a time that are known, for the first trade to be compared with."""
        self._doubt = doubt
        self._ids: set[str] = set()
        self._order: deque[str] = deque()
        self._held: tuple[float, int, int] | None = None
        self._least, self._most, self._reference = 0.0, MOST, 0.0
        self._time_ns, self._latest = 0, 2**63
        if reference is not None:
            self._set_price(reference)
        if since_ns is not None:
            self._set_time(since_ns)

    @property
    def seen_ns(self) -> int:
        """When the newest believed one happened; 0 before the first."""
        return self._time_ns

    def check_trade(self, time_ns: int, price: float, *, quantity: float, trade_id: str) -> Reason | None:
        """None for a trade that is believed; an empty id is never known again."""
        if not 0.0 < quantity <= MOST:
            return _wrong(quantity)
        if not 0.0 < price <= MOST:
            return _wrong(price)
        if trade_id:
            if trade_id in self._ids:
                return Reason.DUPLICATE
            self._remember(trade_id)
        return self.check_price(time_ns, price)

    def check_price(self, time_ns: int, price: float) -> Reason | None:
        """The same for a price without a trade, as a quote's mid."""
        if self._least < price < self._most and self._time_ns <= time_ns <= self._latest:
            self._set_price(price)
            self._set_time(time_ns)
            self._held = None
            return None
        if not 0.0 < price <= MOST:
            return _wrong(price)
        if time_ns < self._time_ns:
            return Reason.OUT_OF_ORDER
        return self._doubted(time_ns, price)

    def _set_price(self, price: float) -> None:
        if price == self._reference:
            return
        jump = self._doubt.jump
        self._reference, self._least, self._most = price, price / jump, min(price * jump, MOST)

    def _set_time(self, time_ns: int) -> None:
        self._time_ns, self._latest = time_ns, time_ns + self._doubt.time_jump_ns

    def _remember(self, trade_id: str) -> None:
        order, ids = self._order, self._ids
        if len(order) >= self._doubt.remembered_ids:
            ids.discard(order.popleft())
        order.append(trade_id)
        ids.add(trade_id)

    def _doubted(self, time_ns: int, price: float) -> Reason | None:
        doubt, confirmed = self._doubt, 0
        if self._held is not None:
            held_price, held_ns, count = self._held
            is_near = held_price / doubt.nearness < price < held_price * doubt.nearness
            if is_near and held_ns <= time_ns <= held_ns + doubt.time_jump_ns:
                confirmed = count + 1
        if confirmed >= doubt.confirmations:
            self._set_price(price)
            self._set_time(time_ns)
            self._held = None
            return None
        self._held = (price, time_ns, confirmed)
        return Reason.TIME_JUMP if time_ns > self._latest else Reason.PRICE_JUMP


def _wrong(number: float) -> Reason:
    if not math.isfinite(number):
        return Reason.NOT_A_NUMBER
    if number > 0:
        return Reason.TOO_LARGE
    return Reason.ZERO if number == 0 else Reason.NEGATIVE
