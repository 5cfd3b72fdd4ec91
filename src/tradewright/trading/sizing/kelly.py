"""Kelly's fraction is the bet that lets wealth grow fastest (Kelly, 1956; Thorp, 2006), here in exact decimals.

A bet below it grows slower and swings less; a bet above it grows slower *and* swings more. That is why sizing takes a
part of it (half is usual), and nothing at all where the odds are against the bettor.
"""

from decimal import Decimal

from tradewright.domain.errors import InputError


def kelly_of_odds(win_rate: Decimal, payoff: Decimal) -> Decimal:
    """Part of equity to risk on a bet won with probability p that pays b per unit: p - (1 - p) / b (Thorp, eq. 2.1).

    Negative where the odds are against the bettor.
    """
    if not (_is_finite(win_rate, payoff) and 0 <= win_rate <= 1 and payoff > 0):
        raise InputError(
            "these odds cannot be sized with",
            expected="a win rate from 0 to 1 and a payoff above 0, as Decimals",
            found=f"{win_rate!r} and {payoff!r}",
        )
    return win_rate - (1 - win_rate) / payoff


def kelly_of_returns(mean: Decimal, deviation: Decimal, *, risk_free: Decimal = Decimal(0)) -> Decimal:
    """Part of equity to hold in an instrument with this annual mean and deviation: (m - r) / s^2 (Thorp, section 7)."""
    _check_returns(mean, deviation, risk_free)
    return (mean - risk_free) / (deviation * deviation)


def growth_of_returns(mean: Decimal, deviation: Decimal, *, risk_free: Decimal = Decimal(0)) -> Decimal:
    """Annual log growth at Kelly's fraction: (m - r)^2 / (2 s^2) + r."""
    excess = mean - risk_free
    return kelly_of_returns(mean, deviation, risk_free=risk_free) * excess / 2 + risk_free


def growth_deviation(mean: Decimal, deviation: Decimal, *, risk_free: Decimal = Decimal(0)) -> Decimal:
    """Standard deviation of that growth in a year: (m - r) / s."""
    _check_returns(mean, deviation, risk_free)
    return (mean - risk_free) / deviation


def _is_finite(*values: object) -> bool:
    return all(isinstance(value, Decimal) and value.is_finite() for value in values)


def _check_returns(mean: Decimal, deviation: Decimal, risk_free: Decimal) -> None:
    if not (_is_finite(mean, deviation, risk_free) and deviation > 0):
        raise InputError(
            "these returns cannot be sized with",
            expected="finite Decimals and a deviation above 0",
            found=f"mean {mean!r}, deviation {deviation!r}, risk-free {risk_free!r}",
        )
