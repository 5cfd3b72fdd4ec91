"""Keltner channel: an exponential average of the price with a band of average true ranges."""

from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.atr import ATR_START, BAR, FIRST, AtrState, atr_step
from tradewright.quant.indicators.averages import RUNNING, Running, exponential_step
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, seed, window
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowCloseFed, Line, ManyLines

KeltnerState = tuple[Running, AtrState]
KELTNER_START: KeltnerState = (RUNNING, ATR_START)


def keltner_step(
    state: KeltnerState,
    memory: Memory,
    at: int,
    high: float,
    low: float,
    close: float,
    window: int,
    atr_window: int,
    multiple: float,
    price: int,
    seed: int,
    first: int,
) -> tuple[KeltnerState, tuple[float, float, float]]:
    """One bar: the average of the price, and of the range."""
    prices, ranges = state
    x = (high + low + close) / 3.0 if price == 0 else close
    prices, middle = exponential_step(prices, x, window, 2.0 / (window + 1), seed)
    ranges, span = atr_step(ranges, memory, at, high, low, close, atr_window, first)
    reach = multiple * span
    return (prices, ranges), (middle + reach, middle, middle - reach)


KELTNER = Definition(
    name="keltner",
    title="Keltner channel",
    description="Exponential average of the price with a band of average true ranges.",
    source="Keltner (1960), Raschke (1990s); equal to TA-Lib KC once its later start of the range has faded",
    inputs=BAR,
    outputs=("upper", "middle", "lower"),
    parameters=(
        window(20, "average of the price in bars"),
        window(10, "average of the true range in bars", name="atr_window"),
        Parameter("multiple", 2.0, "half width in average true ranges", low=0, high=100),
        Parameter("price", "typical", "price that is averaged", choices=("typical", "close")),
        seed(),
        FIRST,
    ),
    step=keltner_step,
    start=lambda *_: (KELTNER_START, []),
    warm_up=lambda window, atr_window, multiple, price, seed, first: max(
        0 if seed else window - 1, atr_window - 1 if first else atr_window
    ),
    cost=4,
)


class KeltnerChannel(NamedTuple):
    """The three lines, each of the shape of the input."""

    upper: Array
    middle: Array
    lower: Array


def keltner(
    *columns: Columns,
    window: int = 20,
    atr_window: int = 10,
    multiple: float = 2.0,
    price: str = "typical",
    seed: str = "sma",
    first: str = "skip",
) -> KeltnerChannel:
    """Channel of high, low, close (or of bars that have them)."""
    settings = {"window": window, "atr_window": atr_window, "multiple": multiple}
    return KeltnerChannel(*outputs_of(KELTNER, columns, price=price, seed=seed, first=first, **settings))


class Keltner(HighLowCloseFed[tuple[float, ...]], ManyLines):
    """Keltner channel, bar by bar."""

    definition = KELTNER
    upper: Line
    middle: Line
    lower: Line

    def __init__(
        self,
        window: int = 20,
        multiple: float = 2.0,
        *,
        atr_window: int = 10,
        price: str = "typical",
        seed: str = "sma",
        first: str = "skip",
    ) -> None:
        super().__init__(window=window, atr_window=atr_window, multiple=multiple, price=price, seed=seed, first=first)
