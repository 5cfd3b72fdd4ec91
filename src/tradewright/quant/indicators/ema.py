"""Exponential moving average: each close pulls the average a fixed part of the way; old prices fade out."""

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, seed, window
from tradewright.quant.indicators.series import output_of
from tradewright.quant.indicators.streaming import SingleLine, ValueFed


def ema_step(state: Running, memory: Memory, at: int, x: float, window: int, seed: int) -> tuple[Running, float]:
    """One value into the average."""
    return exponential_step(state, x, window, 2.0 / (window + 1), seed)


def rma_step(state: Running, memory: Memory, at: int, x: float, window: int, seed: int) -> tuple[Running, float]:
    """One value into Wilder's average."""
    return exponential_step(state, x, window, 1.0 / window, seed)


EMA = Definition(
    name="ema",
    title="Exponential moving average",
    description="Average in which old prices fade, weight 2 / (window + 1).",
    source="Appel (1979); equal to TA-Lib EMA; seed='first' as StockCharts' sheets and Tulip begin",
    inputs=("value",),
    outputs=("ema",),
    parameters=(window(20), seed()),
    step=ema_step,
    start=lambda window, seed: (RUNNING, []),
    warm_up=lambda window, seed: 0 if seed else window - 1,
)

RMA = Definition(
    name="rma",
    title="Wilder's moving average",
    description="Average in which old prices fade slowly, weight 1 / window.",
    source="Wilder, New Concepts in Technical Trading Systems (1978), p. 23; equal to TA-Lib RMA",
    inputs=("value",),
    outputs=("rma",),
    parameters=(window(14), seed()),
    step=rma_step,
    start=lambda window, seed: (RUNNING, []),
    warm_up=lambda window, seed: 0 if seed else window - 1,
)


def ema(values: Values, window: int = 20, *, seed: str = "sma") -> Array:
    """Exponential moving average; it begins as the mean of the first `window` values (`seed="sma"`) or at the first."""
    return output_of(EMA, (values,), window=window, seed=seed)


def rma(values: Values, window: int = 14, *, seed: str = "sma") -> Array:
    """Wilder's average (also called smoothed or running average), as used in RSI, ATR and ADX."""
    return output_of(RMA, (values,), window=window, seed=seed)


class Ema(ValueFed[float], SingleLine):
    """Exponential moving average, bar by bar."""

    definition = EMA

    def __init__(self, window: int = 20, *, seed: str = "sma", source: str = "close") -> None:
        super().__init__(window=window, seed=seed, source=source)


class Rma(ValueFed[float], SingleLine):
    """Wilder's moving average, bar by bar."""

    definition = RMA

    def __init__(self, window: int = 14, *, seed: str = "sma", source: str = "close") -> None:
        super().__init__(window=window, seed=seed, source=source)
