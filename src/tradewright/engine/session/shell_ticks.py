"""The session's feed on ticks: a trade feed under it, slices above it.

This file decides when a portion of prints is acknowledged: once every slice that it and those before it ended is dealt
with, so that the orders it led to are at the venue before the next prints are. Nothing waits here: a portion becomes
slices as it comes, so memory is that of the portions that the feed gives ahead.

Between slices the account is not valued and no time passes for the core: every number that a decision rests on comes
with a slice, which is in the recording, so a decision on ticks can be replayed like any other. Stops are at the venue,
which looks at every print.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tradewright.domain.errors import BrokerError, DataError
from tradewright.engine.session.ticks import Stood, Tell, TickBars, TickCounts
from tradewright.ports.bus import EventBus
from tradewright.ports.feed import FeedEnded, FeedGap, FeedLost, FeedSink, Subscription
from tradewright.ports.trades import TradeFeed, TradeFeedEvent, TradePortion, TradeSubscription

RATE_OVER_S: Final = 10
_SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Held:
    """A portion that is not acknowledged yet."""

    number: int
    until_slice: int
    arrived_ns: int


@dataclass(frozen=True, slots=True)
class TickPace:
    """How fast prints come, and how long they take."""

    per_second: float
    """Over the last ten seconds."""
    lag_ns: int
    """From the arrival of a portion until all that it led to was dealt with: of the newest such, or of the oldest that
    waits where that is longer."""
    waiting: int
    """Portions that are not acknowledged."""


class TickFeed:
    """Implements the Feed port over a trade feed."""

    def __init__(
        self,
        trades: TradeFeed,
        bus: EventBus,
        *,
        stood: Stood | None,
        monotonic_ns: Callable[[], int],
        tell: Tell,
    ) -> None:
        """`stood`: where the session stood before it was killed; None for a new one."""
        self._trades, self._bus, self._stood = trades, bus, stood
        self._monotonic_ns, self._tell = monotonic_ns, tell
        self._sink: FeedSink | None = None
        self._bars: TickBars | None = None
        self._warm: asyncio.Future[None] | None = None
        self._held: deque[Held] = deque()
        self._dealt_with = 0
        self._lag_ns = 0
        self._seconds: deque[tuple[int, int]] = deque(maxlen=RATE_OVER_S + 1)

    async def subscribe(self, wanted: Subscription, sink: FeedSink) -> None:
        """Begin, and wait until the warm-up is whole; InputError or DataError for what the feed does not have."""
        self._sink, self._dealt_with = sink, wanted.after
        self._bars = TickBars(
            self._bus,
            instruments=wanted.instruments,
            interval=wanted.interval,
            warm_up_bars=wanted.warm_up_bars,
            stood=self._stood,
            tell=self._tell,
        )
        self._warm = asyncio.get_running_loop().create_future() if self._bars.is_warming else None
        asked = TradeSubscription(
            instruments=wanted.instruments,
            interval=wanted.interval,
            warm_up_bars=wanted.warm_up_bars,
            since_ns=self._bars.since_ns,
        )
        await self._trades.subscribe_trades(asked, self._hear)
        if self._warm is not None:
            await self._warm

    def acknowledge(self, number: int) -> None:
        """The session has dealt with a slice; with it goes every portion that waited for no other."""
        self._dealt_with = max(self._dealt_with, number)
        self._settle()

    async def close(self) -> None:
        """End the subscription; twice is allowed."""
        self._sink = None
        await self._trades.close()

    def counts(self) -> TickCounts | None:
        """What came of the prints; None before the subscription."""
        return None if self._bars is None else self._bars.counts()

    def pace(self) -> TickPace:
        """How fast prints come, and how long they take."""
        now_ns = self._monotonic_ns()
        waits_ns = now_ns - self._held[0].arrived_ns if self._held else 0
        since_ns, before = self._seconds[0] if self._seconds else (now_ns, 0)
        seconds = (now_ns - since_ns) / _SECOND_NS
        came = 0 if self._bars is None else self._bars.trades - before
        is_over = seconds > 2 * RATE_OVER_S
        rate = came / seconds if seconds > 0 and not is_over else 0.0
        return TickPace(rate, max(self._lag_ns, waits_ns), len(self._held))

    def _hear(self, event: TradeFeedEvent) -> None:
        if self._sink is None or self._bars is None:
            return
        match event:
            case TradePortion():
                self._take(event)
            case FeedEnded():
                self._refuse(DataError("there is nothing to trade on", found="no trade on or after the first day"))
                self._sink(FeedEnded(self._bars.number))
            case FeedLost(reason):
                self._held.clear()  # the feed begins to number anew
                self._refuse(BrokerError("the trades ended before the session began", found=reason))
                self._sink(event)
            case FeedGap(reason=reason):
                self._tell("TRADE_GAP", "", f"trades are missing: {reason}")

    def _take(self, portion: TradePortion) -> None:
        assert self._bars is not None and self._sink is not None, "a portion without a subscription"
        arrived_ns = self._monotonic_ns()
        if not self._seconds or arrived_ns - self._seconds[-1][0] >= _SECOND_NS:
            self._seconds.append((arrived_ns, self._bars.trades))
        try:
            slices = self._bars.take(portion)
        except DataError as problem:
            self._refuse(problem)
            self._sink = None
            return
        if self._warm is not None and not self._warm.done() and not self._bars.is_warming:
            self._warm.set_result(None)
        for one in slices:
            self._sink(one)
        self._held.append(Held(portion.number, self._bars.number, arrived_ns))
        self._settle()

    def _settle(self) -> None:
        """Acknowledge portions in their order."""
        last = 0
        while self._held and self._held[0].until_slice <= self._dealt_with:
            one = self._held.popleft()
            last, self._lag_ns = one.number, self._monotonic_ns() - one.arrived_ns
        if last:
            self._trades.acknowledge(last)

    def _refuse(self, problem: Exception) -> None:
        """Nothing will come of the start, where it still waits."""
        if self._warm is not None and not self._warm.done():
            self._warm.set_exception(problem)
