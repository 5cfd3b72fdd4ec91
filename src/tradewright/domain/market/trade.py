"""A trade is a public print: somebody bought from somebody, at a price. (Our own is a fill.)

This file decides that the side, where a venue tells it, is the aggressor's.
"""

import math
from dataclasses import dataclass

from tradewright.domain.errors import DataError
from tradewright.domain.orders.side import Side


@dataclass(frozen=True, slots=True)
class Trade:
    """One public print.

    >>> trade = Trade("BTCUSDT.BINANCE", 1597026383085000000, "1", 11500.0, 0.5, Side.BUY)
    >>> trade.notional
    5750.0
    """

    instrument: str
    time_ns: int
    """When it happened at the venue, nanoseconds UTC."""
    trade_id: str
    price: float
    quantity: float
    aggressor: Side | None = None
    """Who crossed the spread; None where the venue does not tell."""

    def __post_init__(self) -> None:
        if not 0 < self.price < math.inf or not 0 < self.quantity < math.inf:
            raise DataError(
                f"trade {self.trade_id} of {self.instrument} at {self.time_ns} is damaged",
                expected="price and quantity above 0 and finite",
                found=f"{self.quantity} at {self.price}",
            )

    @property
    def notional(self) -> float:
        """Quantity times price, before any multiplier."""
        return self.quantity * self.price
