"""Chande momentum oscillator: upward minus downward movement per all movement, -100 to 100."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed
from tradewright.quant.indicators.windows import SUM, Walk, sum_memory, sum_step

nan = math.nan

CmoState = tuple[float, Walk, Walk]
CMO_START: CmoState = (nan, SUM, SUM)


def cmo_step(state: CmoState, memory: Memory, at: int, x: float, window: int) -> tuple[CmoState, float]:
    """One value: sums of gains and of losses; 0 where nothing moved."""
    last, gains, losses = state
    if math.isnan(last):
        return (x, gains, losses), nan
    change = x - last
    gains, gain = sum_step(gains, memory, at, change if change > 0.0 else 0.0, window)
    losses, loss = sum_step(losses, memory, at + window + 1, -change if change < 0.0 else 0.0, window)
    moved = gain + loss
    return (x, gains, losses), (0.0 if moved == 0.0 else 100.0 * (gain - loss) / moved)


CMO = Definition(
    name="cmo",
    title="Chande momentum oscillator",
    description="Upward minus downward movement per all movement, -100 to 100.",
    source="Chande, Kroll (1994), ch. 5 (sums, as TA-Lib CMOU; TA-Lib CMO smooths as Wilder does)",
    inputs=("value",),
    outputs=("cmo",),
    parameters=(window(14),),
    step=cmo_step,
    start=lambda window: (CMO_START, sum_memory(window) * 2),
    warm_up=lambda window: window,
    cost=3,
)


def cmo(values: Values, window: int = 14) -> Array:
    """Chande momentum oscillator, -100 to 100."""
    return output_of(CMO, (values,), window=window)


class Cmo(ValueFed[float], SingleLine):
    """Chande momentum oscillator, bar by bar."""

    definition = CMO

    def __init__(self, window: int = 14, *, source: str = "close") -> None:
        super().__init__(window=window, source=source)
