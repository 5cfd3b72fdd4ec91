"""The days of a session's markets that are over: returns and volumes, a column an instrument.

This file decides what is kept of them, so that a day that ends costs little whatever came before it, and an order asks
for what is there already. The measures are those of `engine/runtime/day_measures.py`.
"""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from tradewright.engine.runtime.day_measures import (
    TAIL_DAYS,
    TOGETHER_DAYS,
    VOLUME_DAYS,
    ManySwings,
    bad_day,
    day_quantity,
)

_ROOM: Final = 8 * TAIL_DAYS


class PastDays:
    """Grows by a day at a time; prices and volumes are adjusted for the splits so far."""

    def __init__(self, width: int) -> None:
        self._closes: list[float] = [math.nan] * width
        self._has_begun = False
        self._returns = np.empty((width, _ROOM))
        """In every row the days of one instrument: a window of them lies in one piece."""
        self._days = 0
        self._ascending: list[list[float]] = [[] for _ in range(width)]
        """Of each instrument the returns of the last `TAIL_DAYS` days, in order of their size."""
        self._volumes: list[deque[float]] = [deque(maxlen=VOLUME_DAYS) for _ in range(width)]
        self._bad_days: dict[int, Decimal | None] = {}
        self._quantities: dict[tuple[int, float], Decimal | None] = {}
        self._swings: ManySwings | None = None
        """Of the days that are over, once somebody asked."""

    def end(self, closes: Sequence[float], volumes: Sequence[float]) -> None:
        """A day is over; NaN for an instrument without a close."""
        before, self._closes = self._closes, list(closes)
        for kept, volume in zip(self._volumes, volumes, strict=True):
            kept.append(volume)
        self._bad_days.clear()
        self._quantities.clear()
        self._swings = None
        if not self._has_begun:
            self._has_begun = True
            return
        if self._days == _ROOM:
            self._returns[:, :TAIL_DAYS] = self._returns[:, -TAIL_DAYS:]
            self._days = TAIL_DAYS
        found = [now / then - 1 if then else math.nan for now, then in zip(self._closes, before, strict=True)]
        gone = self._returns[:, self._days - TAIL_DAYS].tolist() if self._days >= TAIL_DAYS else None
        self._returns[:, self._days] = found
        self._days += 1
        for column, (ascending, new) in enumerate(zip(self._ascending, found, strict=True)):
            if gone is not None and not math.isnan(gone[column]):
                del ascending[bisect_left(ascending, gone[column])]
            if not math.isnan(new):
                insort(ascending, new)

    def bad_day(self, column: int) -> Decimal | None:
        """The loss of a bad day; None where too few are over."""
        if column not in self._bad_days:
            self._bad_days[column] = bad_day(self._ascending[column])
        return self._bad_days[column]

    def day_quantity(self, column: int, factor: float) -> Decimal | None:
        """The quantity of an average day, in units of now; None where nothing was traded."""
        key = (column, factor)
        if key not in self._quantities:
            self._quantities[key] = day_quantity(self._volumes[column], factor)
        return self._quantities[key]

    def together(self, one: int, others: Sequence[int]) -> list[Decimal | None]:
        """The correlation of an instrument with each of others; None where too few days have both, or one does not
        move."""
        if not others:
            return []
        if self._swings is None:
            self._swings = ManySwings(self._returns[:, max(self._days - TOGETHER_DAYS, 0) : self._days])
        return self._swings.together(one, others)
