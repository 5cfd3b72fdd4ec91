"""A spread is what is left of one price when another one has explained its part: the thing that a pair trades.

This file decides how it is measured over the last rows alone, by a straight line (ordinary least squares) or by a
ratio, and how far the newest row lies from its usual place. Sums run over a window's own values in a fixed order, so a
row is the same to the last bit whatever comes before the window or after the row.
"""

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from tradewright.quant.arrays import Array

_FLAT: Final = 1e-12
"""A deviation up to this is the rounding of the sums, not a spread (values are logarithms of prices, near 1 to 10)."""


class Spread(NamedTuple):
    """Each of shape (rows,); NaN in the first `window - 1` rows and where it is not defined."""

    slope: Array
    """What the explained value moves by when the explaining one moves by 1."""
    z: Array
    """Where the newest row lies: its distance from the window's own line, in standard deviations."""


def regression_spread(explained: Array, explaining: Array, *, window: int) -> Spread:
    """Least squares over the last `window` rows; z is the newest residual over the residuals' standard error.

    Both columns have shape (rows,) and no NaN. The slope is sum (x - mx)(y - my) / sum (x - mx)^2, the error
    sqrt(sum of squared residuals / (window - 2)), as in any book on least squares (Greene, Econometric Analysis). Where
    the explaining value does not move there is no slope; where there are no residuals there is no z.

    >>> regression_spread(np.array([0.0, 1.0, 5.0]), np.array([0.0, 1.0, 2.0]), window=3).slope.tolist()[2:]
    [2.5]
    """
    lags = list(zip(_lags(explaining, window), _lags(explained, window), strict=True))
    x_mean, y_mean = _sum(x for x, _ in lags) / window, _sum(y for _, y in lags) / window
    square = _sum((x - x_mean) * (x - x_mean) for x, _ in lags)
    moment = _sum((x - x_mean) * (y - y_mean) for x, y in lags)
    slope = moment / np.where(np.sqrt(square) > _FLAT, square, np.nan)
    residuals = ((y - y_mean) - slope * (x - x_mean) for x, y in lags)
    error = np.sqrt(_sum(one * one for one in residuals) / (window - 2))
    newest = (lags[-1][1] - y_mean) - slope * (lags[-1][0] - x_mean)
    z = newest / np.where(error > _FLAT, error, np.nan)
    return Spread(_aligned(slope, len(explained)), _aligned(z, len(explained)))


def ratio_spread(explained: Array, explaining: Array, *, window: int) -> Spread:
    """The difference of the two columns against its own mean over the last `window` rows; the slope is 1.

    Of logarithms the difference is the logarithm of the prices' ratio. z is over the standard deviation of
    `window - 1` degrees.

    >>> ratio_spread(np.array([0.0, 0.0, 0.0, 1.0]), np.zeros(4), window=4).z.tolist()[3:]
    [1.5]
    """
    lags = _lags(explained - explaining, window)
    mean = _sum(lags) / window
    deviation = np.sqrt(_sum((one - mean) * (one - mean) for one in lags) / (window - 1))
    z = _aligned((lags[-1] - mean) / np.where(deviation > _FLAT, deviation, np.nan), len(explained))
    return Spread(np.where(np.arange(len(z)) < window - 1, np.nan, 1.0), z)


def most_deviations(window: int) -> float:
    """What z cannot exceed when the newest row is one of the window's: (n - 1) / sqrt(n) (Samuelson, 1968)."""
    return (window - 1) / math.sqrt(window)


def _lags(values: Array, window: int) -> list[Array]:
    """The window's values, oldest first: views of shape (rows - window + 1,)."""
    rows = max(len(values) - window + 1, 0)
    return [values[lag : lag + rows] for lag in range(window)]


def _sum(parts: Iterable[Array]) -> Array:
    """Added from the first to the last; numpy's own sum takes an order that depends on the length."""
    each = iter(parts)
    total = next(each).copy()
    for one in each:
        total += one
    return total


def _aligned(values: Array, rows: int) -> Array:
    """One value a row: NaN before the first full window."""
    return np.concatenate((np.full(rows - len(values), np.nan), values))
