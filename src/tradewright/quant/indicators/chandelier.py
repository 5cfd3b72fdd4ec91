"""Chandelier exit: a stop hung some average true ranges below the highest high (or above the lowest low)."""

from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import ATR_START, BAR, AtrState, atr_step
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, window
from tradewright.quant.indicators.donchian import CHANNEL_START, ChannelState, channel_memory, donchian_step
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, Line, ManyLines

ChandelierState = tuple[ChannelState, AtrState]
CHANDELIER_START: ChandelierState = (CHANNEL_START, ATR_START)


def chandelier_step(
    state: ChandelierState, memory: Memory, at: int, high: float, low: float, close: float, window: int, multiple: float
) -> tuple[ChandelierState, tuple[float, float]]:
    """One bar: the channel and the range."""
    channel, ranges = state
    channel, lines = donchian_step(channel, memory, at, high, low, window)
    ranges, span = atr_step(ranges, memory, at, high, low, close, window, 0)
    return (channel, ranges), (lines[0] - multiple * span, lines[2] + multiple * span)


CHANDELIER = Definition(
    name="chandelier",
    title="Chandelier exit",
    description="Stops some average true ranges below the highest high (long) and above the lowest low (short).",
    source="Le Beau (1990s), in Elder, Come Into My Trading Room (2002)",
    inputs=BAR,
    outputs=("long", "short"),
    parameters=(window(22), Parameter("multiple", 3.0, "distance in average true ranges", low=0, high=100)),
    step=chandelier_step,
    start=lambda window, multiple: (CHANDELIER_START, channel_memory(window)),
    warm_up=lambda window, multiple: window,
    cost=5,
)


class ChandelierExits(NamedTuple):
    """Stops of a long and of a short position, each of the shape of the input."""

    long: Array
    short: Array


def chandelier(*columns: Columns, window: int = 22, multiple: float = 3.0) -> ChandelierExits:
    """Chandelier exits of high, low, close (or of bars that have them), in the unit of the price."""
    return ChandelierExits(*outputs_of(CHANDELIER, columns, window=window, multiple=multiple))


class Chandelier(HighLowCloseFed[tuple[float, ...]], ManyLines):
    """Chandelier exits, bar by bar."""

    definition = CHANDELIER
    long: Line
    short: Line

    def __init__(self, window: int = 22, multiple: float = 3.0) -> None:
        super().__init__(window=window, multiple=multiple)
