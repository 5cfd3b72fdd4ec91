"""How far a round trip went against and for its holder before it ended: adverse and favourable excursion.

Both are fractions of the average entry price: adverse at or below zero, favourable at or above. The bars between entry
and exit count with their high and low. Of the entry bar the range counts only when the entry was at its open, of the
exit bar only when the exit was at its close; the fill prices themselves always count.
"""

from typing import Literal

import numpy as np

from tradewright.quant.performance.arrays import Floats, Integers
from tradewright.quant.performance.round_trips import NO_ADJUSTMENTS, Adjustments, RoundTrips


def excursions(
    trips: RoundTrips,
    highs: Floats,
    lows: Floats,
    *,
    fills_at: Literal["open", "close"] = "open",
    adjustments: Adjustments = NO_ADJUSTMENTS,
) -> tuple[Floats, Floats]:
    """Adverse (MAE) and favourable (MFE) excursion of each trip.

    `highs` and `lows` have shape (rows, instruments), raw prices; a missing bar is NaN. `adjustments` are those of the
    round trips: prices before a split are brought to the units after it.
    """
    first = trips.entry_bar + (1 if fills_at == "close" else 0)
    after = trips.exit_bar + np.where(trips.is_open | (fills_at == "close"), 1, 0)
    entry, leave = trips.entry_price, trips.exit_price
    lowest, highest = np.minimum(entry, leave), np.maximum(entry, leave)
    for instrument in np.unique(trips.instrument):
        chosen = np.flatnonzero((trips.instrument == instrument) & (after > first))
        own = adjustments.instrument == instrument
        rows, ratios = adjustments.bar[own], adjustments.ratio[own]
        rows, ratios = rows[ratios != 1.0], ratios[ratios != 1.0]
        low, high = lows[:, instrument], highs[:, instrument]
        split = np.searchsorted(rows, first[chosen], "right") < np.searchsorted(rows, trips.exit_bar[chosen], "right")
        plain = chosen[~split]
        lowest[plain] = np.fmin(lowest[plain], _extremes(np.fmin, low, first[plain], after[plain]))
        highest[plain] = np.fmax(highest[plain], _extremes(np.fmax, high, first[plain], after[plain]))
        for trip in chosen[split]:
            units = _units(rows, ratios, first=int(first[trip]), after=int(after[trip]), end=int(trips.exit_bar[trip]))
            cut = slice(first[trip], after[trip])
            lowest[trip] = np.fmin(lowest[trip], np.fmin.reduce(low[cut] * units))
            highest[trip] = np.fmax(highest[trip], np.fmax.reduce(high[cut] * units))
    is_long = trips.direction > 0
    adverse = np.where(is_long, lowest / entry - 1.0, 1.0 - highest / entry)
    favourable = np.where(is_long, highest / entry - 1.0, 1.0 - lowest / entry)
    return adverse, favourable


def _extremes(extreme: np.ufunc, prices: Floats, first: Integers, after: Integers) -> Floats:
    """Lowest or highest of `prices[first:after]` of each trip; one pass over the prices where trips do not overlap."""
    if len(first) == 0:
        return np.empty(0)
    inside = after < len(prices)
    found = np.empty(len(first))
    if inside.any():
        bounds = np.stack((first[inside], after[inside]), axis=1).ravel()
        found[inside] = extreme.reduceat(prices, bounds)[0::2]
    for trip in np.flatnonzero(~inside):
        found[trip] = extreme.reduce(prices[first[trip] :])
    return found


def _units(rows: Integers, ratios: Floats, *, first: int, after: int, end: int) -> Floats:
    """Factor that brings the price of each row in first..after to the units after the last split up to `end`."""
    factor = np.ones(after - first)
    for row, ratio in zip(rows, ratios, strict=True):
        if first < row <= end:
            factor[: max(0, row - first)] /= ratio
    return factor
