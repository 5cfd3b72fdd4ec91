"""Returns laid out by the calendar: the table of months by year that every tear sheet shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import Floats, Integers
from tradewright.quant.performance.returns import aggregate_returns


@dataclass(frozen=True, slots=True, eq=False)
class MonthlyReturns:
    """Compounded returns of each month and each year (fractions)."""

    years: Integers
    """Calendar years, every one from the first to the last."""
    months: Floats
    """Shape (years, 12); NaN where nothing was traded or known."""
    totals: Floats
    """Compounded return of each year; NaN for a year without a session."""


def monthly_returns(returns: ArrayLike, sessions: ArrayLike) -> MonthlyReturns:
    """The table of months by year; `sessions` are the dates of the returns as days since 1970-01-01, in order.

    The first and the last month and year hold what of them is in the data.
    """
    spans, values = aggregate_returns(returns, sessions, span="month")
    if len(spans) == 0:
        return MonthlyReturns(np.empty(0, dtype=np.int64), np.empty((0, 12)), np.empty(0))
    row, column = spans // 12 - spans[0] // 12, spans % 12
    table = np.full((int(row[-1]) + 1, 12), np.nan)
    table[row, column] = values
    _, yearly = aggregate_returns(returns, sessions, span="year")
    totals = np.full(len(table), np.nan)
    totals[np.unique(row)] = yearly
    return MonthlyReturns(1970 + spans[0] // 12 + np.arange(len(table), dtype=np.int64), table, totals)


def yearly_returns(returns: ArrayLike, sessions: ArrayLike) -> tuple[Integers, Floats]:
    """The calendar years that occur and the compounded return of each."""
    spans, values = aggregate_returns(returns, sessions, span="year")
    return spans + 1970, values
