"""A signal is a strategy's view of an instrument: the weight it wants, in -1..1, and how that differs from before.

This file decides how a view is read: BUY when the target rises, SELL when it falls, HOLD when it stays or there is
none.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from tradewright.domain.errors import StrategyError


class Opinion(StrEnum):
    """A signal in one word.

    >>> Opinion.BUY.value
    'BUY'
    """

    BUY = "BUY"
    SELL = "SELL"
    HOLD = "HOLD"


@dataclass(frozen=True, slots=True)
class Signal:
    """A view of one instrument at one moment.

    >>> signal = Signal("AAPL.XNAS", 1719864000000000000, target=0.0, previous=0.6, reason="cross down")
    >>> signal.opinion.value, signal.strength
    ('SELL', 0.6)
    """

    instrument: str
    time_ns: int
    """When it was known, nanoseconds UTC."""
    target: float
    """Wanted strength in -1..1, short to long; NaN is no opinion."""
    previous: float = 0.0
    """The target before."""
    reason: str = ""

    def __post_init__(self) -> None:
        if not (math.isnan(self.target) or -1 <= self.target <= 1):
            raise StrategyError(
                f"the signal for {self.instrument} is out of range", expected="-1 to 1, or NaN", found=str(self.target)
            )
        if not -1 <= self.previous <= 1:
            raise StrategyError(
                f"the signal before for {self.instrument} is out of range", expected="-1 to 1", found=str(self.previous)
            )

    @property
    def change(self) -> float:
        """Target minus the one before; 0 without an opinion."""
        return 0.0 if math.isnan(self.target) else self.target - self.previous

    @property
    def opinion(self) -> Opinion:
        """BUY, SELL or HOLD."""
        return Opinion.BUY if self.change > 0 else Opinion.SELL if self.change < 0 else Opinion.HOLD

    @property
    def strength(self) -> float:
        """How strong the opinion is, in 0..1; turning from long to short is as strong as it gets."""
        return min(1.0, abs(self.change))
