"""Simple moving average: the mean price of the last bars, the plainest picture of a trend."""

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed
from tradewright.quant.indicators.windows import MEAN, mean_step, sum_memory

SMA = Definition(
    name="sma",
    title="Simple moving average",
    description="Mean of the last bars.",
    source="Murphy, Technical Analysis of the Financial Markets (1999), ch. 9; equal to TA-Lib SMA",
    inputs=("value",),
    outputs=("sma",),
    parameters=(window(20),),
    step=mean_step,
    start=lambda window: (MEAN, sum_memory(window)),
    warm_up=lambda window: window - 1,
)


def sma(values: Values, window: int = 20) -> Array:
    """Mean of the last `window` values; of a flat stretch it is exactly the price."""
    return output_of(SMA, (values,), window=window)


class Sma(ValueFed[float], SingleLine):
    """Simple moving average, bar by bar."""

    definition = SMA

    def __init__(self, window: int = 20, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)
