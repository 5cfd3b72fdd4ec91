"""A strategy of your own, bar by bar: it looks at its position and protects it with a stop.

Write events when the next decision depends on what happened before, as fills and stops do; columns (example 04)
when it does not. Both run on the same engine.
"""

import tradewright as tw
from tradewright.indicators import Atr, Donchian


class Breakout(tw.Strategy):
    """Buy a close above the channel, with a stop some ATRs below that follows; let the stop end it."""

    lookback: int = tw.parameter(20, low=5, high=250)
    stop_atr: float = tw.parameter(2.0, low=0.5, high=10.0)

    def on_start(self, context):
        self.channel = context.indicator(Donchian(self.lookback))  # one for each instrument, fed before on_bar
        self.atr = context.indicator(Atr(14))
        self.stop = 0.0
        self.fills = 0

    def on_bar(self, context, bar):
        stop = bar.close - self.stop_atr * self.atr.value
        if context.position.is_flat and bar.close > self.channel.upper.previous:
            self.stop = stop
            context.enter(weight=1.0, stop_loss=stop, reason="breakout")
        elif context.position.is_long and stop > self.stop:  # follow the market up, never down
            self.stop = stop
            context.protect(stop_loss=stop)

    def on_fill(self, context, fill):
        self.fills += 1


bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM")
strategy = Breakout(lookback=55, stop_atr=3)
result = tw.backtest(strategy, bars, costs=tw.PerShare(0.005, minimum=1) + tw.Spread(bps=2))

print(result)
print(f"\nThe strategy heard of {strategy.fills} fills; why they happened:")
print(result.fills.group_by("reason").len().sort("reason"))
