"""Awesome oscillator: a short average of bar middles minus a long one."""

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import Columns, output_of
from tradewright.quant.indicators.streaming import HighLowFed, SingleLine
from tradewright.quant.indicators.windows import MEAN, Walk, mean_step, sum_memory

Mean = tuple[Walk, float, int]
AwesomeState = tuple[Mean, Mean]
AWESOME_START: AwesomeState = (MEAN, MEAN)


def awesome_step(
    state: AwesomeState, memory: Memory, at: int, high: float, low: float, fast: int, slow: int
) -> tuple[AwesomeState, float]:
    """One bar at its middle."""
    quick, lazy = state
    middle = (high + low) / 2.0
    quick, near = mean_step(quick, memory, at, middle, fast)
    lazy, far = mean_step(lazy, memory, at + fast + 1, middle, slow)
    return (quick, lazy), near - far


AWESOME_OSCILLATOR = Definition(
    name="awesome_oscillator",
    title="Awesome oscillator",
    description="Short minus long average of the middles of the bars.",
    source="Williams, New Trading Dimensions (1998), ch. 9; equal to TA-Lib AO",
    inputs=("high", "low"),
    outputs=("awesome_oscillator",),
    parameters=(window(5, "short average in bars", name="fast"), window(34, "long average in bars", name="slow")),
    step=awesome_step,
    start=lambda fast, slow: (AWESOME_START, sum_memory(fast) + sum_memory(slow)),
    warm_up=lambda fast, slow: max(fast, slow) - 1,
    cost=3,
)


def awesome_oscillator(*columns: Columns, fast: int = 5, slow: int = 34) -> Array:
    """Awesome oscillator of high, low (or of bars that have them), in the unit of the price."""
    return output_of(AWESOME_OSCILLATOR, columns, fast=fast, slow=slow)


class AwesomeOscillator(HighLowFed[float], SingleLine):
    """Awesome oscillator, bar by bar."""

    definition = AWESOME_OSCILLATOR

    def __init__(self, fast: int = 5, slow: int = 34) -> None:
        super().__init__(fast=fast, slow=slow)
