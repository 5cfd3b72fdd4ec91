"""Ultimate oscillator: buying pressure over three lookbacks at once, 0 to 100."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import BAR
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, SingleLine
from tradewright.quant.indicators.windows import SUM, Walk, sum_memory, sum_step

nan = math.nan

Pressure = tuple[Walk, Walk]
UltimateState = tuple[float, Pressure, Pressure, Pressure]
ULTIMATE_START: UltimateState = (nan, (SUM, SUM), (SUM, SUM), (SUM, SUM))


def pressure_step(
    state: Pressure, memory: Memory, at: int, pressure: float, span: float, window: int
) -> tuple[Pressure, float]:
    """Share of the range that was buying pressure over a window; 0 where nothing moved."""
    pressures, spans = state
    pressures, bought = sum_step(pressures, memory, at, pressure, window)
    spans, moved = sum_step(spans, memory, at + window + 1, span, window)
    return (pressures, spans), (0.0 if moved == 0.0 else bought / moved)


def ultimate_step(
    state: UltimateState,
    memory: Memory,
    at: int,
    high: float,
    low: float,
    close: float,
    short: int,
    middle: int,
    long: int,
) -> tuple[UltimateState, float]:
    """One bar: the last close and three windows."""
    last, quick, medium, slow = state
    if math.isnan(last):
        return (close, quick, medium, slow), nan
    bottom = low if low < last else last
    top = high if high > last else last
    pressure, span = close - bottom, top - bottom
    quick, a = pressure_step(quick, memory, at, pressure, span, short)
    medium, b = pressure_step(medium, memory, at + 2 * short + 2, pressure, span, middle)
    slow, c = pressure_step(slow, memory, at + 2 * short + 2 * middle + 4, pressure, span, long)
    return (close, quick, medium, slow), 100.0 * (4.0 * a + 2.0 * b + c) / 7.0


ULTIMATE_OSCILLATOR = Definition(
    name="ultimate_oscillator",
    title="Ultimate oscillator",
    description="Buying pressure over a short, a middle and a long lookback, 0 to 100.",
    source="Williams (1985); equal to TA-Lib ULTOSC",
    inputs=BAR,
    outputs=("ultimate_oscillator",),
    parameters=(
        window(7, "short lookback in bars", name="short"),
        window(14, "middle lookback in bars", name="middle"),
        window(28, "long lookback in bars", name="long"),
    ),
    step=ultimate_step,
    start=lambda short, middle, long: (
        ULTIMATE_START,
        sum_memory(short) * 2 + sum_memory(middle) * 2 + sum_memory(long) * 2,
    ),
    warm_up=max,
    cost=7,
)


def ultimate_oscillator(*columns: Columns, short: int = 7, middle: int = 14, long: int = 28) -> Array:
    """Ultimate oscillator of high, low, close (or of bars that have them), 0 to 100."""
    return output_of(ULTIMATE_OSCILLATOR, columns, short=short, middle=middle, long=long)


class UltimateOscillator(HighLowCloseFed[float], SingleLine):
    """Ultimate oscillator, bar by bar."""

    definition = ULTIMATE_OSCILLATOR

    def __init__(self, *, short: int = 7, middle: int = 14, long: int = 28) -> None:
        super().__init__(short=short, middle=middle, long=long)
