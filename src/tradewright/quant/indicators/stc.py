"""Schaff trend cycle: the stochastic of the stochastic of the MACD, 0 to 100; it turns earlier than the MACD."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.donchian import CHANNEL_START, ChannelState, channel_memory
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.stochastic import place_step
from tradewright.quant.indicators.streaming import SingleLine, ValueFed

nan = math.nan

StcState = tuple[Running, Running, ChannelState, Running, ChannelState, Running]
STC_START: StcState = (RUNNING, RUNNING, CHANNEL_START, RUNNING, CHANNEL_START, RUNNING)


def stc_step(
    state: StcState,
    memory: Memory,
    at: int,
    x: float,
    fast: int,
    slow: int,
    cycle: int,
    smooth: int,
    seed: int,
) -> tuple[StcState, float]:
    """One value: two averages, the place of their difference, its average, the place of that, its average."""
    fasts, slows, channel, places, second, ends = state
    fasts, rapid = exponential_step(fasts, x, fast, 2.0 / (fast + 1), seed)
    slows, steady = exponential_step(slows, x, slow, 2.0 / (slow + 1), seed)
    line = rapid - steady
    if math.isnan(line):
        return (fasts, slows, channel, places, second, ends), nan
    weight = 2.0 / (smooth + 1)
    channel, raw = place_step(channel, memory, at, line, line, line, cycle)
    average = nan
    again = nan
    value = nan
    if not math.isnan(raw):
        places, average = exponential_step(places, raw, smooth, weight, 1)
    if not math.isnan(average):
        second, again = place_step(second, memory, at + 2 * cycle + 2, average, average, average, cycle)
    if not math.isnan(again):
        ends, value = exponential_step(ends, again, smooth, weight, 1)
    return (fasts, slows, channel, places, second, ends), value


STC = Definition(
    name="stc",
    title="Schaff trend cycle",
    description="Stochastic of the stochastic of the MACD, 0 to 100.",
    source="Schaff (1999)",
    inputs=("value",),
    outputs=("stc",),
    parameters=(
        window(23, "fast average in bars", name="fast"),
        window(50, "slow average in bars", name="slow"),
        window(10, "lookback of both stochastics in bars", name="cycle"),
        window(3, "smoothing of both stochastics in bars", name="smooth"),
        seed(),
    ),
    step=stc_step,
    start=lambda fast, slow, cycle, smooth, seed: (STC_START, channel_memory(cycle) * 2),
    warm_up=lambda fast, slow, cycle, smooth, seed: (0 if seed else max(fast, slow) - 1) + 2 * cycle - 2,
    cost=10,
)


def stc(
    values: Values, *, fast: int = 23, slow: int = 50, cycle: int = 10, smooth: int = 3, seed: str = "sma"
) -> Array:
    """Schaff trend cycle, 0 to 100."""
    return output_of(STC, (values,), fast=fast, slow=slow, cycle=cycle, smooth=smooth, seed=seed)


class Stc(ValueFed[float], SingleLine):
    """Schaff trend cycle, bar by bar."""

    definition = STC

    def __init__(
        self,
        fast: int = 23,
        slow: int = 50,
        *,
        cycle: int = 10,
        smooth: int = 3,
        seed: str = "sma",
        source: str = "close",
    ) -> None:
        super().__init__(fast=fast, slow=slow, cycle=cycle, smooth=smooth, seed=seed, source=source)
