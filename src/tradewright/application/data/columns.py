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
    digest = digest_of(frame, actions)
    stamps = frame["time"].to_physical().to_numpy()
    sessions = frame["session"].to_physical().to_numpy()
    if len(instruments) == 1 and bool((stamps[1:] > stamps[:-1]).all()):
        assert instruments_in(frame) in ([], list(instruments)), "rows of another instrument"
        time, session = stamps, sessions.astype(np.int32)
        matrices = {name: _column(frame[name]) for name in _VALUES}
    else:
        time, rows = np.unique(stamps, return_inverse=True)
        session = np.full(len(time), np.iinfo(np.int32).min, dtype=np.int32)
        np.maximum.at(session, rows, sessions.astype(np.int32))
        columns, shape = _columns(frame["instrument"], instruments), (len(time), len(instruments))
        matrices = {name: _matrix(frame[name], rows, columns, shape=shape) for name in _VALUES}
    return Bars(
        instruments=tuple(instruments),
        timeframe=timeframe,
        time=np.array(time, dtype=np.int64),
        session=np.maximum.accumulate(session),
        opens=matrices["open"],
        highs=matrices["high"],
        lows=matrices["low"],
        closes=matrices["close"],
        volumes=matrices["volume"],
        actions=tuple(sorted(actions)),
        currency=where.currency,
        digest=digest,
        as_of=where.as_of,
        source=where.source,
    )


def instruments_in(frame: pl.DataFrame) -> list[str]:
    """The instruments of rows, in the order of their first; asked so that one series needs no column of texts."""
    name = pl.col("instrument")
    if frame.select(name.n_unique()).item() <= 1:
        return frame.head(1)["instrument"].to_list()
    return frame.select(name.unique(maintain_order=True))["instrument"].to_list()


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
    matrix[rows, columns] = _floats(values)
    return matrix


def _column(values: pl.Series) -> NDArray[np.float64]:
    """The values of one series as a matrix, piece by piece: joining the pieces first would hold them twice."""
    matrix = np.empty((len(values), 1))
    row = 0
    for piece in values.get_chunks():
        matrix[row : row + len(piece), 0] = _floats(piece)
        row += len(piece)
    return matrix


def _floats(values: pl.Series) -> NDArray[np.float64]:
    return (values.fill_null(float("nan")) if values.null_count() else values).to_numpy()
