"""A benchmark is what the money could have done instead: one instrument, bought at the start and held.

This file brings its closes to the rows of the run (the last close known by then) and to total return: splits do not
show, dividends are reinvested at the close before their ex-date.
"""

import numpy as np

from tradewright.application.backtests.finished import Benchmark
from tradewright.application.backtests.tables import digest_of
from tradewright.domain.errors import InputError
from tradewright.domain.market.actions import ActionKind
from tradewright.trading.bars import Bars, Floats


def benchmark_of(held: Bars, bars: Bars) -> Benchmark:
    """`held` (one instrument) on the rows of `bars`; InputError when they have no time in common."""
    if len(held.instruments) != 1:
        raise InputError("a benchmark is one instrument", expected="one", found=", ".join(held.instruments))
    closes = total_return_closes(held)
    known = ~np.isnan(closes)
    times, values = held.time[known], closes[known]
    row = np.searchsorted(times, bars.time, side="right") - 1
    aligned = np.where(row >= 0, values[np.maximum(row, 0)] if len(values) else np.nan, np.nan)
    if len(values) == 0 or np.isnan(aligned).all() or times[-1] < bars.time[0]:
        raise InputError(
            f"benchmark {held.instruments[0]} has no bars in the time of the run", remedy="see: tradewright data list"
        )
    return Benchmark(held.instruments[0], aligned, held.digest or digest_of(held))


def total_return_closes(bars: Bars) -> Floats:
    """Closes of the first instrument with splits taken out and dividends reinvested; NaN where no bar happened."""
    closes = bars.closes[:, 0].copy()
    factor = np.ones(len(closes))
    raw = bars.closes[:, 0]
    for action in bars.actions:
        row = int(np.searchsorted(bars.session, action.ex_session))
        if action.instrument != bars.instruments[0] or not 0 < row < len(closes):
            continue
        if action.kind is ActionKind.SPLIT:
            factor[row:] *= action.value
            continue
        before = np.flatnonzero(~np.isnan(raw[:row]))
        if len(before) and raw[before[-1]] > action.value:
            factor[row:] *= raw[before[-1]] / (raw[before[-1]] - action.value)
    return closes * factor
