"""Reward for risk: Sharpe, Sortino, Calmar, Omega and their relatives, each a number without unit.

Where there is no risk a ratio is undefined and NaN; `infinite=True` gives plus or minus infinity instead, as some
libraries do. Rates (`risk_free`, `target`) are per year; a series holds one rate per period.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import (
    NOISE,
    checked_periods,
    deviation,
    excess,
    number,
    present,
    quotient,
    vector,
)
from tradewright.quant.performance.drawdowns import max_drawdown, ulcer_index
from tradewright.quant.performance.returns import annual_return, cumulative_returns, total_return
from tradewright.quant.performance.risk import downside_risk, volatility


def sharpe(
    returns: ArrayLike,
    *,
    periods_per_year: float = 252,
    risk_free: ArrayLike = 0.0,
    ddof: int = 1,
    compounded: bool = False,
    infinite: bool = False,
) -> float:
    """Mean excess return over its standard deviation, times the root of the periods per year (Sharpe, 1994).

    `compounded=True` divides the compound annual return by the compounded volatility, as backtesting.py does.
    NaN with fewer than two returns and for constant returns.
    """
    values, periods = vector(returns), checked_periods(periods_per_year)
    if compounded:
        reward = annual_return(values, periods_per_year=periods) - _annual(risk_free)
        return quotient(reward, volatility(values, periods_per_year=periods, ddof=ddof, compounded=True))
    above = present(excess(values, risk_free, periods_per_year=periods))
    if len(above) < 2:
        return math.nan
    return quotient(float(np.mean(above)), deviation(above, ddof), infinite=infinite) * math.sqrt(periods)


def sortino(
    returns: ArrayLike,
    *,
    periods_per_year: float = 252,
    target: ArrayLike = 0.0,
    compounded: bool = False,
    infinite: bool = False,
) -> float:
    """Annual mean return above `target` over the downside risk below it (Sortino and Price, 1994).

    `compounded=True` takes the compound annual return as reward. NaN with fewer than two returns.
    """
    values, periods = vector(returns), checked_periods(periods_per_year)
    risk = downside_risk(values, periods_per_year=periods, target=target)
    if len(values) < 2:
        return math.nan
    if compounded:
        return quotient(annual_return(values, periods_per_year=periods) - _annual(target), risk, infinite=infinite)
    above = present(excess(values, target, periods_per_year=periods))
    return quotient(float(np.mean(above)) * periods, risk, infinite=infinite) if len(above) else math.nan


def _annual(rate: ArrayLike) -> float:
    if np.ndim(rate) != 0:
        raise ValueError("compounded=True needs one rate per year; found a series of rates per period")
    return number(rate)


def calmar(returns: ArrayLike, *, periods_per_year: float = 252, infinite: bool = False) -> float:
    """Compound annual return over the depth of the largest drawdown; NaN without a drawdown."""
    values = vector(returns)
    found = annual_return(values, periods_per_year=periods_per_year)
    return quotient(found, -max_drawdown(values), infinite=infinite)


def omega(
    returns: ArrayLike, *, periods_per_year: float = 252, threshold: ArrayLike = 0.0, infinite: bool = False
) -> float:
    """Sum of the returns above `threshold` over the sum of those below it (Keating and Shadwick, 2002).

    NaN with fewer than two returns, for a threshold of -100% or less, and where no return is below it.
    """
    values, periods = vector(returns), checked_periods(periods_per_year)
    if len(values) < 2:
        return math.nan
    above = present(excess(values, threshold, periods_per_year=periods))
    if len(above) == 0:
        return math.nan
    return quotient(float(above[above > 0.0].sum()), -float(above[above < 0.0].sum()), infinite=infinite)


def gain_to_pain(returns: ArrayLike, *, infinite: bool = False) -> float:
    """Sum of all returns over the absolute sum of the losses (Schwager, 2012; he takes monthly returns)."""
    values = present(vector(returns))
    return quotient(float(values.sum()), -float(values[values < 0.0].sum()), infinite=infinite)


def recovery_factor(returns: ArrayLike, *, infinite: bool = False) -> float:
    """Total return over the depth of the largest drawdown; NaN without a drawdown."""
    values = vector(returns)
    return quotient(total_return(values), -max_drawdown(values), infinite=infinite)


def martin(returns: ArrayLike, *, periods_per_year: float = 252, risk_free: float = 0.0) -> float:
    """Ulcer performance index: compound annual return above the risk-free rate over the ulcer index (Martin, 1987)."""
    values = vector(returns)
    reward = annual_return(values, periods_per_year=periods_per_year) - risk_free
    return quotient(reward, ulcer_index(values))


def stability(returns: ArrayLike) -> float:
    """R squared of a straight line through the logarithm of compounded returns: 1 is a perfectly steady growth.

    NaN with fewer than two returns, and where everything was lost.
    """
    values = present(vector(returns))
    if len(values) < 2 or np.any(values <= -1.0):
        return math.nan
    logs = np.log(1.0 + cumulative_returns(values))
    time = np.arange(len(logs)) - (len(logs) - 1) / 2.0
    central = logs - np.mean(logs)
    spread = float(np.dot(central, central))
    if spread <= NOISE * NOISE:
        return math.nan
    covariance = float(np.dot(time, central))
    return covariance * covariance / (float(np.dot(time, time)) * spread)
