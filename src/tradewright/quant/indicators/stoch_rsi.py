"""Stochastic RSI: where the relative strength index stands between its own low and high, 0 to 100."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.donchian import channel_memory
from tradewright.quant.indicators.rsi import RSI_START, RsiState, rsi_step
from tradewright.quant.indicators.series import outputs_of
from tradewright.quant.indicators.stochastic import STOCHASTIC_START, StochasticState, stochastic_step
from tradewright.quant.indicators.streaming import Line, ManyLines, ValueFed
from tradewright.quant.indicators.windows import sum_memory

nan = math.nan

StochRsiState = tuple[RsiState, StochasticState]
STOCH_RSI_START: StochRsiState = (RSI_START, STOCHASTIC_START)


def stoch_rsi_step(
    state: StochRsiState,
    memory: Memory,
    at: int,
    x: float,
    rsi_window: int,
    window: int,
    smooth: int,
    signal: int,
    seed: int,
) -> tuple[StochRsiState, tuple[float, float]]:
    """One value: the index, then the stochastic of it."""
    strengths, places = state
    strengths, strength = rsi_step(strengths, memory, at, x, rsi_window, seed)
    if math.isnan(strength):
        return (strengths, places), (nan, nan)
    places, lines = stochastic_step(places, memory, at, strength, strength, strength, window, smooth, signal)
    return (strengths, places), lines


STOCH_RSI = Definition(
    name="stoch_rsi",
    title="Stochastic RSI",
    description="Place of the relative strength index between its own low and high, 0 to 100 (k), and its average (d).",
    source="Chande, Kroll, The New Technical Trader (1994); with window=5 equal to TA-Lib STOCHRSI",
    inputs=("value",),
    outputs=("k", "d"),
    parameters=(
        window(14, "bars of the relative strength index", name="rsi_window"),
        window(14),
        window(1, "bars of the mean that makes k", name="smooth"),
        window(3, "bars of the mean that makes d of k", name="signal"),
        seed(),
    ),
    step=stoch_rsi_step,
    start=lambda rsi_window, window, smooth, signal, seed: (
        STOCH_RSI_START,
        channel_memory(window) + sum_memory(smooth) + sum_memory(signal),
    ),
    warm_up=lambda rsi_window, window, smooth, signal, seed: (1 if seed else rsi_window) + window + smooth + signal - 3,
    cost=8,
)


class StochRsiLines(NamedTuple):
    """The oscillator and its signal line, each of the shape of the input."""

    k: Array
    d: Array


def stoch_rsi(
    values: Values, window: int = 14, *, rsi_window: int = 14, smooth: int = 1, signal: int = 3, seed: str = "sma"
) -> StochRsiLines:
    """Stochastic of the relative strength index, 0 to 100."""
    settings = {"rsi_window": rsi_window, "window": window, "smooth": smooth, "signal": signal}
    return StochRsiLines(*outputs_of(STOCH_RSI, (values,), seed=seed, **settings))


class StochRsi(ValueFed[tuple[float, ...]], ManyLines):
    """Stochastic RSI, bar by bar."""

    definition = STOCH_RSI
    k: Line
    d: Line

    def __init__(
        self,
        window: int = 14,
        rsi_window: int = 14,
        *,
        smooth: int = 1,
        signal: int = 3,
        seed: str = "sma",
        source: str = "close",
    ) -> None:
        super().__init__(rsi_window=rsi_window, window=window, smooth=smooth, signal=signal, seed=seed, source=source)
