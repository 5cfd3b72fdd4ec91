"""Percentage price oscillator: the MACD in percent of the slow average, so that instruments compare; of volume too."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.series import outputs_of
from tradewright.quant.indicators.streaming import Line, ManyLines, ValueFed

nan = math.nan

PpoState = tuple[Running, Running, Running]
PPO_START: PpoState = (RUNNING, RUNNING, RUNNING)


def ppo_step(
    state: PpoState, memory: Memory, at: int, x: float, fast: int, slow: int, signal: int, seed: int
) -> tuple[PpoState, tuple[float, float, float]]:
    """One value: two averages, and the average of their difference in percent; NaN where the slow one is 0."""
    fasts, slows, signals = state
    fasts, rapid = exponential_step(fasts, x, fast, 2.0 / (fast + 1), seed)
    slows, steady = exponential_step(slows, x, slow, 2.0 / (slow + 1), seed)
    line = nan if steady == 0.0 else 100.0 * (rapid - steady) / steady
    smooth = nan
    if not math.isnan(line):
        signals, smooth = exponential_step(signals, line, signal, 2.0 / (signal + 1), seed)
    return (fasts, slows, signals), (line, smooth, line - smooth)


PPO = Definition(
    name="ppo",
    title="Percentage price oscillator",
    description="Fast minus slow exponential average in percent of the slow one, its average, the distance of both.",
    source="Appel (1979) in percent; equal to TA-Lib PPO and, of volume, PVO",
    inputs=("value",),
    outputs=("ppo", "signal", "histogram"),
    parameters=(
        window(12, "fast average in bars", name="fast"),
        window(26, "slow average in bars", name="slow"),
        window(9, "average of the difference in bars", name="signal"),
        seed(),
    ),
    step=ppo_step,
    start=lambda fast, slow, signal, seed: (PPO_START, []),
    warm_up=lambda fast, slow, signal, seed: 0 if seed else max(fast, slow) + signal - 2,
    cost=3,
)


class PpoLines(NamedTuple):
    """The three lines, each of the shape of the input."""

    ppo: Array
    signal: Array
    histogram: Array


def ppo(values: Values, *, fast: int = 12, slow: int = 26, signal: int = 9, seed: str = "sma") -> PpoLines:
    """Percentage oscillator of a price; of volume it is the percentage volume oscillator."""
    return PpoLines(*outputs_of(PPO, (values,), fast=fast, slow=slow, signal=signal, seed=seed))


class Ppo(ValueFed[tuple[float, ...]], ManyLines):
    """Percentage price oscillator, bar by bar."""

    definition = PPO
    ppo: Line
    signal: Line
    histogram: Line

    def __init__(
        self, fast: int = 12, slow: int = 26, *, signal: int = 9, seed: str = "sma", source: str = "close"
    ) -> None:
        super().__init__(fast=fast, slow=slow, signal=signal, seed=seed, source=source)
