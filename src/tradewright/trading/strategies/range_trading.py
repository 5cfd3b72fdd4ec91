"""Range trading: buy near the floor of a market that goes nowhere, sell at its ceiling, leave when the range breaks.

This file decides the rule. A swing high is a bar whose high is above the highs of the `wing` bars before it and not
below those of the `wing` bars after it (a fractal of Williams, Trading Chaos, 1995); it is known `wing` bars later,
and never taken back. Resistance is the mean of the last `touches` swing highs, support that of the swing lows, while
each group lies within `tolerance` ATRs and the two are `least_height` ATRs apart (Murphy, Technical Analysis of the
Financial Markets, 1999, ch. 4: levels that were met more than once).
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import InputError
from tradewright.quant.indicators.atr import atr
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Signals, Strategy

Floats = NDArray[np.float64]
ATR_WINDOW = 14
_NOTHING = float("nan")


class Range(NamedTuple):
    """What a market moves between, and the prices at which it is no range any more."""

    floor: float
    ceiling: float
    below: float
    above: float


class RangeTrading(Strategy):
    """Long near the support of past swing lows until the resistance, with a stop outside the range; short mirrored.

    The range is that of the entry: later swings move neither its target nor its stop. A session that begins while a
    range is held waits for the next entry, so no position is without its stop.
    """

    wing: int = parameter(3, low=1, high=100, description="bars on each side that a swing stands above or below")
    touches: int = parameter(2, low=2, high=10, description="swings that make a level")
    tolerance: float = parameter(1.0, low=0.01, high=20.0, description="how far these lie apart at most, in ATRs")
    least_height: float = parameter(2.0, low=0.1, high=100.0, description="height of the range at least, in ATRs")
    zone: float = parameter(0.25, low=0.01, high=0.49, description="part of the range that is near its edge")
    stop_atr: float = parameter(1.0, low=0.01, high=20.0, description="how far outside the stop lies, in ATRs")
    short: bool = parameter(False, description="sell short near the resistance")

    def check(self) -> None:
        """A range is higher than its levels are thick."""
        if self.tolerance >= self.least_height:
            raise InputError(
                "the levels are as thick as the range is high",
                expected=f"tolerance below least_height ({self.least_height:g})",
                found=f"tolerance {self.tolerance:g}",
            )

    def warm_up_bars(self) -> int:
        """The ATR, and the fewest bars in which two levels can stand."""
        return max(ATR_WINDOW + 1, 2 * self.wing + self.touches)

    def generate_signals(self, bars: Bars) -> Signals:
        """1 or -1 with stop and target where a range is entered, 0 where it is left, no opinion between."""
        columns = [np.full(bars.closes.shape, np.nan) for _ in range(3)]
        for one in range(len(bars.instruments)):
            rows = np.flatnonzero(~np.isnan(bars.closes[:, one]))
            high, low, close = (np.ascontiguousarray(part[rows, one]) for part in (bars.highs, bars.lows, bars.closes))
            for column, said in zip(columns, self._said(high, low, close), strict=True):
                column[rows, one] = said
        strength, stop, target = (part[:, 0] if len(bars.instruments) == 1 else part for part in columns)
        return Signals(strength, stop_loss=stop, take_profit=target)

    def _said(self, high: Floats, low: Floats, close: Floats) -> tuple[Floats, Floats, Floats]:
        """Strength, stop and target of one instrument, from the bars that happened: one walk forward."""
        strength, stop, target = (np.full(len(close), np.nan) for _ in range(3))
        bars = zip(high.tolist(), low.tolist(), close.tolist(), strict=True)
        side, held = 0, Range(_NOTHING, _NOTHING, _NOTHING, _NOTHING)
        for row, ((top, bottom, last), found) in enumerate(zip(bars, self._ranges(high, low, close), strict=True)):
            if (side > 0 and (top >= held.ceiling or bottom <= held.below)) or (
                side < 0 and (bottom <= held.floor or top >= held.above)
            ):
                side = 0
                strength[row] = 0.0
            if side == 0 and found is not None and (side := self._entered(last, found)) != 0:
                held, strength[row] = found, side
                stop[row], target[row] = (found.below, found.ceiling) if side > 0 else (found.above, found.floor)
        return strength, stop, target

    def _entered(self, close: float, found: Range) -> int:
        """1 near the floor, -1 near the ceiling where that is wanted, 0 elsewhere and outside."""
        near = self.zone * (found.ceiling - found.floor)
        if found.floor <= close <= found.floor + near and found.below > 0:
            return 1
        is_near = found.ceiling - near <= close <= found.ceiling
        return -1 if self.short and is_near and found.floor > 0 else 0

    def _ranges(self, high: Floats, low: Floats, close: Floats) -> Iterator[Range | None]:
        """The range as it is known after each bar."""
        span = atr(high, low, close, window=ATR_WINDOW)
        highs: deque[float] = deque(maxlen=self.touches)
        lows: deque[float] = deque(maxlen=self.touches)
        is_top, is_bottom = swing_highs(high, self.wing).tolist(), swing_highs(-low, self.wing).tolist()
        for row, (unit, top, bottom) in enumerate(zip(span.tolist(), is_top, is_bottom, strict=True)):
            if top:
                highs.append(float(high[row - self.wing]))
            if bottom:
                lows.append(float(low[row - self.wing]))
            yield self._range(highs, lows, unit)

    def _range(self, highs: Sequence[float], lows: Sequence[float], unit: float) -> Range | None:
        """The range that these swings make; None where they make none."""
        if min(len(highs), len(lows)) < self.touches or not unit > 0:
            return None
        if max(max(highs) - min(highs), max(lows) - min(lows)) > self.tolerance * unit:
            return None
        floor, ceiling = sum(lows) / len(lows), sum(highs) / len(highs)
        if ceiling - floor < self.least_height * unit:
            return None
        return Range(floor, ceiling, floor - self.stop_atr * unit, ceiling + self.stop_atr * unit)


def swing_highs(values: Floats, wing: int) -> NDArray[np.bool_]:
    """True on the row on which a swing high is *known*: `wing` rows after it.

    The value is above the `wing` values before it and not below the `wing` after it: of equal ones the first counts.

    >>> swing_highs(np.array([1.0, 3.0, 2.0, 2.0]), 1).tolist()
    [False, False, True, False]
    """
    known = np.zeros(len(values), np.bool_)
    rows = len(values) - 2 * wing
    if rows <= 0:
        return known
    middle = values[wing : wing + rows]
    is_swing = np.ones(rows, np.bool_)
    for distance in range(1, wing + 1):
        is_swing &= middle > values[wing - distance : wing - distance + rows]
        is_swing &= middle >= values[wing + distance : wing + distance + rows]
    known[2 * wing :] = is_swing
    return known
