"""Weighted moving average: the newest bar counts `window` times, the oldest once."""

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import WEIGHTED, weighted_step
from tradewright.quant.indicators.definition import Definition, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed
from tradewright.quant.indicators.windows import sum_memory

WMA = Definition(
    name="wma",
    title="Weighted moving average",
    description="Average with weights that fall in a straight line from the newest bar to the oldest.",
    source="Murphy (1999), ch. 9; equal to TA-Lib WMA",
    inputs=("value",),
    outputs=("wma",),
    parameters=(window(20),),
    step=weighted_step,
    start=lambda window: (WEIGHTED, sum_memory(window)),
    warm_up=lambda window: window - 1,
)


def wma(values: Values, window: int = 20) -> Array:
    """Mean of the last `window` values with weights 1 (oldest) to `window` (newest)."""
    return output_of(WMA, (values,), window=window)


class Wma(ValueFed[float], SingleLine):
    """Weighted moving average, bar by bar."""

    definition = WMA

    def __init__(self, window: int = 20, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)
