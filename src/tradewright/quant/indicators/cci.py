"""Commodity channel index: how far the typical price stands from its mean, in mean deviations."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import BAR
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, SingleLine

nan = math.nan

CciState = tuple[int, int]
CCI_START: CciState = (0, 0)


def cci_step(
    state: CciState, memory: Memory, at: int, high: float, low: float, close: float, window: int
) -> tuple[CciState, float]:
    """One bar into a ring of typical prices; measured from the newest, so a flat stretch is exactly 0."""
    place, count = state
    price = (high + low + close) / 3.0
    memory[at + place] = price
    place += 1
    if place == window:
        place = 0
    if count < window:
        count += 1
        if count < window:
            return (place, count), nan
    mean = 0.0
    for slot in range(at, at + window):
        mean += memory[slot] - price
    mean /= window
    deviation = 0.0
    for slot in range(at, at + window):
        deviation += abs(memory[slot] - price - mean)
    return (place, count), (-mean / (0.015 * (deviation / window)) if deviation > 0.0 else 0.0)


CCI = Definition(
    name="cci",
    title="Commodity channel index",
    description="Distance of the typical price from its mean, in mean deviations times 0.015.",
    source="Lambert (1980); equal to TA-Lib CCI",
    inputs=BAR,
    outputs=("cci",),
    parameters=(window(20),),
    step=cci_step,
    start=lambda window: (CCI_START, [nan] * window),
    warm_up=lambda window: window - 1,
    cost=10,
)


def cci(*columns: Columns, window: int = 20) -> Array:
    """Commodity channel index of high, low, close (or of bars that have them); 0 where nothing moves."""
    return output_of(CCI, columns, window=window)


class Cci(HighLowCloseFed[float], SingleLine):
    """Commodity channel index, bar by bar."""

    definition = CCI

    def __init__(self, window: int = 20) -> None:
        super().__init__(window=window)
