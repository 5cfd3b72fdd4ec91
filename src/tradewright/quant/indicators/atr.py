"""Average true range: how far an instrument usually moves in a bar, gaps included; the yardstick of stops and sizes."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, window
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, SingleLine

nan = math.nan

AtrState = tuple[float, Running]
ATR_START: AtrState = (nan, RUNNING)


def range_step(high: float, low: float, last: float, first: int) -> float:
    """True range after a close of `last` (NaN on the first bar: then NaN, or high - low when `first` is 1)."""
    if math.isnan(last):
        return high - low if first == 1 else nan
    top = high if high > last else last
    bottom = low if low < last else last
    return top - bottom


def true_range_step(
    last: float, memory: Memory, at: int, high: float, low: float, close: float, first: int
) -> tuple[float, float]:
    """One bar: the close before it and its range."""
    return close, range_step(high, low, last, first)


def atr_step(
    state: AtrState, memory: Memory, at: int, high: float, low: float, close: float, window: int, first: int
) -> tuple[AtrState, float]:
    """One bar into Wilder's average of true ranges."""
    last, ranges = state
    span = range_step(high, low, last, first)
    if math.isnan(span):
        return (close, ranges), nan
    ranges, average = exponential_step(ranges, span, window, 1.0 / window, 0)
    return (close, ranges), average


def natr_step(
    state: AtrState, memory: Memory, at: int, high: float, low: float, close: float, window: int, first: int
) -> tuple[AtrState, float]:
    """One bar: the average true range in percent of the close; NaN at a close of 0."""
    state, average = atr_step(state, memory, at, high, low, close, window, first)
    return state, (100.0 * average / close if close != 0.0 else nan)


FIRST = Parameter(
    "first", "skip", "the first bar has no close before it: skip it, or take its range", choices=("skip", "range")
)
BAR = ("high", "low", "close")

TRUE_RANGE = Definition(
    name="true_range",
    title="True range",
    description="High minus low of the bar, stretched to the close before it.",
    source="Wilder (1978), p. 21; equal to TA-Lib TRANGE",
    inputs=BAR,
    outputs=("true_range",),
    parameters=(FIRST,),
    step=true_range_step,
    start=lambda first: (nan, []),
    warm_up=lambda first: 0 if first else 1,
)

ATR = Definition(
    name="atr",
    title="Average true range",
    description="How far the price usually moves in a bar, gaps included (Wilder's average).",
    source="Wilder (1978), p. 21; equal to TA-Lib ATR; first='range' as StockCharts and Tulip begin",
    inputs=BAR,
    outputs=("atr",),
    parameters=(window(14), FIRST),
    step=atr_step,
    start=lambda window, first: (ATR_START, []),
    warm_up=lambda window, first: window - 1 if first else window,
    cost=2,
)

NATR = Definition(
    name="natr",
    title="Normalized average true range",
    description="Average true range in percent of the close, to compare instruments.",
    source="Forman (2006); equal to TA-Lib NATR",
    inputs=BAR,
    outputs=("natr",),
    parameters=(window(14), FIRST),
    step=natr_step,
    start=lambda window, first: (ATR_START, []),
    warm_up=lambda window, first: window - 1 if first else window,
    cost=3,
)


def true_range(*columns: Columns, first: str = "skip") -> Array:
    """True range of high, low, close (or of bars that have them)."""
    return output_of(TRUE_RANGE, columns, first=first)


def atr(*columns: Columns, window: int = 14, first: str = "skip") -> Array:
    """Average true range of high, low, close (or of bars that have them), in the unit of the price."""
    return output_of(ATR, columns, window=window, first=first)


def natr(*columns: Columns, window: int = 14, first: str = "skip") -> Array:
    """Average true range of high, low, close (or of bars that have them), in percent of the close."""
    return output_of(NATR, columns, window=window, first=first)


class TrueRange(HighLowCloseFed[float], SingleLine):
    """True range, bar by bar."""

    definition = TRUE_RANGE

    def __init__(self, *, first: str = "skip") -> None:
        super().__init__(first=first)


class Atr(HighLowCloseFed[float], SingleLine):
    """Average true range, bar by bar."""

    definition = ATR

    def __init__(self, window: int = 14, *, first: str = "skip") -> None:
        super().__init__(window=window, first=first)


class Natr(HighLowCloseFed[float], SingleLine):
    """Normalized average true range, bar by bar."""

    definition = NATR

    def __init__(self, window: int = 14, *, first: str = "skip") -> None:
        super().__init__(window=window, first=first)
