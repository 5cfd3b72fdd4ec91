"""The history of a trading session as its strategy sees it: one row a slice, in columns that grow.

This file decides how prices are adjusted while nobody knows the next split: a row stays as it was shown, and later
rows are scaled back to the session's first one (the same steps as `engine/market.py` takes with `adjusted_to="first"`,
equal to the last bit). Growing costs a copy only when the room doubles.
"""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import DataError
from tradewright.domain.market.actions import ActionKind
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.runtime.sight import SeenColumns
from tradewright.ports.feed import Slice, SliceBar
from tradewright.trading.bars import Bars

Floats = NDArray[np.float64]
FIRST_ROOM: Final = 1024
FIELDS: Final = 5
CLOSE: Final = 3


class GrowingMarket:
    """Reads as `MarketColumns` does, as far as a strategy looks; `seen` and `factor` end with the newest row."""

    __slots__ = (
        "_factor",
        "_fields",
        "_instruments",
        "_now",
        "_room",
        "_session",
        "_time",
        "_timeframe",
        "columns",
        "factor",
        "mark",
        "seen",
    )

    def __init__(self, instruments: tuple[str, ...], timeframe: Timeframe) -> None:
        width = len(instruments)
        self._room = 0
        self._now = np.ones(width)
        self._time = np.empty(0, np.int64)
        self._session = np.empty(0, np.int32)
        self._fields = [np.empty((0, width)) for _ in range(FIELDS)]
        self._factor = np.empty((0, width))
        self.factor: Floats | None = None
        """raw = seen x factor, shape (rows, width)."""
        self.mark = np.zeros(width)
        """Last raw close of each instrument, split-aware; 0 before its first bar."""
        self._instruments = instruments
        self._timeframe = timeframe
        self.seen = self._shown(0)
        """Bars so far, adjusted to the first row; read-only."""
        self.columns: SeenColumns = self._columns()
        """The same, flat, with room for rows to come."""

    @property
    def bars(self) -> Bars:
        """Instruments and times; prices are to be read in `seen`."""
        return self.seen

    def __len__(self) -> int:
        return len(self.seen)

    def append(self, shown: Slice) -> None:
        """Take the next slice; one that is not later than the last, or of another width, is a DataError."""
        row = len(self.seen)
        self._require_next(shown, row)
        if row == self._room:
            self._grow()
        if row:
            self._split(shown)
        self._time[row], self._session[row] = shown.time_ns, shown.session
        self._factor[row] = self._now
        missing = SliceBar(*(math.nan,) * FIELDS)
        bars = [missing if bar is None else bar for bar in shown.bars]
        opens, highs, lows, closes, volumes = self._fields
        opens[row] = [bar.open for bar in bars] / self._now
        highs[row] = [bar.high for bar in bars] / self._now
        lows[row] = [bar.low for bar in bars] / self._now
        volumes[row] = [bar.volume for bar in bars] * self._now
        raw = np.array([bar.close for bar in bars])
        closes[row] = raw / self._now
        self.mark = np.where(np.isnan(raw), self.mark, raw)
        self.factor = self._factor[: row + 1]
        self.seen = self._shown(row + 1)

    def has_bar(self, column: int) -> bool:
        """True when the instrument has a bar in the newest row."""
        return not math.isnan(self._fields[CLOSE][len(self.seen) - 1, column])

    def _require_next(self, shown: Slice, row: int) -> None:
        width = len(self._instruments)
        if len(shown.bars) != width:
            raise DataError(
                f"slice {shown.number} does not fit the strategy's instruments",
                expected=f"{width} bars (none where there is none)",
                found=str(len(shown.bars)),
            )
        if row and shown.time_ns <= self._time[row - 1]:
            raise DataError(
                f"slice {shown.number} is not later than the one before",
                expected=f"a close after {self._time[row - 1]} ns",
                found=f"{shown.time_ns} ns",
            )

    def _split(self, shown: Slice) -> None:
        """Splits of one instrument in the order of their ratios, as in `engine/market.py`."""
        if not shown.actions:
            return
        column_of = {name: number for number, name in enumerate(self._instruments)}
        for action in sorted(shown.actions, key=lambda action: (action.instrument, action.value)):
            if action.kind is ActionKind.SPLIT and action.instrument in column_of:
                column = column_of[action.instrument]
                self._now[column] /= action.value
                self.mark[column] /= action.value

    def _grow(self) -> None:
        self._room = max(FIRST_ROOM, 2 * self._room)
        self._time = _larger(self._time, self._room)
        self._session = _larger(self._session, self._room)
        self._factor = _larger(self._factor, self._room)
        self._fields = [_larger(field, self._room, fill=np.nan) for field in self._fields]
        self.columns = self._columns()

    def _columns(self) -> SeenColumns:
        return SeenColumns(self._instruments, self._time, [field.reshape(-1).data for field in self._fields])

    def _shown(self, rows: int) -> Bars:
        opens, highs, lows, closes, volumes = (_read_only(field[:rows]) for field in self._fields)
        return Bars(
            self._instruments,
            self._timeframe,
            time=_read_only(self._time[:rows]),
            session=_read_only(self._session[:rows]),
            opens=opens,
            highs=highs,
            lows=lows,
            closes=closes,
            volumes=volumes,
            prices="split-adjusted",
        )


def _larger(column: NDArray[Any], room: int, *, fill: float = 0) -> NDArray[Any]:
    """The column with room for more rows; rows already shown keep their old memory alive where somebody holds it."""
    grown = np.full((room, *column.shape[1:]), fill, column.dtype)
    grown[: len(column)] = column
    return grown


def _read_only(view: NDArray[Any]) -> NDArray[Any]:
    view.flags.writeable = False
    return view
