"""P1 and P2: a crossover of two averages, all in, 0.1 % a fill, filled at the next open, on one-minute bars.

An order comes from a cross only, and averages that touch have not crossed: three bars in a million have both averages
equal in exact arithmetic, where the last bits of a float would decide. So all engines can have the same fills.
"""

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

import tradewright as tw
from benchmarks.data import MINUTE, load
from benchmarks.workloads.bars import bars_of
from benchmarks.workloads.case import Answers, Case, Place, steady
from tradewright.engine.assumptions import Assumptions, SizeAt
from tradewright.engine.kernel.run import run_kernel
from tradewright.engine.market import prepare
from tradewright.engine.program import wishes_of

FAST, SLOW = 20, 50
CASH, FEE_BPS = 100_000_000.0, 10
TOUCH = 1e-9
"""Averages nearer than this are equal; prices have four decimals, so unequal averages differ by 0.000001 at least."""


class Crossover(tw.Strategy):
    """Columns: 1 from a cross upwards, 0 from a cross downwards, no opinion before the first cross upwards."""

    fast: int = tw.parameter(FAST, low=1, high=500)
    slow: int = tw.parameter(SLOW, low=2, high=1000)

    def generate_signals(self, bars: tw.Bars) -> ArrayLike:
        """Where the fast average is above the slow one."""
        above = tw.indicators.sma(bars.close, self.fast) - tw.indicators.sma(bars.close, self.slow) > TOUCH
        start = self.slow - 1
        was_below = start + int(np.argmin(above[start:]))
        waits = np.zeros(len(above), np.bool_)
        waits[: was_below + int(np.argmax(above[was_below:]))] = True
        return tw.where(waits, np.nan, tw.where(above, 1.0, 0.0))


class CrossoverByBar(tw.Strategy):
    """The same, decided bar by bar with running sums."""

    def on_start(self, context: object) -> None:
        """Nothing seen yet."""
        self.closes = [0.0] * SLOW
        self.seen = 0
        self.fast_sum = self.slow_sum = 0.0
        self.is_above: bool | None = None

    def on_bar(self, context: object, bar: object) -> None:
        """Move the window on; ask for a position on a cross."""
        close = bar.close  # type: ignore[attr-defined]
        closes, seen = self.closes, self.seen
        at = seen % SLOW
        self.fast_sum += close - (closes[at - FAST] if seen >= FAST else 0.0)
        self.slow_sum += close - closes[at]
        closes[at] = close
        self.seen = seen + 1
        if seen < SLOW - 1:
            return
        is_above = self.fast_sum / FAST - self.slow_sum / SLOW > TOUCH
        if is_above is not self.is_above:
            if self.is_above is not None and (is_above or context.position.is_long):  # type: ignore[attr-defined]
                context.target(1.0 if is_above else 0.0)  # type: ignore[attr-defined]
            self.is_above = is_above


class Empty(tw.Strategy):
    """A callback that does nothing."""

    def on_bar(self, context: object, bar: object) -> None:
        """Nothing."""


def minutes(place: Place, rows: int) -> tw.Bars:
    """The first so many one-minute bars."""
    columns = load(place.data, "w1_bars")
    return bars_of(columns, ("BTCUSDT.BINANCE",), timeframe="1m", length=MINUTE, rows=rows)


def backtest(strategy: tw.Strategy, bars: tw.Bars, engine: str = "auto") -> tw.Result:
    """The assumptions of the workload."""
    return tw.backtest(
        strategy, bars, cash=CASH, costs=tw.Commission(bps=FEE_BPS), lot=0, size_at="fill", engine=engine
    )


def _backtest(bars: tw.Bars, strategy: type[tw.Strategy], *, engine: str, with_statistics: bool = False) -> Answers:
    result = backtest(strategy(), bars, engine)
    run = result._finished.run  # the columns themselves: tables are a line of their own
    answers = {"final_equity": float(run.equity[-1]), "fills": float(len(run.fills))}
    if with_statistics:
        statistics = result.stats
        assert statistics["final_equity"] == answers["final_equity"]
        assert len(result.fills) == len(run.fills)
        answers["sharpe"] = float(statistics["sharpe"] or 0.0)
    return answers


def _columns(place: Place, *, with_statistics: bool) -> Case:
    bars = minutes(place, place.sizes.minutes)
    return steady(len(bars), partial(_backtest, bars, Crossover, engine="kernel", with_statistics=with_statistics))


def _callback(place: Place, strategy: type[tw.Strategy]) -> Case:
    bars = minutes(place, place.sizes.callback_minutes)
    return steady(len(bars), partial(_backtest, bars, strategy, engine="runtime"))


def _kernel(place: Place) -> Case:
    bars = minutes(place, place.sizes.minutes)
    assumptions = Assumptions(cash=CASH, costs=tw.Commission(bps=FEE_BPS), lot=0.0, size_at=SizeAt.FILL)
    market = prepare(bars, assumptions)
    wishes = wishes_of(Crossover(), market, assumptions=assumptions)

    def run() -> Answers:
        found = run_kernel(market, assumptions, wishes=wishes)
        return {"final_equity": float(found.equity[-1]), "fills": float(len(found.fills))}

    return steady(len(bars), run)


CASES = {
    "P1.backtest": partial(_columns, with_statistics=False),
    "P1.statistics": partial(_columns, with_statistics=True),
    "P1.kernel": _kernel,
    "P2.callback": partial(_callback, strategy=CrossoverByBar),
    "P2.empty": partial(_callback, strategy=Empty),
}
