"""Trend following with a trailing stop: enter with the trend, leave when the market falls some ATRs from its high."""

from tradewright.domain.errors import InputError
from tradewright.quant.indicators.atr import atr
from tradewright.quant.indicators.donchian import donchian
from tradewright.quant.indicators.ema import ema
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.choice import where
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Signals, Strategy


class TrendFollowing(Strategy):
    """Long while the fast EMA is above the slow one, protected by a stop some ATRs below the highest high.

    The stop is the chandelier exit (LeBeau): highest high of `atr_window` bars minus `stop_atr` ATRs, moved every bar.
    """

    fast: int = parameter(20, low=2, high=500, description="bars of the fast EMA")
    slow: int = parameter(100, low=5, high=1000, description="bars of the slow EMA")
    atr_window: int = parameter(22, low=2, high=200, description="bars of the ATR and of the highest high")
    stop_atr: float = parameter(3.0, low=0.5, high=20.0, description="distance of the stop in ATRs")

    def check(self) -> None:
        """The fast average must be the faster one."""
        if self.fast >= self.slow:
            raise InputError(
                "the moving averages do not cross", expected=f"fast below slow ({self.slow})", found=f"fast {self.fast}"
            )

    def warm_up_bars(self) -> int:
        """The longest window."""
        return max(self.slow, self.atr_window + 1)

    def generate_signals(self, bars: Bars) -> Signals:
        """Strength 1 or 0, and the chandelier stop."""
        up = ema(bars.close, self.fast) > ema(bars.close, self.slow)
        stop = donchian(bars.high, bars.low, window=self.atr_window).upper - self.stop_atr * atr(
            bars.high, bars.low, bars.close, window=self.atr_window
        )
        nothing = float("nan")
        strength = where(up & (bars.close > stop), 1.0, where(up, nothing, 0.0))
        return Signals(strength, stop_loss=where(stop > 0, stop, nothing))  # in a wild market it would lie below zero
