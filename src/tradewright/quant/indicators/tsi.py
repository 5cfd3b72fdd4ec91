"""True strength index: momentum smoothed twice, per its own size, -100 to 100."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.series import outputs_of
from tradewright.quant.indicators.streaming import Line, ManyLines, ValueFed

nan = math.nan

TsiState = tuple[float, Running, Running, Running, Running, Running]
TSI_START: TsiState = (nan, RUNNING, RUNNING, RUNNING, RUNNING, RUNNING)


def tsi_step(
    state: TsiState, memory: Memory, at: int, x: float, long: int, short: int, signal: int, seed: int
) -> tuple[TsiState, tuple[float, float]]:
    """One value: averages of averages of its change and of the size of its change; 0 where nothing moves."""
    last, changes, sizes, twice_changes, twice_sizes, signals = state
    if math.isnan(last):
        return (x, changes, sizes, twice_changes, twice_sizes, signals), (nan, nan)
    slow = 2.0 / (long + 1)
    quick = 2.0 / (short + 1)
    change = x - last
    value = nan
    smooth = nan
    changes, once = exponential_step(changes, change, long, slow, seed)
    sizes, size = exponential_step(sizes, abs(change), long, slow, seed)
    if not math.isnan(once):
        twice_changes, top = exponential_step(twice_changes, once, short, quick, seed)
        twice_sizes, bottom = exponential_step(twice_sizes, size, short, quick, seed)
        value = 0.0 if bottom == 0.0 else 100.0 * top / bottom
    if not math.isnan(value):
        signals, smooth = exponential_step(signals, value, signal, 2.0 / (signal + 1), seed)
    return (x, changes, sizes, twice_changes, twice_sizes, signals), (value, smooth)


TSI = Definition(
    name="tsi",
    title="True strength index",
    description="Momentum smoothed twice, per its own size, -100 to 100, and its average (signal).",
    source="Blau, Momentum, Direction and Divergence (1995), ch. 1; equal to TA-Lib TSI",
    inputs=("value",),
    outputs=("tsi", "signal"),
    parameters=(
        window(25, "first smoothing in bars", name="long"),
        window(13, "second smoothing in bars", name="short"),
        window(7, "bars of the signal line", name="signal"),
        seed(),
    ),
    step=tsi_step,
    start=lambda long, short, signal, seed: (TSI_START, []),
    warm_up=lambda long, short, signal, seed: 1 if seed else long + short + signal - 2,
    cost=5,
)


class TsiLines(NamedTuple):
    """The index and its signal line, each of the shape of the input."""

    tsi: Array
    signal: Array


def tsi(values: Values, *, long: int = 25, short: int = 13, signal: int = 7, seed: str = "sma") -> TsiLines:
    """True strength index, -100 to 100."""
    return TsiLines(*outputs_of(TSI, (values,), long=long, short=short, signal=signal, seed=seed))


class Tsi(ValueFed[tuple[float, ...]], ManyLines):
    """True strength index, bar by bar."""

    definition = TSI
    tsi: Line
    signal: Line

    def __init__(
        self, long: int = 25, short: int = 13, *, signal: int = 7, seed: str = "sma", source: str = "close"
    ) -> None:
        super().__init__(long=long, short=short, signal=signal, seed=seed, source=source)
