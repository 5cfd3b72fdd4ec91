"""A strategy host inside the simulated process: the strategy wishes at random, the same for every run of a seed.

What it wishes for a slice follows from the seed and the slice alone, so a strategy that is shown a slice again after a
restart wishes the same. It can be late, fail, or never answer.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.log import Log
from simulator.loop import Process, SimLoop
from simulator.streams import stream
from tradewright.ports.hosts import (
    CancelWish,
    HostFailed,
    HostReady,
    HostSink,
    HostTrouble,
    OrderWish,
    Proposed,
    ProtectWish,
    Shown,
    StrategyTerms,
    TargetWish,
    Wish,
)

MILLISECOND = 1_000_000


@dataclass
class StrategyHabits:
    """What it likes to do, as rates per slice and instrument."""

    targets: float = 0.5
    orders: float = 0.6
    cancels: float = 0.3
    protects: float = 0.6
    brackets: float = 0.4
    """Of targets and orders."""
    largest: int = 8
    """Quantity of an order."""
    delays: float = 0.0
    fails: float = 0.0
    hangs: float = 0.0
    is_quiet: bool = False
    """Wishes nothing any more."""


class SimHost:
    """One strategy, in the process that asks it."""

    def __init__(self, loop: SimLoop, process: Process, *, seed: int, habits: StrategyHabits, log: Log) -> None:
        self._loop, self._process, self._seed, self._habits, self._log = loop, process, seed, habits, log
        self._sink: HostSink | None = None
        self._terms: StrategyTerms | None = None
        self._is_gone = False
        self.shown: list[Shown] = []

    async def start(self, terms: StrategyTerms, sink: HostSink) -> None:
        """Load the strategy."""
        self._sink, self._terms = sink, terms
        ready = HostReady(code=terms.code, warm_up_bars=2, speaks_weights=False)
        self._loop.at(self._loop.now_ns + 20 * MILLISECOND, self._tell, ready, process=self._process)

    def _tell(self, event: HostReady | Proposed | HostFailed) -> None:
        if self._sink is not None and not (self._is_gone or self._process.is_dead):
            self._sink(event)

    def show(self, shown: Shown) -> None:
        """Think about a slice."""
        if self._is_gone or self._process.is_dead:
            return
        self.shown.append(shown)
        chance = stream(self._seed, f"strategy {shown.slice.number}")
        wishes = () if shown.slice.is_warm_up or self._habits.is_quiet else tuple(self._wishes(shown, chance))
        habits, now = self._habits, self._loop.now_ns
        if not shown.is_again and chance.random() < habits.hangs:
            self._log.hit("P7 strategy never answers")
            return
        if not shown.is_again and chance.random() < habits.fails:
            self._log.hit("P6 strategy raised")
            failed = HostFailed(HostTrouble.RAISED, shown.slice.number, "ZeroDivisionError at line 7")
            self._loop.at(now + MILLISECOND, self._fail, failed, process=self._process)
            return
        delay = MILLISECOND
        if chance.random() < habits.delays:
            self._log.hit("P7 strategy late")
            delay = chance.randrange(200, 4_000) * MILLISECOND
        answer = Proposed(shown.slice.number, wishes, delay)
        self._loop.at(now + delay, self._tell, answer, process=self._process)

    def _fail(self, failed: HostFailed) -> None:
        self._tell(failed)
        self._is_gone = True

    def _wishes(self, shown: Shown, chance: random.Random) -> Sequence[Wish]:
        assert self._terms is not None, "a strategy is started before it is shown anything"
        wishes: list[Wish] = []
        number = shown.slice.number * 10
        for at, name in enumerate(self._terms.instruments):
            bar = shown.slice.bars[at]
            draws = [chance.random() for _ in range(12)]
            if bar is not None:
                wishes.extend(self._for_one(name, bar.close, number=number + at, draws=draws))
        if shown.working and chance.random() < self._habits.cancels:
            own = [one for one in shown.working if one > 0]
            if own:
                wishes.append(CancelWish(own[int(chance.random() * len(own))]))
        return wishes

    def _for_one(self, name: str, close: float, *, number: int, draws: list[float]) -> list[Wish]:
        habits = self._habits
        is_long = draws[3] < 0.7
        has_legs = draws[4] < habits.brackets
        away = round(close * (0.004 + 0.01 * draws[5]), 2)
        sign = 1 if is_long else -1
        stop = round(close - sign * away, 2) if has_legs else 0.0
        take = round(close + sign * away, 2) if has_legs and draws[6] < 0.7 else 0.0
        found: list[Wish] = []
        if draws[0] < habits.targets:
            weight = 0.0 if draws[7] < 0.4 else round(sign * 0.04 * draws[8], 4)
            if weight == 0.0:
                stop = take = 0.0
            found.append(TargetWish(name, weight, stop, take, is_instruction=draws[9] < 0.5))
        elif draws[1] < habits.orders:
            kind = ("market", "limit", "stop", "trailing_stop")[int(draws[7] * 4)]
            found.append(
                OrderWish(
                    number=number,
                    instrument=name,
                    side="BUY" if is_long else "SELL",
                    quantity=float(1 + int(draws[8] * habits.largest)),
                    kind=kind,
                    limit=round(close - sign * away / 4, 2) if kind == "limit" else 0.0,
                    stop=round(close + sign * away / 4, 2) if kind == "stop" else 0.0,
                    trail=away if kind == "trailing_stop" else 0.0,
                    time_in_force="gtc" if draws[9] < 0.6 else ("day", "ioc", "fok")[int(draws[10] * 3)],
                    stop_loss=stop,
                    take_profit=take,
                )
            )
        elif draws[2] < habits.protects:
            found.append(ProtectWish(name, stop_loss=round(close * (0.99 if is_long else 1.01), 2)))
        return found

    async def close(self) -> None:
        """End the strategy; twice is allowed."""
        self._is_gone = True
