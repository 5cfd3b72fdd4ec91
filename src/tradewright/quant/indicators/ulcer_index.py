"""Ulcer index: depth and length of drawdowns from the highest close of the last bars, in percent."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed
from tradewright.quant.indicators.windows import HIGHEST, SUM, Walk, highest_memory, highest_step, sum_memory, sum_step

nan = math.nan

UlcerState = tuple[Walk, float, int, Walk]
ULCER_START: UlcerState = (HIGHEST, -math.inf, 0, SUM)


def ulcer_step(state: UlcerState, memory: Memory, at: int, x: float, window: int) -> tuple[UlcerState, float]:
    """One value: highest of the window (of what there is, at first), mean of squared drawdowns; NaN at a top of 0."""
    tops, first_top, count, squares = state
    tops, top = highest_step(tops, memory, at, x, window)
    if count < window:
        count += 1
        first_top = x if x > first_top else first_top
        top = first_top
    drawdown = nan if top == 0.0 else 100.0 * (x - top) / top
    squares, total = sum_step(squares, memory, at + window + 1, drawdown * drawdown, window)
    return (tops, first_top, count, squares), (nan if math.isnan(total) else math.sqrt(total / window))


ULCER_INDEX = Definition(
    name="ulcer_index",
    title="Ulcer index",
    description="Root mean square of the drawdowns from the highest close of the last bars, in percent.",
    source="Martin, McCann, The Investor's Guide to Fidelity Funds (1989); equal to StockCharts' sheet",
    inputs=("value",),
    outputs=("ulcer_index",),
    parameters=(window(14),),
    step=ulcer_step,
    start=lambda window: (ULCER_START, highest_memory(window) + sum_memory(window)),
    warm_up=lambda window: window - 1,
    cost=3,
)


def ulcer_index(values: Values, window: int = 14) -> Array:
    """Ulcer index in percent (5.0 is five percent)."""
    return output_of(ULCER_INDEX, (values,), window=window)


class UlcerIndex(ValueFed[float], SingleLine):
    """Ulcer index, bar by bar."""

    definition = ULCER_INDEX

    def __init__(self, window: int = 14, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)
