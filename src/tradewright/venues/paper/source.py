"""History from the bar store as the slices of a replay.

This file decides which rows those are: as many before the first session as the warm-up needs, all up to the last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from tradewright.domain.calendars import date_from_days, days_from_date, session_open_ns, venue_of
from tradewright.domain.errors import DataError, InputError
from tradewright.ports.feed import Slice, Subscription
from tradewright.simulation.paper.history import slices_of

NO_FIRST: Final = -(2**31)


class BarLoading(Protocol):
    """Bars of instruments over an interval up to a date, or all there is: bootstrap answers."""

    def __call__(self, instruments: tuple[str, ...], interval: str, *, end: str | None) -> Any:
        """The bars, as `simulation.paper.history.BarColumns` has them, and `rows` to cut them."""
        ...


@dataclass(frozen=True, slots=True)
class StoreSource:
    """A `SliceSource` over the bar store; `start` and `end` are session dates, both inclusive, empty for all."""

    load_bars: BarLoading
    start: str = ""
    end: str = ""

    def slices(self, wanted: Subscription) -> Iterator[Slice]:
        """Slices from the warm-up on; InputError or DataError for what the store does not have."""
        bars = self.load_bars(wanted.instruments, wanted.interval, end=self.end or None)
        if bars.instruments != wanted.instruments:
            raise InputError(
                "a replay is asked for by instrument ids",
                expected=", ".join(bars.instruments),
                found=", ".join(wanted.instruments),
            )
        start = days_from_date(_date(self.start)) if self.start else NO_FIRST
        first = int((bars.session < start).sum()) if self.start else min(wanted.warm_up_bars, len(bars))
        if first < wanted.warm_up_bars or first >= len(bars):
            raise DataError(
                "there is too little history for the replay",
                expected=f"{wanted.warm_up_bars} bars before {self.start or 'the first to trade'}, and one after",
                found=_found(bars, first),
                remedy="start later, or import earlier bars",
            )
        rows = bars.rows(first - wanted.warm_up_bars, len(bars))
        return slices_of(rows, warm_up_bars=wanted.warm_up_bars, opens_at=_opens_at)


def _found(bars: Any, first: int) -> str:
    if not len(bars):
        return "no bars"
    days = (date_from_days(int(bars.session[0])), date_from_days(int(bars.session[-1])))
    return f"{first} before and {len(bars) - first} after; bars from {days[0]} to {days[1]}"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            "the first day of a replay cannot be read", expected="a date, as 2005-01-31", found=text
        ) from None


def _opens_at(instrument: str, session: int) -> int:
    return session_open_ns(session, venue_of(instrument))
