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


class ManySwings:
    """Daily returns of many instruments, each a row, oldest day first: the same measures, many in one stroke.

    What numpy adds up along a row is to the last bit what it adds up over that row alone (a law in the tests says so).
    """

    __slots__ = ("_deviations", "_known", "_squares", "_whole", "returns")

    def __init__(self, returns: Floats) -> None:
        self.returns = returns
        totals = np.add.reduce(returns, axis=1)
        self._whole = (~np.isnan(totals)).tolist() if returns.shape[1] else [False] * len(returns)
        """Whether every day has a return."""
        self._deviations = returns - (totals / max(returns.shape[1], 1))[:, None]
        self._squares = np.add.reduce(self._deviations * self._deviations, axis=1).tolist()
        self._known: dict[int, dict[int, Decimal | None]] = {}

    def together(self, one: int, others: Sequence[int]) -> list[Decimal | None]:
        """As the function, of a row with each of others."""
        known = self._known.setdefault(one, {})
        new = [other for other in others if other not in known]
        if new:
            products = np.add.reduce(self._deviations[new] * self._deviations[one], axis=1).tolist()
            for other, product in zip(new, products, strict=True):
                known[other] = self._correlation(one, other, product)
        return [known[other] for other in others]

    def _correlation(self, one: int, other: int, product: float) -> Decimal | None:
        if self._whole[one] and self._whole[other]:
            return _quotient(product, self._squares[one], self._squares[other], days=self.returns.shape[1])
        return together(Swings.of(self.returns[one]), Swings.of(self.returns[other]))


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
    if one.deviations is None or other.deviations is None:  # no day has both
        return None
    product = float(np.add.reduce(one.deviations * other.deviations))
    return _quotient(product, one.square, other.square, days=len(one.returns))


def _quotient(product: float, one: float, other: float, *, days: int) -> Decimal | None:
    size = math.sqrt(one * other)
    return exact(min(max(product / size, -1.0), 1.0)) if days >= LEAST_DAYS and size > 0 else None


def exact(value: float) -> Decimal:
    """The decimal that a person would read."""
    return Decimal(repr(float(value)))
