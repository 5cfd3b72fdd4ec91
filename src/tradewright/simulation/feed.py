"""A market that is not over yet: rows come one by one, and the simulated broker walks on as far as there are any.

What is appended is never changed; columns are lists that grow, so a broker that was given the feed sees every new row.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from tradewright.domain.errors import InputError
from tradewright.domain.matching.layout import SPLIT
from tradewright.domain.matching.records import ActionRecord, filled_in
from tradewright.ports.historical import MarketFeed, Number

PRICES = ("open", "high", "low", "close", "volume")


class RowOfBars(NamedTuple):
    """What one moment brought."""

    time: int
    """Close of the bars, nanoseconds UTC; later than that of the row before."""
    session: int
    """Session date, days since 1970-01-01."""
    is_last: bool
    """True for the last row of its session: orders for the closing auction fill there."""
    bars: Sequence[tuple[Number, Number, Number, Number, Number] | None]
    """Open, high, low, close and volume of each instrument; None where no bar happened."""
    actions: Sequence[tuple[int, int, Number]] = ()
    """Corporate actions before this row's open: instrument, kind (SPLIT or DIVIDEND), value."""


class GrowingFeed:
    """The columns of a market so far; `nan` is the not-a-number of the run's numbers."""

    __slots__ = ("_nan", "_zero", "columns")

    def __init__(self, width: int, *, zero: Number, nan: Number, fees: Sequence[Any] = ()) -> None:
        self._zero, self._nan = zero, nan
        self.columns = MarketFeed(
            width, [], [], [], [], mark=[], session=[], actions=[], fees=fees, time=[], last=[], volume=[]
        )
        """What the broker is given."""

    def __len__(self) -> int:
        return len(self.columns.session)

    def append(self, row: RowOfBars) -> int:
        """Add a row; gives its number. An InputError for a row that cannot follow, with the feed as it was before."""
        columns, number = self.columns, len(self)
        self._require_row(row)
        for instrument, kind, value in sorted(row.actions):
            columns.actions.append(filled_in(ActionRecord, (number, instrument, kind, value)))
        for instrument, bar in enumerate(row.bars):
            values = (self._nan,) * len(PRICES) if bar is None else bar
            for name, value in zip(PRICES, values, strict=True):
                getattr(columns, name).append(value)
            columns.mark.append(self._carried(row, instrument) if bar is None else bar[3])
        columns.session.append(row.session)
        columns.time.append(row.time)
        columns.last.append(int(row.is_last))
        return number

    def _carried(self, row: RowOfBars, instrument: int) -> Number:
        """The mark of an instrument without a bar: the last close, as it counts after this row's splits."""
        if not len(self):
            return self._zero
        mark = self.columns.mark[(len(self) - 1) * self.columns.width + instrument]
        for column, kind, ratio in row.actions:
            if column == instrument and kind == SPLIT:
                mark = mark / ratio
        return mark

    def _require_row(self, row: RowOfBars) -> None:
        columns = self.columns
        if len(row.bars) != columns.width:
            expected, found = f"{columns.width} bars, one an instrument", str(len(row.bars))
        elif len(self) and row.time <= columns.time[-1]:
            expected, found = f"a row that closes after {columns.time[-1]}", str(row.time)
        elif len(self) and row.session < columns.session[-1]:
            expected, found = f"a session not before {columns.session[-1]}", str(row.session)
        elif not len(self) and row.actions:
            expected, found = "corporate actions after the first row: nothing was held before it", str(row.actions)
        else:
            wrong = [bar for bar in row.bars if bar is not None and not _is_bar(bar)]
            if not wrong:
                return
            expected, found = "bars of finite prices above 0, low <= open, close <= high", str(wrong[0])
        raise InputError("the row cannot follow in the feed", expected=expected, found=found)


def _is_bar(bar: tuple[Number, Number, Number, Number, Number]) -> bool:
    open_, high, low, close, volume = bar
    if not all(math.isfinite(value) for value in bar):
        return False
    return bool(0 < low <= min(open_, close) and max(open_, close) <= high and volume >= 0)
