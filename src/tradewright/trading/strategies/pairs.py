"""A pair: two instruments that belong together; when they have drifted apart, the cheap one is bought against the dear.

This file decides the rule. The spread is the logarithm of the first instrument's price less its part that the second
explains over the last `window` bars: by a regression (Vidyamurthy, Pairs Trading, 2004), or as the plain ratio of
the prices (Gatev, Goetzmann, Rouwenhorst, Review of Financial Studies 19, 2006). Further than `entry`
standard deviations from its usual place it is traded, and left when it is back inside `leave`, beyond `give_up`, or
after `most_bars`. Both legs together are `gross` of equity, in the proportion of the slope, so that what moves both
moves nothing.
"""

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewright.domain.errors import DataError, InputError
from tradewright.quant.spread import Spread, most_deviations, ratio_spread, regression_spread
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Speaks, Strategy


class Pairs(Strategy):
    """Buy the cheap of two instruments against the dear one when their spread is far out, until it is back or late.

    After a loss or a time stop it waits until the spread has been inside `leave` again. Bars on which only one of the
    two traded are passed over.
    """

    speaks: ClassVar[Speaks] = Speaks.WEIGHTS
    instrument_count: ClassVar[int] = 2

    window: int = parameter(60, low=4, high=2000, description="bars over which the spread is measured")
    hedge: str = parameter("regression", choices=("regression", "ratio"), description="how the second leg is weighed")
    entry: float = parameter(2.0, low=0.5, high=10.0, description="standard deviations at which the pair is entered")
    leave: float = parameter(0.5, low=0.0, high=10.0, description="standard deviations inside which it is back")
    give_up: float = parameter(4.0, low=0.6, high=100.0, description="standard deviations at which it has failed")
    most_bars: int = parameter(40, low=1, high=10_000, description="bars after which it is left in any case")
    gross: float = parameter(1.0, low=0.01, high=10.0, description="both legs together, as a part of equity")

    def check(self) -> None:
        """The bands lie in order, and the window can reach the entry."""
        if not self.leave < self.entry < self.give_up:
            raise InputError(
                "the bands of the spread are out of order",
                expected="leave below entry below give_up",
                found=f"leave {self.leave:g}, entry {self.entry:g}, give_up {self.give_up:g}",
            )
        if self.entry >= most_deviations(self.window):
            raise InputError(
                "no spread gets so far out in so short a window",
                expected=f"entry below {most_deviations(self.window):.3g} with a window of {self.window}",
                found=f"entry {self.entry:g}",
                remedy="take a longer window, or a nearer band",
            )

    def warm_up_bars(self) -> int:
        """The window."""
        return self.window

    def check_bars(self, bars: Bars) -> None:
        """The two must have traded at the same time for longer than the window: DataError."""
        together = int((~np.isnan(bars.closes)).all(axis=1).sum())
        if together <= self.window:
            raise DataError(
                f"{' and '.join(bars.instruments)} do not overlap enough to be a pair",
                expected=f"more than {self.window} moments at which both have a bar",
                found=f"{together} of {len(bars)}",
                remedy="take a period and an interval in which both trade, or a shorter window",
            )

    def generate_signals(self, bars: Bars) -> ArrayLike:
        """Weights of both legs where the pair is entered, 0 where it is left, no opinion elsewhere."""
        closes = bars.closes
        rows = np.flatnonzero(((closes > 0) & np.isfinite(closes)).all(axis=1))
        first, second = (np.log(np.ascontiguousarray(closes[rows, leg])) for leg in (0, 1))
        measure = regression_spread if self.hedge == "regression" else ratio_spread
        weights = np.full(closes.shape, np.nan)
        for place, legs in self._deals(measure(first, second, window=self.window)):
            weights[rows[place]] = legs
        return weights

    def _deals(self, spread: Spread) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Where something is done, and the legs' weights then: one walk forward."""
        side, bars_held, may_enter = 0, 0, True
        for place, (slope, z) in enumerate(zip(spread.slope.tolist(), spread.z.tolist(), strict=True)):
            if side:
                bars_held += 1
                is_back = z * side >= -self.leave
                if is_back or z * side <= -self.give_up or bars_held >= self.most_bars:
                    side, may_enter = 0, is_back
                    yield place, np.zeros(2)
                continue
            may_enter = may_enter or abs(z) <= self.leave
            if may_enter and slope > 0 and self.entry <= abs(z) < self.give_up:
                side, bars_held = -int(math.copysign(1, z)), 0
                yield place, side * self.gross * np.array([1.0, -slope]) / (1.0 + slope)
