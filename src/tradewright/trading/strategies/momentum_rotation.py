"""Momentum rotation: hold the instruments that rose most, in equal parts, and choose anew every few weeks."""

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from tradewright.domain.errors import InputError
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Speaks, Strategy


class MomentumRotation(Strategy):
    """Equal weights in the `top` instruments by return over `lookback` bars (only rising ones), every `every` bars."""

    speaks: ClassVar[Speaks] = Speaks.WEIGHTS

    lookback: int = parameter(126, low=2, high=1000, description="bars over which the return is measured")
    every: int = parameter(21, low=1, high=500, description="bars between two choices")
    top: int = parameter(2, low=1, high=500, description="how many instruments are held")
    only_rising: bool = parameter(True, description="leave the part of an instrument that fell in cash")

    def check(self) -> None:
        """Nothing to check beyond the ranges."""
        if self.every > self.lookback * 10:
            raise InputError("the choice is older than ten lookbacks when it is made anew", found=f"every {self.every}")

    def warm_up_bars(self) -> int:
        """The lookback and the bar after it."""
        return self.lookback + 1

    def generate_signals(self, bars: Bars) -> ArrayLike:
        """Weights on the rows of a choice, no opinion on the others."""
        closes = bars.closes
        weights = np.full(closes.shape, np.nan)
        rows = np.arange(self.lookback, len(closes), self.every)
        momentum = closes[rows] / closes[rows - self.lookback] - 1.0
        known = ~np.isnan(momentum)
        order = np.argsort(np.where(known, -momentum, np.inf), kind="stable", axis=1)[:, : self.top]
        is_chosen = np.take_along_axis(known, order, axis=1)
        if self.only_rising:
            is_chosen &= np.take_along_axis(momentum, order, axis=1) > 0
        chosen = np.where(known, 0.0, np.nan)
        choice, place = np.nonzero(is_chosen)
        chosen[choice, order[choice, place]] = 1.0 / self.top
        weights[rows] = chosen
        return weights if len(bars.instruments) > 1 else weights[:, 0]
