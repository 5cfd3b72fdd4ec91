"""Mean reversion: buy what has fallen out of its band and is oversold, sell when it is back at the middle."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewright.quant.indicators.bollinger import bollinger
from tradewright.quant.indicators.rsi import rsi
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.choice import where
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Strategy

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class MeanReversion(Strategy):
    """Long below the lower Bollinger band with a low RSI until the close is back at the middle band; short mirrored."""

    window: int = parameter(20, low=2, high=500, description="bars of the Bollinger bands")
    deviations: float = parameter(2.0, low=0.5, high=5.0, description="width of the bands in standard deviations")
    rsi_window: int = parameter(14, low=2, high=200, description="bars of the RSI")
    oversold: float = parameter(
        30.0, low=1.0, high=49.0, description="RSI below which is oversold; 100 minus it is overbought"
    )
    short: bool = parameter(False, description="sell short above the upper band")

    def warm_up_bars(self) -> int:
        """The longer window."""
        return max(self.window, self.rsi_window + 1)

    def generate_signals(self, bars: Bars) -> ArrayLike:
        """1 or -1 at the entry, 0 at the middle band on the way back, no opinion between."""
        bands = bollinger(bars.close, self.window, deviations=self.deviations)
        strength = rsi(bars.close, self.rsi_window)
        low = (bars.close < bands.lower) & (strength < self.oversold)
        high = (bars.close > bands.upper) & (strength > 100.0 - self.oversold)
        nothing = float("nan")
        if not self.short:
            return where(low, 1.0, where(bars.close >= bands.middle, 0.0, nothing))
        # A long is over at or above the middle, a short at or below it: hold the side until its own exit.
        return _held(low, high, bars.close >= bands.middle, bars.close <= bands.middle)


def _held(low: Flags, high: Flags, above: Flags, below: Flags) -> Floats:
    """Walk forward: +1 from `low` until `above`, -1 from `high` until `below`; one state per instrument."""
    side = np.zeros(low.shape[1:])
    out = np.empty(low.shape)
    for row in range(len(low)):
        over = ((side > 0) & above[row]) | ((side < 0) & below[row])
        side = np.where(low[row], 1.0, np.where(high[row], -1.0, np.where(over, 0.0, side)))
        out[row] = side
    return out
