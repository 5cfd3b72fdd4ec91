"""Vortex: how far bars reach up from the low before (plus) and down from the high before (minus), per true range."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import BAR, range_step
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, Line, ManyLines
from tradewright.quant.indicators.windows import SUM, Walk, sum_memory, sum_step

nan = math.nan

VortexState = tuple[float, float, float, Walk, Walk, Walk]
VORTEX_START: VortexState = (nan, nan, nan, SUM, SUM, SUM)


def vortex_step(
    state: VortexState, memory: Memory, at: int, high: float, low: float, close: float, window: int
) -> tuple[VortexState, tuple[float, float]]:
    """One bar: the one before it, and sums of both reaches and of the range; 0 where nothing moved."""
    last_high, last_low, last_close, ups, downs, spans = state
    if math.isnan(last_close):
        return (high, low, close, ups, downs, spans), (nan, nan)
    span = range_step(high, low, last_close, 0)
    ups, up = sum_step(ups, memory, at, abs(high - last_low), window)
    downs, down = sum_step(downs, memory, at + window + 1, abs(low - last_high), window)
    spans, moved = sum_step(spans, memory, at + 2 * window + 2, span, window)
    plus = 0.0 if moved == 0.0 else up / moved
    minus = 0.0 if moved == 0.0 else down / moved
    return (high, low, close, ups, downs, spans), (plus, minus)


VORTEX = Definition(
    name="vortex",
    title="Vortex",
    description="Reach of bars upward (plus) and downward (minus) per true range; a crossing starts a trend.",
    source="Botes, Siepman (2010); equal to TA-Lib VORTEX",
    inputs=BAR,
    outputs=("plus", "minus"),
    parameters=(window(14),),
    step=vortex_step,
    start=lambda window: (VORTEX_START, sum_memory(window) * 3),
    warm_up=lambda window: window,
    cost=4,
)


class VortexLines(NamedTuple):
    """Both lines, each of the shape of the input."""

    plus: Array
    minus: Array


def vortex(*columns: Columns, window: int = 14) -> VortexLines:
    """Vortex of high, low, close (or of bars that have them)."""
    return VortexLines(*outputs_of(VORTEX, columns, window=window))


class Vortex(HighLowCloseFed[tuple[float, ...]], ManyLines):
    """Vortex, bar by bar."""

    definition = VORTEX
    plus: Line
    minus: Line

    def __init__(self, window: int = 14) -> None:
        super().__init__(window=window)
