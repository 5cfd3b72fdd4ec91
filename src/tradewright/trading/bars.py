"""Bars of one or several instruments, side by side in columns: what a strategy looks at and an engine walks through.

A row is one moment (a slice); a column is one instrument; a bar that did not happen is NaN. Rows are stamped by the
*close* of the bar, in nanoseconds UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.timeframe import Timeframe

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bars:
    """Columns of bars; the matrices have shape (rows, instruments) and are C-contiguous float64.

    `open`, `high`, `low`, `close`, `volume` give a vector for a single instrument and the matrix for several, so
    that formulas read the same in both cases.
    """

    instruments: tuple[str, ...]
    """Instrument ids (`AAPL.XNAS`), one a column."""
    timeframe: Timeframe
    time: NDArray[np.int64]
    """Close stamps in nanoseconds UTC, strictly increasing, one a row."""
    session: NDArray[np.int32]
    """Session dates as days since 1970-01-01, never falling, one a row."""
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats
    actions: tuple[CorporateAction, ...] = ()
    """Splits and dividends of the instruments, by ex-date; empty when prices are adjusted."""
    prices: str = "raw"
    """`raw` or `adjusted`."""
    currency: str = "USD"
    digest: str = ""
    """Identity of the rows: a hash over all that was read (ADR 7)."""
    as_of: int | None = None
    """What was known by then (nanoseconds UTC); None means all that is known."""
    source: str = ""

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        """`Bars(AAPL.XNAS, MSFT.XNAS: 754 rows of 1d, 2012-01-03 to 2014-12-31, raw prices in USD)`."""
        names = ", ".join(self.instruments[:5])
        more = f" and {len(self.instruments) - 5} more" if len(self.instruments) > 5 else ""
        first, last = (str(day) for day in self.session[[0, -1]].astype("datetime64[D]")) if len(self) else ("", "")
        span = f", {first} to {last}" if len(self) else ""
        actions = f", {len(self.actions)} splits and dividends" if self.actions else ""
        rows = f"{len(self)} rows of {self.timeframe}{span}"
        return f"Bars({names}{more}: {rows}, {self.prices} prices in {self.currency}{actions})"

    @property
    def open(self) -> Floats:
        """Opening prices."""
        return self._shaped(self.opens)

    @property
    def high(self) -> Floats:
        """Highest prices."""
        return self._shaped(self.highs)

    @property
    def low(self) -> Floats:
        """Lowest prices."""
        return self._shaped(self.lows)

    @property
    def close(self) -> Floats:
        """Closing prices."""
        return self._shaped(self.closes)

    @property
    def volume(self) -> Floats:
        """Volumes in units of the instrument."""
        return self._shaped(self.volumes)

    def _shaped(self, matrix: Floats) -> Floats:
        return matrix[:, 0] if len(self.instruments) == 1 else matrix

    def rows(self, first: int, last: int) -> "Bars":
        """Rows `first` up to, not including, `last`; a view, nothing is copied."""
        cut = slice(first, last)
        return replace(
            self,
            time=self.time[cut],
            session=self.session[cut],
            opens=self.opens[cut],
            highs=self.highs[cut],
            lows=self.lows[cut],
            closes=self.closes[cut],
            volumes=self.volumes[cut],
        )

    def select(self, instruments: Sequence[str]) -> "Bars":
        """Only these instruments, in this order; rows in which none of them has a bar fall away."""
        columns = [self.instruments.index(name) for name in instruments]
        kept = ~np.isnan(self.closes[:, columns]).all(axis=1)
        cut = np.ix_(kept, np.array(columns, np.int64))
        chosen = set(instruments)
        return replace(
            self,
            instruments=tuple(instruments),
            time=self.time[kept],
            session=self.session[kept],
            opens=np.ascontiguousarray(self.opens[cut]),
            highs=np.ascontiguousarray(self.highs[cut]),
            lows=np.ascontiguousarray(self.lows[cut]),
            closes=np.ascontiguousarray(self.closes[cut]),
            volumes=np.ascontiguousarray(self.volumes[cut]),
            actions=tuple(action for action in self.actions if action.instrument in chosen),
        )
