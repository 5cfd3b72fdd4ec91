"""Average directional index: how strongly a market trends (adx) and which way (plus and minus), 0 to 100."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import BAR, range_step
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, window
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, Line, ManyLines

nan = math.nan

Smoothed = tuple[float, float, float]
AdxState = tuple[float, float, float, int, Smoothed, float]
ADX_START: AdxState = (nan, nan, nan, 0, (0.0, 0.0, 0.0), 0.0)


def directional_step(sums: Smoothed, bars: int, moves: Smoothed, window: int, start: int) -> Smoothed:
    """Wilder's sums of range, upward and downward movement after `bars` moves.

    Start "wilder" (1) sums the first `window` moves; "talib" (0) sums one less and smooths the next.
    """
    spans, ups, downs = sums
    span, up, down = moves
    if bars < window + start:
        return spans + span, ups + up, downs + down
    return spans - spans / window + span, ups - ups / window + up, downs - downs / window + down


def adx_step(
    state: AdxState, memory: Memory, at: int, high: float, low: float, close: float, window: int, start: int
) -> tuple[AdxState, tuple[float, float, float]]:
    """One bar: the one before it, the moves counted, their sums and the index (a sum until it begins)."""
    last_high, last_low, last_close, bars, sums, index = state
    if math.isnan(last_close):
        return (high, low, close, bars, sums, index), (nan, nan, nan)
    bars += 1
    rise = high - last_high
    fall = last_low - low
    up = rise if rise > fall and rise > 0.0 else 0.0
    down = fall if fall > rise and fall > 0.0 else 0.0
    sums = directional_step(sums, bars, (range_step(high, low, last_close, 0), up, down), window, start)
    if bars < window:
        return (high, low, close, bars, sums, index), (nan, nan, nan)
    spans, ups, downs = sums
    plus = 100.0 * ups / spans if spans > 0.0 else 0.0
    minus = 100.0 * downs / spans if spans > 0.0 else 0.0
    both = plus + minus
    strength = 100.0 * abs(plus - minus) / both if both > 0.0 else 0.0
    if bars < 2 * window - 1:
        return (high, low, close, bars, sums, index + strength), (nan, plus, minus)
    if bars == 2 * window - 1:
        index = (index + strength) / window
    else:
        bars = 2 * window
        if both > 0.0:
            index += (strength - index) / window
    return (high, low, close, bars, sums, index), (index, plus, minus)


ADX = Definition(
    name="adx",
    title="Average directional index",
    description="Strength of the trend (adx) and of its two directions (plus, minus), 0 to 100.",
    source="Wilder (1978), p. 35; equal to TA-Lib ADX, PLUS_DI, MINUS_DI; start='wilder' as StockCharts",
    inputs=BAR,
    outputs=("adx", "plus", "minus"),
    parameters=(
        window(14, low=2),
        Parameter(
            "start", "talib", "first sums over window - 1 moves, or over window moves", choices=("talib", "wilder")
        ),
    ),
    step=adx_step,
    start=lambda window, start: (ADX_START, []),
    warm_up=lambda window, start: 2 * window - 1,
    cost=5,
)


class AdxLines(NamedTuple):
    """Strength and the two directional indicators, each of the shape of the input."""

    adx: Array
    plus: Array
    minus: Array


def adx(*columns: Columns, window: int = 14, start: str = "talib") -> AdxLines:
    """Directional movement of high, low, close (or of bars that have them)."""
    return AdxLines(*outputs_of(ADX, columns, window=window, start=start))


class Adx(HighLowCloseFed[tuple[float, ...]], ManyLines):
    """Average directional index, bar by bar."""

    definition = ADX
    adx: Line
    plus: Line
    minus: Line

    def __init__(self, window: int = 14, *, start: str = "talib") -> None:
        super().__init__(window=window, start=start)
