"""How far a Sharpe ratio can be believed: its error, the chance that it is real, and what a search for it costs.

Sharpe ratios are *per period* in the functions that take one as a number (1.585 a year from monthly returns is
1.585 / sqrt(12)); functions that take returns say so where a figure is per year. Kurtosis is excess: 0 for a normal.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import checked_periods, present, vector
from tradewright.quant.performance.normal import normal_probability, normal_quantile
from tradewright.quant.performance.ratios import sharpe
from tradewright.quant.performance.risk import autocorrelation, kurtosis, skew

EULER_MASCHERONI = 0.5772156649015329


def sharpe_standard_error(sharpe: float, *, observations: int, skew: float = 0.0, kurtosis: float = 0.0) -> float:
    """Standard error of a Sharpe ratio per period (Mertens, 2002; Bailey and Lopez de Prado, 2012, eq. 6).

    sqrt((1 - skew S + (kurtosis + 2) / 4 S^2) / (n - 1)), kurtosis being excess. NaN with fewer than two observations.
    """
    variance = 1.0 - skew * sharpe + (kurtosis + 2.0) / 4.0 * sharpe * sharpe
    return math.sqrt(variance / (observations - 1)) if observations > 1 and variance >= 0.0 else math.nan


def probability_above(
    sharpe: float, *, observations: int, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 0.0
) -> float:
    """Probability that the true Sharpe ratio per period is above `benchmark` (Bailey, Lopez de Prado, 2012, eq. 11)."""
    error = sharpe_standard_error(sharpe, observations=observations, skew=skew, kurtosis=kurtosis)
    if math.isnan(error) or math.isnan(sharpe) or error == 0.0:
        return math.nan
    return normal_probability((sharpe - benchmark) / error)


def probabilistic_sharpe(
    returns: ArrayLike, *, benchmark_sharpe: float = 0.0, periods_per_year: float = 252, risk_free: float = 0.0
) -> float:
    """Probability, 0 to 1, that the true Sharpe ratio is above `benchmark_sharpe` (per year), given these returns."""
    values, periods = vector(returns), checked_periods(periods_per_year)
    return probability_above(
        sharpe(values, periods_per_year=periods, risk_free=risk_free) / math.sqrt(periods),
        observations=len(present(values)),
        benchmark=benchmark_sharpe / math.sqrt(periods),
        skew=skew(values),
        kurtosis=kurtosis(values),
    )


def expected_maximum_sharpe(trials: int, *, sharpe_variance: float) -> float:
    """The best Sharpe ratio that luck alone brings in `trials` independent tries whose ratios have this variance.

    Bailey and Lopez de Prado (2014, eq. 1): sqrt(V) ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))), with g the constant of
    Euler and Mascheroni. One trial has an expected maximum of 0. ValueError for fewer than one trial.
    """
    if trials < 1:
        raise ValueError(f"trials must be at least 1; found {trials}")
    if trials == 1:
        return 0.0
    first, second = normal_quantile(1.0 - 1.0 / trials), normal_quantile(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(sharpe_variance) * ((1.0 - EULER_MASCHERONI) * first + EULER_MASCHERONI * second)


def deflated_sharpe(
    returns: ArrayLike, *, trials: int, sharpe_variance: float, periods_per_year: float = 252, risk_free: float = 0.0
) -> float:
    """Probability that the Sharpe ratio is above what the best of `trials` would show by luck.

    `sharpe_variance` is the variance of the trials' Sharpe ratios *per period* (Bailey and Lopez de Prado, 2014).
    """
    luck = expected_maximum_sharpe(trials, sharpe_variance=sharpe_variance)
    periods = checked_periods(periods_per_year)
    return probabilistic_sharpe(
        returns, benchmark_sharpe=luck * math.sqrt(periods), periods_per_year=periods, risk_free=risk_free
    )


def minimum_track_record(
    sharpe: float, *, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 0.0, confidence: float = 0.95
) -> float:
    """Observations needed to believe, with `confidence`, that a Sharpe ratio per period is above `benchmark`.

    Bailey and Lopez de Prado (2012, eq. 13). NaN where the ratio is not above the benchmark: no length would do.
    """
    if not sharpe > benchmark:
        return math.nan
    spread = 1.0 - skew * sharpe + (kurtosis + 2.0) / 4.0 * sharpe * sharpe
    quantile = normal_quantile(confidence) / (sharpe - benchmark)
    return 1.0 + spread * quantile * quantile


def sharpe_with_autocorrelation(
    returns: ArrayLike, *, periods_per_year: float = 252, risk_free: float = 0.0, lags: int | None = None
) -> float:
    """Annual Sharpe ratio scaled by q / sqrt(q + 2 sum (q - k) rho_k) instead of sqrt(q) (Lo, 2002, eq. 20).

    Smoothed returns (positive autocorrelation) look safer than they are; this takes it back. `lags` defaults to
    10 log10(n), at most q - 1: beyond that the estimates of rho are noise. NaN where the sum is not positive.
    """
    values, periods = vector(returns), checked_periods(periods_per_year)
    count = len(present(values))
    longest = max(0, min(math.ceil(periods) - 1, count - 1))
    chosen = min(longest, int(10.0 * math.log10(count)) if count > 1 else 0) if lags is None else min(longest, lags)
    weights = np.array([2.0 * (periods - lag) * autocorrelation(values, lag=lag) for lag in range(1, chosen + 1)])
    scale = periods + float(weights.sum())
    raw = sharpe(values, periods_per_year=periods, risk_free=risk_free) / math.sqrt(periods)
    return raw * periods / math.sqrt(scale) if scale > 0.0 else math.nan
