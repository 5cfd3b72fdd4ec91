"""A trade feed brings a trading session every public print of its instruments, in portions, from which it makes bars.

This port decides that prints come in columns (a million of them is no million of objects), that a portion says up to
which moment all is told, so that bars that ended by then can be closed, and that the next portion of a replay waits for
the acknowledgement of those before: memory is bounded on both sides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tradewright.domain.market.actions import CorporateAction
from tradewright.ports.feed import FeedEnded, FeedGap, FeedLost

MOST_TRADES = 2_000
"""In a portion; only a single moment with more of them is told at once, however many it has."""
MOST_OF_A_MOMENT = 100_000
"""Prints with one and the same stamp; more than that is a recording whose stamps are too coarse to be traded on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradePortion:
    """Prints of a short stretch of one trading day, in the order in which they happened; never across a bar's close."""

    number: int
    """From 1 in each subscription."""
    until_ns: int
    """Every print stamped before this moment has been told; nanoseconds UTC."""
    session: int
    """Date of the trading day, days since 1970."""
    places: tuple[int, ...]
    """Whose print it is: places in the subscription's instruments."""
    times_ns: tuple[int, ...]
    """When each happened, nanoseconds UTC."""
    prices: tuple[float | None, ...]
    """As they were recorded; None where that was no number."""
    quantities: tuple[float | None, ...]
    ids: tuple[str, ...]
    outside: int = 0
    """Prints outside trading hours since the portion before: they are counted and belong to no bar."""
    next_open_ns: int | None = None
    """When the market opens next, or `until_ns` where it is open on; None where nothing follows."""
    next_close_ns: int | None = None
    """When the trading day of the next print closes."""
    ends_day: bool = False
    """Nothing more comes in this trading day."""
    is_warm_up: bool = False
    """Before the first day that trades."""
    actions: tuple[CorporateAction, ...] = ()
    """Splits and dividends that took effect before this portion's first print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeSubscription:
    """What is wanted of a trade feed."""

    instruments: tuple[str, ...]
    interval: str
    """Of the bars that will be made: no portion reaches over the end of one."""
    warm_up_bars: int
    since_ns: int = 0
    """Show prints from this moment on, nanoseconds UTC; 0: from the warm-up on."""


TradeFeedEvent = TradePortion | FeedGap | FeedLost | FeedEnded
TradeSink = Callable[[TradeFeedEvent], None]


class TradeFeed(Protocol):
    """The prints of one session."""

    async def subscribe_trades(self, wanted: TradeSubscription, sink: TradeSink) -> None:
        """Begin; InputError or DataError for what the feed does not have, with what it has."""
        ...

    def acknowledge(self, number: int) -> None:
        """The session has dealt with the portion, and with all before: what it led to is sent."""
        ...

    async def close(self) -> None:
        """End the subscription; twice is allowed."""
        ...
