"""The market as one process is shown it: the Feed port over the simulated market.

This file decides what a feed may do to a trader: a slice comes late or twice, some are missing and told as a gap, the
feed goes silent for a while; what was missed before the process began comes first, the warm-up before everything.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from simulator.log import Log
from simulator.loop import Process, SimLoop
from simulator.venue.market import Market
from tradewright.ports.feed import FeedEvent, FeedGap, FeedLost, FeedSink, Slice, Subscription

MILLISECOND = 1_000_000


@dataclass
class FeedFaults:
    """How often what goes wrong, as rates of slices."""

    repeats: float = 0.0
    skips: float = 0.0
    delays: float = 0.0
    silences: float = 0.0


@dataclass
class Tape:
    """Brings slices to the processes that subscribed."""

    market: Market
    listeners: list[Callable[[Slice], None]] = field(default_factory=list)

    def tell(self, made: Slice) -> None:
        """A slice was closed."""
        for listener in list(self.listeners):
            listener(made)


class SimFeed:
    """Market data of one session, as one process sees it."""

    def __init__(self, loop: SimLoop, tape: Tape, process: Process, *,
                 faults: FeedFaults, chance: random.Random, log: Log) -> None:  # fmt: skip
        self._loop, self._tape, self._process = loop, tape, process
        self._faults, self._chance, self._log = faults, chance, log
        self._sink: FeedSink | None = None
        self._silent_until_ns = 0
        self._last = 0
        self.acknowledged = 0

    async def subscribe(self, wanted: Subscription, sink: FeedSink) -> None:
        """Begin after the last slice that the session has dealt with."""
        self._sink, self._last = sink, wanted.after
        known = self._tape.market.slices
        first = max(wanted.after + 1, 1)
        for made in known[first - 1 :]:
            self._put(replace(made, is_warm_up=made.is_warm_up and wanted.after == 0))
        self._tape.listeners.append(self._heard)
        self._process.on_death.append(self._leave)

    def _leave(self) -> None:
        if self._heard in self._tape.listeners:
            self._tape.listeners.remove(self._heard)

    def _struck(self, rate: float, name: str) -> bool:
        if rate and self._chance.random() < rate:
            self._log.hit(name)
            return True
        return False

    def _heard(self, made: Slice) -> None:
        now = self._loop.now_ns
        if self._struck(self._faults.silences, "M1 feed silent"):
            self._silent_until_ns = now + self._chance.randrange(3_000, 15_000) * MILLISECOND
            self._put(FeedLost("the feed is silent"))
        if now < self._silent_until_ns or self._struck(self._faults.skips, "M3 slice missing"):
            return
        delay = 2 * MILLISECOND
        if self._struck(self._faults.delays, "M3 slice late"):
            delay = self._chance.randrange(100, 2_000) * MILLISECOND
        self._loop.at(now + delay, self._arrive, made, process=self._process)
        if self._struck(self._faults.repeats, "M3 slice repeated"):
            self._loop.at(now + 2 * delay, self._put, made, process=self._process)

    def _arrive(self, made: Slice) -> None:
        if made.number <= self._last:
            return
        if made.number > self._last + 1:
            self._put(FeedGap(self._last + 1, made.number - 1, "missed"))
        self._put(made)

    def _put(self, event: FeedEvent) -> None:
        if isinstance(event, Slice):
            self._last = max(self._last, event.number)
        if self._sink is not None and not self._process.is_dead:
            self._sink(event)

    def acknowledge(self, number: int) -> None:
        """The session has dealt with the slice."""
        self.acknowledged = max(self.acknowledged, number)

    async def close(self) -> None:
        """End; twice is allowed."""
        self._leave()
        self._sink = None
