"""SuperTrend: a trailing band of average true ranges that changes sides when the close goes through it."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import ATR_START, BAR, FIRST, AtrState, atr_step
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, window
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, Line, ManyLines

nan = math.nan

SuperTrendState = tuple[AtrState, float, float, float]
SUPERTREND_START: SuperTrendState = (ATR_START, nan, nan, 0.0)


def supertrend_step(
    state: SuperTrendState,
    memory: Memory,
    at: int,
    high: float,
    low: float,
    close: float,
    window: int,
    multiple: float,
    first: int,
) -> tuple[SuperTrendState, tuple[float, float]]:
    """One bar: the range, the band above, the band below, the direction."""
    ranges, above, below, direction = state
    before = ranges[0]
    ranges, span = atr_step(ranges, memory, at, high, low, close, window, first)
    if math.isnan(span):
        return (ranges, above, below, direction), (nan, nan)
    middle = (high + low) / 2.0
    upper = middle + multiple * span
    lower = middle - multiple * span
    if direction == 0.0:
        direction = 1.0
        return (ranges, upper, lower, direction), (lower, direction)
    if upper < above or before > above:
        above = upper
    if lower > below or before < below:
        below = lower
    if direction > 0.0:
        if close < below:
            direction = -1.0
    elif close > above:
        direction = 1.0
    return (ranges, above, below, direction), (below if direction > 0.0 else above, direction)


SUPERTREND = Definition(
    name="supertrend",
    title="SuperTrend",
    description="Trailing band of average true ranges (supertrend) and the side it is on (direction, 1 or -1).",
    source="Seban (2000s); equal to TA-Lib SUPERTREND",
    inputs=BAR,
    outputs=("supertrend", "direction"),
    parameters=(window(10), Parameter("multiple", 3.0, "distance in average true ranges", low=0, high=100), FIRST),
    step=supertrend_step,
    start=lambda *_: (SUPERTREND_START, []),
    warm_up=lambda window, multiple, first: window - 1 if first else window,
    cost=4,
)


class SuperTrendLines(NamedTuple):
    """The band and its direction (1 below a rising market, -1 above a falling one), of the shape of the input."""

    supertrend: Array
    direction: Array


def supertrend(*columns: Columns, window: int = 10, multiple: float = 3.0, first: str = "skip") -> SuperTrendLines:
    """SuperTrend of high, low, close (or of bars that have them)."""
    return SuperTrendLines(*outputs_of(SUPERTREND, columns, window=window, multiple=multiple, first=first))


class SuperTrend(HighLowCloseFed[tuple[float, ...]], ManyLines):
    """SuperTrend, bar by bar."""

    definition = SUPERTREND
    supertrend: Line
    direction: Line

    def __init__(self, window: int = 10, multiple: float = 3.0, *, first: str = "skip") -> None:
        super().__init__(window=window, multiple=multiple, first=first)
