"""When a venue's session runs, as bars need it: which session holds a moment, and when it opens and closes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from tradewright.domain.calendars import session_close_ns, session_of, session_open_ns, trading_hours
from tradewright.domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Span:
    """One session; the close is not part of it."""

    session: int
    """Days since 1970-01-01."""
    open_ns: int
    close_ns: int


class Sessions(Protocol):
    """Knows sessions."""

    def at(self, time_ns: int) -> Span | None:
        """The session that holds the moment; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class RegularSessions:
    """A venue's regular hours: no holidays, no half days, no midday break.

    >>> RegularSessions("BINANCE").at(86_400_000_000_000)
    Span(session=1, open_ns=86400000000000, close_ns=172800000000000)
    """

    venue: str

    def __post_init__(self) -> None:
        trading_hours(self.venue)

    def at(self, time_ns: int) -> Span | None:
        """See `Sessions`."""
        session = session_of(time_ns, self.venue, is_close=False)
        if not trading_hours(self.venue).can_trade_on(session):
            return None
        span = Span(session, session_open_ns(session, self.venue), session_close_ns(session, self.venue))
        return span if span.open_ns <= time_ns < span.close_ns else None


class ScheduledSessions:
    """Sessions as a calendar lists them, half days and breaks included (the parts around a break are two spans)."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = tuple(spans)
        self._opens = [span.open_ns for span in self._spans]
        wrong = [two for one, two in pairwise(self._spans) if two.open_ns < one.close_ns]
        wrong += [span for span in self._spans if span.close_ns <= span.open_ns]
        if wrong:
            raise InputError(
                "the sessions cannot be used", expected="sessions in order that do not overlap", found=repr(wrong[0])
            )

    def at(self, time_ns: int) -> Span | None:
        """See `Sessions`."""
        number = bisect_right(self._opens, time_ns) - 1
        if number < 0:
            return None
        span = self._spans[number]
        return span if time_ns < span.close_ns else None
