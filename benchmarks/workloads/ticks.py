"""P4: trade ticks, an exponential average, and every so many ticks a new limit order near it in place of the old one.

An order buys one where nothing is held, else it sells it, 0.05 % from the average; 0.1 % a fill; no latency.
"""

import math
from functools import partial
from typing import Any

import tradewright as tw
from benchmarks.data import TICKS, load
from benchmarks.workloads.case import Answers, Case, Place, steady

EVERY, ALPHA, OFFSET = 5_000, 2.0 / 201, 0.0005


class Quoter(tw.CompiledStrategy):
    """A bid below the average, or an offer above it."""

    every: int = tw.parameter(EVERY)
    average: float = tw.state(0.0)
    seen: int = tw.state(0)
    order: int = tw.state(0)

    def on_tick(self, desk: Any, tick: Any) -> None:
        """Move the average; quote anew every so often."""
        if self.seen == 0:
            self.average = tick.price
        self.average += ALPHA * (tick.price - self.average)
        self.seen += 1
        if self.seen % self.every == 0:
            desk.cancel(self.order)
            if desk.position() < 0.5:
                self.order = desk.buy(1.0, limit=math.floor(self.average * (1 - OFFSET) * 100) / 100)
            else:
                self.order = desk.sell(1.0, limit=math.ceil(self.average * (1 + OFFSET) * 100) / 100)


def _trades(place: Place) -> tw.Ticks:
    found = load(place.data, TICKS)
    return tw.trades_of(
        "BTCUSDT.BINANCE", found["ts"], price=found["price"], quantity=found["size"], aggressor=found["side"]
    )


def _run(trades: tw.Ticks, *, engine: str, every: int) -> Answers:
    strategy = Quoter(every=every)
    result = tw.backtest(strategy, trades, cash=100_000_000.0, costs=tw.Commission(bps=10), engine=engine)
    run = result._finished.run  # the columns themselves: tables are a line of their own
    return {"final_equity": float(run.equity[-1]), "fills": float(len(run.fills)), "average": strategy.average}


def _case(place: Place, *, engine: str) -> Case:
    trades = _trades(place)
    return steady(len(trades), partial(_run, trades, engine=engine, every=min(EVERY, len(trades) // 20)))


CASES = {"P4.compiled": partial(_case, engine="kernel"), "P4.python": partial(_case, engine="runtime")}
