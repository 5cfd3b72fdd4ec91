"""P5: 500 instruments over ten years, the 50 that rose most in 126 days held equally, chosen anew every 21."""

from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

import tradewright as tw
from benchmarks.data import DAY, load
from benchmarks.workloads.bars import bars_of
from benchmarks.workloads.case import Answers, Case, Place, steady
from tradewright.engine.assumptions import Assumptions, SizeAt
from tradewright.engine.kernel.run import run_kernel
from tradewright.engine.market import prepare
from tradewright.engine.program import wishes_of

CASH, FEE_BPS = 100_000_000.0, 10
LOOKBACK, EVERY, TOP = 126, 21, 50
WEIGHT = (1.0 - 2 * FEE_BPS / 10_000) / TOP
"""A little is left for the fees of a whole exchange."""


class Rotation(tw.Strategy):
    """Weights on the rows of a choice; no opinion on others. Falling ones are held too, as the peers do."""

    speaks: ClassVar[tw.Speaks] = tw.Speaks.WEIGHTS

    def generate_signals(self, bars: tw.Bars) -> NDArray[np.float64]:
        """The top by momentum; ties by column."""
        closes = bars.closes
        weights = np.full(closes.shape, np.nan)
        for row in range(LOOKBACK, len(closes) - 1, EVERY):
            momentum = closes[row] / closes[row - LOOKBACK] - 1.0
            weights[row] = 0.0
            weights[row, np.argsort(-momentum, kind="stable")[:TOP]] = WEIGHT
        return weights


def panel(place: Place) -> tw.Bars:
    """All instruments side by side."""
    columns = load(place.data, "w4_panel")
    instruments = tuple(f"S{number:03d}.BINANCE" for number in range(place.sizes.panel[1]))
    return bars_of(columns, instruments, timeframe="1d", length=DAY)


def _rotation(place: Place, *, with_statistics: bool) -> Case:
    bars = panel(place)

    def run() -> Answers:
        costs = tw.Commission(bps=FEE_BPS)
        result = tw.backtest(Rotation(), bars, cash=CASH, costs=costs, lot=0, size_at="fill", engine="kernel")
        found = result._finished.run
        answers = {"final_equity": float(found.equity[-1]), "fills": float(len(found.fills))}
        if with_statistics:
            assert result.stats["final_equity"] == answers["final_equity"]
            assert len(result.fills) == len(found.fills)
        return answers

    return steady(bars.closes.size, run)


def _kernel(place: Place) -> Case:
    bars = panel(place)
    assumptions = Assumptions(cash=CASH, costs=tw.Commission(bps=FEE_BPS), lot=0.0, size_at=SizeAt.FILL)
    market = prepare(bars, assumptions)
    wishes = wishes_of(Rotation(), market, assumptions=assumptions)

    def run() -> Answers:
        found = run_kernel(market, assumptions, wishes=wishes)
        return {"final_equity": float(found.equity[-1]), "fills": float(len(found.fills))}

    return steady(bars.closes.size, run)


CASES = {
    "P5.rotation": partial(_rotation, with_statistics=False),
    "P5.statistics": partial(_rotation, with_statistics=True),
    "P5.kernel": _kernel,
}
