"""P11: a day of trades of ten instruments through the pipeline of a session; memory must stay flat and small.

The trades are made on the way from a fixed sequence, so that no list of them counts as memory of ours.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.workloads.case import Answers, Case, Place, steady
from tradewright.adapters.buses.local import LocalBus
from tradewright.domain.calendars import DAY
from tradewright.domain.market.trade import Trade
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.pipeline.bar_stage import Market
from tradewright.engine.pipeline.observation import Observation
from tradewright.engine.pipeline.pipeline import Pipeline, Plan
from tradewright.quant.indicators.ema import Ema
from tradewright.trading.aggregation.rules import TimeBars
from tradewright.trading.aggregation.sessions import RegularSessions

NAMES = [f"S{number}.BINANCE" for number in range(10)]
PORTION = 20
"""Trades between two runs of the bus: what a socket hands over at once."""
HEAVY = ("numba", "pandas", "duckdb", "polars", "pyarrow")
"""What a session process does not load."""
MOST_GROWTH_MB = 5.0
"""From a quarter of the day to its end."""


def trades(count: int) -> Iterator[Trade]:
    """Prices wander between 90 and 110 on a grid of cents by a fixed congruence."""
    state, cents = 1, [10_000] * len(NAMES)
    for number in range(count):
        place = number % len(NAMES)
        state = (state * 1_103_515_245 + 12_345) % 2**31
        cents[place] = min(11_000, max(9_000, cents[place] + (state >> 16) % 7 - 3))
        quantity = 0.01 * (1 + (state >> 8) % 500)
        yield Trade(NAMES[place], number * DAY // count, str(number), cents[place] / 100, quantity)


def follow(seen: Observation) -> list[float]:
    """Long while the fast average is above the slow one."""
    pairs = zip(seen.values["fast"], seen.values["slow"], strict=True)
    return [float(fast > slow) for fast, slow in pairs]  # type: ignore[operator]


def resident_mb() -> float:
    """Memory of this process now; 0 where the system does not tell."""
    status = Path("/proc/self/statm")
    return int(status.read_text(encoding="ascii").split()[1]) * 4_096 / 1e6 if status.exists() else 0.0


def _live_day(place: Place) -> Case:
    count = place.sizes.live_ticks
    growth: list[float] = []

    def run() -> Answers:
        bus = LocalBus()
        rule = TimeBars(Timeframe.parse("1m"), RegularSessions("BINANCE"))
        plan = Plan(indicators={"fast": lambda: Ema(5), "slow": lambda: Ema(20)}, rule=follow)
        pipeline = Pipeline(bus, Market(rules=dict.fromkeys(NAMES, rule)), plan)
        slices = bus.subscribe(pipeline.topics.slices, "recording")
        signals = bus.subscribe(pipeline.topics.signals, "session")
        read = told = 0
        early_mb = 0.0
        for number, trade in enumerate(trades(count)):
            pipeline.take(trade)
            if number % PORTION == 0:
                pipeline.run()
                read += len(slices.take())
                told += len(signals.take())
            if number == count // 4:
                early_mb = resident_mb()
        pipeline.advance(2 * DAY)
        growth.append(resident_mb() - early_mb)
        counted = pipeline.metrics()
        return {
            "believed": float(counted.believed),
            "slices": float(read + len(slices.take())),
            "signals": float(told + len(signals.take())),
        }

    def check() -> None:
        loaded = [name for name in HEAVY if name in sys.modules]
        assert not loaded, f"a session process loads {', '.join(loaded)}"
        assert max(growth) < MOST_GROWTH_MB, f"memory grew by {max(growth):.1f} MB in the course of the day"

    return steady(count, run, check=check)


CASES = {"P11.ticks": _live_day}
"""How each line is made."""
