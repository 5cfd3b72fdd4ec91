"""The moving-average crossover: follow the direction in which a fast average stands to a slow one."""

from numpy.typing import ArrayLike

from tradewright.domain.errors import InputError
from tradewright.quant.indicators.sma import sma
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.choice import where
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Strategy


class MovingAverage(Strategy):
    """Long while the fast average is above the slow one, otherwise flat (or short)."""

    fast: int = parameter(20, low=1, high=500, description="bars of the fast average")
    slow: int = parameter(50, low=2, high=1000, description="bars of the slow average")
    short: bool = parameter(False, description="go short instead of flat while the fast average is below")

    def check(self) -> None:
        """The fast average must be the faster one."""
        if self.fast >= self.slow:
            raise InputError(
                "the moving averages do not cross",
                expected=f"fast below slow ({self.slow})",
                found=f"fast {self.fast}",
                remedy="give fast a smaller number of bars than slow",
            )

    def warm_up_bars(self) -> int:
        """The slow window."""
        return self.slow

    def generate_signals(self, bars: Bars) -> ArrayLike:
        """1 above, 0 (or -1) below."""
        fast, slow = sma(bars.close, self.fast), sma(bars.close, self.slow)
        return where(fast > slow, 1.0, where(fast <= slow, -1.0, 0.0) if self.short else 0.0)
