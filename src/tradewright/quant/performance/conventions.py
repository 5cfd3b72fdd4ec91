"""The conventions behind a table of statistics: how returns are sampled, scaled and compared.

Two honest reports of one equity curve differ by these; so they are one value that travels with the run.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance.arrays import integers, quantile

WEEKEND_SHARE = 0.2
"""Above this share of weekend days a market is open all week (2 in 7); a Sunday evening open gives 1 in 6."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the statistics of a run are computed.

    >>> Conventions(periods_per_year=365).ddof
    1
    """

    periods_per_year: float | None = None
    """Periods of the sampled returns in a year; None infers them from the sessions (see `infer_periods_per_year`)."""
    risk_free: float = 0.0
    """Risk-free rate per year, a fraction; used by ratios of excess return only."""
    ddof: int = 1
    """Subtracted from the count in standard deviations: 1 for a sample, 0 for a population."""
    resample: Literal["daily", "none"] = "daily"
    """`daily` takes the last equity of each session for return statistics, `none` every bar."""
    var_level: float = 0.95
    """Confidence of value at risk and expected shortfall."""

    def __post_init__(self) -> None:
        if self.periods_per_year is not None and not (
            math.isfinite(self.periods_per_year) and self.periods_per_year > 0
        ):
            raise ValueError(f"periods_per_year must be positive or None (inferred); found {self.periods_per_year}")
        if not -1.0 < self.risk_free < math.inf:
            raise ValueError(
                f"risk_free is a rate per year as a fraction (0.02 is two percent); found {self.risk_free}"
            )
        if self.ddof not in {0, 1}:
            raise ValueError(f"ddof must be 0 (population) or 1 (sample); found {self.ddof}")
        if self.resample not in {"daily", "none"}:
            raise ValueError(f"resample must be 'daily' or 'none'; found {self.resample!r}")
        if not 0.0 < self.var_level < 1.0:
            raise ValueError(f"var_level must lie between 0 and 1 (0.95 is usual); found {self.var_level}")


def infer_periods_per_year(sessions: ArrayLike) -> float:
    """Periods per year of rows with these session dates (days since 1970-01-01), from their usual distance.

    Daily: 252 for exchange sessions, 365 where weekends are traded; 52 weekly, 26 two-weekly, 12 monthly, 4 quarterly,
    1 yearly. Several rows a session: the median number of rows times the sessions per year.
    """
    days = integers(sessions, "sessions")
    if len(days) < 2:
        return 252.0
    first = np.flatnonzero(np.concatenate(([True], days[1:] != days[:-1])))
    rows = 1.0
    if len(first) < len(days):
        rows = quantile(np.diff(np.append(first, len(days))).astype(np.float64), 0.5)
    return rows * _sessions_per_year(days[first])


def _sessions_per_year(days: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    if len(days) < 2:
        return 252.0
    usual = quantile(np.diff(days).astype(np.float64), 0.5)
    if usual <= 3.5:
        weekend = float(np.mean((days + 3) % 7 >= 5))
        return 365.0 if weekend > WEEKEND_SHARE and len(days) >= 5 else 252.0
    for longest, per_year in ((10.0, 52.0), (20.0, 26.0), (45.0, 12.0), (135.0, 4.0)):
        if usual <= longest:
            return per_year
    return 1.0
