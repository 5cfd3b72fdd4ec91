"""Hull moving average: weighted averages combined so that the line follows closely and stays smooth."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import WEIGHTED, weighted_step
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed
from tradewright.quant.indicators.windows import sum_memory

nan = math.nan

Weighted = tuple[int, float, float, float, int]
HmaState = tuple[Weighted, Weighted, Weighted]
HMA_START: HmaState = (WEIGHTED, WEIGHTED, WEIGHTED)


def root_of(window: int) -> int:
    """Bars of the last smoothing."""
    return math.floor(math.sqrt(window))


def hma_step(state: HmaState, memory: Memory, at: int, x: float, window: int) -> tuple[HmaState, float]:
    """One value: twice the average of half the window minus that of the whole, smoothed over its root."""
    halves, wholes, roots = state
    half_window = window // 2
    halves, half = weighted_step(halves, memory, at, x, half_window)
    wholes, whole = weighted_step(wholes, memory, at + half_window + 1, x, window)
    if math.isnan(whole):
        return (halves, wholes, roots), nan
    place = at + half_window + window + 2
    roots, value = weighted_step(roots, memory, place, 2.0 * half - whole, root_of(window))
    return (halves, wholes, roots), value


HMA = Definition(
    name="hma",
    title="Hull moving average",
    description="Weighted averages combined to follow closely and stay smooth.",
    source="Hull (2005); equal to TA-Lib HMA",
    inputs=("value",),
    outputs=("hma",),
    parameters=(window(20, low=2),),
    step=hma_step,
    start=lambda window: (HMA_START, sum_memory(window // 2) + sum_memory(window) + sum_memory(root_of(window))),
    warm_up=lambda window: window + root_of(window) - 2,
    cost=4,
)


def hma(values: Values, window: int = 20) -> Array:
    """Hull moving average."""
    return output_of(HMA, (values,), window=window)


class Hma(ValueFed[float], SingleLine):
    """Hull moving average, bar by bar."""

    definition = HMA

    def __init__(self, window: int = 20, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)
