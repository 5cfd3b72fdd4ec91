"""Answers about the log: which lines, since when."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from tradewright.application.logs.messages import LogQuestion
from tradewright.domain.errors import InputError
from tradewright.ports.clock import Clock
from tradewright.ports.logs import LogFilter, LogPage, LogTrail

MOST: Final = 10_000
_AGE: Final = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def log_page(query: LogQuestion, *, log_trail: LogTrail, clock: Clock) -> LogPage:
    """The newest lines, or what came after a cursor."""
    if not 1 <= query.limit <= MOST:
        raise InputError("limit cannot be used", expected=f"1 to {MOST}", found=str(query.limit))
    wanted = LogFilter(
        service=query.service,
        level=query.level.lower(),
        correlation_id=query.correlation_id,
        since=since(query.since, clock.now_ns()),
    )
    return log_trail.later(wanted, query.cursor) if query.cursor else log_trail.latest(wanted, query.limit)


def since(text: str, now_ns: int) -> str:
    """An age or a time as the log writes times.

    >>> since("90m", 7_200_000_000_000)
    '1970-01-01T00:30:00.000000Z'
    >>> since("2026-11-20T09:30:00-05:00", 0)
    '2026-11-20T14:30:00.000000Z'
    """
    if not text:
        return ""
    age = _AGE.fullmatch(text.strip())
    try:
        if age is not None:
            now = datetime.fromtimestamp(now_ns / 1e9, UTC)
            moment = now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        else:
            moment = datetime.fromisoformat(text.strip())
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            "this is no time", expected="an age as 30m, 1h or 2d, or a time as 2026-11-20T14:30:00", found=text
        ) from None
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
