"""How uneven the returns were: volatility, downside, value at risk, the shape of the distribution and its tails.

Everything here is a function of one series of returns (fractions); losses are negative numbers.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import (
    NOISE,
    Floats,
    checked_periods,
    deviation,
    excess,
    present,
    quantile,
    quotient,
    vector,
)
from tradewright.quant.performance.normal import normal_quantile
from tradewright.quant.performance.returns import geometric_mean


def volatility(returns: ArrayLike, *, periods_per_year: float = 252, ddof: int = 1, compounded: bool = False) -> float:
    """Standard deviation of the returns times the root of the periods per year; NaN with `ddof` returns or fewer.

    `compounded=True` annualizes as returns compound: sqrt((s^2 + (1 + g)^2)^T - (1 + g)^(2 T)) with g the geometric
    mean and T the periods per year (the convention of backtesting.py).
    """
    values, periods = vector(returns), checked_periods(periods_per_year)
    found = deviation(present(values), ddof)
    if not compounded:
        return found * math.sqrt(periods)
    growth = 1.0 + geometric_mean(values)
    try:
        inner = math.pow(found * found + growth * growth, periods) - math.pow(growth, 2.0 * periods)
    except OverflowError:
        return math.nan
    return math.sqrt(max(inner, 0.0)) if not math.isnan(inner) else math.nan


def downside_risk(returns: ArrayLike, *, periods_per_year: float = 252, target: ArrayLike = 0.0) -> float:
    """Root mean square of the shortfalls below `target` (zero where there is none), annualized.

    `target` is a rate per year, or a series with one rate per period. Sortino and van der Meer (1991): the mean is over
    all periods, not only over the bad ones. NaN without returns.
    """
    periods = checked_periods(periods_per_year)
    values = present(excess(vector(returns), target, periods_per_year=periods))
    if len(values) == 0:
        return math.nan
    short = np.minimum(values, 0.0)
    found = math.sqrt(float(np.dot(short, short)) / len(values))
    return found * math.sqrt(periods) if found > NOISE else 0.0


def value_at_risk(
    returns: ArrayLike, *, level: float = 0.95, method: Literal["historical", "normal"] = "historical"
) -> float:
    """The return that is undercut in `1 - level` of all periods; a loss is negative.

    `historical` is the percentile with linear interpolation, `normal` the quantile of a normal distribution with the
    sample's mean and deviation (ddof 1).
    """
    values = present(vector(returns))
    _check_level(level)
    if len(values) == 0:
        return math.nan
    if method == "historical":
        return quantile(values, 1.0 - level)
    spread = deviation(values)
    if math.isnan(spread) or not 0.0 < level < 1.0:
        return math.nan
    return float(np.mean(values)) + spread * normal_quantile(1.0 - level)


def conditional_value_at_risk(returns: ArrayLike, *, level: float = 0.95) -> float:
    """Mean of the returns at or below the historical value at risk (expected shortfall); a loss is negative."""
    values = present(vector(returns))
    _check_level(level)
    if len(values) == 0:
        return math.nan
    # The small term undoes the rounding of 1 - level (1 - 0.95 is a little more than 0.05, 1 - 0.9 a little less).
    last = int((len(values) - 1) * (1.0 - level) + 1e-9)
    return float(np.mean(np.partition(values, last)[: last + 1]))


def _check_level(level: float) -> None:
    if not 0.0 <= level <= 1.0:
        raise ValueError(f"level must be between 0 and 1 (0.95 is usual); found {level}")


def skew(returns: ArrayLike, *, bias_corrected: bool = False) -> float:
    """Third standardized moment; `bias_corrected` multiplies by sqrt(n (n - 1)) / (n - 2) as pandas and Excel do.

    NaN with fewer than 3 returns or without variance.
    """
    values = present(vector(returns))
    count = len(values)
    central, second = _central(values)
    if count < 3 or second <= NOISE * NOISE:
        return math.nan
    found = float(np.mean(central * central * central)) / math.pow(second, 1.5)
    return found * math.sqrt(count * (count - 1)) / (count - 2) if bias_corrected else found


def kurtosis(returns: ArrayLike, *, bias_corrected: bool = False) -> float:
    """Excess kurtosis: fourth standardized moment minus 3, so that a normal distribution has 0.

    `bias_corrected` gives the G2 of pandas and Excel. NaN with fewer than 4 returns or without variance.
    """
    values = present(vector(returns))
    count = len(values)
    central, second = _central(values)
    if count < 4 or second <= NOISE * NOISE:
        return math.nan
    squares = central * central
    found = float(np.mean(squares * squares)) / (second * second) - 3.0
    if not bias_corrected:
        return found
    return (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * found + 6.0)


def _central(values: Floats) -> tuple[Floats, float]:
    if len(values) == 0:
        return values, math.nan
    central = values - np.mean(values)
    return central, float(np.dot(central, central)) / len(values)


def tail_ratio(returns: ArrayLike, *, level: float = 0.95) -> float:
    """Size of the right tail over the left: |95th percentile| / |5th percentile|; above 1 gains surprise more."""
    values = present(vector(returns))
    _check_level(level)
    if len(values) == 0:
        return math.nan
    return quotient(abs(quantile(values, level)), abs(quantile(values, 1.0 - level)))


def best_return(returns: ArrayLike) -> float:
    """The largest return of a period; NaN without returns."""
    values = present(vector(returns))
    return float(np.max(values)) if len(values) else math.nan


def worst_return(returns: ArrayLike) -> float:
    """The smallest return of a period; NaN without returns."""
    values = present(vector(returns))
    return float(np.min(values)) if len(values) else math.nan


def positive_share(returns: ArrayLike) -> float:
    """Share of periods with a gain among those with a gain or a loss; NaN where nothing moved."""
    values = vector(returns)
    gains, losses = int(np.count_nonzero(values > 0.0)), int(np.count_nonzero(values < 0.0))
    return gains / (gains + losses) if gains + losses else math.nan


def autocorrelation(returns: ArrayLike, *, lag: int = 1) -> float:
    """Correlation of returns with those `lag` periods before (autocovariance over variance, both over all n)."""
    values = present(vector(returns))
    if not 0 <= lag < len(values):
        return math.nan
    central, second = _central(values)
    if second <= NOISE * NOISE:
        return math.nan
    return float(np.dot(central[lag:], central[: len(central) - lag])) / (len(values) * second)
