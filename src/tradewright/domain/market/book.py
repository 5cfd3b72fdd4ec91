"""A book is what is offered at each price on both sides at one moment.

This file decides that level 0 is the best one and that a snapshot is sorted outward from it.
"""

from dataclasses import dataclass
from itertools import pairwise

from tradewright.domain.errors import DataError
from tradewright.domain.market.quote import Quote


@dataclass(frozen=True, slots=True)
class BookLevel:
    """A price and all that is offered there.

    >>> BookLevel(100.5, 3.0).quantity
    3.0
    """

    price: float
    quantity: float


@dataclass(frozen=True, slots=True)
class Book:
    """A snapshot: bids falling, asks rising, best first.

    >>> book = Book("BTCUSDT.BINANCE", 0, (BookLevel(99.0, 2.0),), (BookLevel(101.0, 1.0), BookLevel(102.0, 5.0)))
    >>> book.best.mid, book.depth(levels=2)
    (100.0, (2.0, 6.0))
    """

    instrument: str
    time_ns: int
    """When it was valid at the venue, nanoseconds UTC."""
    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]

    def __post_init__(self) -> None:
        falling = all(better.price > worse.price for better, worse in pairwise(self.bids))
        rising = all(better.price < worse.price for better, worse in pairwise(self.asks))
        if not (falling and rising):
            raise DataError(
                f"the book of {self.instrument} at {self.time_ns} is damaged",
                expected="bids falling and asks rising from the best",
                found="levels out of order",
            )

    @property
    def best(self) -> Quote:
        """Best bid and ask; a `DataError` when a side is empty."""
        if not self.bids or not self.asks:
            side = "bids" if not self.bids else "asks"
            raise DataError(f"the book of {self.instrument} at {self.time_ns} has no best price", found=f"no {side}")
        bid, ask = self.bids[0], self.asks[0]
        return Quote(self.instrument, self.time_ns, bid.price, bid.quantity, ask.price, ask.quantity)

    def depth(self, *, levels: int) -> tuple[float, float]:
        """Quantity bid and asked within the first `levels` levels of each side."""
        return (
            sum(level.quantity for level in self.bids[:levels]),
            sum(level.quantity for level in self.asks[:levels]),
        )

    def imbalance(self, *, levels: int) -> float:
        """Bid surplus within the first levels as a share of both, in -1..1; 0 for an empty book."""
        bid, ask = self.depth(levels=levels)
        return (bid - ask) / (bid + ask) if bid + ask else 0.0
