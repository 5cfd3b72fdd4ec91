"""Measures over a moving window, for charts of how steady a strategy is.

Every function gives one value per period, NaN until the first full window. Windows are computed from their own values,
not from running sums, so that an old outlier leaves no rounding behind; memory is bounded by blocks of windows.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import NOISE, Floats, checked_periods, excess, pair, vector

CELLS = 1 << 20
"""Numbers looked at in one block: 8 MB."""


def rolling(measure: Callable[..., float], window: int, *series: ArrayLike, **options: object) -> Floats:
    """Any measure of this package over a moving window: `rolling(up_capture, 60, returns, benchmark)`."""
    columns = [vector(one, "series") for one in series]
    found = _empty(len(columns[0]), window)
    for row in range(window - 1, len(found)):
        found[row] = measure(*(column[row - window + 1 : row + 1] for column in columns), **options)
    return found


def rolling_volatility(returns: ArrayLike, window: int, *, periods_per_year: float = 252, ddof: int = 1) -> Floats:
    """Annualized volatility of the last `window` returns."""
    scale = math.sqrt(checked_periods(periods_per_year))
    return _by_blocks(vector(returns), window, lambda block: _moments(block, ddof)[1] * scale)


def rolling_sharpe(
    returns: ArrayLike, window: int, *, periods_per_year: float = 252, risk_free: float = 0.0, ddof: int = 1
) -> Floats:
    """Sharpe ratio of the last `window` returns; NaN where they do not vary."""
    scale = math.sqrt(checked_periods(periods_per_year))

    def measure(block: Floats) -> Floats:
        mean, spread = _moments(block, ddof)
        return _quotient(mean, spread) * scale

    return _by_blocks(excess(vector(returns), risk_free, periods_per_year=periods_per_year), window, measure)


def rolling_sortino(returns: ArrayLike, window: int, *, periods_per_year: float = 252, target: float = 0.0) -> Floats:
    """Sortino ratio of the last `window` returns; NaN where none is below the target."""
    scale = math.sqrt(checked_periods(periods_per_year))

    def measure(block: Floats) -> Floats:
        count = np.maximum(np.count_nonzero(~np.isnan(block), axis=1), 1)
        short = np.minimum(np.nan_to_num(block), 0.0)
        risk = np.sqrt(np.einsum("ij,ij->i", short, short) / count)
        return _quotient(_moments(block, 0)[0], risk) * scale

    return _by_blocks(excess(vector(returns), target, periods_per_year=periods_per_year), window, measure)


def rolling_drawdown(returns: ArrayLike, window: int) -> Floats:
    """Largest drawdown within the last `window` returns, a fraction at or below zero."""

    def measure(block: Floats) -> Floats:
        equity = np.cumprod(1.0 + np.nan_to_num(block), axis=1)
        peaks = np.maximum(np.maximum.accumulate(equity, axis=1), 1.0)
        found: Floats = np.minimum((equity / peaks).min(axis=1) - 1.0, 0.0)
        return found

    return _by_blocks(vector(returns), window, measure)


def rolling_beta(returns: ArrayLike, benchmark: ArrayLike, *, window: int) -> Floats:
    """Beta over the last `window` periods; NaN where the benchmark does not vary."""
    own, other = pair(returns, benchmark)
    missing = np.isnan(own) | np.isnan(other)
    if missing.any():
        own, other = np.where(missing, np.nan, own), np.where(missing, np.nan, other)
    found = _empty(len(own), window)
    if len(own) < window:
        return found
    left, right = sliding_window_view(own, window), sliding_window_view(other, window)
    step = max(1, CELLS // window)
    for begin in range(0, len(left), step):
        cut = slice(begin, begin + step)
        found[window - 1 :][cut] = _beta_rows(left[cut], right[cut])
    return found


def _beta_rows(own: Floats, other: Floats) -> Floats:
    central = other - _moments(other, 0)[0][:, np.newaxis]
    squares = np.nan_to_num(central)
    variance = np.einsum("ij,ij->i", squares, squares)
    covariance = np.einsum("ij,ij->i", squares, np.nan_to_num(own))
    count = np.count_nonzero(~np.isnan(own), axis=1)
    usable = (count >= 2) & (variance > NOISE * NOISE * np.maximum(count, 1))
    return np.where(usable, covariance / np.where(usable, variance, 1.0), np.nan)


def _moments(block: Floats, ddof: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each row, over the values present."""
    there = ~np.isnan(block)
    count = np.count_nonzero(there, axis=1)
    mean = np.where(count > 0, np.where(there, block, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
    central = np.where(there, block - mean[:, np.newaxis], 0.0)
    variance = np.einsum("ij,ij->i", central, central) / np.maximum(count - ddof, 1)
    spread = np.where(count > ddof, np.sqrt(variance), np.nan)
    return mean, np.where(spread <= NOISE, 0.0, spread)


def _quotient(reward: Floats, risk: Floats) -> Floats:
    usable = risk > NOISE
    return np.where(usable, reward / np.where(usable, risk, 1.0), np.nan)


def _by_blocks(values: Floats, window: int, measure: Callable[[Floats], Floats]) -> Floats:
    found = _empty(len(values), window)
    if len(values) < window:
        return found
    windows = sliding_window_view(values, window)
    step = max(1, CELLS // window)
    for begin in range(0, len(windows), step):
        found[window - 1 :][begin : begin + step] = measure(windows[begin : begin + step])
    return found


def _empty(length: int, window: int) -> Floats:
    if window < 1:
        raise ValueError(f"a window needs at least one period; found {window}")
    return np.full(length, np.nan)
