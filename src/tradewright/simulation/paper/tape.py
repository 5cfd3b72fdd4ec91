"""The tape is a recording of prints, played into one account portion by portion and shown to its trading session.

This file decides how orders meet prints. The prints of one moment (one stamp) are one row of the one step: the first
print is its open, the last its close, and what was traded its volume. An order meets the first moment after it came.
Moments in which no working order can react are put into one row, which comes to the same. Prints that bars do not
believe (`Believes`) and those outside trading hours fill nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tradewright.domain.calendars import SECOND
from tradewright.domain.errors import DataError, TradewrightError
from tradewright.domain.market.actions import CorporateAction
from tradewright.ports.feed import FeedEnded, FeedLost, Slice, SliceBar
from tradewright.ports.trades import MOST_OF_A_MOMENT, MOST_TRADES, TradePortion
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.hours import Hours
from tradewright.simulation.paper.inputs import MarketEnded, SlicePlayed
from tradewright.simulation.paper.pace import Pace

Print = tuple[int, int, float | None, float | None, str]
"""Stamp, place of its instrument, price, quantity, id."""
Believes = Callable[[Print], bool]
"""Whether bars would believe a print; asked once for each, in their order."""
A_SECOND: Final = 10
"""Portions a second where the pace goes by time: a print comes at most a tenth of a second late."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was cut off the tape."""

    prints: tuple[Print, ...]
    session: int
    until_ns: int
    bar_ends_ns: int
    """The first end of a bar after its first print."""
    following: int | None
    """The trading day of the next print; None at the end."""
    outside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a tape plays."""

    instruments: tuple[str, ...]
    hours: Hours
    prints: Iterator[Print]
    """In the order of their stamps."""
    first_session: int
    """The first day that trades; the warm-up lies before."""
    believes: Believes
    actions: Sequence[CorporateAction] = ()
    """Splits and dividends of these instruments."""
    shown_from_ns: int = 0
    """Prints before are played where they have not been, and shown no more."""
    clock: Callable[[], float] | None = None
    """Monotonic seconds: with it the pace holds over a day, whatever playing and waiting for the session take; at most
    the patience is caught up."""


class Tape:
    """One recording on its way into one account; the account's market must be open."""

    __slots__ = (
        "_ahead",
        "_booked",
        "_day",
        "_due_s",
        "_exchange",
        "_most",
        "_number",
        "_open",
        "_outside",
        "_problem",
        "_ready",
        "_recording",
        "_span_ns",
        "_told",
    )

    def __init__(self, exchange: Exchange, recording: Recording, *, pace: Pace) -> None:
        self._exchange = exchange
        self._recording = recording
        per_second = pace.slices_a_second
        self._most = min(MOST_TRADES, max(1, int(per_second / A_SECOND))) if per_second else MOST_TRADES
        self._span_ns = max(1, int(pace.multiple * SECOND / A_SECOND)) if pace.multiple else 0
        self._number = self._outside = 0
        self._problem = ""
        self._due_s: float | None = None
        self._day: int | None = None
        self._ahead = self._next_print()
        self._ready: Piece | None = None
        self._open: Piece | None = None
        hours, played_ns, since_ns = recording.hours, exchange.venue.time_ns, recording.shown_from_ns
        first = self._ahead[1] if self._ahead else recording.first_session
        self._booked = hours.day_of(played_ns) if played_ns else first
        self._told = hours.day_before(since_ns) if since_ns else first

    def next(self) -> TradePortion | FeedEnded | FeedLost:
        """Play the next portion, tell what it brought, then give it; at the end of the recording, the end."""
        piece, self._ready = self._peeked(), None
        if piece is None:
            if self._problem:
                return FeedLost(self._problem)
            self._exchange.take(MarketEnded(self._exchange.played))
            return FeedEnded(self._exchange.played)
        self._play(piece)
        self._number += 1
        return self._portion(piece)

    def pause_s(self, pace: Pace, shown: TradePortion) -> float:
        """Seconds until the next portion. The warm-up takes no time, nor do the hours in which nothing can trade."""
        pause_s, clock = self._pause_s(pace, shown), self._recording.clock
        if clock is None:
            return pause_s
        now_s = clock()
        due_s = now_s if self._due_s is None else max(self._due_s, now_s - pace.patience_s)
        self._due_s = due_s + pause_s
        return max(0.0, self._due_s - now_s)

    def _pause_s(self, pace: Pace, shown: TradePortion) -> float:
        following = self._peeked()
        if following is None or shown.is_warm_up or shown.ends_day:
            return 0.0
        if pace.slices_a_second > 0:
            return len(following.prints) / pace.slices_a_second
        if pace.multiple > 0:
            return max(0, following.until_ns - shown.until_ns) / SECOND / pace.multiple
        return 0.0

    def _peeked(self) -> Piece | None:
        if self._ready is None:
            self._ready = self._cut()
        return self._ready

    # cutting

    def _cut(self) -> Piece | None:
        """Prints up to the end of a bar, and no more than the pace allows; a moment is never cut in two."""
        if self._open is not None and (self._ahead is None or self._ahead[0][0] >= self._open.bar_ends_ns):
            told, self._open = self._open, None  # nothing more in this bar: it ends when its time has come
            return replace(told, prints=(), until_ns=told.bar_ends_ns, following=self._day_ahead(), outside=0)
        if self._ahead is None:
            return None
        (begins, *_), session = self._ahead
        limit = bar_ends = self._recording.hours.bar_ends(session, begins)
        if self._span_ns and session >= self._recording.first_session:
            limit = min(limit, begins + self._span_ns)
        prints: list[Print] = []
        while self._ahead is not None:
            one, day = self._ahead
            is_full = len(prints) >= self._most and one[0] > prints[-1][0]
            if one[0] >= limit or day > session or is_full:
                break
            prints.append(one)
            self._ahead = self._next_print()
            if len(prints) > MOST_OF_A_MOMENT:
                self._problem = _too_coarse(one)
                self._ahead = None
                return None
        until = limit if self._ahead is None else min(limit, self._ahead[0][0])
        outside, self._outside = self._outside, 0
        piece = Piece(tuple(prints), session, until, bar_ends, self._day_ahead(), outside)
        self._open = piece if until < bar_ends else None
        return piece

    def _day_ahead(self) -> int | None:
        return None if self._ahead is None else self._ahead[1]

    def _next_print(self) -> tuple[Print, int] | None:
        """The next one within trading hours, and its trading day: that of the newest so far."""
        session_at = self._recording.hours.session_at
        try:
            for one in self._recording.prints:
                session = session_at(one[1], one[0])
                if session is not None:
                    self._day = session if self._day is None else max(self._day, session)
                    return one, self._day
                self._outside += 1
        except TradewrightError as problem:
            self._problem = str(problem)
        return None

    # playing

    def _play(self, piece: Piece) -> None:
        believes, played_ns = self._recording.believes, self._exchange.venue.time_ns
        believed = [one for one in piece.prints if believes(one)]
        rest = [one for one in believed if one[0] > played_ns]
        if not rest:
            return
        actions = self._due(self._booked, piece.session)
        self._booked = max(self._booked, piece.session)
        if piece.session < self._recording.first_session:
            self._take_row(rest, piece, actions=actions, is_last=True)
            return
        while rest:
            length = self._quiet_length(rest) or _moment_length(rest)
            row, rest = rest[:length], rest[length:]
            self._take_row(row, piece, actions=actions, is_last=not rest)
            actions = ()

    def _quiet_length(self, prints: list[Print]) -> int:
        """How many prints from the first on bring nothing about, whole moments; 0 where the first moment may."""
        quiet = self._exchange.venue.quiet_prices()
        if not quiet:
            return len(prints)
        ranges = [quiet.get(name) for name in self._recording.instruments]
        moment = 0
        for n, (stamp, place, price, _, _) in enumerate(prints):
            if stamp != prints[moment][0]:
                moment = n
            bounds = ranges[place]
            if bounds is not None and price is not None and not bounds[0] < price < bounds[1]:
                return moment
        return len(prints)

    def _take_row(
        self, prints: list[Print], piece: Piece, *, actions: tuple[CorporateAction, ...], is_last: bool
    ) -> None:
        time_ns = prints[-1][0]
        is_open_on = not is_last or piece.following == piece.session
        row = Slice(
            number=self._exchange.played + 1,
            time_ns=time_ns,
            session=piece.session,
            bars=_bars(prints, len(self._recording.instruments)),
            actions=actions,
            next_open_ns=time_ns if is_open_on else self._opens_next(piece, time_ns),
            ends_day=not is_open_on,
            is_warm_up=piece.session < self._recording.first_session,
        )
        self._exchange.take(SlicePlayed(row))

    # showing

    def _portion(self, piece: Piece) -> TradePortion:
        since = self._recording.shown_from_ns
        shown = tuple(one for one in piece.prints if one[0] >= since)
        actions = self._due(self._told, piece.session)
        self._told = max(self._told, piece.session)
        hours = self._recording.hours
        ends_day = piece.until_ns >= piece.bar_ends_ns and piece.following != piece.session
        following = piece.following
        return TradePortion(
            number=self._number,
            until_ns=piece.until_ns,
            session=piece.session,
            places=tuple(one[1] for one in shown),
            times_ns=tuple(one[0] for one in shown),
            prices=tuple(one[2] for one in shown),
            quantities=tuple(one[3] for one in shown),
            ids=tuple(one[4] for one in shown),
            outside=piece.outside,
            next_open_ns=self._opens_next(piece, piece.until_ns) if ends_day else piece.until_ns,
            next_close_ns=None if following is None else hours.closes(following),
            ends_day=ends_day,
            is_warm_up=piece.session < self._recording.first_session,
            actions=actions,
        )

    def _opens_next(self, piece: Piece, now_ns: int) -> int | None:
        if piece.following is None:
            return None
        return max(now_ns + 1, self._recording.hours.opens(piece.following))

    def _due(self, after: int, until: int) -> tuple[CorporateAction, ...]:
        return tuple(one for one in self._recording.actions if after < one.ex_session <= until)


def _moment_length(prints: list[Print]) -> int:
    stamp = prints[0][0]
    return next((n for n, one in enumerate(prints) if one[0] != stamp), len(prints))


def _bars(prints: list[Print], width: int) -> tuple[SliceBar | None, ...]:
    """First, highest, lowest, last price and the volume of each instrument; believed prints have numbers."""
    found: list[list[float] | None] = [None] * width
    for _, place, price, quantity, _ in prints:
        assert price is not None and quantity is not None, "a print that is believed has a price and a quantity"
        bar = found[place]
        if bar is None:
            found[place] = [price, price, price, price, quantity]
            continue
        bar[1], bar[2], bar[3] = max(bar[1], price), min(bar[2], price), price
        bar[4] += quantity
    return tuple(None if bar is None else SliceBar(*bar) for bar in found)


def _too_coarse(one: Print) -> str:
    return str(
        DataError(
            "the recording cannot be traded on",
            expected=f"at most {MOST_OF_A_MOMENT} prints of one moment",
            found=f"more of them, up to {one[0]} ns",
            remedy="import the trades with finer stamps",
        )
    )
