"""Trading hours of the instruments of a replay: which day a print belongs to, where bars end, what opens next.

This file decides by regular hours, as bars do; a print outside them belongs to no day.
"""

from collections.abc import Sequence

from tradewright.domain.calendars import session_close_ns, session_of, session_open_ns, trading_hours, venue_of


class Hours:
    """Regular hours of some instruments, by their places; made for stamps that mostly rise."""

    __slots__ = ("_length", "_spans", "_venues")

    def __init__(self, instruments: Sequence[str], length_ns: int) -> None:
        """`length_ns`: of the bars."""
        self._venues = tuple(venue_of(one) for one in instruments)
        self._length = length_ns
        self._spans = [(0, 0, 0)] * len(instruments)

    def session_at(self, place: int, time_ns: int) -> int | None:
        """The trading day that an instrument's print belongs to; None outside its hours."""
        opens, closes, session = self._spans[place]
        if opens <= time_ns < closes:
            return session
        venue = self._venues[place]
        session = session_of(time_ns, venue, is_close=False)
        if not trading_hours(venue).can_trade_on(session):
            return None
        opens, closes = session_open_ns(session, venue), session_close_ns(session, venue)
        if not opens <= time_ns < closes:
            return None
        self._spans[place] = (opens, closes, session)
        return session

    def bar_ends(self, session: int, time_ns: int) -> int:
        """The first close of a bar of any instrument after the moment, in that trading day."""
        ends = []
        for venue in dict.fromkeys(self._venues):
            opens, closes = session_open_ns(session, venue), session_close_ns(session, venue)
            if opens <= time_ns < closes:
                ends.append(min(closes, opens + ((time_ns - opens) // self._length + 1) * self._length))
            elif time_ns < opens:
                ends.append(opens)
        return min(ends, default=time_ns + self._length)

    def opens(self, session: int) -> int:
        """When the first of the instruments opens."""
        return min(session_open_ns(session, venue) for venue in self._venues)

    def closes(self, session: int) -> int:
        """When the last of the instruments closes."""
        return max(session_close_ns(session, venue) for venue in self._venues)

    def day_of(self, time_ns: int) -> int:
        """The latest trading day that has begun by the moment, at any of the venues."""
        return max(session_of(time_ns, venue, is_close=False) for venue in self._venues)

    def day_before(self, time_ns: int) -> int:
        """The trading day whose splits are history at the moment: that of the moment, or at its very open the one
        before."""
        session = self.day_of(time_ns)
        return session - 1 if time_ns <= self.opens(session) else session
