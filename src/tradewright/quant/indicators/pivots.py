"""Pivot points: levels that floor traders draw from the session before: its range laid around its average price."""

import math
from typing import NamedTuple

import numpy as np

from tradewright.quant.arrays import Array, Values
from tradewright.quant.indicators.definition import Definition, Memory, Parameter
from tradewright.quant.indicators.series import Columns, outputs_of, with_session
from tradewright.quant.indicators.streaming import Line, ManyLines

nan = math.nan

Levels = tuple[float, float, float, float, float, float, float, float, float]
NOTHING: Levels = (nan, nan, nan, nan, nan, nan, nan, nan, nan)
PivotState = tuple[float, float, float, float, Levels]
PIVOT_START: PivotState = (nan, nan, nan, nan, NOTHING)

CLASSIC, FIBONACCI, CAMARILLA, WOODIE = range(4)


def levels_of(high: float, low: float, close: float, kind: int) -> Levels:
    """Pivot, four resistances (nearest first), four supports, from the high, low and close of a session."""
    span = high - low
    pivot = (high + low + close) / 3.0
    if kind == FIBONACCI:
        near, half = 0.382 * span, 0.618 * span
        return (pivot, pivot + near, pivot + half, pivot + span, nan, pivot - near, pivot - half, pivot - span, nan)
    if kind == CAMARILLA:
        unit = 1.1 * span
        one, two, three, four = unit / 12.0, unit / 6.0, unit / 4.0, unit / 2.0
        above = (close + one, close + two, close + three, close + four)
        below = (close - one, close - two, close - three, close - four)
        return (pivot, *above, *below)
    if kind == WOODIE:
        pivot = (high + low + 2.0 * close) / 4.0
    up, down = 2.0 * pivot - low, 2.0 * pivot - high
    far_up, far_down = high + 2.0 * (pivot - low), low - 2.0 * (high - pivot)
    return (pivot, up, pivot + span, far_up, nan, down, pivot - span, far_down, nan)


def pivots_step(
    state: PivotState, memory: Memory, at: int, high: float, low: float, close: float, session: float, kind: int
) -> tuple[PivotState, Levels]:
    """One bar: the session it belongs to, its high, low and close so far, and the levels of the one before."""
    current, top, bottom, last, levels = state
    if session != current:
        if not math.isnan(current):
            levels = levels_of(top, bottom, last, kind)
        return (session, high, low, close, levels), levels
    top = high if high > top else top
    bottom = low if low < bottom else bottom
    return (session, top, bottom, close, levels), levels


PIVOTS = Definition(
    name="pivots",
    title="Pivot points",
    description="Pivot, resistances and supports from the session before (classic, fibonacci, camarilla, woodie).",
    source="Person, A Complete Guide to Technical Trading Tactics (2004), ch. 6; camarilla: Slott (1989)",
    inputs=("high", "low", "close", "session"),
    outputs=("pivot", "r1", "r2", "r3", "r4", "s1", "s2", "s3", "s4"),
    parameters=(Parameter("kind", "classic", "formula", choices=("classic", "fibonacci", "camarilla", "woodie")),),
    step=pivots_step,
    start=lambda kind: (PIVOT_START, []),
    warm_up=lambda kind: 1,
    cost=3,
    optional=("r4", "s4"),
)


class PivotLevels(NamedTuple):
    """The levels, each of the shape of the input; `r4` and `s4` are NaN except for camarilla."""

    pivot: Array
    r1: Array
    r2: Array
    r3: Array
    r4: Array
    s1: Array
    s2: Array
    s3: Array
    s4: Array


def pivots(*columns: Columns, session: Values | None = None, kind: str = "classic") -> PivotLevels:
    """Levels of high, low, close (or of bars that have them) from the session before.

    `session`: one number per row that changes when a session (day, week, month) begins; bars that have a `session`
    bring their own; without it every row is one, as with daily bars.
    """
    complete = with_session(PIVOTS, columns, session=session, default=lambda rows: np.arange(rows, dtype=np.float64))
    return PivotLevels(*outputs_of(PIVOTS, complete, kind=kind))


class Pivots(ManyLines):
    """Pivot points, bar by bar."""

    definition = PIVOTS
    pivot: Line
    r1: Line
    r2: Line
    r3: Line
    r4: Line
    s1: Line
    s2: Line
    s3: Line
    s4: Line

    def __init__(self, *, kind: str = "classic") -> None:
        super().__init__(kind=kind)

    @property
    def is_ready(self) -> bool:
        """True from the second session on."""
        return not math.isnan(self.pivot.value)

    def update(self, high: float, low: float, close: float, session: float | None = None) -> tuple[float, ...]:
        """Take the next bar; a new `session` number, or none, begins a session."""
        current = self._state[0]
        if session is None:
            session = 0.0 if math.isnan(current) else current + 1.0
        bar = float(high), float(low), float(close), float(session)
        if not all(map(math.isfinite, bar)):
            return self._missing(*bar)
        self._state, result = self._step(self._state, self._memory, 0, *bar, *self._parameters)
        return self._keep(result)

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> tuple[float, ...]:
        """Take the next bar."""
        return self.update(high, low, close, session)
