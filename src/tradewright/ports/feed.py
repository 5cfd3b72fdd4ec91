"""A feed brings the market to a trading session: slices in order, each with all instruments' bars of one moment.

This port decides that slices are numbered, that the next one of a replay waits for the acknowledgement of the one
before (up to its patience), and that a gap is told, never filled in silence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class SliceBar:
    """One instrument's bar of a slice, raw prices as they were traded."""

    open: float
    high: float
    low: float
    close: float
    volume: float


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """All bars of one moment."""

    number: int
    """From 1 within the session; the warm-up comes first. A repeated number is the same slice again."""
    time_ns: int
    """Close of the bars, nanoseconds UTC: the session's time from now on."""
    session: int
    """Date of the trading day, days since 1970."""
    bars: tuple[SliceBar | None, ...]
    """In the order of the subscription; None: no bar of that instrument at this moment."""
    actions: tuple[CorporateAction, ...] = ()
    """Splits and dividends that took effect before this slice's open."""
    next_open_ns: int | None = None
    """When the market opens next, or now where it is open on: the first moment at which an order can execute."""
    next_close_ns: int | None = None
    """When the trading day in which such an order can execute first closes; None where that is not known."""
    ends_day: bool = False
    """The trading day is over with these bars: what follows belongs to the next one."""
    is_warm_up: bool = False
    """Shown to the strategy before the session trades."""


@dataclass(frozen=True, slots=True)
class FeedGap:
    """Slices are missing, from one number to another (inclusive)."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class FeedLost:
    """Nothing comes any more; the feed tries again by itself and tells the gap afterwards."""

    reason: str


@dataclass(frozen=True, slots=True)
class FeedEnded:
    """The history is over."""

    last: int


FeedEvent = Slice | FeedGap | FeedLost | FeedEnded
FeedSink = Callable[[FeedEvent], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What is wanted of a feed."""

    instruments: tuple[str, ...]
    interval: str
    warm_up_bars: int
    after: int = 0
    """The last slice that the session has dealt with: the feed goes on with the next one."""


class Feed(Protocol):
    """Market data of one session."""

    async def subscribe(self, wanted: Subscription, sink: FeedSink) -> None:
        """Begin; InputError for what the feed does not have, with what it has."""
        ...

    def acknowledge(self, number: int) -> None:
        """The session has dealt with the slice: its orders are sent."""
        ...

    async def close(self) -> None:
        """End the subscription; twice is allowed."""
        ...
