"""Every minute of three years at eight venues: whether it is traded, and to which session it belongs.

What a session goes by (the calendar port over its library, and the regular hours of the domain, which no library is
asked for) stands against the minutes that the calendar library lists one by one.
"""

import argparse
import warnings
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from proofs.report import Report
from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.domain.calendars import days_from_date, session_closes_ns, session_opens_ns
from tradewright.lazy import load
from tradewright.ports.calendars import NO_BREAK, Schedule

VENUES = ("XNYS", "XNAS", "XLON", "XETR", "XPAR", "XTKS", "XHKG", "XASX")
MINUTE = 60_000_000_000
DAY_MINUTES = 1440


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--first", default="2022-01-01")
    parser.add_argument("--last", default="2024-12-31")
    parser.add_argument("--venues", nargs="*", default=list(VENUES))


@dataclass(slots=True)
class Compared:
    """One venue."""

    venue: str
    minutes: int = 0
    open_minutes: int = 0
    sessions: int = 0
    special: int = 0
    """Sessions with other than regular hours: half days and the like."""
    differences: list[str] = field(default_factory=list)


def prove(asked: argparse.Namespace) -> int:
    """Compare."""
    first, last = (days_from_date(date.fromisoformat(one)) for one in (asked.first, asked.last))
    report, total = Report("calendars", "G39"), 0
    for venue in asked.venues:
        found = compared(venue, first=first, last=last)
        total += found.minutes
        report.say(
            f"{venue}: minutes, open, sessions, special",
            f"{found.minutes:,} {found.open_minutes:,} {found.sessions} {found.special}",
            is_met=not found.differences,
        )
        report.findings += found.differences
    report.say("minutes that differ", len(report.findings), goal="0", is_met=not report.findings)
    report.numbers = {"minutes": total, "first": asked.first, "last": asked.last, "venues": list(asked.venues)}
    return report.finish(is_kept=not asked.no_record)


def compared(venue: str, *, first: int, last: int) -> Compared:
    """Every minute from one day to another (days since 1970), both included."""
    found = Compared(venue, minutes=(last - first + 1) * DAY_MINUTES)
    schedule = ExchangeCalendars().schedule(venue, first=first, last=last)
    listed, special = _listed(venue, first, last)
    ours = _open_minutes(schedule, first, found.minutes)
    found.open_minutes, found.sessions = int(ours.sum()), len(schedule.sessions)
    for minute in np.flatnonzero(ours != listed)[:20]:
        moment = np.datetime64(first * DAY_MINUTES + int(minute), "m")
        found.differences.append(f"{venue} {moment}: we say {bool(ours[minute])}, the library {bool(listed[minute])}")
    _regular(schedule, special, found)
    return found


def _listed(venue: str, first: int, last: int) -> tuple[NDArray[np.bool_], set[int]]:
    """The library's minutes as a row of yes and no, and the sessions whose hours it calls special."""
    library = load("exchange_calendars")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        days = [str(np.datetime64(day, "D")) for day in (first - 10, last + 10)]
        calendar = library.get_calendar(venue, start=days[0], end=days[1], side="left")
        minutes = np.asarray(calendar.minutes.tz_localize(None), dtype="datetime64[m]").astype(np.int64)
        special = calendar.early_closes.union(calendar.late_opens)
    row = np.zeros((last - first + 1) * DAY_MINUTES, dtype=np.bool_)
    inside = minutes - first * DAY_MINUTES
    row[inside[(inside >= 0) & (inside < len(row))]] = True
    return row, set(np.asarray(special, dtype="datetime64[D]").astype(np.int64).tolist())


def _open_minutes(schedule: Schedule, first: int, count: int) -> NDArray[np.bool_]:
    """Our schedule as the same row; a minute is open when trading goes on at its beginning."""
    row = np.zeros(count, dtype=np.bool_)
    rows = zip(schedule.opens, schedule.closes, schedule.break_starts, schedule.break_ends, strict=True)
    for opens, closes, pause, goes_on in rows:
        parts = ((opens, closes),) if pause == NO_BREAK else ((opens, pause), (goes_on, closes))
        for begin, end in parts:
            low, high = (-(-int(one) // MINUTE) - first * DAY_MINUTES for one in (begin, end))
            row[max(0, low) : max(0, high)] = True
    return row


def _regular(schedule: Schedule, special: set[int], found: Compared) -> None:
    """The regular hours of the domain against the library's, session by session, over every change of clocks."""
    days = [int(day) for day in schedule.sessions]
    opens, closes = session_opens_ns(days, found.venue), session_closes_ns(days, found.venue)
    for place, day in enumerate(days):
        if day in special:
            found.special += 1
            continue
        ours, theirs = (opens[place], closes[place]), (schedule.opens[place], schedule.closes[place])
        if tuple(map(int, ours)) != tuple(map(int, theirs)):
            found.differences.append(f"{found.venue} {np.datetime64(day, 'D')}: regular {ours}, the library {theirs}")
