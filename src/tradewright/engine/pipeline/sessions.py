"""Sessions for bars from a calendar's schedule, with the half days and midday breaks that really were."""

from tradewright.ports.calendars import NO_BREAK, Schedule
from tradewright.trading.aggregation.sessions import ScheduledSessions, Span


def sessions_of(schedule: Schedule, *, with_breaks: bool = True) -> ScheduledSessions:
    """What `TimeBars` needs. `with_breaks=False` lets a session run through its break, as daily bars want it."""
    spans: list[Span] = []
    columns = (schedule.sessions, schedule.opens, schedule.closes, schedule.break_starts, schedule.break_ends)
    for session, opens, closes, break_starts, break_ends in zip(*(one.tolist() for one in columns), strict=True):
        if with_breaks and break_starts != NO_BREAK:
            spans += [Span(session, opens, break_starts), Span(session, break_ends, closes)]
        else:
            spans.append(Span(session, opens, closes))
    return ScheduledSessions(spans)
