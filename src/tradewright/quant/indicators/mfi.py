"""Money flow index: the share of money that changed hands at rising typical prices, 0 to 100."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import BarFed, SingleLine
from tradewright.quant.indicators.windows import SUM, Walk, sum_memory, sum_step

nan = math.nan

MfiState = tuple[float, Walk, Walk]
MFI_START: MfiState = (nan, SUM, SUM)

ROUNDING = 1e-14


def mfi_step(
    state: MfiState, memory: Memory, at: int, high: float, low: float, close: float, volume: float, window: int
) -> tuple[MfiState, float]:
    """One bar: the last typical price, money at rising and at falling prices.

    (29.99 + 29.75 + 29.91) / 3 and (30.01 + 29.70 + 29.94) / 3 differ by rounding only: such prices are equal.
    """
    last, rising, falling = state
    price = (high + low + close) / 3.0
    if math.isnan(last):
        return (price, rising, falling), nan
    money = price * volume
    rounding = ROUNDING * abs(last)
    rising, gained = sum_step(rising, memory, at, money if price - last > rounding else 0.0, window)
    falling, lost = sum_step(falling, memory, at + window + 1, money if last - price > rounding else 0.0, window)
    moved = gained + lost
    return (price, rising, falling), (50.0 if moved == 0.0 else 100.0 * gained / moved)


MFI = Definition(
    name="mfi",
    title="Money flow index",
    description="Share of money that changed hands at rising prices, 0 to 100; 50 where none did.",
    source="Quong, Soudack (1989); equal to TA-Lib MFI (which says 0 where none did)",
    inputs=("high", "low", "close", "volume"),
    outputs=("mfi",),
    parameters=(window(14),),
    step=mfi_step,
    start=lambda window: (MFI_START, sum_memory(window) * 2),
    warm_up=lambda window: window,
    cost=3,
)


def mfi(*columns: Columns, window: int = 14) -> Array:
    """Money flow index of high, low, close, volume (or of bars that have them), 0 to 100."""
    return output_of(MFI, columns, window=window)


class Mfi(BarFed[float], SingleLine):
    """Money flow index, bar by bar."""

    definition = MFI

    def __init__(self, window: int = 14) -> None:
        super().__init__(window=window)
