"""Moments of a cron expression on the clock of a time zone, from APScheduler.

This file decides what a change of the clock does: a time of the day that comes twice counts once, one that is left out
comes an hour later; a rule for every hour keeps its pace through both.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tradewright.domain.errors import InputError
from tradewright.lazy import load

_FIELDS = 5
_HOUR = 1


class ClockTimes:
    """Implements `ports.calendars.CronTimes`."""

    def next(self, expression: str, *, after_ns: int, timezone: str) -> int:
        """See the port."""
        zone = _zone(timezone)
        fields = expression.split()
        try:
            trigger = load("apscheduler.triggers.cron").CronTrigger.from_crontab(expression, timezone=zone)
        except (ValueError, TypeError) as problem:
            raise _unreadable(expression, str(problem)) from problem
        keeps_pace = len(fields) == _FIELDS and fields[_HOUR].startswith("*")
        moment = datetime.fromtimestamp(after_ns // 1_000_000_000 + 1, zone)
        for _ in range(1_000):
            found = trigger.get_next_fire_time(None, moment)
            if found is None:
                break
            at_ns = int(found.astimezone(UTC).timestamp()) * 1_000_000_000
            if at_ns > after_ns and (keeps_pace or found.fold == 0):
                return at_ns
            moment = datetime.fromtimestamp(at_ns // 1_000_000_000 + 1, zone)
        raise _unreadable(expression, "no moment that ever comes")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise InputError(
            "the time zone is not known", expected="a name as America/New_York or UTC", found=name
        ) from problem


def _unreadable(expression: str, found: str) -> InputError:
    return InputError(
        f"the rule {expression!r} cannot be used",
        expected="minute hour day-of-month month day-of-week, as 30 18 * * mon-fri",
        found=found,
    )
