"""The measures of a market over the days that are over: how bad a day can be, how much is traded, what moves together.

This file decides their arithmetic, for a backtest and for a trading session alike: both hand over the same numbers and
get the same answers, to the last bit, whatever the way in which they keep their days.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_DAYS: Final = 20
"""Returns below this number say nothing of a bad day or of what moves together."""
TAIL_DAYS: Final = 250
TAIL: Final = 0.05
"""The bad day: the 5% quantile of so many daily returns at most (one-day 95% value at risk, historical)."""
TOGETHER_DAYS: Final = 60
VOLUME_DAYS: Final = 20

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Swings:
    """Daily returns of one instrument, NaN where a day has none, with what their correlations need."""

    returns: Floats
    deviations: Floats | None
    """From their mean; None where a day has no return."""
    square: float
    """The sum of the squares of the deviations."""

    @classmethod
    def of(cls, returns: Floats) -> "Swings":
        """Of returns, oldest first."""
        count = len(returns)
        total = float(np.add.reduce(returns)) if count else math.nan
        if math.isnan(total):
            return cls(returns, None, 0.0)
        deviations = returns - total / count
        return cls(returns, deviations, float(np.add.reduce(deviations * deviations)))


def bad_day(ascending: Sequence[float]) -> Decimal | None:
    """The loss of a bad day, 0 or more, from the returns in ascending order; None where they are too few.

    The quantile lies between two of them, as `numpy.quantile` has it (Hyndman and Fan, 1996, definition 7).
    """
    if len(ascending) < LEAST_DAYS:
        return None
    place = (len(ascending) - 1) * TAIL
    at = int(place)
    lower, upper, part = ascending[at], ascending[min(at + 1, len(ascending) - 1)], place - at
    step = upper - lower
    quantile = upper - step * (1 - part) if part >= 0.5 else lower + step * part
    return exact(max(-quantile, 0.0))


def day_quantity(volumes: Sequence[float], factor: float) -> Decimal | None:
    """The quantity of an average day, in today's units (adjusted volume over `factor`); None where nothing traded."""
    mean = math.fsum(volumes) / len(volumes) / factor if len(volumes) else 0.0
    return exact(mean) if mean > 0 else None


def together(one: Swings, other: Swings) -> Decimal | None:
    """The correlation of the days that both have; None where they are too few, or one does not move."""
    if one.deviations is None or other.deviations is None:
        both = ~(np.isnan(one.returns) | np.isnan(other.returns))
        one, other = Swings.of(one.returns[both]), Swings.of(other.returns[both])
    size = math.sqrt(one.square * other.square)
    if len(one.returns) < LEAST_DAYS or not size > 0:
        return None
    assert one.deviations is not None and other.deviations is not None
    product = float(np.add.reduce(one.deviations * other.deviations))
    return exact(min(max(product / size, -1.0), 1.0))


def exact(value: float) -> Decimal:
    """The decimal that a person would read."""
    return Decimal(repr(float(value)))
