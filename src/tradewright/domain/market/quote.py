"""A quote is the best price to buy at and to sell at, with what is offered there.

This file decides what mid, spread and microprice mean, and that a crossed quote is kept as it came and says so.
"""

import math
from dataclasses import dataclass

from tradewright.domain.errors import DataError


@dataclass(frozen=True, slots=True)
class Quote:
    """Best bid and ask of one instrument at one moment.

    >>> quote = Quote("EURUSD.FX", 1577923200000000000, 1.1210, 2e6, 1.1212, 1e6)
    >>> round(quote.mid, 4), round(quote.microprice, 5), round(quote.spread_bps, 2)
    (1.1211, 1.12113, 1.78)
    """

    instrument: str
    time_ns: int
    """When it was valid at the venue, nanoseconds UTC."""
    bid: float
    bid_quantity: float
    ask: float
    ask_quantity: float

    def __post_init__(self) -> None:
        prices, quantities = (self.bid, self.ask), (self.bid_quantity, self.ask_quantity)
        if not all(0 < price < math.inf for price in prices) or not all(0 <= one < math.inf for one in quantities):
            raise DataError(
                f"the quote of {self.instrument} at {self.time_ns} is damaged",
                expected="prices above 0, quantities of at least 0, all finite",
                found=f"{self.bid} x {self.bid_quantity} / {self.ask} x {self.ask_quantity}",
            )

    @property
    def mid(self) -> float:
        """Half-way between bid and ask."""
        return (self.bid + self.ask) / 2

    @property
    def spread(self) -> float:
        """Ask minus bid; negative when crossed."""
        return self.ask - self.bid

    @property
    def spread_bps(self) -> float:
        """Spread over mid, in basis points."""
        return self.spread / self.mid * 10_000

    @property
    def microprice(self) -> float:
        """Mid weighted by the quantity on the other side; mid where nothing is offered."""
        total = self.bid_quantity + self.ask_quantity
        return (self.bid * self.ask_quantity + self.ask * self.bid_quantity) / total if total else self.mid

    @property
    def imbalance(self) -> float:
        """Bid quantity's surplus as a share of both, in -1..1; 0 where nothing is offered."""
        total = self.bid_quantity + self.ask_quantity
        return (self.bid_quantity - self.ask_quantity) / total if total else 0.0

    @property
    def is_crossed(self) -> bool:
        """True when someone bids more than another asks: damaged data or an auction."""
        return self.bid > self.ask
