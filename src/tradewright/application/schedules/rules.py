"""When a schedule comes: a rule in words, read against exchange calendars and clocks.

every 30s | 5m | 2h | 1d          multiples of that, counted from midnight UTC of 1970-01-01
cron 30 18 * * mon-fri            on the clock of the schedule's time zone
XNYS open | close                 each session of the venue, at its real open or close, half days included
XNYS open+5m | close-30m          so long after or before
XNYS weekly close+1h              the last session of a week (with `open`: the first)
XNYS monthly open+30m             the first session of a month (with `close`: the last)
"""

import re
from dataclasses import dataclass
from typing import Final

from tradewright.domain.calendars import DAY, date_from_days
from tradewright.domain.errors import InputError
from tradewright.ports.calendars import Calendars, CronTimes

SECOND: Final = 1_000_000_000
UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
LOOK_AHEAD_DAYS: Final = 45
"""A month and the longest closure any venue had."""
_EVERY: Final = re.compile(r"every\s+(?P<count>[1-9]\d{0,5})\s*(?P<unit>[smhd])")
_SESSION: Final = re.compile(
    r"(?P<venue>[A-Z0-9]{2,8})\s+(?:(?P<period>weekly|monthly)\s+)?(?P<edge>open|close)"
    r"(?:\s*(?P<sign>[+-])\s*(?P<count>\d{1,5})(?P<unit>[smh]))?"
)


@dataclass(frozen=True, slots=True)
class Times:
    """What knows the time: calendars of venues, and clocks of time zones."""

    calendars: Calendars
    cron: CronTimes

    def next(self, rule: str, *, after_ns: int, timezone: str) -> int:
        """The first moment of a rule after then, nanoseconds UTC; InputError for a rule that cannot be read."""
        text = rule.strip()
        if text.startswith("cron "):
            return self.cron.next(text[5:].strip(), after_ns=after_ns, timezone=timezone)
        every = _EVERY.fullmatch(text)
        if every is not None:
            step = int(every["count"]) * UNITS[every["unit"]] * SECOND
            return (after_ns // step + 1) * step
        session = _SESSION.fullmatch(text)
        if session is None:
            raise InputError(
                f"the rule {rule!r} cannot be read",
                expected="every 5m, cron 30 18 * * mon-fri, XNYS open+5m, XNYS monthly close",
                found=rule,
            )
        return self._next_session(session, after_ns)

    def check_zone(self, timezone: str) -> None:
        """InputError for a time zone that is not known, whether the rule speaks of its clock or not."""
        self.cron.next("0 0 * * *", after_ns=0, timezone=timezone)

    def _next_session(self, rule: "re.Match[str]", after_ns: int) -> int:
        offset = 0
        if rule["count"]:
            offset = int(rule["count"]) * UNITS[rule["unit"]] * SECOND * (1 if rule["sign"] == "+" else -1)
        today = after_ns // DAY
        table = self.calendars.schedule(rule["venue"], first=today - LOOK_AHEAD_DAYS, last=today + LOOK_AHEAD_DAYS)
        edges = table.opens if rule["edge"] == "open" else table.closes
        days = table.sessions.tolist()
        for place, day in enumerate(days[:-1]):
            at_ns = int(edges[place]) + offset
            if at_ns > after_ns and _is_chosen(rule["period"], day=day, beside=_beside(days, place, rule)):
                return at_ns
        raise InputError(f"the rule {rule[0]!r} has no moment within {LOOK_AHEAD_DAYS} days", found=rule["venue"])


def _beside(days: list[int], place: int, rule: "re.Match[str]") -> int | None:
    """The session that decides whether this one is the first or the last of its period."""
    if rule["edge"] == "close":
        return days[place + 1]
    return days[place - 1] if place else None


def _is_chosen(period: str | None, *, day: int, beside: int | None) -> bool:
    if period is None:
        return True
    if beside is None:
        return False
    one, other = date_from_days(day), date_from_days(beside)
    if period == "weekly":
        return one.isocalendar()[:2] != other.isocalendar()[:2]
    return (one.year, one.month) != (other.year, other.month)
