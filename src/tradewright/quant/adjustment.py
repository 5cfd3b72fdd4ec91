"""Adjusting prices: what an old price would have been had later splits and dividends already happened.

The adjusted price of a row is its raw price times the ratios of all actions after it; the newest row keeps its raw
price. A split of s new shares per old share divides older prices by s and multiplies older volumes by s. A dividend
of d per share lowers older prices by what it was worth, for which people disagree on the yardstick:

- `previous-close` (default): 1 - d / c, with c the last close before the ex-date: a share that falls by just its
  dividend has an adjusted return of zero. So CRSP and Yahoo.
- `ex-close`: c / (c + d), with c the close of the ex-date: the adjusted return is (c + d) over the close before, which
  is the holder's return. So Quandl's WIKI prices; the two differ by 1e-4 or so for a usual dividend.

Where both happen on one day, the dividend is per new share.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class DividendConvention(StrEnum):
    """The close that a dividend is measured by."""

    PREVIOUS_CLOSE = "previous-close"
    EX_CLOSE = "ex-close"


def price_ratios(
    splits: NDArray[np.float64],
    dividends: NDArray[np.float64],
    *,
    previous_closes: NDArray[np.float64],
    ex_closes: NDArray[np.float64],
    convention: DividendConvention = DividendConvention.PREVIOUS_CLOSE,
) -> NDArray[np.float64]:
    """What each action multiplies older prices by; all arrays have one element an ex-date.

    `splits`: new shares per old, 1 for none. `dividends`: cash per (new) share, 0 for none. `previous_closes`,
    `ex_closes`: raw closes before and on the ex-date; NaN before the first bar, where there is nothing to adjust and
    the ratio is that of the split alone. A dividend that is not below the previous close is a ValueError.
    """
    if convention is DividendConvention.EX_CLOSE:
        kept = ex_closes / (ex_closes + dividends)
    else:
        kept = 1.0 - dividends * splits / previous_closes
    kept = np.where((dividends == 0.0) | np.isnan(previous_closes), 1.0, kept)
    if not (kept > 0.0).all():
        at = int(np.flatnonzero(~(kept > 0.0))[0])
        raise ValueError(
            f"a dividend of {dividends[at]:g} on a close of {previous_closes[at]:g} before and {ex_closes[at]:g} on "
            f"the ex-date leaves no price to adjust; expected a dividend below the close"
        )
    ratios: NDArray[np.float64] = kept / splits
    return ratios


def back_factors(length: int, ex_rows: NDArray[np.int64], *, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each of `length` rows, the product of the ratios of all actions whose ex-row comes after it.

    `ex_rows` holds for each action the first row on or after its ex-date, 0 to `length`; an action beyond the last row
    has not happened yet and must not be given.
    """
    steps = np.ones(length + 1)
    np.multiply.at(steps, ex_rows, ratios)
    return np.cumprod(steps[:0:-1], dtype=np.float64)[::-1]
