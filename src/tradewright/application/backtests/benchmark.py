"""A benchmark is what the money could have done instead: one instrument, bought at the start and held.

This file brings its closes to the rows of the run (the last close known by then), adjusted for splits and dividends, so
that a benchmark that pays dividends is not beaten for want of them.
"""

from collections.abc import Sequence

import numpy as np

from tradewright.application.backtests.finished import Benchmark
from tradewright.application.backtests.tables import digest_of
from tradewright.application.data.adjust import adjusted
from tradewright.application.data.dates import SessionRange
from tradewright.application.data.remarks import remarks_on
from tradewright.domain.calendars import date_from_days
from tradewright.domain.errors import InputError
from tradewright.trading.bars import Bars


def benchmark_of(held: Bars, bars: Bars) -> Benchmark:
    """`held` (one instrument) on the rows of `bars`; InputError when they have no time in common."""
    if len(held.instruments) != 1:
        raise InputError("a benchmark is one instrument", expected="one", found=", ".join(held.instruments))
    closes = adjusted(held).closes[:, 0]
    known = ~np.isnan(closes)
    times, values = held.time[known], closes[known]
    if len(values) == 0 or len(bars) == 0 or times[0] > bars.time[-1] or times[-1] < bars.time[0]:
        raise InputError(
            f"benchmark {held.instruments[0]} has no bars in the time of the run", remedy="see: tradewright data list"
        )
    row = np.searchsorted(times, bars.time, side="right") - 1
    aligned = np.where(row >= 0, values[np.maximum(row, 0)], np.nan)
    return Benchmark(held.instruments[0], aligned, held.digest or digest_of(held))


def benchmark_remarks(held: Bars, bars: Bars) -> Sequence[str]:
    """Where the benchmark covers only a part of the run's sessions."""
    sessions = SessionRange(date_from_days(bars.session[0]), date_from_days(bars.session[-1]))
    return [f"benchmark: {remark}" for remark in remarks_on(held, sessions)]
