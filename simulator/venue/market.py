"""The simulated market: prices that walk by whole ticks, a few of them to a slice, the same for every run of a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from simulator.venue.book import Listing
from tradewright.domain.market.actions import CorporateAction
from tradewright.ports.feed import Slice, SliceBar


@dataclass
class Market:
    """Prices of every listing now, and the bars so far."""

    listings: Sequence[Listing]
    chance: random.Random
    slices_a_day: int
    start_ns: int
    ticks: dict[str, int] = field(default_factory=dict)
    """Price by instrument, in ticks."""
    seen: dict[str, list[int]] = field(default_factory=dict)
    """Prices of the slice that is being made."""
    slices: list[Slice] = field(default_factory=list)
    actions: list[CorporateAction] = field(default_factory=list)
    """They took effect since the last slice closed."""
    first_day: int = 20_515

    def __post_init__(self) -> None:
        for listing in self.listings:
            self.ticks[listing.instrument] = self.chance.randrange(5_000, 15_000)
            self.seen[listing.instrument] = []

    def price(self, instrument: str) -> Decimal:
        """The price now."""
        tick = next(one.tick for one in self.listings if one.instrument == instrument)
        return self.ticks[instrument] * tick

    def walk(self) -> None:
        """Every price makes a step."""
        for name, ticks in self.ticks.items():
            step = max(1, ticks // 400)
            self.ticks[name] = max(100, ticks + self.chance.randint(-step, step))
            self.seen[name].append(self.ticks[name])

    @property
    def day(self) -> int:
        """The trading day of the slice that is being made, days since 1970."""
        return self.first_day + len(self.slices) // self.slices_a_day

    def day_began_ns(self, days: int) -> int:
        """When the first slice of a day closed, counted back from the present one as the first; 0: the first of all."""
        first = (len(self.slices) // self.slices_a_day - days + 1) * self.slices_a_day
        if not days or first < 0:
            return 0
        return self.slices[first].time_ns if first < len(self.slices) else 1 << 62

    @property
    def begins_day(self) -> bool:
        """Whether the slice that is being made is the first of its day."""
        return len(self.slices) % self.slices_a_day == 0

    def split(self, instrument: str, ratio: Decimal) -> None:
        """Prices are per new share from now on."""
        self.ticks[instrument] = max(1, int(self.ticks[instrument] / ratio))

    def close_slice(self, time_ns: int, *, skips: frozenset[str] = frozenset(), is_warm_up: bool = False) -> Slice:
        """The slice is over: its bars, without those that are skipped."""
        bars: list[SliceBar | None] = []
        for listing in self.listings:
            prices = self.seen[listing.instrument]
            if listing.instrument in skips or not prices:
                bars.append(None)
            else:
                tick = float(listing.tick)
                first, high, low, last = (
                    round(one * tick, 2) for one in (prices[0], max(prices), min(prices), prices[-1])
                )
                bars.append(SliceBar(first, high, low, last, 1_000_000.0))
            self.seen[listing.instrument] = []
        made = Slice(
            number=len(self.slices) + 1,
            time_ns=time_ns,
            session=self.day,
            bars=tuple(bars),
            actions=tuple(self.actions),
            next_open_ns=time_ns,
            is_warm_up=is_warm_up,
        )
        self.actions.clear()
        self.slices.append(made)
        return made
