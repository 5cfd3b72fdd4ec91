"""Force index and volume-price trend: price changes weighed by volume, averaged or added up."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import CloseVolumeFed, SingleLine

nan = math.nan

ForceState = tuple[float, Running]
FORCE_START: ForceState = (nan, RUNNING)
TrendState = tuple[float, float]
TREND_START: TrendState = (nan, 0.0)


def force_step(
    state: ForceState, memory: Memory, at: int, close: float, volume: float, window: int, seed: int
) -> tuple[ForceState, float]:
    """One bar: its change times its volume into the average."""
    last, forces = state
    if math.isnan(last):
        return (close, forces), nan
    forces, average = exponential_step(forces, (close - last) * volume, window, 2.0 / (window + 1), seed)
    return (close, forces), average


def trend_step(state: TrendState, memory: Memory, at: int, close: float, volume: float) -> tuple[TrendState, float]:
    """One bar: its relative change times its volume onto the sum."""
    last, total = state
    if not math.isnan(last) and last != 0.0:
        total += (close - last) / last * volume
    return (close, total), total


FORCE_INDEX = Definition(
    name="force_index",
    title="Force index",
    description="Exponential average of price change times volume.",
    source="Elder, Trading for a Living (1993), p. 186; equal to TA-Lib EFI",
    inputs=("close", "volume"),
    outputs=("force_index",),
    parameters=(window(13), seed()),
    step=force_step,
    start=lambda window, seed: (FORCE_START, []),
    warm_up=lambda window, seed: 1 if seed else window,
    cost=2,
)

VOLUME_PRICE_TREND = Definition(
    name="volume_price_trend",
    title="Volume-price trend",
    description="Relative price change times volume, added up from 0.",
    source="Markstein (1966); equal to TA-Lib PVT",
    inputs=("close", "volume"),
    outputs=("volume_price_trend",),
    step=trend_step,
    start=lambda: (TREND_START, []),
    warm_up=lambda: 0,
)


def force_index(*columns: Columns, window: int = 13, seed: str = "sma") -> Array:
    """Force index of close, volume (or of bars that have them), in money."""
    return output_of(FORCE_INDEX, columns, window=window, seed=seed)


def volume_price_trend(*columns: Columns) -> Array:
    """Volume-price trend of close, volume (or of bars that have them), in units of volume."""
    return output_of(VOLUME_PRICE_TREND, columns)


class ForceIndex(CloseVolumeFed[float], SingleLine):
    """Force index, bar by bar."""

    definition = FORCE_INDEX

    def __init__(self, window: int = 13, *, seed: str = "sma") -> None:
        super().__init__(window=window, seed=seed)


class VolumePriceTrend(CloseVolumeFed[float], SingleLine):
    """Volume-price trend, bar by bar."""

    definition = VOLUME_PRICE_TREND
