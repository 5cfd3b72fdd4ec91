"""On-balance volume: volume of rising bars minus volume of falling ones, added up."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition, Memory, Parameter
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import CloseVolumeFed, SingleLine

nan = math.nan

ObvState = tuple[float, float]
OBV_START: ObvState = (nan, 0.0)


def obv_step(
    state: ObvState, memory: Memory, at: int, close: float, volume: float, start: int
) -> tuple[ObvState, float]:
    """One bar: the last close and the balance."""
    last, balance = state
    if math.isnan(last):
        balance = volume if start == 0 else 0.0
    elif close > last:
        balance += volume
    elif close < last:
        balance -= volume
    return (close, balance), balance


OBV = Definition(
    name="obv",
    title="On-balance volume",
    description="Volume of rising bars minus volume of falling bars, added up.",
    source="Granville (1963); equal to TA-Lib OBV; start='zero' as Skender and StockCharts",
    inputs=("close", "volume"),
    outputs=("obv",),
    parameters=(
        Parameter("start", "volume", "balance of the first bar: its volume, or zero", choices=("volume", "zero")),
    ),
    step=obv_step,
    start=lambda start: (OBV_START, []),
    warm_up=lambda start: 0,
)


def obv(*columns: Columns, start: str = "volume") -> Array:
    """On-balance volume of close, volume (or of bars that have them), in units of volume."""
    return output_of(OBV, columns, start=start)


class Obv(CloseVolumeFed[float], SingleLine):
    """On-balance volume, bar by bar."""

    definition = OBV

    def __init__(self, *, start: str = "volume") -> None:
        super().__init__(start=start)
