"""Linear regression: the straight line through the last closes, its end (line) and its rise per bar (slope)."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import outputs_of
from tradewright.quant.indicators.streaming import Line, ManyLines, ValueFed

nan = math.nan

RegressionState = tuple[int, int]
REGRESSION_START: RegressionState = (0, 0)


def regression_step(
    state: RegressionState, memory: Memory, at: int, x: float, window: int
) -> tuple[RegressionState, tuple[float, float]]:
    """One value into a ring; sums are taken from the newest value and the middle of the window, for accuracy."""
    place, count = state
    memory[at + place] = x
    place = place + 1 if place + 1 < window else 0
    if count < window:
        count += 1
        if count < window:
            return (place, count), (nan, nan)
    half = (window - 1) / 2.0
    height = 0.0
    moment = 0.0
    for age in range(window):
        slot = place + age
        rise = memory[at + (slot if slot < window else slot - window)] - x
        height += rise
        moment += (age - half) * rise
    slope = moment / (window * (window * window - 1.0) / 12.0)
    return (place, count), (x + height / window + half * slope, slope)


LINEAR_REGRESSION = Definition(
    name="linear_regression",
    title="Linear regression",
    description="End (line) and rise per bar (slope) of the straight line through the last closes.",
    source="Least squares; equal to TA-Lib LINEARREG and LINEARREG_SLOPE",
    inputs=("value",),
    outputs=("line", "slope"),
    parameters=(window(14, low=2),),
    step=regression_step,
    start=lambda window: (REGRESSION_START, [nan] * window),
    warm_up=lambda window: window - 1,
    cost=8,
)


class RegressionLines(NamedTuple):
    """End and slope of the line, each of the shape of the input."""

    line: Array
    slope: Array


def linear_regression(values: Values, window: int = 14) -> RegressionLines:
    """Straight line through the last `window` values: its end in their unit, its slope in their unit per bar."""
    return RegressionLines(*outputs_of(LINEAR_REGRESSION, (values,), window=window))


class LinearRegression(ValueFed[tuple[float, ...]], ManyLines):
    """Linear regression, bar by bar."""

    definition = LINEAR_REGRESSION
    line: Line
    slope: Line

    def __init__(self, window: int = 14, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)
