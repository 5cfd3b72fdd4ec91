"""Dates as people write them: `2012`, `2012-06`, `2012-06-30`; the first day of a start, the last day of an end."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tradewright.domain.calendars import DAY, days_from_date
from tradewright.domain.errors import InputError

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MARGIN_DAYS = 2
"""A session's stamps lie at most this far from its date: futures open the evening before, coins close at midnight."""


@dataclass(frozen=True, slots=True)
class SessionRange:
    """Session dates from first to last, both inclusive; None means no bound."""

    first: date | None
    last: date | None

    @property
    def start_ns(self) -> int | None:
        """No row of the range is stamped before this."""
        return None if self.first is None else (days_from_date(self.first) - _MARGIN_DAYS) * DAY

    @property
    def end_ns(self) -> int | None:
        """No row of the range is stamped after this."""
        return None if self.last is None else (days_from_date(self.last) + _MARGIN_DAYS) * DAY

    def __str__(self) -> str:
        return f"{self.first or 'the beginning'} to {self.last or 'the end'}"


def session_range(start: date | str | None, end: date | str | None) -> SessionRange:
    """Read both bounds; an InputError where one is no date or the start comes after the end."""
    first = None if start is None else _day(start, "start", last=False)
    last = None if end is None else _day(end, "end", last=True)
    if first is not None and last is not None and first > last:
        raise InputError(
            "the dates cannot be used", expected="a start that is not after the end", found=f"start {first}, end {last}"
        )
    return SessionRange(first, last)


def known_by(as_of: datetime | date | str | int | None) -> int | None:
    """The moment in nanoseconds UTC; a date means its end, and a time the end of its microsecond.

    So what is shown as known at a time, which is shown to the microsecond, is known by that time.
    """
    if as_of is None or isinstance(as_of, int):
        return as_of
    if isinstance(as_of, str):
        as_of = _moment(as_of)
    if not isinstance(as_of, datetime):
        return (days_from_date(as_of) + 1) * DAY - 1
    moment = as_of if as_of.tzinfo is not None else as_of.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1_000 + 999


def _moment(text: str) -> datetime | date:
    if _DATE.fullmatch(text.strip()):
        return _day(text, "as_of", last=True)
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise InputError(
            f"as_of {text!r} is no moment", expected="a date (2012-06-30) or a time (2012-06-30T16:00:00+00:00)"
        ) from problem


def _day(given: date | str, name: str, *, last: bool) -> date:
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    match = _DATE.fullmatch(given.strip())
    if match is None:
        raise InputError(f"{name} {given!r} is no date", expected="a date as 2012-06-30, 2012-06 or 2012")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        month = month or (12 if last else 1)
        return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1))
    except ValueError as problem:
        raise InputError(f"{name} {given!r} is no date", expected="a day that exists", found=str(problem)) from problem
