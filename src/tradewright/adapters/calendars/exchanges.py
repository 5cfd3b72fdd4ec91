"""The sessions of venues from the library exchange_calendars; continuous venues and currencies need no library.

Which calendar a venue follows is decided here. The library, which brings pandas, is loaded on the first question about
a venue with holidays.
"""

import warnings
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.calendars import (
    DAY,
    VENUES,
    date_from_days,
    session_closes_ns,
    session_opens_ns,
    trading_hours,
)
from tradewright.domain.errors import DataError, UnknownVenue
from tradewright.domain.identifiers import near_matches
from tradewright.lazy import load
from tradewright.ports.calendars import NO_BREAK, Schedule

FOLLOWS = MappingProxyType(
    {
        "XCBO": "XNYS",
        "IEXG": "XNYS",
        "XNSE": "XBOM",
        "XCME": "CMES",
        "XCBT": "CMES",
        "XNYM": "CMES",
        "XCEC": "CMES",
    }
)
"""Venues that keep the holidays of another one; every other venue has the calendar of its own code."""
_MARGIN_DAYS = 30
"""A calendar is built with this margin, since one without a single session cannot be built."""
_NAT = np.iinfo(np.int64).min


class ExchangeCalendars:
    """Knows the sessions of venues. Built calendars are kept, so that a second question is quick."""

    def __init__(self) -> None:
        self._built: dict[str, tuple[int, int, Schedule]] = {}

    def sessions(self, venue: str, *, first: int, last: int) -> NDArray[np.int32]:
        """Session days from `first` to `last`, both inclusive, in days since 1970-01-01; else `UnknownVenue`."""
        return self.schedule(venue, first=first, last=last).sessions

    def schedule(self, venue: str, *, first: int, last: int) -> Schedule:
        """The same sessions with their real opens and closes, in nanoseconds UTC.

        Raises `UnknownVenue` for a code nobody knows, and a `DataError` for days the library does not know yet.
        """
        code = venue.strip().upper()
        if last < first:
            return _cut(_empty(code), first, last)
        if code in VENUES and _keeps_no_holidays(code):
            return _regular(code, first, last)
        known = self._built.get(code)
        if known is None or first < known[0] or last > known[1]:
            low = first if known is None else min(first, known[0])
            high = last if known is None else max(last, known[1])
            known = (low, high, _built(code, low, high))
            self._built[code] = known
        return _cut(known[2], first, last)


def _keeps_no_holidays(code: str) -> bool:
    return trading_hours(code).is_continuous or code == "FX"


def _regular(code: str, first: int, last: int) -> Schedule:
    """Every day (or weekday) by the venue's regular hours."""
    hours = trading_hours(code)
    days = [day for day in range(first, last + 1) if hours.can_trade_on(day)]
    sessions = np.array(days, dtype=np.int32)
    none = np.full(len(sessions), NO_BREAK, dtype=np.int64)
    opens = np.array(session_opens_ns(days, code), dtype=np.int64)
    closes = np.array(session_closes_ns(days, code), dtype=np.int64)
    return Schedule(code, sessions, opens, closes, none, none)


def _built(code: str, first: int, last: int) -> Schedule:
    """The library's calendar over a range of days."""
    library = load("exchange_calendars")
    name = FOLLOWS.get(code, code)
    if name not in library.get_calendar_names():
        near = near_matches(code, VENUES)
        raise UnknownVenue(code, near=near, remedy="" if near else f"known are {', '.join(sorted(VENUES))}")
    start, end = _bounds(library, name, first, last)
    table = _calendar(library, name, start=str(start), end=str(end)).schedule
    sessions = (_nanoseconds(table.index) // DAY).astype(np.int32)
    closes = _nanoseconds(table["close"])
    if name == "CMES" and code in VENUES:  # the library ends the day an hour after trading does
        closes = np.minimum(closes, np.array(session_closes_ns(sessions.tolist(), code), dtype=np.int64))
    breaks = [_nanoseconds(table[column]) for column in ("break_start", "break_end")]
    starts, ends = (np.where(column == _NAT, NO_BREAK, column) for column in breaks)
    return Schedule(code, sessions, _nanoseconds(table["open"]), closes, starts, ends)


def _calendar(library: ModuleType, name: str, **span: str) -> Any:  # a class of a library without types
    """The library's calendar; it uses what pandas will take away, which is not our user's concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return library.get_calendar(name, **span)


def _bounds(library: ModuleType, name: str, first: int, last: int) -> tuple[object, object]:
    """First and last date to build, within what the library knows; a DataError where it knows less than asked."""
    kind = _calendar(library, name)
    lowest, highest = kind.bound_min(), kind.bound_max()
    asked_first, asked_last = date_from_days(first), date_from_days(last)
    if (lowest is not None and asked_first < lowest.date()) or (highest is not None and asked_last > highest.date()):
        raise DataError(
            f"the calendar of {name} does not reach that far",
            expected=f"days from {lowest.date() if lowest is not None else 'any'} to "
            f"{highest.date() if highest is not None else 'any'}",
            found=f"{asked_first} to {asked_last}",
            remedy="ask for less, or install a newer exchange_calendars",
        )
    start, end = date_from_days(first - _MARGIN_DAYS), date_from_days(last + _MARGIN_DAYS)
    return (
        start if lowest is None else max(start, lowest.date()),
        end if highest is None else min(end, highest.date()),
    )


def _nanoseconds(column: object) -> NDArray[np.int64]:
    """A pandas column or index of times as nanoseconds UTC; a missing time is the smallest integer."""
    zoned = np.asarray(column, dtype="datetime64[ns]")
    return zoned.astype(np.int64)


def _empty(code: str) -> Schedule:
    nothing = np.array([], dtype=np.int64)
    return Schedule(code, nothing.astype(np.int32), nothing, nothing, nothing, nothing)


def _cut(schedule: Schedule, first: int, last: int) -> Schedule:
    cut = slice(*np.searchsorted(schedule.sessions, [first, last + 1]).tolist())
    return Schedule(
        schedule.venue,
        schedule.sessions[cut],
        schedule.opens[cut],
        schedule.closes[cut],
        schedule.break_starts[cut],
        schedule.break_ends[cut],
    )
