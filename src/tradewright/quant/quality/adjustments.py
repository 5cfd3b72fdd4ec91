"""Dividends, and the adjusted close that vendors derive from them: do the two tell the same story?

An adjusted close steps at each ex-date by 1 / (1 - dividend / close before); what the step implies is compared with
what is told, and both with what the price did. Finds a dividend in the wrong unit, one told twice, one that is missing
in the adjustment. In bars longer than a day the price and the step may follow one row later: `slack_rows=1`.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tradewright.quant.quality.findings import Check, Finding, Severity

Floats = NDArray[np.float64]
TWICE_WITHIN = 3
"""Two dividends of about the same size within so many rows are one that is told twice."""
LARGE = 0.10
"""Part of the price from which a dividend must be seen in the price."""
MISSING = 0.005
"""An adjustment for less than this part of a dividend is none."""


def check_dividends(close: Floats, low: Floats, dividend: Floats, *, slack_rows: int = 0) -> Iterator[Finding]:
    """Dividends (cash per share on the row of their ex-date, else 0) that no company pays.

    As much as the share is worth, told twice, or at least 10% of the price without the price falling by a third of it.
    """
    paid = [int(row) for row in np.flatnonzero(dividend > 0)]
    for place, row in enumerate(paid):
        if row == 0:
            continue
        before, amount = float(close[row - 1]), float(dividend[row])
        fall = before - float(low[row : row + 1 + slack_rows].min())
        if amount >= before:
            yield _error(Check.DIVIDENDS, row, f"a dividend of {amount:g} on a share worth {before:g}")
        elif amount >= LARGE * before and fall < amount / 3:
            reason = f"a dividend of {amount / before:.0%} of the price, and the price does not fall"
            yield _error(Check.DIVIDENDS, row, reason)
        if place and row - paid[place - 1] <= TWICE_WITHIN and abs(dividend[paid[place - 1]] / amount - 1) < 0.1:
            reason = f"a dividend of {amount:g} right after one of {dividend[paid[place - 1]]:g}"
            yield _error(Check.DIVIDENDS, row, reason)


def check_adjusted_close(
    close: Floats, adjusted: Floats, *, dividend: Floats, slack_rows: int = 0
) -> Iterator[Finding]:
    """Steps of the adjusted close against the dividends; `close` is split-adjusted, as the dividends are."""
    if len(close) < 2:
        return
    before = close[:-1]
    told = dividend[1:]
    later = np.minimum(np.arange(1, len(close)) + np.where(told > 0, slack_rows, 0), len(close) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = adjusted / close
        step = factor[later] / factor[:-1]
        implied = before * (1 - 1 / step)
        wrong = np.abs(implied - told) > 0.25 * told + 1e-3 * before
        wrong |= (told > 0) & (np.abs(implied) < MISSING * told) & (told > 1e-4 * before)
    for shift in range(1, slack_rows + 1):  # the step that belongs to the dividend on a row before
        wrong[shift:] &= ~((told[:-shift] > 0) & (told[shift:] == 0))
    for place in np.flatnonzero(wrong & np.isfinite(implied)):
        row, amount, found = int(place) + 1, float(told[place]), float(implied[place])
        if amount == 0:
            reason = f"the adjusted close steps by {step[place]:.4g} without a dividend"
        elif abs(found) < MISSING * amount:
            reason = f"the dividend of {amount:g} is missing in the adjusted close"
        else:
            reason = f"the adjusted close is adjusted for {found:.4g}, the dividend told is {amount:g}"
        yield _error(Check.ADJUSTMENT, row, reason)


def _error(check: Check, row: int, reason: str) -> Finding:
    return Finding(check, Severity.ERROR, row, row, reason)
