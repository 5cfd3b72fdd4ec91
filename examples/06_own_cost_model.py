"""What trading costs: costs add and scale, and one of your own is a class with a `fee`.

A fee is money for one fill; `slip` is how much worse than the price a market or stop order fills, as a fraction.
"""

from dataclasses import dataclass

import tradewright as tw


@dataclass(frozen=True)
class Tiered(tw.Cost):
    """Money a share: one rate up to a border, a lower one beyond it. A fee must never fall as the quantity rises."""

    first: float
    then: float
    border: float = 300

    def fee(self, quantity, price):
        return self.first * min(quantity, self.border) + self.then * max(quantity - self.border, 0)


bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM")
models = (
    None,
    tw.Commission(bps=10),
    tw.PerShare(0.005, minimum=1) + tw.Spread(bps=2),
    2 * (tw.PerShare(0.005, minimum=1) + tw.Spread(bps=2)),  # would the idea survive costs twice as high?
    Tiered(first=0.0035, then=0.002) + tw.Slippage(bps=1),
)

print(f"{'fees':>10} {'slippage':>10} {'final equity':>14}  costs")
for costs in models:
    stats = tw.backtest(tw.MeanReversion(), bars, costs=costs).stats
    print(f"{stats['fees']:10,.2f} {stats['slippage']:10,.2f} {stats['final_equity']:14,.2f}  {costs}")
