"""From rows to columns: bars as a store or a file has them become matrices, a row a moment, a column an instrument."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.application.data.digest import digest_of
from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.trading.bars import Bars

_VALUES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where bars come from."""

    source: str = ""
    as_of: int | None = None
    currency: str = "USD"


def bars_from_rows(
    frame: pl.DataFrame,
    timeframe: Timeframe,
    *,
    instruments: Sequence[str],
    actions: Sequence[CorporateAction] = (),
    provenance: Provenance | None = None,
) -> Bars:
    """Bars of `instruments`, in that order, from rows with the columns of the bars table and one row per bar.

    Moments at which any of them has a bar become rows; the others are NaN there. The session of a row is the latest
    that any instrument is in by then. Rows of other instruments are an assertion error.
    """
    where = provenance or Provenance()
    stamps = frame["time"].to_physical().to_numpy()
    sessions = frame["session"].to_physical().to_numpy()
    columns = _columns(frame["instrument"], instruments)
    if len(instruments) == 1 and (len(stamps) < 2 or (np.diff(stamps) > 0).all()):
        time, rows = stamps, np.arange(len(stamps))
    else:
        time, rows = np.unique(stamps, return_inverse=True)
    session = np.full(len(time), np.iinfo(np.int32).min, dtype=np.int32)
    np.maximum.at(session, rows, sessions.astype(np.int32))
    shape = (len(time), len(instruments))
    matrices = {name: _matrix(frame[name], rows, columns, shape=shape) for name in _VALUES}
    return Bars(
        instruments=tuple(instruments),
        timeframe=timeframe,
        time=np.ascontiguousarray(time, dtype=np.int64),
        session=np.maximum.accumulate(session),
        opens=matrices["open"],
        highs=matrices["high"],
        lows=matrices["low"],
        closes=matrices["close"],
        volumes=matrices["volume"],
        actions=tuple(sorted(actions)),
        currency=where.currency,
        digest=digest_of(frame, actions),
        as_of=where.as_of,
        source=where.source,
    )


def _columns(names: pl.Series, instruments: Sequence[str]) -> NDArray[np.int64]:
    if len(instruments) == 1:
        assert bool((names == instruments[0]).all()), "rows of another instrument"
        return np.zeros(len(names), dtype=np.int64)
    places = names.replace_strict(list(instruments), range(len(instruments)), return_dtype=pl.Int64)
    return places.to_numpy()


def _matrix(
    values: pl.Series, rows: NDArray[np.intp], columns: NDArray[np.int64], *, shape: tuple[int, int]
) -> NDArray[np.float64]:
    matrix = np.full(shape, np.nan)
    matrix[rows, columns] = values.fill_null(float("nan")).to_numpy()
    return matrix
