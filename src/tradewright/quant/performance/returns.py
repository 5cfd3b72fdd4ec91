"""What an investment brought: returns per period, compounded, per year, by week, month, quarter and year.

Returns are fractions. A NaN return is a period without an observation: it compounds as zero, is left out of means and
still counts as time.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import Floats, Integers, checked_periods, integers, vector

Span = Literal["day", "week", "month", "quarter", "year"]


def simple_returns(prices: ArrayLike, *, start: float | None = None) -> Floats:
    """Change of each price over the one before, as a fraction; with `start` also the first over `start`.

    A price of zero gives an infinite return after it (0 over 0 is NaN); fewer than two prices give an empty array.
    """
    values = vector(prices, "prices")
    if start is not None:
        values = np.concatenate(([start], values))
    if len(values) < 2:
        return np.empty(0)
    changes: Floats = np.diff(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        np.divide(changes, values[:-1], out=changes)
    return changes


def cumulative_returns(returns: ArrayLike, *, start: float | None = None) -> Floats:
    """Compounded return up to each period, as a fraction; with `start` the value that `start` has grown to."""
    values = vector(returns)
    growth: Floats = np.cumprod(1.0 + np.where(np.isnan(values), 0.0, values), dtype=np.float64)
    return growth - 1.0 if start is None else growth * start


def total_return(returns: ArrayLike) -> float:
    """Product of (1 + r) minus one; NaN without returns."""
    values = vector(returns)
    return float(np.nanprod(1.0 + values)) - 1.0 if len(values) else math.nan


def annual_return(returns: ArrayLike, *, periods_per_year: float = 252) -> float:
    """Compound annual growth rate by periods: growth to the power of (periods per year / periods), minus one.

    NaN without returns and where more than everything was lost (negative growth has no rate).
    """
    values = vector(returns)
    return growth_over(total_return(values), len(values), periods_per_year=periods_per_year)


def growth_over(total: float, periods: int, *, periods_per_year: float = 252) -> float:
    """The annual rate of a `total` return earned in `periods`; NaN for none, for growth below zero or out of range."""
    years = periods / checked_periods(periods_per_year)
    if periods < 1 or math.isnan(total) or total < -1.0:
        return math.nan
    try:
        return math.pow(1.0 + total, 1.0 / years) - 1.0
    except OverflowError:
        return math.nan


def annual_growth(start: float, end: float, *, days: float, days_per_year: float = 365.25) -> float:
    """Compound annual growth rate by the calendar: (end / start) ** (days_per_year / days) - 1.

    freqtrade and vectorbt count 365 days a year. NaN for no time, for a start that is not positive, for a negative end.
    """
    if days <= 0 or not start > 0 or not end >= 0:
        return math.nan
    try:
        return math.pow(end / start, days_per_year / days) - 1.0
    except OverflowError:
        return math.nan


def geometric_mean(returns: ArrayLike) -> float:
    """The constant return per period that compounds to the same total; 0 where one return lost everything or more.

    The zero is backtesting.py's convention; a NaN return counts as a period of zero.
    """
    values = vector(returns)
    if len(values) == 0:
        return math.nan
    growth = 1.0 + np.nan_to_num(values, nan=0.0)
    if np.any(growth <= 0.0):
        return 0.0
    return float(np.exp(np.log(growth).sum() / len(growth)) - 1.0)


def span_of(sessions: ArrayLike, span: Span) -> Integers:
    """Number of the day, week (Monday to Sunday), month, quarter or year that each date (days since 1970) lies in."""
    days = integers(sessions, "sessions")
    if span == "day":
        return days
    if span == "week":
        return (days + 3) // 7
    months: Integers = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months // {"month": 1, "quarter": 3, "year": 12}[span]


def aggregate_returns(returns: ArrayLike, sessions: ArrayLike, *, span: Span = "month") -> tuple[Integers, Floats]:
    """Returns compounded by calendar: the spans that occur (see `span_of`) and the return of each, in time order."""
    values, spans = vector(returns), span_of(sessions, span)
    if len(values) != len(spans):
        raise ValueError(f"every return needs its session; found {len(values)} returns and {len(spans)} sessions")
    if len(values) == 0:
        return spans, values
    if np.any(spans[1:] < spans[:-1]):
        raise ValueError("sessions must not fall; sort the returns by time first")
    first = np.flatnonzero(np.concatenate(([True], spans[1:] != spans[:-1])))
    return spans[first], np.multiply.reduceat(1.0 + np.nan_to_num(values, nan=0.0), first) - 1.0
