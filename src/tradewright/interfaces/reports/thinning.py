"""A chart has some thousand pixels; a run can have a million bars. Thinning keeps what an eye would see.

Lines keep the highest and the lowest point of each stretch of bars, so that no peak and no drawdown is lost; bars of a
price chart are joined into longer bars. Runs of ordinary length are not thinned at all.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def kept_rows(series: Sequence[Floats], most: int) -> Rows:
    """Rising row numbers, about `most` of them at the most: of each stretch of rows the extremes of each series.

    First and last row are always kept. NaN is never an extreme.
    """
    rows = len(series[0])
    if rows <= most:
        return np.arange(rows)
    stretches = max((most - 2) // (2 * len(series)), 1)
    starts = np.linspace(0, rows, stretches + 1).astype(np.int64)[:-1]
    kept = [np.array([0, rows - 1])]
    for values in series:
        kept += [
            _extremes(np.where(np.isnan(values), -np.inf, values), starts),
            _extremes(np.where(np.isnan(values), -np.inf, -values), starts),
        ]
    return np.unique(np.concatenate(kept))


def _extremes(values: Floats, starts: Rows) -> Rows:
    """The first row of the highest value in each stretch."""
    best = np.maximum.reduceat(values, starts)
    ends = np.append(starts[1:], len(values))
    stretch = np.repeat(np.arange(len(starts)), ends - starts)
    hits = np.flatnonzero(values == best[stretch])
    _, first = np.unique(stretch[hits], return_index=True)
    return hits[first]


def joined_bars(bars: pl.DataFrame, most: int) -> tuple[pl.DataFrame, int]:
    """Bars of one instrument, joined so that at most `most` remain, and how many bars went into each.

    Adds `row`, the number of the last bar in each; a joined bar has the time of its last bar.
    """
    together = -(-len(bars) // most)
    numbered = bars.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    if together <= 1:
        return numbered, 1
    joined = (
        numbered.group_by(pl.col("row") // together, maintain_order=True)
        .agg(
            pl.col("row").last().alias("last_row"),
            pl.col("time", *(["session"] if "session" in bars.columns else [])).last(),
            pl.col("open").drop_nans().first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").drop_nans().last(),
            pl.col("volume").sum(),
        )
        .drop("row")
        .rename({"last_row": "row"})
    )
    return joined, together
