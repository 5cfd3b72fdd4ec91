"""The strategy beside a benchmark: beta, alpha, active return and its risk, capture of rising and falling markets.

Both series hold returns of the same periods; a period in which either is missing (NaN) is left out.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewright.quant.performance.arrays import (
    NOISE,
    Floats,
    checked_periods,
    deviation,
    excess,
    pair,
    present_pair,
    quotient,
)
from tradewright.quant.performance.returns import annual_return


def beta(returns: ArrayLike, benchmark: ArrayLike) -> float:
    """Covariance with the benchmark over its variance; NaN with fewer than two common periods or a constant one."""
    own, other = present_pair(returns, benchmark)
    if len(own) < 2:
        return math.nan
    central = other - np.mean(other)
    variance = float(np.dot(central, central)) / len(other)
    return float(np.dot(central, own)) / len(own) / variance if variance > NOISE * NOISE else math.nan


def alpha(
    returns: ArrayLike,
    benchmark: ArrayLike,
    *,
    periods_per_year: float = 252,
    risk_free: ArrayLike = 0.0,
    compounded: bool = True,
) -> float:
    """Jensen's alpha per year: what is left of the mean excess return after beta times the benchmark's.

    `compounded=True` compounds the mean per period over a year (empyrical), `False` multiplies it (the regression's
    intercept times the periods per year; quantstats).
    """
    own, other = pair(returns, benchmark)
    periods = checked_periods(periods_per_year)
    own, other = excess(own, risk_free, periods_per_year=periods), excess(other, risk_free, periods_per_year=periods)
    slope = beta(own, other)
    own, other = present_pair(own, other)
    if math.isnan(slope):
        return math.nan
    left = float(np.mean(own - slope * other))
    if not compounded:
        return left * periods
    return math.pow(1.0 + left, periods) - 1.0 if left > -1.0 else math.nan


def jensen_alpha(reward: float, benchmark_reward: float, *, beta: float, risk_free: float = 0.0) -> float:
    """Alpha of two returns over the same span: reward minus risk-free minus beta times the benchmark's excess.

    backtesting.py: total returns, with the beta of logarithmic returns per bar.
    """
    return reward - risk_free - beta * (benchmark_reward - risk_free)


def correlation(returns: ArrayLike, benchmark: ArrayLike) -> float:
    """Pearson's correlation, -1 to 1; NaN with fewer than two common periods or where one does not vary."""
    own, other = present_pair(returns, benchmark)
    if len(own) < 2:
        return math.nan
    own, other = own - np.mean(own), other - np.mean(other)
    scale = math.sqrt(float(np.dot(own, own))) * math.sqrt(float(np.dot(other, other)))
    if scale <= NOISE * NOISE * len(own):
        return math.nan
    return min(1.0, max(-1.0, float(np.dot(own, other)) / scale))


def r_squared(returns: ArrayLike, benchmark: ArrayLike) -> float:
    """Share of the variance that moves with the benchmark: correlation squared."""
    found = correlation(returns, benchmark)
    return found * found


def tracking_error(returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = 252, ddof: int = 1) -> float:
    """Standard deviation of the active return (own minus benchmark), annualized."""
    own, other = present_pair(returns, benchmark)
    return deviation(own - other, ddof) * math.sqrt(checked_periods(periods_per_year))


def information_ratio(
    returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = 252, ddof: int = 1
) -> float:
    """Mean active return over its standard deviation, times the root of the periods per year (Grinold and Kahn, 1999).

    `periods_per_year=1` gives the ratio per period (empyrical's excess Sharpe, quantstats' information ratio). NaN
    with fewer than two common periods and for a constant active return.
    """
    own, other = present_pair(returns, benchmark)
    if len(own) < 2:
        return math.nan
    active = own - other
    return quotient(float(np.mean(active)), deviation(active, ddof)) * math.sqrt(checked_periods(periods_per_year))


def treynor(
    returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = 252, risk_free: float = 0.0
) -> float:
    """Compound annual return above the risk-free rate over beta (Treynor, 1965); NaN for a beta of zero."""
    slope = beta(returns, benchmark)
    own, _ = pair(returns, benchmark)
    if math.isnan(slope) or abs(slope) <= NOISE:
        return math.nan
    return (annual_return(own, periods_per_year=periods_per_year) - risk_free) / slope


def capture(returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = 252) -> float:
    """Compound annual return over the benchmark's; NaN where the benchmark stood still."""
    own, other = pair(returns, benchmark)
    base = annual_return(other, periods_per_year=periods_per_year)
    if math.isnan(base) or abs(base) <= NOISE:
        return math.nan
    return annual_return(own, periods_per_year=periods_per_year) / base


def rising(returns: ArrayLike, benchmark: ArrayLike) -> tuple[Floats, Floats]:
    """Both series in the periods in which the benchmark rose."""
    own, other = pair(returns, benchmark)
    return own[other > 0.0], other[other > 0.0]


def falling(returns: ArrayLike, benchmark: ArrayLike) -> tuple[Floats, Floats]:
    """Both series in the periods in which the benchmark fell."""
    own, other = pair(returns, benchmark)
    return own[other < 0.0], other[other < 0.0]


def up_capture(returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = 252) -> float:
    """Capture in the periods in which the benchmark rose, those periods taken as a year of their own."""
    return capture(*rising(returns, benchmark), periods_per_year=periods_per_year)


def down_capture(returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = 252) -> float:
    """Capture in the periods in which the benchmark fell; below 1 less was lost than the benchmark lost."""
    return capture(*falling(returns, benchmark), periods_per_year=periods_per_year)


def up_down_capture(returns: ArrayLike, benchmark: ArrayLike, *, periods_per_year: float = 252) -> float:
    """Up capture over down capture; NaN where one is undefined or nothing was captured on the way down."""
    up = up_capture(returns, benchmark, periods_per_year=periods_per_year)
    down = down_capture(returns, benchmark, periods_per_year=periods_per_year)
    return up / down if abs(down) > NOISE else math.nan


@dataclass(frozen=True, slots=True)
class BattingAverage:
    """Shares of periods in which the benchmark was beaten."""

    overall: float
    rising: float
    """While the benchmark did not fall."""
    falling: float


def batting_average(returns: ArrayLike, benchmark: ArrayLike) -> BattingAverage:
    """How often the return was above the benchmark's: overall, in rising (or flat) and in falling markets."""
    own, other = pair(returns, benchmark)
    won = own > other

    def share(chosen: NDArray[np.bool_]) -> float:
        return float(np.mean(chosen)) if len(chosen) else math.nan

    return BattingAverage(share(won), share(won[other >= 0.0]), share(won[other < 0.0]))


def beta_fragility(returns: ArrayLike, benchmark: ArrayLike) -> float:
    """Taleb's fragility heuristic: what the mean of the two extreme benchmark days loses against the middle day.

    Negative: larger moves of the benchmark hurt (Taleb, Canetti, Kinda, Loukoianova and Schmieder, 2012).
    NaN with fewer than three common periods.
    """
    if len(pair(returns, benchmark)[0]) < 3:
        return math.nan
    own, other = present_pair(returns, benchmark)
    if len(own) < 3:
        return math.nan
    order = np.argsort(other, kind="stable")
    low, middle, high = order[0], order[round(len(order) / 2)], order[-1]
    span = other[high] - other[low]
    left = (other[middle] - other[low]) / span if span else 0.5
    right = (other[high] - other[middle]) / span if span else 0.5
    return float(left * own[low] + right * own[high] - own[middle])
