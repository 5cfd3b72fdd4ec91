"""A row is one line of what a cost takes, in the numbers that the step of matching reads.

This file decides the three kinds of line: a fee that depends on the fill alone, a rate that also depends on how the
order met the market, on the month or on the order's other parts, and a move of the price by the quantity.
"""

from typing import NamedTuple


class FeeRow(NamedTuple):
    """One line of a fee schedule, as `domain/arithmetic/costs.py` reads it.

    >>> FeeRow(1, 0.005, minimum=1)
    FeeRow(kind=1, rate=0.005, minimum=1, maximum=0.0)
    """

    kind: int
    rate: float
    minimum: float = 0.0
    maximum: float = 0.0


class RateRow(NamedTuple):
    """A line that charges some fills, or an order as a whole; as `domain/matching/charges.py` reads it.

    >>> RateRow(FeeRow(0, 0.0005), side=2).fee.rate
    0.0005
    """

    fee: FeeRow
    side: int = 0
    """1: fills that made liquidity, 2: fills that took it, 0: both."""
    above: float = 0.0
    """Traded in the month from which on it charges ..."""
    below: float = 0.0
    """... and below which; 0: without end."""
    measure: int = 0
    """The month is counted in notional (0) or in quantity (1)."""
    per_order: int = 0
    """1: minimum and maximum are those of the order, whatever the number of its fills."""


class ImpactRow(NamedTuple):
    """A line that moves the price by the quantity; as `domain/matching/impact.py` reads it.

    >>> ImpactRow(0, 0.1, limit=0.025).window
    0
    """

    kind: int
    """0: the square of the volume's share, 1: the square root of it."""
    coefficient: float
    limit: float = 0.0
    window: int = 0
