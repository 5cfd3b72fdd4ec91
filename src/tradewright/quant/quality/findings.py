"""A finding says what is doubtful about market data: which rows, how badly, and why.

This file decides how findings are weighed: `score` turns them into one number between 0 and 100.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Cannot be true: a backtest on it would be wrong."""
    WARNING = "warning"
    """Rare but possible: worth a look."""
    NOTE = "note"
    """Good to know; costs no score."""


class Check(StrEnum):
    """What was looked at."""

    PRICES = "prices"
    VOLUME = "volume"
    OPEN_HIGH_LOW_CLOSE = "open-high-low-close"
    STAMPS = "stamps"
    GAPS = "gaps"
    OFF_SESSION = "off-session"
    OUTLIERS = "outliers"
    STALE = "stale"
    SPLIT_LIKE = "split-like"
    SPLITS = "splits"
    UNITS = "units"
    DIVIDENDS = "dividends"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is doubtful, on one row or on several in a row."""

    check: Check
    severity: Severity
    row: int
    """First row, from 0; of a gap the row after it."""
    last_row: int
    """Last row, itself included."""
    reason: str
    rows_missing: int = 0
    """Of a gap: how many bars or sessions are not there."""

    @property
    def rows(self) -> int:
        """How many rows it speaks of; of a gap the missing ones."""
        return self.rows_missing or self.last_row - self.row + 1


def runs(flags: Flags) -> Iterator[tuple[int, int]]:
    """First and last row of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    for first, after in edges.reshape(-1, 2):
        yield int(first), int(after) - 1


_FIXED = {Severity.ERROR: 10.0, Severity.WARNING: 1.0}
_BY_SHARE = {Severity.ERROR: (30.0, 0.01), Severity.WARNING: (9.0, 0.10)}


def score(findings: Sequence[Finding], rows: int) -> float:
    """Quality between 0 and 100, one decimal.

    Starts at 100. Each check that found errors costs 10, and up to 30 more in proportion to the share of rows, in full
    from 1% of them; each check that found warnings costs 1, and up to 9 more, in full from 10%. Notes cost nothing.
    """
    if rows == 0:
        return 0.0
    left = 100.0
    for severity, fixed in _FIXED.items():
        most, full_from = _BY_SHARE[severity]
        for check in sorted({finding.check for finding in findings if finding.severity is severity}):
            touched = sum(one.rows for one in findings if one.check is check and one.severity is severity)
            left -= fixed + most * min(1.0, touched / rows / full_from)
    return round(max(left, 0.0), 1)
