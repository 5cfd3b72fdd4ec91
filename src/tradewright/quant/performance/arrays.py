"""Series of numbers as they come from a notebook: lists, numpy, Polars, pandas; here they become float64 vectors.

This file decides what a measure accepts, what a rate is (a number per year or a series per period), and when a risk
counts as zero.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NOISE = 1e-15
"""Deviations below this are zero: a return comes from a ratio near one, whose own rounding is 2e-16."""


def vector(values: ArrayLike, name: str = "returns") -> Floats:
    """`values` as a float64 vector (a missing value is NaN); a table of one column is a vector too.

    Raises ValueError for text, for several columns and for a bare number.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"{name} must be numbers, one a period; found {type(values).__name__}: {wrong}") from wrong
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        found = "a single number" if array.ndim == 0 else f"an array of shape {array.shape}"
        raise ValueError(f"{name} must be one series of numbers; found {found}; pass one column at a time")
    return array


def integers(values: ArrayLike, name: str) -> Integers:
    """`values` as an int64 vector; ValueError where a number is not whole or missing."""
    array = np.asarray(values)
    if array.dtype.kind not in "iu":
        floats = vector(values, name)
        if not np.all(np.isfinite(floats)) or np.any(floats != np.floor(floats)):
            raise ValueError(f"{name} must be whole numbers; found a missing value or a fraction")
        array = floats
    if array.ndim != 1:
        raise ValueError(f"{name} must be one series of whole numbers; found an array of shape {array.shape}")
    return array.astype(np.int64, copy=False)


def present(values: Floats) -> Floats:
    """The values that are not NaN; the very same array when none is missing."""
    missing = np.isnan(values)
    return values[~missing] if missing.any() else values


def pair(returns: ArrayLike, benchmark: ArrayLike) -> tuple[Floats, Floats]:
    """Two series of the same length; ValueError when they are not."""
    own, other = vector(returns), vector(benchmark, "benchmark")
    if len(own) != len(other):
        raise ValueError(f"returns and benchmark must cover the same periods; found {len(own)} and {len(other)} values")
    return own, other


def present_pair(returns: ArrayLike, benchmark: ArrayLike) -> tuple[Floats, Floats]:
    """The periods in which both series have a value."""
    own, other = pair(returns, benchmark)
    missing = np.isnan(own) | np.isnan(other)
    return (own[~missing], other[~missing]) if missing.any() else (own, other)


def rate_per_period(rate: float, periods_per_year: float) -> float:
    """The rate that compounds to `rate` in a year; NaN at or below -100%."""
    if rate == 0.0:
        return 0.0
    return math.pow(1.0 + rate, 1.0 / periods_per_year) - 1.0 if rate > -1.0 else math.nan


def number(rate: ArrayLike) -> float:
    """A single number as a float."""
    return float(np.asarray(rate, dtype=np.float64)[()])


def excess(returns: Floats, rate: ArrayLike, *, periods_per_year: float) -> Floats:
    """`returns` above `rate`: a number is a rate per year, a series holds the rate of each period."""
    if np.ndim(rate) == 0:
        yearly = number(rate)
        return returns if yearly == 0.0 else returns - rate_per_period(yearly, periods_per_year)
    rates = vector(rate, "rate")
    if len(rates) != len(returns):
        raise ValueError(f"a rate per period needs one value for each of {len(returns)} returns; found {len(rates)}")
    return returns - rates


def deviation(values: Floats, ddof: int = 1) -> float:
    """Standard deviation of present values; exactly zero below rounding noise, NaN with too few values."""
    if len(values) <= ddof:
        return math.nan
    found = float(np.std(values, ddof=ddof))
    return 0.0 if found <= NOISE else found


def quantile(values: Floats, share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, linear between neighbours; NaN without values.

    numpy's own `percentile` and `median` give the same and load masked arrays first, which takes 6 ms.
    """
    if len(values) == 0:
        return math.nan
    place = (len(values) - 1) * share
    below = min(int(place), len(values) - 1)
    above = min(below + 1, len(values) - 1)
    ordered = np.partition(values, (below, above))
    low, high = float(ordered[below]), float(ordered[above])
    part = place - below
    return high - (high - low) * (1.0 - part) if part >= 0.5 else low + (high - low) * part


def quotient(reward: float, risk: float, *, infinite: bool = False) -> float:
    """Reward over risk; without risk NaN, or an infinity of the reward's sign where `infinite` asks for it."""
    if math.isnan(reward) or math.isnan(risk):
        return math.nan
    if risk <= NOISE:
        return math.copysign(math.inf, reward) if infinite and abs(reward) > NOISE else math.nan
    return reward / risk


def checked_periods(periods_per_year: float) -> float:
    """`periods_per_year` when it is a positive number, else ValueError."""
    if not (math.isfinite(periods_per_year) and periods_per_year > 0):
        raise ValueError(
            f"periods_per_year must be positive (252 daily, 52 weekly, 12 monthly); found {periods_per_year}"
        )
    return float(periods_per_year)
