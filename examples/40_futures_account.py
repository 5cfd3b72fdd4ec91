"""Margin: the same strategy in a cash account, with Reg T, and as futures with leverage, cross and isolated.

The prices are IBM's, taken here as those of a perpetual; what changes from run to run is what the account must have.
"""

import numpy as np

import tradewright as tw


class AllIn(tw.Strategy):
    """Long above the average of its window, short below it, with so many times the equity."""

    speaks = tw.Speaks.WEIGHTS
    times: float = tw.parameter(1.0, low=0.1, high=20.0, description="weight of the position")
    window: int = tw.parameter(50, low=5, high=200, description="bars of the average")

    def warm_up_bars(self):
        return self.window

    def generate_signals(self, bars):
        is_above = bars.close > tw.indicators.sma(bars.close, self.window)
        turns = is_above != np.roll(is_above, 1)  # a weight is an order: only where the side changes
        return np.where(turns, np.where(is_above, self.times, -self.times), np.nan)


bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM", start="2000-03", end="2004")
brackets = ((0, 0.01), (500_000, 0.02), (2_000_000, 0.05))  # an exchange's table: from this notional on, this rate
modes = {
    "a cash account": (1.0, tw.CashAccount()),
    "Reg T": (2.0, tw.RegT()),
    "portfolio margin": (5.0, tw.PortfolioFactor(0.15, initial=0.2)),
    "futures, cross": (8.0, tw.Futures(10, tiers=brackets, liquidation_bps=50)),
    "futures, isolated": (8.0, tw.Futures(10, mode="isolated", tiers=brackets, liquidation_bps=50)),
}
for name, (times, margin) in modes.items():
    result = tw.backtest(AllIn(times=times), bars, margin=margin)
    stats, lost = result.stats, result.liquidation_prices.to_dicts()
    print(f"{name}: {margin!r}")
    print(f"  {stats['fills']} fills, {stats['margin_calls']} margin calls, equity {stats['final_equity']:,.0f}")
    for warning in result.warnings:
        print(f"  {warning}")
    print(f"  least free margin {stats['least_free_margin']:,.0f}; open at the end: {lost}")
