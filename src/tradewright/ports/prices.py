"""Daily prices as a table: the daily bars of tracked symbols, for whoever asks in SQL.

This port decides that the table follows the bar store and never leads: it can be emptied and filled again, and a row
that is put twice is there once. Nothing of ours calculates with it; backtests and sessions read the store.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyPrice:
    """One day of one instrument, as traded. Times are nanoseconds UTC."""

    instrument: str
    time_ns: int
    """The close of the day's bar."""
    session: date
    """The trading day."""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None
    source: str
    known_ns: int
    """From when on it was known like this."""


@dataclass(frozen=True, slots=True)
class PricesPut:
    """What came of rows that were put."""

    changed: int
    """Rows that were new, or differed from what was there."""
    same: int


class DailyPrices(Protocol):
    """The table. StorageError where it fails."""

    def put(self, prices: Iterable[DailyPrice]) -> PricesPut:
        """Put rows in, each in place of the one of that instrument and time; all or none.

        InputError for one that breaks a rule of prices (high below open or close, low above, not positive), or of an
        instrument that is not tracked.
        """
        ...

    def read(self, instrument: str, *, first: date | None = None, last: date | None = None) -> Sequence[DailyPrice]:
        """By time; trading days, both inclusive."""
        ...

    def forget(self, instrument: str) -> int:
        """Remove the rows of an instrument; how many."""
        ...
