"""The normal distribution: how likely luck alone is to bring a result, and which result a given luck brings.

`statistics.NormalDist` knows both; it is loaded when a quantile is asked for, as it brings fractions and random numbers
into every start.
"""

import math

from tradewright.lazy import load


def normal_probability(value: float) -> float:
    """Probability that a standard normal variable is at most `value`."""
    return 0.5 * math.erfc(-value / math.sqrt(2.0))


def normal_quantile(probability: float) -> float:
    """The value that a standard normal variable undercuts with this probability, between 0 and 1."""
    return float(load("statistics").NormalDist().inv_cdf(probability))
