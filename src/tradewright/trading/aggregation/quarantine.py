"""Quarantine is where market data goes that is not believed: kept for a while, counted for good, never applied.

This file decides the reasons and how much is kept.
"""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """Why a trade or quote did not go into a bar."""

    NOT_A_NUMBER = "not a number"
    """Price or quantity is NaN or infinite."""
    ZERO = "zero"
    NEGATIVE = "negative"
    TOO_SMALL = "too small"
    """The quantity or price is less than half of the smallest step that bars count in."""
    TOO_LARGE = "too large"
    """A price or quantity above 10**15, which no venue trades."""
    DUPLICATE = "duplicate"
    """A trade of this id was seen already."""
    OUT_OF_ORDER = "out of order"
    """Older than one that was believed already."""
    PRICE_JUMP = "price jump"
    """Far from the last price and not confirmed yet."""
    TIME_JUMP = "time jump"
    """Far in the future and not confirmed yet."""
    CROSSED = "crossed"
    """The quote bids more than it asks."""
    OUTSIDE_SESSION = "outside the session"
    LATE = "late"
    """Its bar was closed already; told as a revision too."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One trade or quote that was not believed, as it came."""

    instrument: str
    time_ns: int
    price: float
    """The mid for a quote."""
    quantity: float
    """Zero for a quote."""
    trade_id: str
    reason: Reason


class Quarantine:
    """All that was put aside of one instrument."""

    def __init__(self, keep: int = 100) -> None:
        self._counts: Counter[Reason] = Counter()
        self._newest: deque[Quarantined] = deque(maxlen=keep)

    def add(self, one: Quarantined) -> None:
        """Count it, and keep it while it is among the newest."""
        self._counts[one.reason] += 1
        self._newest.append(one)

    @property
    def counts(self) -> Mapping[Reason, int]:
        """How many by reason, since ever."""
        return MappingProxyType(self._counts)

    @property
    def newest(self) -> tuple[Quarantined, ...]:
        """The newest, oldest first."""
        return tuple(self._newest)

    def __len__(self) -> int:
        """How many in all."""
        return self._counts.total()
