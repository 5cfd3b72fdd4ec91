"""Moving average convergence divergence: how far a fast average has run from a slow one, and an average of that."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.series import outputs_of
from tradewright.quant.indicators.streaming import Line, ManyLines, ValueFed

nan = math.nan

MacdState = tuple[int, Running, Running, Running]
MACD_START: MacdState = (0, RUNNING, RUNNING, RUNNING)


def macd_step(  # the words of the market, in its order
    state: MacdState, memory: Memory, at: int, x: float, fast: int, slow: int, signal: int, seed: int
) -> tuple[MacdState, tuple[float, float, float]]:
    """One close. With seed "sma" both averages give their first value on the same row, so the fast one starts late."""
    count, fasts, slows, signals = state
    rapid = nan
    if seed != 0 or count >= slow - fast:
        fasts, rapid = exponential_step(fasts, x, fast, 2.0 / (fast + 1), seed)
    else:
        count += 1
    slows, steady = exponential_step(slows, x, slow, 2.0 / (slow + 1), seed)
    line = rapid - steady
    smooth = nan
    if not math.isnan(line):
        signals, smooth = exponential_step(signals, line, signal, 2.0 / (signal + 1), seed)
    return (count, fasts, slows, signals), (line, smooth, line - smooth)


def _refusal(fast: int, slow: int, signal: int, seed: int) -> str | None:
    return None if fast < slow else f"expected fast below slow; found fast={fast}, slow={slow}; swap them"


MACD = Definition(
    name="macd",
    title="Moving average convergence divergence",
    description="Fast minus slow exponential average, its average (signal) and the distance of both (histogram).",
    source="Appel (1979); equal to TA-Lib MACD",
    inputs=("value",),
    outputs=("macd", "signal", "histogram"),
    parameters=(
        window(12, "fast average in bars", name="fast"),
        window(26, "slow average in bars", name="slow", low=2),
        window(9, "average of the difference in bars", name="signal"),
        seed(),
    ),
    step=macd_step,
    start=lambda fast, slow, signal, seed: (MACD_START, []),
    warm_up=lambda fast, slow, signal, seed: 0 if seed else slow + signal - 2,
    cost=3,
    refusal=_refusal,
)


class MacdLines(NamedTuple):
    """The lines of the MACD, each of the shape of the input."""

    macd: Array
    signal: Array
    histogram: Array


def macd(values: Values, *, fast: int = 12, slow: int = 26, signal: int = 9, seed: str = "sma") -> MacdLines:
    """Fast minus slow average, its signal line, and the histogram (their difference)."""
    return MacdLines(*outputs_of(MACD, (values,), fast=fast, slow=slow, signal=signal, seed=seed))


class Macd(ValueFed[tuple[float, ...]], ManyLines):
    """Moving average convergence divergence, bar by bar."""

    definition = MACD
    macd: Line
    signal: Line
    histogram: Line

    def __init__(
        self, fast: int = 12, slow: int = 26, *, signal: int = 9, seed: str = "sma", source: str = "close"
    ) -> None:
        super().__init__(fast=fast, slow=slow, signal=signal, seed=seed, source=source)
