"""Open hours are the sessions of a market as a value: when it trades, as far as that is known.

This file decides what session time is: the part of a stretch of time in which the market was open. Whoever makes the
value asks the calendar (holidays, half days) and cuts the sessions to the user's own window.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import inf

from tradewright.domain.errors import InputError


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Sessions as (open, close), nanoseconds UTC, ascending and apart; nothing is known outside `known`."""

    sessions: tuple[tuple[int, int], ...]
    known: tuple[int, int]
    """First and last moment of which the sessions are known."""

    def __post_init__(self) -> None:
        moments = [self.known[0], *(moment for session in self.sessions for moment in session), self.known[1]]
        if moments != sorted(moments) or any(opens >= closes for opens, closes in self.sessions):
            raise InputError("open hours cannot be used", expected="sessions in order, inside what is known")

    def extended(self, session: tuple[int, int] | None, *, known: tuple[int, int], most: int) -> "OpenHours":
        """With one session more after the last (None: without), and of all the last `most` that are inside `known`.

        Only what is new is looked at: a day more costs the same after ten years as after ten days.
        """
        before = self.sessions[-1][1] if self.sessions else known[0]
        if session is not None and not before <= session[0] < session[1] <= known[1]:
            raise InputError("open hours cannot be extended", expected="a session after the last, inside what is known")
        sessions = (self.sessions if session is None else (*self.sessions, session))[-most:]
        first = bisect_left(sessions, (known[0],))
        found = object.__new__(OpenHours)
        object.__setattr__(found, "sessions", sessions[first:] if first else sessions)
        object.__setattr__(found, "known", known)
        return found

    def covers(self, moment_ns: int) -> bool:
        """True where it is known whether the market is open."""
        return self.known[0] <= moment_ns <= self.known[1]

    def is_open(self, moment_ns: int) -> bool:
        """True within a session, its open and its close included (both auctions are in it)."""
        at = bisect_right(self.sessions, (moment_ns, inf))
        return at > 0 and moment_ns <= self.sessions[at - 1][1]

    def is_near_close(self, moment_ns: int, *, within_ns: int) -> bool:
        """True where the market closes sooner than that; sessions without a gap between them are one."""
        at = bisect_right(self.sessions, (moment_ns, inf)) - 1
        if at < 0 or moment_ns > self.sessions[at][1]:
            return False
        closes = self.sessions[at][1]
        while closes - moment_ns < within_ns and at + 1 < len(self.sessions) and self.sessions[at + 1][0] == closes:
            at += 1
            closes = self.sessions[at][1]
        return closes - moment_ns < within_ns

    def open_time_ns(self, since_ns: int, until_ns: int) -> int | None:
        """Session time between two moments, 0 where `until` is first; None where the hours are not known."""
        if not (self.covers(since_ns) and self.covers(until_ns)):
            return None
        if since_ns >= until_ns:
            return 0
        total = 0
        for at in range(max(bisect_right(self.sessions, (since_ns, inf)) - 1, 0), len(self.sessions)):
            opens, closes = self.sessions[at]
            if opens >= until_ns:
                break
            total += max(min(until_ns, closes) - max(since_ns, opens), 0)
        return total
