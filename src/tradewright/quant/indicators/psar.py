"""Parabolic stop and reverse: a trailing stop that speeds up while the trend makes new extremes."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition, Memory, Parameter
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import HighLowFed, SingleLine

nan = math.nan

PsarState = tuple[float, float, float, float, float, float]
PSAR_START: PsarState = (nan, nan, 0.0, nan, nan, 0.0)


def psar_step(
    state: PsarState, memory: Memory, at: int, high: float, low: float, acceleration: float, maximum: float
) -> tuple[PsarState, float]:
    """One bar: the one before, the direction (1, -1; 0 before it is known), the next stop, extreme and speed."""
    last_high, last_low, direction, stop, extreme, speed = state
    if math.isnan(last_high):
        return (high, low, direction, stop, extreme, speed), nan
    least = acceleration if acceleration < maximum else maximum
    if direction == 0.0:
        fall = last_low - low
        falls = fall > 0.0 and fall > high - last_high
        direction, stop, extreme, speed = (-1.0, last_high, low, least) if falls else (1.0, last_low, high, least)
        last_high, last_low = high, low
    top = high if high > last_high else last_high
    bottom = low if low < last_low else last_low
    if direction > 0.0:
        turns = low <= stop
        advances = high > extreme
    else:
        turns = high >= stop
        advances = low < extreme
    if turns:
        direction = -direction
        stop = extreme
        extreme = high if direction > 0.0 else low
        speed = least
        stop = _outside(stop, direction, top, bottom)
    shown = stop
    if advances and not turns:
        extreme = high if direction > 0.0 else low
        speed += acceleration
        speed = maximum if speed > maximum else speed
    stop = _outside(stop + speed * (extreme - stop), direction, top, bottom)
    return (high, low, direction, stop, extreme, speed), shown


def _outside(stop: float, direction: float, top: float, bottom: float) -> float:
    """The stop, moved out of the range of the last two bars."""
    if direction > 0.0:
        return bottom if bottom < stop else stop
    return top if top > stop else stop


PSAR = Definition(
    name="psar",
    title="Parabolic stop and reverse",
    description="Trailing stop that speeds up while the trend makes new extremes.",
    source="Wilder (1978), p. 8; equal to TA-Lib SAR",
    inputs=("high", "low"),
    outputs=("psar",),
    parameters=(
        Parameter("acceleration", 0.02, "step of the speed at each new extreme", low=0, high=10),
        Parameter("maximum", 0.2, "greatest speed", low=0, high=10),
    ),
    step=psar_step,
    start=lambda *_: (PSAR_START, []),
    warm_up=lambda *_: 1,
    cost=4,
)


def psar(*columns: Columns, acceleration: float = 0.02, maximum: float = 0.2) -> Array:
    """Parabolic stop of high, low (or of bars that have them): below a rising market, above a falling one."""
    return output_of(PSAR, columns, acceleration=acceleration, maximum=maximum)


class Psar(HighLowFed[float], SingleLine):
    """Parabolic stop and reverse, bar by bar."""

    definition = PSAR

    def __init__(self, acceleration: float = 0.02, maximum: float = 0.2) -> None:
        super().__init__(acceleration=acceleration, maximum=maximum)
