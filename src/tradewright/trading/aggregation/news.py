"""What comes out of a stream of trades: finished bars, gaps between them, and trades that came too late for theirs."""

from dataclasses import dataclass
from typing import TypeAlias

from tradewright.domain.market.bar import Bar
from tradewright.domain.timeframe import Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class FormedBar:
    """One finished bar, made of trades (or of mids of quotes, then without volume)."""

    instrument: str
    rule: str
    """What ended it, in words: `1m`, `1000 trades`."""
    time_ns: int
    """The close: of the interval for time bars, of the last trade for others. Nanoseconds UTC."""
    begin_ns: int
    """When its first trade happened."""
    session: int
    """Days since 1970-01-01."""
    open: float
    high: float
    low: float
    close: float
    volume: float
    """Traded quantity; the exact sum, rounded once."""
    notional: float
    """Price times quantity, summed exactly and rounded once."""
    trades: int

    @property
    def average_price(self) -> float:
        """Weighted by quantity (VWAP); the close when nothing was traded."""
        return self.notional / self.volume if self.volume else self.close

    def as_bar(self, timeframe: Timeframe) -> Bar:
        """The bar as the rest of the system knows it."""
        return Bar(
            self.instrument,
            timeframe,
            self.time_ns,
            self.session,
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BarGap:
    """Intervals of one session in which nothing was traded, between two bars or up to the session's end.

    It becomes known with the next trade. The time before the first trade of all is no gap, nor are whole sessions.
    """

    instrument: str
    rule: str
    session: int
    first_ns: int
    """Close of the first interval without a bar."""
    last_ns: int
    """Close of the last one."""
    missing: int
    """How many intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateTrade:
    """A trade of a bar that was closed already: that bar is now known to be incomplete. It was not changed."""

    instrument: str
    rule: str
    closed_ns: int
    """Up to when bars are closed; the trade is older."""
    time_ns: int
    price: float
    quantity: float
    trade_id: str


News: TypeAlias = FormedBar | BarGap | LateTrade
