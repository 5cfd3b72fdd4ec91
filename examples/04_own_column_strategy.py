"""A strategy of your own, in columns: one opinion for every bar, computed from history at once.

Buy a dip in a rising market: a two-day RSI below 10 while the close is above its 200-day average. Sell when the close
is back above its five-day average. A strength of 1 is all in, 0 flat, -1 short; NaN is no opinion: keep what there is.
"""

import tradewright as tw
from tradewright.indicators import rsi, sma


class BuyTheDip(tw.Strategy):
    """Long after a sharp dip in a rising market, until the close is back above its short average."""

    trend: int = tw.parameter(200, low=20, high=400, description="bars of the average that says the market rises")
    oversold: float = tw.parameter(10.0, low=1.0, high=50.0, description="RSI below which it is a dip")
    leave: int = tw.parameter(5, low=2, high=50, description="bars of the average that ends it")

    def warm_up_bars(self):
        return self.trend

    def generate_signals(self, bars):
        # Row t may use rows up to t: the order of a bar is filled at the open of the next one.
        rising = bars.close > sma(bars.close, self.trend)
        dip = rsi(bars.close, 2) < self.oversold
        back = bars.close > sma(bars.close, self.leave)
        return tw.where(rising & dip, 1.0, tw.where(back, 0.0, float("nan")))


bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM")
result = tw.backtest(BuyTheDip(oversold=15), bars, costs=tw.Commission(bps=5) + tw.Spread(bps=4))

print(result)
print(result.round_trips.select("direction", "entry_time", "exit_time", "pnl", "return").tail(5))
