"""Stochastic oscillator: where the close stands between the low and the high of the last bars, 0 to 100."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import BAR
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.donchian import CHANNEL_START, ChannelState, channel_memory, donchian_step
from tradewright.quant.indicators.series import Columns, output_of, outputs_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, Line, ManyLines, SingleLine
from tradewright.quant.indicators.windows import MEAN, Walk, mean_step, sum_memory

nan = math.nan

Mean = tuple[Walk, float, int]
StochasticState = tuple[ChannelState, Mean, Mean]
STOCHASTIC_START: StochasticState = (CHANNEL_START, MEAN, MEAN)


def place_step(
    state: ChannelState, memory: Memory, at: int, high: float, low: float, close: float, window: int
) -> tuple[ChannelState, float]:
    """Place of the close in the channel, 0 to 100; 50 in a channel without height; NaN during warm-up."""
    state, lines = donchian_step(state, memory, at, high, low, window)
    top, _, bottom = lines
    height = top - bottom
    return state, (50.0 if height == 0.0 else 100.0 * (close - bottom) / height)


def stochastic_step(
    state: StochasticState,
    memory: Memory,
    at: int,
    high: float,
    low: float,
    close: float,
    window: int,
    smooth: int,
    signal: int,
) -> tuple[StochasticState, tuple[float, float]]:
    """One bar: channel, then the mean of the place, then the mean of that."""
    channel, smoothing, signals = state
    channel, raw = place_step(channel, memory, at, high, low, close, window)
    slow = nan
    line = nan
    if not math.isnan(raw):
        smoothing, slow = mean_step(smoothing, memory, at + 2 * window + 2, raw, smooth)
    if not math.isnan(slow):
        signals, line = mean_step(signals, memory, at + 2 * window + 3 + smooth, slow, signal)
    return (channel, smoothing, signals), (slow, line)


def williams_r_step(
    state: ChannelState, memory: Memory, at: int, high: float, low: float, close: float, window: int
) -> tuple[ChannelState, float]:
    """Place of the close counted from the top, -100 to 0."""
    state, lines = donchian_step(state, memory, at, high, low, window)
    top, _, bottom = lines
    height = top - bottom
    return state, (-50.0 if height == 0.0 else -100.0 * (top - close) / height)


STOCHASTIC = Definition(
    name="stochastic",
    title="Stochastic oscillator",
    description="Place of the close between low and high of the last bars, 0 to 100 (k), and its average (d).",
    source="Lane (1984); equal to TA-Lib STOCH, with smooth=1 to STOCHF (which say 0 where high equals low)",
    inputs=BAR,
    outputs=("k", "d"),
    parameters=(
        window(14),
        window(3, "bars of the mean that makes k slow; 1 is the fast stochastic", name="smooth"),
        window(3, "bars of the mean that makes d of k", name="signal"),
    ),
    step=stochastic_step,
    start=lambda window, smooth, signal: (
        STOCHASTIC_START,
        channel_memory(window) + sum_memory(smooth) + sum_memory(signal),
    ),
    warm_up=lambda window, smooth, signal: window + smooth + signal - 3,
    cost=6,
)

WILLIAMS_R = Definition(
    name="williams_r",
    title="Williams %R",
    description="Place of the close below the high of the last bars, -100 to 0; -50 where high equals low.",
    source="Williams, How I Made One Million Dollars (1973); equal to TA-Lib WILLR",
    inputs=BAR,
    outputs=("williams_r",),
    parameters=(window(14),),
    step=williams_r_step,
    start=lambda window: (CHANNEL_START, channel_memory(window)),
    warm_up=lambda window: window - 1,
    cost=4,
)


class StochasticLines(NamedTuple):
    """The oscillator and its signal line, each of the shape of the input."""

    k: Array
    d: Array


def stochastic(*columns: Columns, window: int = 14, smooth: int = 3, signal: int = 3) -> StochasticLines:
    """Stochastic of high, low, close (or of bars that have them): slow as it stands, fast with `smooth=1`."""
    return StochasticLines(*outputs_of(STOCHASTIC, columns, window=window, smooth=smooth, signal=signal))


def williams_r(*columns: Columns, window: int = 14) -> Array:
    """Williams %R of high, low, close (or of bars that have them), -100 to 0."""
    return output_of(WILLIAMS_R, columns, window=window)


class Stochastic(HighLowCloseFed[tuple[float, ...]], ManyLines):
    """Stochastic oscillator, bar by bar."""

    definition = STOCHASTIC
    k: Line
    d: Line

    def __init__(self, window: int = 14, *, smooth: int = 3, signal: int = 3) -> None:
        super().__init__(window=window, smooth=smooth, signal=signal)


class WilliamsR(HighLowCloseFed[float], SingleLine):
    """Williams %R, bar by bar."""

    definition = WILLIAMS_R

    def __init__(self, window: int = 14) -> None:
        super().__init__(window=window)
