"""Momentum and rate of change: how far the price has come in so many bars, in money or in percent."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed
from tradewright.quant.indicators.windows import delay_step

nan = math.nan


def momentum_step(state: int, memory: Memory, at: int, x: float, window: int) -> tuple[int, float]:
    """One value against the one `window` bars before."""
    state, old = delay_step(state, memory, at, x, window)
    return state, x - old


def roc_step(state: int, memory: Memory, at: int, x: float, window: int) -> tuple[int, float]:
    """One value against the one `window` bars before, in percent of that; NaN where that is 0."""
    state, old = delay_step(state, memory, at, x, window)
    return state, (nan if old == 0.0 else 100.0 * (x - old) / old)


MOMENTUM = Definition(
    name="momentum",
    title="Momentum",
    description="Change of the price over so many bars.",
    source="Murphy (1999), ch. 10; equal to TA-Lib MOM",
    inputs=("value",),
    outputs=("momentum",),
    parameters=(window(10),),
    step=momentum_step,
    start=lambda window: (0, [nan] * window),
    warm_up=lambda window: window,
)

ROC = Definition(
    name="roc",
    title="Rate of change",
    description="Change of the price over so many bars, in percent.",
    source="Murphy (1999), ch. 10; equal to TA-Lib ROC",
    inputs=("value",),
    outputs=("roc",),
    parameters=(window(10),),
    step=roc_step,
    start=lambda window: (0, [nan] * window),
    warm_up=lambda window: window,
)


def momentum(values: Values, window: int = 10) -> Array:
    """Change over `window` bars, in the unit of the values."""
    return output_of(MOMENTUM, (values,), window=window)


def roc(values: Values, window: int = 10) -> Array:
    """Change over `window` bars in percent (5.0 is five percent)."""
    return output_of(ROC, (values,), window=window)


class Momentum(ValueFed[float], SingleLine):
    """Momentum, bar by bar."""

    definition = MOMENTUM

    def __init__(self, window: int = 10, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)


class Roc(ValueFed[float], SingleLine):
    """Rate of change, bar by bar."""

    definition = ROC

    def __init__(self, window: int = 10, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)
