"""Prices that leap: in the wrong unit, by a split that was applied to some rows only, or further than news explains.

Real markets leap, too, so only what prices cannot do is an error: a hundredfold price for a few bars, a leap by the
very ratio of a known split where there should be none. Everything else is a warning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.quant.quality.bars import BarColumns
from tradewright.quant.quality.findings import Check, Finding, Flags, Severity, runs

Floats = NDArray[np.float64]
SPLIT_RATIOS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 50.0, 100.0)
NEIGHBOURS = 9
"""Rows on each side whose median a price is compared with: more than twice the longest spike."""
LONGEST_SPIKE = 4
"""Bars in a row that can be told from their neighbours as a slip of the unit."""
NEAR = 20
"""Rows from a known split within which a leap of its size is laid to it."""
BLOCK = 64
"""Rows over which the usual size of a return is measured."""
FEWEST_MOVES = 5
"""Moves it takes to tell what is usual; 1% is assumed before."""
OUTLIER = 15.0
"""Returns further than this many usual ones (median absolute return around them) are outliers."""


@dataclass(frozen=True, slots=True)
class KnownSplit:
    """A split that the vendor or the store tells."""

    row: int
    """The first row that trades after it."""
    ratio: float
    """New shares per old share."""


def log_returns(close: Floats) -> Floats:
    """Logarithm of close over the close before; the first is 0, and so is one beside a price that is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.diff(np.log(close), prepend=np.nan)
    return np.where(np.isfinite(steps), steps, 0.0)


def check_units(bars: BarColumns) -> Iterator[Finding]:
    """A few bars at an eighth or eight times (or more) the price on both sides: pence for pounds, a slipped point.

    An error where the close is off, or a single price by a hundred; a high or low that is off otherwise is a warning,
    since a thin book can be swept in a second.
    """
    price = np.where(bars.is_priced, bars.close, np.nan)
    before, after = _medians_beside(price)
    with np.errstate(divide="ignore", invalid="ignore"):
        is_level = np.abs(np.log(after / before)) < np.log(3)
        factors = np.nan_to_num(np.abs(np.log(bars.prices / np.sqrt(before * after)[:, None])), nan=0.0, posinf=0.0)
    farthest = np.where(is_level, factors.max(axis=1), 0.0)
    for first, last in runs(farthest > np.log(8)):
        if last - first + 1 > LONGEST_SPIKE or first == 0 or last == len(bars) - 1:
            continue
        rows = slice(first, last + 1)
        is_close = bool((factors[rows, 3] > np.log(8)).any())
        is_hundred = bool((np.abs(factors[rows] - np.log(100)) < 0.1).any())
        severity = Severity.ERROR if is_close or is_hundred else Severity.WARNING
        reason = f"a price is {np.exp(farthest[rows].max()):.3g} times off those before and after"
        yield Finding(Check.UNITS, severity, first, last, reason)


def _medians_beside(price: Floats) -> tuple[Floats, Floats]:
    """Medians of the nine rows before and the nine after each row; NaN where there are none."""
    missing = np.full(NEIGHBOURS, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate((missing, price, missing)), NEIGHBOURS)
    medians: Floats = np.concatenate([_nanmedian(windows[at : at + 100_000]) for at in range(0, len(windows), 100_000)])
    return medians[: len(price)], medians[NEIGHBOURS + 1 :]


