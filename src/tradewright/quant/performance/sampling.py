"""From equity on every bar to the returns that statistics are made of: the last equity of each session."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import Floats, Integers, vector
from tradewright.quant.performance.conventions import Conventions, infer_periods_per_year
from tradewright.quant.performance.returns import simple_returns


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Equity at the sampled bars, with the returns between them; the first return is over the starting cash."""

    rows: Integers | None
    """Sampled rows of the bars; None when every bar is."""
    sessions: Integers
    """Session date of each sampled row, days since 1970-01-01."""
    equity: Floats
    returns: Floats
    periods_per_year: float

    @property
    def years(self) -> float:
        """Time covered, in years of `periods_per_year` periods."""
        return len(self.returns) / self.periods_per_year

    @property
    def calendar_days(self) -> float:
        """Days from the first session to the last, the last included; NaN without rows."""
        return float(self.sessions[-1] - self.sessions[0] + 1) if len(self.sessions) else math.nan


def sample_equity(equity: ArrayLike, sessions: ArrayLike, *, cash: float, conventions: Conventions) -> Sample:
    """Sample `equity` (one value a bar) as `conventions` say; `sessions` are the dates of the bars, never falling."""
    values, days = vector(equity, "equity"), np.asarray(sessions)
    if days.ndim != 1 or days.dtype.kind not in "iu":
        raise ValueError(
            f"sessions must be days since 1970-01-01 as integers; found {days.dtype} of shape {days.shape}"
        )
    if len(days) != len(values):
        raise ValueError(f"every bar of equity needs its session; found {len(values)} values and {len(days)} sessions")
    rows = _last_rows(days) if conventions.resample == "daily" else None
    if rows is not None:
        values, days = values[rows], days[rows]
    chosen = conventions.periods_per_year
    return Sample(
        rows=rows,
        sessions=days.astype(np.int64),
        equity=values,
        returns=simple_returns(values, start=cash),
        periods_per_year=infer_periods_per_year(days) if chosen is None else float(chosen),
    )


def _last_rows(days: Integers) -> Integers | None:
    """Last row of each session; None where every session has one row.

    With many rows a session each date is looked up (700 dates among 1M rows: 0.1 ms) instead of comparing all rows.
    """
    if len(days) == 0:
        return None
    span = int(days[-1]) - int(days[0]) + 1
    if 0 < span < len(days) // 32:
        dates = np.arange(days[0], span + int(days[0]), dtype=days.dtype)
        ends = np.searchsorted(days, dates, side="right")
        return np.asarray(ends[np.diff(ends, prepend=0) > 0] - 1, np.int64)
    changes = np.flatnonzero(days[1:] != days[:-1])
    if len(changes) + 1 >= len(days):
        return None
    return np.append(changes, len(days) - 1)


def carried_forward(prices: Floats) -> Floats:
    """Missing prices take the last known one; those before the first known stay NaN."""
    missing = np.isnan(prices)
    if not missing.any():
        return prices
    return prices[np.maximum.accumulate(np.where(missing, 0, np.arange(len(prices))))]


def sample_prices(prices: Floats, sample: Sample) -> Floats:
    """Prices at the sampled bars, carried forward over missing ones."""
    chosen = prices if sample.rows is None else prices[sample.rows]
    if not np.isnan(chosen).any():
        return chosen
    filled = carried_forward(prices)
    return filled if sample.rows is None else filled[sample.rows]
