"""Open hours are the sessions of a market as a value: when it trades, as far as that is known.

This file decides what session time is: the part of a stretch of time in which the market was open. Whoever makes the
value asks the calendar (holidays, half days) and cuts the sessions to the user's own window.
"""

from dataclasses import dataclass

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

    def covers(self, moment_ns: int) -> bool:
        """True where it is known whether the market is open."""
        return self.known[0] <= moment_ns <= self.known[1]

    def is_open(self, moment_ns: int) -> bool:
        """True within a session, its open and its close included (both auctions are in it)."""
        return any(opens <= moment_ns <= closes for opens, closes in self.sessions)

    def open_time_ns(self, since_ns: int, until_ns: int) -> int | None:
        """Session time between two moments, 0 where `until` is first; None where the hours are not known."""
        if not (self.covers(since_ns) and self.covers(until_ns)):
            return None
        overlaps = (min(until_ns, closes) - max(since_ns, opens) for opens, closes in self.sessions)
        return sum(overlap for overlap in overlaps if overlap > 0)
