"""Funding is what longs of a perpetual pay to shorts, a few times a day, to keep its price near the spot.

This file decides the sign: a positive rate is paid by longs.
"""

import math
from dataclasses import dataclass

from tradewright.domain.errors import DataError


@dataclass(frozen=True, slots=True)
class Funding:
    """One funding moment of one perpetual.

    >>> Funding("BTCUSDT.BINANCEUSDM", 1700000000000000000, 0.0001, 50_000.0).payment(quantity=2.0)
    -10.0
    """

    instrument: str
    time_ns: int
    """When it is exchanged, nanoseconds UTC."""
    rate: float
    """Per unit of notional; positive is paid by longs."""
    mark_price: float
    """The price that the notional is valued at."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.rate) or not 0 < self.mark_price < math.inf:
            raise DataError(
                f"the funding of {self.instrument} at {self.time_ns} is damaged",
                expected="a finite rate and a mark price above 0",
                found=f"{self.rate} at {self.mark_price}",
            )

    def payment(self, *, quantity: float, multiplier: float = 1.0) -> float:
        """Cash that a position of signed `quantity` receives (positive) or pays (negative)."""
        return -quantity * multiplier * self.mark_price * self.rate
