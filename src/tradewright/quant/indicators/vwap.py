"""Volume-weighted average price: what the market as a whole has paid since the session began, or lately."""

import math

import numpy as np

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, window
from tradewright.quant.indicators.series import Columns, output_of, with_session
from tradewright.quant.indicators.streaming import BarFed, CloseVolumeFed, Indicator, SingleLine
from tradewright.quant.indicators.windows import SUM, Walk, sum_memory, sum_step

nan = math.nan

VwapState = tuple[float, float, float]
VWAP_START: VwapState = (nan, 0.0, 0.0)
RollingState = tuple[Walk, Walk]
ROLLING_START: RollingState = (SUM, SUM)


def vwap_step(
    state: VwapState, memory: Memory, at: int, high: float, low: float, close: float, volume: float, session: float
) -> tuple[VwapState, float]:
    """One bar: the session it belongs to, money and volume since it began; NaN until something has traded."""
    current, money, traded = state
    if session != current:
        money = 0.0
        traded = 0.0
    money += (high + low + close) / 3.0 * volume
    traded += volume
    return (session, money, traded), (money / traded if traded > 0.0 else nan)


def volume_weighted_step(
    state: RollingState, memory: Memory, at: int, price: float, volume: float, window: int
) -> tuple[RollingState, float]:
    """One price and its volume into the window; NaN where nothing traded in it."""
    moneys, volumes = state
    moneys, money = sum_step(moneys, memory, at, price * volume, window)
    volumes, traded = sum_step(volumes, memory, at + window + 1, volume, window)
    return (moneys, volumes), (money / traded if traded > 0.0 else nan)


def rolling_vwap_step(
    state: RollingState, memory: Memory, at: int, high: float, low: float, close: float, volume: float, window: int
) -> tuple[RollingState, float]:
    """One bar at its typical price."""
    return volume_weighted_step(state, memory, at, (high + low + close) / 3.0, volume, window)


VWAP = Definition(
    name="vwap",
    title="Volume-weighted average price",
    description="Average price paid since the session began, bars at their typical price.",
    source="Berkowitz, Logue, Noser (1988); equal to TA-Lib VWAP without sessions",
    inputs=("high", "low", "close", "volume", "session"),
    outputs=("vwap",),
    step=vwap_step,
    start=lambda: (VWAP_START, []),
    warm_up=lambda: 0,
)

ROLLING_VWAP = Definition(
    name="rolling_vwap",
    title="Rolling volume-weighted average price",
    description="Average price paid over the last bars, bars at their typical price.",
    source="Berkowitz, Logue, Noser (1988), over a window",
    inputs=("high", "low", "close", "volume"),
    outputs=("rolling_vwap",),
    parameters=(window(20),),
    step=rolling_vwap_step,
    start=lambda window: (ROLLING_START, sum_memory(window) * 2),
    warm_up=lambda window: window - 1,
    cost=3,
)

VWMA = Definition(
    name="vwma",
    title="Volume-weighted moving average",
    description="Mean of the last closes, each weighted by its volume.",
    source="Equal to TA-Lib VWMA",
    inputs=("close", "volume"),
    outputs=("vwma",),
    parameters=(window(20),),
    step=volume_weighted_step,
    start=lambda window: (ROLLING_START, sum_memory(window) * 2),
    warm_up=lambda window: window - 1,
    cost=3,
)


def vwap(*columns: Columns, session: Values | None = None) -> Array:
    """Average price paid of high, low, close, volume (or of bars that have them), in the unit of the price.

    `session`: one number per row that changes when a session begins (a date as a number); bars that have a `session`
    bring their own; without it the average runs from the first row on.
    """
    complete = with_session(VWAP, columns, session=session, default=np.zeros)
    return output_of(VWAP, complete)


def rolling_vwap(*columns: Columns, window: int = 20) -> Array:
    """Average price paid over the last `window` bars of high, low, close, volume (or of bars that have them)."""
    return output_of(ROLLING_VWAP, columns, window=window)


def vwma(*columns: Columns, window: int = 20) -> Array:
    """Volume-weighted mean of the last `window` closes, of close, volume (or of bars that have them)."""
    return output_of(VWMA, columns, window=window)


class Vwap(SingleLine, Indicator[float]):
    """Volume-weighted average price, bar by bar."""

    definition = VWAP

    def update(self, high: float, low: float, close: float, volume: float, session: float | None = None) -> float:
        """Take the next bar; a new `session` number starts anew."""
        bar = float(high), float(low), float(close), float(volume), float(session or 0.0)
        if not all(map(math.isfinite, bar)):
            return self._missing(*bar)
        self._state, result = self._step(self._state, self._memory, 0, *bar)
        return self._keep(result)

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> float:
        """Take the next bar."""
        return self.update(high, low, close, volume, session)


class RollingVwap(BarFed[float], SingleLine):
    """Rolling volume-weighted average price, bar by bar."""

    definition = ROLLING_VWAP

    def __init__(self, window: int = 20) -> None:
        super().__init__(window=window)


class Vwma(CloseVolumeFed[float], SingleLine):
    """Volume-weighted moving average, bar by bar."""

    definition = VWMA

    def __init__(self, window: int = 20) -> None:
        super().__init__(window=window)
