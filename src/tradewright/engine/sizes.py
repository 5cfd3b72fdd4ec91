"""Sizes: from the strengths of a strategy to weights and units, decided when a strength changes and held until then.

This file decides the moment, the same for columns at once (a backtest), for slice after slice (a session) and for a
strategy of events that enters. A size that cannot be known yet is no opinion; it is asked again when the strength is
given again.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import InputError, StrategyError
from tradewright.trading.bars import Bars
from tradewright.trading.sizing.sizing import Size, Sizing, measured

Floats = NDArray[np.float64]
UNKNOWN = "not known yet"
_NOTHING = Size(0.0, math.inf, "", "")


class Held(NamedTuple):
    """A strength as it was sized."""

    strength: float
    size: Size

    @property
    def weight(self) -> float:
        """Of equity, signed; the strength itself where only units bind."""
        full = 1.0 if math.isinf(self.size.weight) else self.size.weight
        return self.strength * full if self.strength else 0.0

    @property
    def units(self) -> float:
        """At most so many; infinite where none were given."""
        return abs(self.strength) * self.size.units if self.strength else math.inf


@dataclass(slots=True)
class Sizes:
    """What is held of each instrument by its strength."""

    sizing: Sizing
    name: str
    """Of the strategy, for messages."""
    multipliers: list[float]
    rate: Floats | None = None
    """Account money for one of each instrument's, shape (rows, instruments); None: one currency."""
    bound: Counter[str] = field(default_factory=Counter)
    """How often each method bound."""
    held: dict[int, Held] = field(default_factory=dict)

    def counted(self) -> tuple[tuple[str, int], ...]:
        """How often each method bound, the most frequent first."""
        return tuple(sorted(self.bound.items(), key=lambda one: (-one[1], one[0])))

    def take(
        self, strength: float, *, column: int, bars: Bars, row: int, factor: Floats | None, stop: float
    ) -> Held | None:
        """The size of a strength that is given after a row; None where it cannot be known yet."""
        before = self.held.get(column)
        if before is not None and before.strength == strength:
            return before
        size = _NOTHING
        if strength != 0:
            found = self.full(column=column, bars=bars, row=row, factor=factor, stop=stop)
            if found is None:
                return None
            size = found
        self.held[column] = now = Held(strength, size)
        return now

    def full(self, *, column: int, bars: Bars, row: int, factor: Floats | None, stop: float) -> Size | None:
        """What a full strength is after a row; `stop` is the strategy's in raw prices, 0 or NaN for none."""
        scale = 1.0 if factor is None else float(factor[row, column])
        unit = self.multipliers[column] * (1.0 if self.rate is None else float(self.rate[row, column]))
        known = measured(self.sizing, bars, row=row, column=column, scale=scale, multiplier=unit)
        try:
            size = None if known is None else self.sizing.size(known, stop=stop if stop > 0 else 0.0)
        except InputError as lacking:
            raise StrategyError(
                f"{self.name} cannot be sized in row {row}: {lacking}",
                remedy="give a stop_loss with the entry, or take a method that needs none",
            ) from lacking
        if size is None:
            self.bound[UNKNOWN] += 1
        elif math.isinf(size.units):
            self.bound[size.weight_bound] += 1
        return size


def sized_columns(
    sizes: Sizes, strength: Floats, *, bars: Bars, factor: Floats | None, loss: Floats, first: int
) -> tuple[Floats, Floats, dict[tuple[int, int], Size]]:
    """Weights and units of strengths, all of shape (rows, instruments), and the size decided in (row, instrument).

    Rows before `first` are a warm-up: nothing is decided in them.
    """
    weight, units = np.full(strength.shape, np.nan), np.full(strength.shape, np.inf)
    decided: dict[tuple[int, int], Size] = {}
    for column in range(strength.shape[1]):
        said = strength[:, column]
        rows = np.flatnonzero(~np.isnan(said))
        rows = rows[rows >= first]
        for row, value in zip(rows.tolist(), said[rows].tolist(), strict=True):
            before = sizes.held.get(column)
            stop = float(loss[row, column]) if len(loss) else math.nan
            now = sizes.take(value, column=column, bars=bars, row=row, factor=factor, stop=stop)
            if now is None:
                continue
            weight[row, column], units[row, column] = now.weight, now.units
            if now is not before and value:
                decided[row, column] = now.size
    return weight, units, decided
