"""Several instruments in one account: strengths fill slots, weights say how much of the equity.

The bars are those of `tradewright demo`, which this example runs first.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np

import tradewright as tw


class CalmParts(tw.Strategy):
    """Every month a part of the equity in each instrument, the larger the calmer its last months were."""

    speaks: ClassVar = tw.Speaks.WEIGHTS  # each number is an instruction: this part of the equity, NaN leaves it

    lookback: int = tw.parameter(63, low=10, high=500, description="bars over which the volatility is measured")
    every: int = tw.parameter(21, low=1, high=250, description="bars from one rebalance to the next")

    def warm_up_bars(self):
        return self.lookback + 1

    def generate_signals(self, bars):
        returns = np.diff(np.log(bars.close), axis=0, prepend=np.nan)  # rows x instruments; NaN where there is no bar
        weights = np.full(bars.close.shape, np.nan)
        for row in range(self.lookback, len(bars), self.every):
            calm = 1 / returns[row - self.lookback + 1 : row + 1].std(axis=0)
            weights[row] = calm / np.nansum(calm)
        return weights


subprocess.run([Path(sys.executable).with_name("tradewright"), "demo"], check=True, stdout=subprocess.DEVNULL)
os.chdir("tradewright-demo")

bars = tw.load_bars(["AAPL", "GOOG", "IBM", "MSFT"], start="2005")
costs = tw.PerShare(0.005, minimum=1) + tw.Spread(bps=2)
mine = tw.Slots({"AAPL.XNAS": 0.4, "IBM.XNYS": 0.4, "GOOG.XNAS": 0.1, "MSFT.XNAS": 0.1})
runs = {
    "weights by calm": tw.backtest(CalmParts(), bars, costs=costs),
    "and at a drift of 2%": tw.backtest(CalmParts(), bars, costs=costs, rebalance_band=0.02),
    "strengths, equal slots": tw.backtest(tw.MovingAverage(), bars, costs=costs),
    "strengths, own slots": tw.backtest(tw.MovingAverage(), bars, costs=costs, allocation=mine),
}
for name, result in runs.items():
    stats = result.stats
    print(f"{name:24} {stats['return_annual']:6.1%} a year, Sharpe {stats['sharpe']:.2f}, {stats['fills']} fills")
