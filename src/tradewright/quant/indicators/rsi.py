"""Relative strength index: how much of the recent movement was upward, from 0 to 100."""

import math

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed

nan = math.nan

RsiState = tuple[float, Running, Running]
RSI_START: RsiState = (nan, RUNNING, RUNNING)


def rsi_step(state: RsiState, memory: Memory, at: int, x: float, window: int, seed: int) -> tuple[RsiState, float]:
    """One close: the last close, Wilder's averages of gains and of losses."""
    last, gains, losses = state
    if math.isnan(last):
        return (x, gains, losses), nan
    change = x - last
    gains, gain = exponential_step(gains, change if change > 0.0 else 0.0, window, 1.0 / window, seed)
    losses, loss = exponential_step(losses, -change if change < 0.0 else 0.0, window, 1.0 / window, seed)
    moved = gain + loss
    return (x, gains, losses), (50.0 if moved == 0.0 else 100.0 * gain / moved)


RSI = Definition(
    name="rsi",
    title="Relative strength index",
    description="Share of the recent movement that was upward, 0 to 100; 50 where nothing moved.",
    source="Wilder (1978), p. 63; equal to TA-Lib RSI (which says 0 where nothing moved)",
    inputs=("value",),
    outputs=("rsi",),
    parameters=(window(14), seed()),
    step=rsi_step,
    start=lambda window, seed: (RSI_START, []),
    warm_up=lambda window, seed: 1 if seed else window,
    cost=2,
)


def rsi(values: Values, window: int = 14, *, seed: str = "sma") -> Array:
    """Relative strength index, 0 to 100, with Wilder's averages."""
    return output_of(RSI, (values,), window=window, seed=seed)


class Rsi(ValueFed[float], SingleLine):
    """Relative strength index, bar by bar."""

    definition = RSI

    def __init__(self, window: int = 14, *, seed: str = "sma", source: str = "close") -> None:
        super().__init__(window=window, seed=seed, source=source)
