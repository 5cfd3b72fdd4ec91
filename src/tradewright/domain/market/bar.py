"""A bar is what happened to a price over an interval: open, high, low, close and how much was traded.

This file decides that a bar is stamped by its close and that its high and low enclose the rest. Bars in numbers live in
columns (`tradewright.trading.bars`); this object is made when one is asked for.
"""

import math
from dataclasses import dataclass

from tradewright.domain.errors import DataError
from tradewright.domain.timeframe import Timeframe


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of one instrument.

    >>> bar = Bar("AAPL.XNAS", Timeframe.parse("1d"), 1719864000000000000, 19905, 212.1, 217.5, 211.9, 216.8, 6.0e7)
    >>> bar.contains(217.0), round(bar.middle, 2)
    (True, 214.7)
    """

    instrument: str
    timeframe: Timeframe
    time_ns: int
    """The close, nanoseconds UTC."""
    session: int
    """The trading day, days since 1970-01-01."""
    open: float
    high: float
    low: float
    close: float
    volume: float

    def __post_init__(self) -> None:
        prices = (self.open, self.high, self.low, self.close)
        if not all(0 < price < math.inf for price in prices):
            raise DataError(self._named(), expected="prices above 0 and finite", found=repr(prices))
        if not self.low <= min(self.open, self.close) <= max(self.open, self.close) <= self.high:
            raise DataError(self._named(), expected="low <= open, close <= high", found=repr(prices))
        if not 0 <= self.volume < math.inf:
            raise DataError(self._named(), expected="a volume of at least 0", found=repr(self.volume))

    def _named(self) -> str:
        return f"the {self.timeframe} bar of {self.instrument} at {self.time_ns} is damaged"

    @property
    def middle(self) -> float:
        """Half-way between high and low."""
        return (self.high + self.low) / 2

    @property
    def range(self) -> float:
        """High minus low."""
        return self.high - self.low

    def contains(self, price: float) -> bool:
        """True when the price was touched, by what the bar can tell."""
        return self.low <= price <= self.high
