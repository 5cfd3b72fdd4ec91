"""A trading window is the part of a trading day in which its owner wants to trade.

This file decides for whom it holds: for venues that keep the clock it is told by. A window in New York says nothing to
a venue in Frankfurt, nor to one that never closes.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradewright.domain.calendars import trading_hours, venue_of
from tradewright.domain.errors import InputError

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) (\S+)")
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TradingWindow:
    """From a time of day to another, by one clock.

    >>> str(TradingWindow.parse("09:30-16:00 America/New_York"))
    '09:30-16:00 America/New_York'
    """

    opens: time
    closes: time
    timezone: str

    @classmethod
    def parse(cls, text: str) -> "TradingWindow":
        """From `HH:MM-HH:MM Area/City`; an InputError says what is wrong."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise InputError(
                "the trading window cannot be read", expected="09:30-16:00 America/New_York", found=repr(text)
            )
        hours = [int(part) for part in found.groups()[:4]]
        opens, closes, zone = time(hours[0], hours[1]), time(hours[2], hours[3]), found.group(5)
        if opens >= closes:
            raise InputError("the trading window is empty", expected="an end after its start", found=text)
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as problem:
            raise InputError(
                "the trading window's time zone is not known", expected="as America/New_York", found=zone
            ) from problem
        return cls(opens, closes, zone)

    def holds_for(self, instrument: str) -> bool:
        """True for an instrument whose venue keeps this clock."""
        return trading_hours(venue_of(instrument)).timezone == self.timezone

    def cut(self, sessions: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        """What the window leaves of sessions (open, close; nanoseconds UTC); one that it leaves nothing of is gone."""
        found = []
        for opens_ns, closes_ns in sessions:
            first, last = self._on(closes_ns)
            opens, closes = max(opens_ns, first), min(closes_ns, last)
            if opens < closes:
                found.append((opens, closes))
        return tuple(found)

    def _on(self, moment_ns: int) -> tuple[int, int]:
        """The window on the day of a moment."""
        zone = ZoneInfo(self.timezone)
        day = datetime.fromtimestamp(moment_ns // _SECOND_NS, zone).date()
        moments = (datetime.combine(day, at, zone) for at in (self.opens, self.closes))
        first, last = (int(moment.timestamp()) * _SECOND_NS for moment in moments)
        return first, last

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M} {self.timezone}"