def _nanmedian(rows: Floats) -> Floats:
    """Median of each row without its NaN; NaN where nothing is left."""
    ordered = np.sort(rows, axis=1)
    counts = np.isfinite(ordered).sum(axis=1)
    places = np.maximum(counts - 1, 0)
    index = np.arange(len(rows))
    middle = (ordered[index, places // 2] + ordered[index, (places + 1) // 2]) / 2
    median: Floats = np.where(counts > 0, middle, np.nan)
    return median


def usual_return(returns: Floats) -> Floats:
    """Median absolute return around each row: of its block of 64 rows and the blocks beside it; never 0."""
    size = np.abs(returns)
    moving = size[size > 0]
    floor = float(np.median(moving)) if len(moving) >= FEWEST_MOVES else 0.01
    count = -(-len(size) // BLOCK)
    padded = np.full(count * BLOCK, np.nan)
    padded[: len(size)] = np.where(size > 0, size, np.nan)
    blocks = padded.reshape(count, BLOCK)
    by_block = np.where(np.isfinite(blocks).sum(axis=1) >= FEWEST_MOVES, _nanmedian(blocks), floor)
    wide = np.concatenate((by_block[:1], by_block, by_block[-1:]))
    smooth = np.maximum(np.maximum(wide[:-2], wide[1:-1]), wide[2:])
    usual: Floats = np.maximum(np.repeat(smooth, BLOCK)[: len(size)], floor / 4)
    return usual


def returns_without_splits(bars: BarColumns, known: Sequence[KnownSplit], *, prices: str) -> Floats:
    """Logarithmic returns as a holder sees them: in raw prices the leap of a known split is taken out."""
    returns = log_returns(bars.close)
    if prices == "raw":
        for split in known:
            if 0 < split.row < len(returns):
                returns[split.row] += np.log(split.ratio)
    return returns


def check_outliers(bars: BarColumns, known: Sequence[KnownSplit] = (), *, prices: str = "raw") -> Iterator[Finding]:
    """Returns of more than 15 times the usual size around them."""
    returns = returns_without_splits(bars, known, prices=prices)
    times = np.abs(returns) / usual_return(returns)
    for row in np.flatnonzero(times > OUTLIER):
        move = float(np.expm1(returns[row]))
        reason = f"a move of {move:+.1%}, {times[row]:.0f} times the usual"
        yield Finding(Check.OUTLIERS, Severity.WARNING, int(row), int(row), reason)


def check_stale(bars: BarColumns, *, longest: int) -> Iterator[Finding]:
    """More than `longest` bars in a row whose four prices are the close of the bar before."""
    same = (bars.high == bars.low) & (bars.open == bars.close) & (np.diff(bars.close, prepend=np.nan) == 0)
    for first, last in runs(same):
        if last - first + 1 > longest:
            reason = f"the price stands still for {last - first + 1} bars"
            yield Finding(Check.STALE, Severity.WARNING, first, last, reason)


def check_splits(bars: BarColumns, known: Sequence[KnownSplit], *, prices: str) -> Iterator[Finding]:
    """Leaps by the ratio of a split, where there should be none.

    `prices` is `raw` (a known split makes a leap on its row) or `split-adjusted` (it makes none). A leap by the ratio
    of a known split near it, in either direction, is an error on all the rows on the wrong side; one by a round ratio
    that no split explains is a warning.
    """
    returns = returns_without_splits(bars, known, prices=prices)
    noise = usual_return(returns)
    told: Flags = np.zeros(len(bars), dtype=bool)
    for split in known:
        leaps = _leaps(returns, noise, abs(float(np.log(split.ratio))))
        leaps = leaps[np.abs(leaps - split.row) <= NEAR]
        for first, last in _wrong_side(leaps, returns):
            if not told[first : last + 1].all():
                told[first : last + 1] = True
                reason = f"the split of {split.ratio:g} for 1 is applied to some rows and not to others"
                yield Finding(Check.SPLITS, Severity.ERROR, first, last, reason)
    for ratio in SPLIT_RATIOS:
        for row in _leaps(returns, noise, float(np.log(ratio)), tolerance=0.03):
            if not (told[row] or told[max(row - 1, 0)]):
                told[row] = True
                way = f"1 for {ratio:g}" if returns[row] > 0 else f"{ratio:g} for 1"
                reason = f"looks like a split of {way} that is not known"
                yield Finding(Check.SPLIT_LIKE, Severity.WARNING, int(row), int(row), reason)


def _leaps(returns: Floats, noise: Floats, size: float, *, tolerance: float | None = None) -> NDArray[np.intp]:
    """Rows whose return is `size`, up or down, within a fifth or the tolerance, and far from usual."""
    if size < 0.2:
        return np.empty(0, dtype=np.intp)
    allowed = tolerance if tolerance is not None else (0.3 if size > 1 else 0.2) * size
    return np.flatnonzero((np.abs(np.abs(returns) - size) < allowed) & (np.abs(returns) > 5 * noise))


def _wrong_side(leaps: NDArray[np.intp], returns: Floats) -> Iterator[tuple[int, int]]:
    """Rows between a leap and the leap back; all rows up to a leap that has none."""
    place = 0
    while place < len(leaps):
        row = int(leaps[place])
        back = place + 1 < len(leaps) and returns[leaps[place + 1]] * returns[row] < 0
        yield (row, int(leaps[place + 1]) - 1) if back else (0, row)
        place += 2 if back else 1
