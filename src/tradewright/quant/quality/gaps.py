"""Bars that should be there and are not, and bars that should not: measured against the sessions of the venue."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tradewright.quant.quality.bars import BarColumns
from tradewright.quant.quality.findings import Check, Finding, Severity

Sessions = NDArray[np.int32]
THIN = 0.5
"""A session with less than this part of the usual number of intraday bars is thin."""


def check_sessions(bars: BarColumns, expected: Sessions) -> Iterator[Finding]:
    """Sessions of the calendar (`expected`, ascending days) without a bar, and bars on other days.

    Only days between the first and the last bar count. Missing days next to each other are one gap: a warning, since
    trading may have been suspended.
    """
    if len(bars) == 0 or len(expected) == 0:
        return
    have = np.unique(bars.session)
    wanted = expected[(expected >= have[0]) & (expected <= have[-1])]
    is_missing = ~np.isin(wanted, have, assume_unique=True)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_missing, [False])).astype(np.int8))).reshape(-1, 2)
    for first, after in edges:
        row = int(np.searchsorted(bars.session, wanted[first]))
        count = int(after - first)
        days = f"{_date(wanted[first])}" if count == 1 else f"{_date(wanted[first])} to {_date(wanted[after - 1])}"
        reason = f"no bar in {count} session{'s' if count > 1 else ''}: {days}"
        yield Finding(Check.GAPS, Severity.WARNING, row, row, reason, rows_missing=count)
    covered = have[(have >= expected[0]) & (have <= expected[-1])]
    for day in covered[~np.isin(covered, expected, assume_unique=True)]:
        first_row = int(np.searchsorted(bars.session, day))
        last_row = int(np.searchsorted(bars.session, day, side="right")) - 1
        reason = f"{_date(day)} is no session of the venue"
        yield Finding(Check.OFF_SESSION, Severity.WARNING, first_row, last_row, reason)


def check_thin_sessions(bars: BarColumns) -> Iterator[Finding]:
    """Sessions with less than half of the usual number of intraday bars: half days, or holes."""
    days, first_rows, counts = np.unique(bars.session, return_index=True, return_counts=True)
    if len(days) < 3:
        return
    usual = float(np.median(counts))
    inner = np.ones(len(days), dtype=bool)
    inner[[0, -1]] = False  # the first and the last session may be cut
    for place in np.flatnonzero((counts < THIN * usual) & inner):
        row, count = int(first_rows[place]), int(counts[place])
        reason = f"{count} bars on {_date(days[place])}, usually {usual:.0f}"
        missing = int(usual) - count
        yield Finding(Check.GAPS, Severity.WARNING, row, row + count - 1, reason, rows_missing=missing)


def _date(day: int) -> str:
    return str(np.datetime64(int(day), "D"))
