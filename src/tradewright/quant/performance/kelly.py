"""The bet that lets wealth grow fastest (Kelly, 1956; Thorp, 1969), as a fraction of equity."""

import math

from tradewright.quant.performance.arrays import NOISE


def kelly_fraction(win_rate: float, payoff: float) -> float:
    """Fraction to stake on a bet won with probability `win_rate` that pays `payoff` per unit: p - (1 - p) / b.

    With the payoff ratio of round trips (mean win over mean loss) it is backtesting.py's Kelly criterion. Negative: the
    odds are against the bettor. NaN for a payoff that is not positive.
    """
    if not payoff > 0.0 or math.isnan(win_rate):
        return math.nan
    return win_rate - (1.0 - win_rate) / payoff


def kelly_leverage(mean: float, deviation: float, *, risk_free: float = 0.0) -> float:
    """Fraction of equity to hold in an asset with this annual mean and deviation: (m - r) / s^2; NaN without risk."""
    if not deviation > NOISE:
        return math.nan
    return (mean - risk_free) / (deviation * deviation)


def kelly_growth(mean: float, deviation: float, *, risk_free: float = 0.0) -> float:
    """Annual growth rate (log) at the Kelly fraction: (m - r)^2 / (2 s^2) + r."""
    leverage = kelly_leverage(mean, deviation, risk_free=risk_free)
    return leverage * (mean - risk_free) / 2.0 + risk_free


def kelly_growth_deviation(mean: float, deviation: float, *, risk_free: float = 0.0) -> float:
    """Standard deviation of the log growth rate at the Kelly fraction: (m - r) / s."""
    return kelly_leverage(mean, deviation, risk_free=risk_free) * deviation
