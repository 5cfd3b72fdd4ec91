"""All checks over the bars of one instrument, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.quant.quality.bars import (
    BarColumns,
    check_open_high_low_close,
    check_prices,
    check_stamps,
    check_volume,
)
from tradewright.quant.quality.findings import Finding, score
from tradewright.quant.quality.gaps import check_sessions, check_thin_sessions
from tradewright.quant.quality.jumps import KnownSplit, check_outliers, check_splits, check_stale, check_units

STALE_DAYS = 5
STALE_INTRADAY_BARS = 60


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the checks found."""

    rows: int
    score: float
    """0 to 100; see `findings.score`."""
    findings: tuple[Finding, ...]


def assess(
    bars: BarColumns,
    *,
    is_intraday: bool,
    expected_sessions: NDArray[np.int32] | None = None,
    splits: Sequence[KnownSplit] = (),
    prices: str = "raw",
) -> Assessment:
    """Check the bars of one instrument; without `expected_sessions` gaps are not looked for.

    Stamps are checked first: the other checks see the bars in the order of time.
    """
    findings = list(check_stamps(bars))
    findings += [*check_prices(bars), *check_volume(bars), *check_open_high_low_close(bars)]
    findings += [*check_units(bars), *check_splits(bars, splits, prices=prices)]
    findings += check_outliers(bars, splits, prices=prices)
    findings += check_stale(bars, longest=STALE_INTRADAY_BARS if is_intraday else STALE_DAYS)
    if expected_sessions is not None:
        findings += check_sessions(bars, expected_sessions)
    if is_intraday:
        findings += check_thin_sessions(bars)
    ordered = tuple(sorted(findings, key=lambda finding: (finding.row, finding.check)))
    return Assessment(len(bars), score(ordered, len(bars)), ordered)
