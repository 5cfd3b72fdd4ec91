"""What the round trips say: how often they win, how much, and whether that is more than luck.

All functions take the PnL (money, net of fees) or the returns of *closed* round trips. NaN without round trips.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import deviation, present, quotient, vector
from tradewright.quant.performance.kelly import kelly_fraction


def win_rate(pnl: ArrayLike) -> float:
    """Share of round trips that made money; one that came out even did not."""
    values = present(vector(pnl, "pnl"))
    return int(np.count_nonzero(values > 0.0)) / len(values) if len(values) else math.nan


def profit_factor(pnl: ArrayLike, *, infinite: bool = False) -> float:
    """Money won over money lost; NaN without a loss. backtesting.py takes returns in place of money."""
    values = present(vector(pnl, "pnl"))
    return quotient(float(values[values > 0.0].sum()), -float(values[values < 0.0].sum()), infinite=infinite)


def expectancy(pnl: ArrayLike) -> float:
    """Mean result of a round trip, in the unit given (money, or a fraction when given returns)."""
    values = present(vector(pnl, "pnl"))
    return float(np.mean(values)) if len(values) else math.nan


def system_quality_number(pnl: ArrayLike, *, largest_count: int | None = None, ddof: int = 1) -> float:
    """SQN (Tharp, 2008): root of the number of round trips times mean over deviation.

    Tharp caps the count at 100 (`largest_count=100`) so that many round trips do not flatter; no cap by default, as
    backtesting.py and freqtrade. NaN with fewer than two round trips and where all are equal.
    """
    values = present(vector(pnl, "pnl"))
    if len(values) < 2:
        return math.nan
    count = len(values) if largest_count is None else min(len(values), largest_count)
    return quotient(float(np.mean(values)), deviation(values, ddof)) * math.sqrt(count)


def average_win(pnl: ArrayLike) -> float:
    """Mean of the round trips that made money."""
    values = vector(pnl, "pnl")
    return expectancy(values[values > 0.0])


def average_loss(pnl: ArrayLike) -> float:
    """Mean of the round trips that lost money, a negative number."""
    values = vector(pnl, "pnl")
    return expectancy(values[values < 0.0])


def payoff_ratio(pnl: ArrayLike) -> float:
    """Mean win over mean loss, positive; NaN without a win or without a loss."""
    return average_win(pnl) / -average_loss(pnl)


def kelly_criterion(pnl: ArrayLike) -> float:
    """Kelly fraction of the observed win rate and payoff ratio; NaN without a win or without a loss."""
    return kelly_fraction(win_rate(pnl), payoff_ratio(pnl))


def longest_streaks(pnl: ArrayLike) -> tuple[int, int]:
    """The most wins and the most losses in a row, in the order given; a round trip that came out even ends both."""
    signs = np.sign(present(vector(pnl, "pnl")))
    if len(signs) == 0:
        return 0, 0
    first = np.flatnonzero(np.concatenate(([True], signs[1:] != signs[:-1])))
    lengths = np.diff(np.append(first, len(signs)))
    wins, losses = lengths[signs[first] > 0], lengths[signs[first] < 0]
    return int(wins.max(initial=0)), int(losses.max(initial=0))


def time_in_market(entry_bar: ArrayLike, exit_bar: ArrayLike, *, bars: int) -> float:
    """Share of `bars` covered by at least one round trip, entry and exit bar included (backtesting.py's exposure)."""
    first, last = vector(entry_bar, "entry_bar").astype(np.int64), vector(exit_bar, "exit_bar").astype(np.int64)
    if bars < 1:
        return math.nan
    steps = np.bincount(first, minlength=bars + 1)[: bars + 1] - np.bincount(last + 1, minlength=bars + 1)[: bars + 1]
    return int(np.count_nonzero(np.cumsum(steps[:bars]) > 0)) / bars
