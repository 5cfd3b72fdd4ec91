"""Donchian channel: the highest high and the lowest low of the last bars; a close beyond it is a breakout."""

from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowFed, Line, ManyLines
from tradewright.quant.indicators.windows import (
    HIGHEST,
    LOWEST,
    Walk,
    highest_memory,
    highest_step,
    lowest_memory,
    lowest_step,
)

ChannelState = tuple[Walk, Walk]
CHANNEL_START: ChannelState = (HIGHEST, LOWEST)


def channel_memory(window: int) -> Memory:
    """Slots of `donchian_step`: `2 * window + 2`."""
    return highest_memory(window) + lowest_memory(window)


def donchian_step(
    state: ChannelState, memory: Memory, at: int, high: float, low: float, window: int
) -> tuple[ChannelState, tuple[float, float, float]]:
    """One bar into the channel."""
    highs, lows = state
    highs, top = highest_step(highs, memory, at, high, window)
    lows, bottom = lowest_step(lows, memory, at + window + 1, low, window)
    return (highs, lows), (top, (top + bottom) / 2.0, bottom)


DONCHIAN = Definition(
    name="donchian",
    title="Donchian channel",
    description="Highest high, lowest low and the middle between them, this bar included.",
    source="Donchian (1960); equal to TA-Lib DONCHIAN; `.previous` (or a shift by one) leaves this bar out",
    inputs=("high", "low"),
    outputs=("upper", "middle", "lower"),
    parameters=(window(20),),
    step=donchian_step,
    start=lambda window: (CHANNEL_START, channel_memory(window)),
    warm_up=lambda window: window - 1,
    cost=3,
)


class DonchianChannel(NamedTuple):
    """The three lines, each of the shape of the input."""

    upper: Array
    middle: Array
    lower: Array


def donchian(*columns: Columns, window: int = 20) -> DonchianChannel:
    """Channel of high, low (or of bars that have them); the row's own bar is inside, so compare with the row before."""
    return DonchianChannel(*outputs_of(DONCHIAN, columns, window=window))


class Donchian(HighLowFed[tuple[float, ...]], ManyLines):
    """Donchian channel, bar by bar; a breakout is a close above `.upper.previous`."""

    definition = DONCHIAN
    upper: Line
    middle: Line
    lower: Line

    def __init__(self, window: int = 20) -> None:
        super().__init__(window=window)
