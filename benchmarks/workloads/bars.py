"""Generated columns as `tw.Bars`: stamped by the close of the bar, without a copy."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

import tradewright as tw
from benchmarks.data import DAY
from tradewright.domain.timeframe import Timeframe


def bars_of(
    columns: Mapping[str, NDArray[np.generic]],
    instruments: tuple[str, ...],
    *,
    timeframe: str,
    length: int,
    rows: int | None = None,
) -> tw.Bars:
    """The first `rows` bars; `length` is nanoseconds from a bar's open, by which files are stamped, to its close."""
    time = columns["ts"][:rows].astype(np.int64) + length
    opens, highs, lows, closes, volumes = (  # a copy of the part, so that the whole does not count as memory in use
        np.array(columns[name][:rows], np.float64, copy=len(time) < len(columns[name]) or None, order="C").reshape(
            len(time), len(instruments)
        )
        for name in ("open", "high", "low", "close", "volume")
    )
    session = ((time - 1) // DAY).astype(np.int32)
    return tw.Bars(instruments, Timeframe.parse(timeframe), time, session, opens, highs, lows, closes, volumes)
