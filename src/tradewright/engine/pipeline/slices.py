"""A slice is what all instruments did up to one moment: their bars of one close, side by side.

This file decides when a slice is complete: every instrument has a bar of that close, or a later trade shows that it has
none. What is still missing when the waiting ends is NaN, as in the columns that strategies read.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tradewright.trading.aggregation.builder import NEVER
from tradewright.trading.aggregation.news import FormedBar

NAN = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSlice:
    """One row of bars, an instrument a place; NaN where an instrument has no bar."""

    time_ns: int
    """The close, nanoseconds UTC."""
    session: int
    """Days since 1970-01-01."""
    instruments: tuple[str, ...]
    opens: tuple[float, ...]
    highs: tuple[float, ...]
    lows: tuple[float, ...]
    closes: tuple[float, ...]
    volumes: tuple[float, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Instruments without a bar."""
        return tuple(
            name
            for name, close in zip(self.instruments, self.closes, strict=True)
            if close != close  # noqa: PLR0124
        )


def slice_of(instruments: tuple[str, ...], bars: Sequence[FormedBar | None]) -> BarSlice:
    """The slice of these bars of one close, an instrument a place; at least one is a bar."""
    found = [bar for bar in bars if bar is not None]
    return BarSlice(
        time_ns=found[0].time_ns,
        session=max(bar.session for bar in found),
        instruments=instruments,
        opens=tuple(NAN if bar is None else bar.open for bar in bars),
        highs=tuple(NAN if bar is None else bar.high for bar in bars),
        lows=tuple(NAN if bar is None else bar.low for bar in bars),
        closes=tuple(NAN if bar is None else bar.close for bar in bars),
        volumes=tuple(NAN if bar is None else bar.volume for bar in bars),
    )


class SliceAssembler:
    """Collects bars until their slice is complete; slices leave it in the order of their closes."""

    __slots__ = ("_instruments", "_lacking", "_pending", "_seen_ns", "oldest_ns")

    def __init__(self, instruments: tuple[str, ...]) -> None:
        self._instruments = instruments
        self._pending: dict[int, list[FormedBar | None]] = {}
        self._seen_ns = [0] * len(instruments)
        self._lacking: set[int] = set()
        self.oldest_ns = NEVER
        """Close of the oldest slice that is not complete; beyond all times when there is none."""

    def add(self, place: int, bar: FormedBar) -> None:
        """An instrument's bar."""
        row = self._pending.get(bar.time_ns)
        if row is None:
            row = self._pending[bar.time_ns] = [None] * len(self._instruments)
        row[place] = bar
        if bar.time_ns < self.oldest_ns:
            self._look_at_oldest()
        elif bar.time_ns == self.oldest_ns:
            self._lacking.discard(place)

    def saw(self, place: int, time_ns: int) -> None:
        """An instrument traded at this moment, so its bars that end by then are known."""
        self._seen_ns[place] = time_ns
        if time_ns >= self.oldest_ns:
            self._lacking.discard(place)

    def release(self, until_ns: int = 0) -> list[BarSlice]:
        """Slices that are complete, and those up to `until_ns` as they are, oldest first."""
        released: list[BarSlice] = []
        while self._pending and (not self._lacking or self.oldest_ns <= until_ns):
            released.append(slice_of(self._instruments, self._pending.pop(self.oldest_ns)))
            self._look_at_oldest()
        return released

    def _look_at_oldest(self) -> None:
        self.oldest_ns = min(self._pending, default=NEVER)
        row = self._pending.get(self.oldest_ns, [])
        self._lacking = {
            place for place, bar in enumerate(row) if bar is None and self._seen_ns[place] < self.oldest_ns
        }
