"""Kaufman's adaptive moving average: fast where the price goes somewhere, slow where it only wobbles."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed
from tradewright.quant.indicators.windows import SUM, Walk, delay_step, sum_memory, sum_step

nan = math.nan

KamaState = tuple[float, int, Walk, float]
KAMA_START: KamaState = (nan, 0, SUM, nan)


def kama_step(
    state: KamaState, memory: Memory, at: int, x: float, window: int, fast: int, slow: int
) -> tuple[KamaState, float]:
    """One value: the last one, the ring of old ones, the path walked, the average."""
    last, place, path, average = state
    place, old = delay_step(place, memory, at, x, window)
    if math.isnan(last):
        return (x, place, path, average), nan
    path, walked = sum_step(path, memory, at + window, abs(x - last), window)
    if math.isnan(old):
        return (x, place, path, average), nan
    if math.isnan(average):
        average = last
    efficiency = abs(x - old) / walked if walked > 0.0 else 1.0
    efficiency = min(efficiency, 1.0)
    quick = 2.0 / (fast + 1)
    lazy = 2.0 / (slow + 1)
    weight = efficiency * (quick - lazy) + lazy
    average += (x - average) * (weight * weight)
    return (x, place, path, average), average


KAMA = Definition(
    name="kama",
    title="Kaufman's adaptive moving average",
    description="Average that is fast in a trend and slow in noise.",
    source="Kaufman, Smarter Trading (1995), p. 129; equal to TA-Lib KAMA",
    inputs=("value",),
    outputs=("kama",),
    parameters=(
        window(10, "bars of the efficiency ratio"),
        window(2, "bars of the fastest average", name="fast"),
        window(30, "bars of the slowest average", name="slow"),
    ),
    step=kama_step,
    start=lambda window, fast, slow: (KAMA_START, [nan] * window + sum_memory(window)),
    warm_up=lambda window, fast, slow: window,
    cost=3,
)


def kama(values: Values, window: int = 10, *, fast: int = 2, slow: int = 30) -> Array:
    """Kaufman's adaptive moving average."""
    return output_of(KAMA, (values,), window=window, fast=fast, slow=slow)


class Kama(ValueFed[float], SingleLine):
    """Kaufman's adaptive moving average, bar by bar."""

    definition = KAMA

    def __init__(self, window: int = 10, *, fast: int = 2, slow: int = 30, source: str = "close") -> None:
        super().__init__(window=window, fast=fast, slow=slow, source=source)
