"""The channel breakout: buy a close above the highest high of the bars before, leave below the lowest low."""

import numpy as np

from tradewright.domain.errors import InputError
from tradewright.quant.indicators.atr import atr
from tradewright.quant.indicators.donchian import donchian
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.choice import where
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Signals, Strategy


class Breakout(Strategy):
    """Long after a close above the entry channel, flat after a close below the exit channel, with an ATR stop."""

    lookback: int = parameter(55, low=2, high=500, description="bars of the entry channel")
    exit_lookback: int = parameter(20, low=2, high=500, description="bars of the exit channel")
    stop_atr: float = parameter(2.0, low=0.5, high=20.0, description="distance of the stop in ATRs at the entry")
    short: bool = parameter(False, description="sell short below the channel")

    def check(self) -> None:
        """The exit channel is not the longer one."""
        if self.exit_lookback > self.lookback:
            raise InputError(
                "the exit channel is longer than the entry channel",
                expected=f"exit_lookback up to lookback ({self.lookback})",
                found=f"exit_lookback {self.exit_lookback}",
            )

    def warm_up_bars(self) -> int:
        """The entry channel and the bar that breaks it."""
        return max(self.lookback + 1, 15)

    def generate_signals(self, bars: Bars) -> Signals:
        """1 or -1 at a breakout, 0 at the exit, no opinion between; the stop is given with the entry only."""
        entry = donchian(bars.high, bars.low, window=self.lookback)
        leave = donchian(bars.high, bars.low, window=self.exit_lookback)
        distance = self.stop_atr * atr(bars.high, bars.low, bars.close, window=14)
        up = bars.close > _before(entry.upper)
        down = bars.close < _before(entry.lower)
        nothing = float("nan")
        is_price = bars.close > distance  # in a wild market the stop would lie below zero: then there is none
        if self.short:
            strength = where(up, 1.0, where(down, -1.0, nothing))
            stop = where(up & is_price, bars.close - distance, where(down, bars.close + distance, nothing))
            return Signals(strength, stop_loss=stop)
        strength = where(up, 1.0, where(bars.close < _before(leave.lower), 0.0, nothing))
        fresh = up & ~_before_flag(up)
        return Signals(strength, stop_loss=where(fresh & is_price, bars.close - distance, nothing))


def _before(values: np.ndarray) -> np.ndarray:
    """The value one bar earlier; NaN on the first bar."""
    shifted = np.empty_like(values)
    shifted[0] = np.nan
    shifted[1:] = values[:-1]
    return shifted


def _before_flag(flags: np.ndarray) -> np.ndarray:
    """The flag one bar earlier; false on the first bar."""
    shifted = np.zeros_like(flags)
    shifted[1:] = flags[:-1]
    return shifted
