"""Bollinger bands: a moving average with a band of standard deviations, wide in wild markets, narrow in calm."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, window
from tradewright.quant.indicators.series import output_of, outputs_of
from tradewright.quant.indicators.streaming import Line, ManyLines, SingleLine, ValueFed
from tradewright.quant.indicators.windows import (
    MEAN,
    SPREAD,
    Walk,
    mean_step,
    spread_memory,
    spread_step,
    sum_memory,
)

nan = math.nan

BandState = tuple[tuple[Walk, float, int], tuple[int, float, float]]
BAND_START: BandState = (MEAN, SPREAD)


def deviation_step(
    state: tuple[int, float, float], memory: Memory, at: int, x: float, window: int, ddof: int
) -> tuple[tuple[int, float, float], float]:
    """Standard deviation of the last `window` values."""
    state, squares = spread_step(state, memory, at, x, window)
    return state, (math.sqrt(squares / (window - ddof)) if squares >= 0.0 else nan)


def bollinger_step(
    state: BandState, memory: Memory, at: int, x: float, window: int, deviations: float, ddof: int
) -> tuple[BandState, tuple[float, float, float]]:
    """One close: the mean in `window + 1` slots, the spread behind it."""
    means, spreads = state
    means, middle = mean_step(means, memory, at, x, window)
    spreads, deviation = deviation_step(spreads, memory, at + window + 1, x, window, ddof)
    reach = deviations * deviation
    return (means, spreads), (middle + reach, middle, middle - reach)


def _deviation_refusal(window: int, ddof: int) -> str | None:
    return f"expected a window of at least {ddof + 1} with ddof={ddof}; found {window}" if window <= ddof else None


DDOF = Parameter("ddof", 0, "0 divides by the window (population), 1 by one less (sample)", low=0, high=1)

STANDARD_DEVIATION = Definition(
    name="standard_deviation",
    title="Standard deviation",
    description="How far the last values stray from their mean.",
    source="Welford (1962), Chan et al. (1983); equal to TA-Lib STDDEV",
    inputs=("value",),
    outputs=("standard_deviation",),
    parameters=(window(20), DDOF),
    step=deviation_step,
    start=lambda window, ddof: (SPREAD, spread_memory(window)),
    warm_up=lambda window, ddof: window - 1,
    cost=2,
    refusal=_deviation_refusal,
)

BOLLINGER = Definition(
    name="bollinger",
    title="Bollinger bands",
    description="Moving average with a band of standard deviations above and below.",
    source="Bollinger, Bollinger on Bollinger Bands (2001), ch. 7; equal to TA-Lib BBANDS",
    inputs=("value",),
    outputs=("upper", "middle", "lower"),
    parameters=(window(20), Parameter("deviations", 2.0, "half width in standard deviations", low=0, high=100), DDOF),
    step=bollinger_step,
    start=lambda window, deviations, ddof: (BAND_START, sum_memory(window) + spread_memory(window)),
    warm_up=lambda window, deviations, ddof: window - 1,
    cost=3,
    refusal=lambda window, deviations, ddof: _deviation_refusal(window, ddof),
)


class BollingerBands(NamedTuple):
    """The three lines, each of the shape of the input."""

    upper: Array
    middle: Array
    lower: Array


def bollinger(values: Values, window: int = 20, *, deviations: float = 2.0, ddof: int = 0) -> BollingerBands:
    """Bollinger bands; `middle` is `sma(values, window)` to the last bit."""
    return BollingerBands(*outputs_of(BOLLINGER, (values,), window=window, deviations=deviations, ddof=ddof))


def standard_deviation(values: Values, window: int = 20, *, ddof: int = 0) -> Array:
    """Standard deviation of the last `window` values, in the unit of the values; exactly 0 where they are equal."""
    return output_of(STANDARD_DEVIATION, (values,), window=window, ddof=ddof)


class Bollinger(ValueFed[tuple[float, ...]], ManyLines):
    """Bollinger bands, bar by bar."""

    definition = BOLLINGER
    upper: Line
    middle: Line
    lower: Line

    def __init__(self, window: int = 20, deviations: float = 2.0, *, ddof: int = 0, source: str = "close") -> None:
        super().__init__(window=window, deviations=deviations, ddof=ddof, source=source)


class StandardDeviation(ValueFed[float], SingleLine):
    """Standard deviation, bar by bar."""

    definition = STANDARD_DEVIATION

    def __init__(self, window: int = 20, *, ddof: int = 0, source: str = "close") -> None:
        super().__init__(window=window, ddof=ddof, source=source)
