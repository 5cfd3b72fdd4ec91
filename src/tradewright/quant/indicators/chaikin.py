"""Chaikin's money flow: volume weighed by where in its range a bar closed, added up, averaged, or per window."""

import math

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, window
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import BarFed, SingleLine
from tradewright.quant.indicators.vwap import ROLLING_START, RollingState
from tradewright.quant.indicators.windows import sum_memory, sum_step

nan = math.nan

OscillatorState = tuple[float, Running, Running]
OSCILLATOR_START: OscillatorState = (0.0, RUNNING, RUNNING)


def flow_of(high: float, low: float, close: float, volume: float) -> float:
    """Volume times the place of the close in the bar, -1 at the low to 1 at the high; 0 in a bar without range."""
    span = high - low
    return 0.0 if span == 0.0 else ((close - low) - (high - close)) / span * volume


def line_step(
    total: float, memory: Memory, at: int, high: float, low: float, close: float, volume: float
) -> tuple[float, float]:
    """One bar onto the line."""
    total += flow_of(high, low, close, volume)
    return total, total


def oscillator_step(
    state: OscillatorState,
    memory: Memory,
    at: int,
    high: float,
    low: float,
    close: float,
    volume: float,
    fast: int,
    slow: int,
    seed: int,
) -> tuple[OscillatorState, float]:
    """One bar: the line and its two averages."""
    total, fasts, slows = state
    total += flow_of(high, low, close, volume)
    begin = 1 - seed
    fasts, rapid = exponential_step(fasts, total, fast, 2.0 / (fast + 1), begin)
    slows, steady = exponential_step(slows, total, slow, 2.0 / (slow + 1), begin)
    return (total, fasts, slows), rapid - steady


def cmf_step(
    state: RollingState, memory: Memory, at: int, high: float, low: float, close: float, volume: float, window: int
) -> tuple[RollingState, float]:
    """One bar: sums of flow and of volume; 0 where nothing traded."""
    flows, volumes = state
    flows, flow = sum_step(flows, memory, at, flow_of(high, low, close, volume), window)
    volumes, traded = sum_step(volumes, memory, at + window + 1, volume, window)
    return (flows, volumes), (0.0 if traded == 0.0 else flow / traded)


BAR_WITH_VOLUME = ("high", "low", "close", "volume")

ACCUMULATION = Definition(
    name="accumulation",
    title="Accumulation/distribution line",
    description="Volume weighed by the place of the close in its bar, added up.",
    source="Chaikin (1980s); equal to TA-Lib AD",
    inputs=BAR_WITH_VOLUME,
    outputs=("accumulation",),
    step=line_step,
    start=lambda: (0.0, []),
    warm_up=lambda: 0,
    cost=2,
)

CHAIKIN_OSCILLATOR = Definition(
    name="chaikin_oscillator",
    title="Chaikin oscillator",
    description="Fast minus slow exponential average of the accumulation/distribution line.",
    source="Chaikin (1980s); equal to TA-Lib ADOSC; seed='sma' as Skender begins",
    inputs=BAR_WITH_VOLUME,
    outputs=("chaikin_oscillator",),
    parameters=(
        window(3, "fast average in bars", name="fast"),
        window(10, "slow average in bars", name="slow"),
        Parameter(
            "seed", "first", "how the averages begin: first value, mean of the first window", choices=("first", "sma")
        ),
    ),
    step=oscillator_step,
    start=lambda *_: (OSCILLATOR_START, []),
    warm_up=lambda fast, slow, seed: max(fast, slow) - 1 if seed else 0,
    cost=3,
)

CMF = Definition(
    name="cmf",
    title="Chaikin money flow",
    description="Volume weighed by the place of the close in its bar, per volume, -1 to 1.",
    source="Chaikin (1980s); equal to TA-Lib CMF",
    inputs=BAR_WITH_VOLUME,
    outputs=("cmf",),
    parameters=(window(20),),
    step=cmf_step,
    start=lambda window: (ROLLING_START, sum_memory(window) * 2),
    warm_up=lambda window: window - 1,
    cost=3,
)


def accumulation(*columns: Columns) -> Array:
    """Accumulation/distribution line of high, low, close, volume (or of bars that have them)."""
    return output_of(ACCUMULATION, columns)


def chaikin_oscillator(*columns: Columns, fast: int = 3, slow: int = 10, seed: str = "first") -> Array:
    """Chaikin oscillator of high, low, close, volume (or of bars that have them), in units of volume."""
    return output_of(CHAIKIN_OSCILLATOR, columns, fast=fast, slow=slow, seed=seed)


def cmf(*columns: Columns, window: int = 20) -> Array:
    """Chaikin money flow of high, low, close, volume (or of bars that have them), -1 to 1."""
    return output_of(CMF, columns, window=window)


class Accumulation(BarFed[float], SingleLine):
    """Accumulation/distribution line, bar by bar."""

    definition = ACCUMULATION


class ChaikinOscillator(BarFed[float], SingleLine):
    """Chaikin oscillator, bar by bar."""

    definition = CHAIKIN_OSCILLATOR

    def __init__(self, fast: int = 3, slow: int = 10, *, seed: str = "first") -> None:
        super().__init__(fast=fast, slow=slow, seed=seed)


class Cmf(BarFed[float], SingleLine):
    """Chaikin money flow, bar by bar."""

    definition = CMF

    def __init__(self, window: int = 20) -> None:
        super().__init__(window=window)
