"""The player shows an exchange's slices, or a tape's portions, to one client, each after what it brought.

This file decides when the next one comes: after the acknowledgement of the last one (or the end of patience), not
before its time by the pace, and not while nobody listens. Of a tape at most `MOST_AHEAD` portions are shown without
being acknowledged, however long that takes. It has no clock: whoever owns it says how to be called later.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from tradewright.ports.feed import FeedEnded, FeedLost, FeedSink, Subscription
from tradewright.ports.trades import TradeSink
from tradewright.simulation.paper.exchange import Exchange, SliceSource
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.tape import Tape

MOST_AHEAD: Final = 8
"""Portions of a tape that may be shown and not yet acknowledged."""


class Timer(Protocol):
    """Something that will be called."""

    def cancel(self) -> None:
        """It will not."""
        ...


Later = Callable[[float, Callable[[], None]], Timer]
"""Call something after so many seconds."""


class Player:
    """One replay for one client."""

    __slots__ = (
        "_ahead",
        "_before",
        "_dealt_with",
        "_exchange",
        "_is_due",
        "_is_paused",
        "_later",
        "_pace",
        "_reel",
        "_shown",
        "_sink",
        "_timers",
    )

    def __init__(
        self, exchange: Exchange, *, later: Later, pace: Pace, before: Callable[[], None] = lambda: None
    ) -> None:
        """`before` is called before each slice is played."""
        self._exchange = exchange
        self._later = later
        self._pace = pace
        self._before = before
        self._sink: Callable[[Any], None] | None = None
        self._reel: Exchange | Tape = exchange
        self._ahead: int | None = None
        self._shown = 0
        self._dealt_with = 0
        self._is_due = False
        self._is_paused = False
        self._timers: list[Timer] = []

    @property
    def is_playing(self) -> bool:
        """True from the start to the end of history, also while it is paused."""
        return self._sink is not None

    def start(
        self, wanted: Subscription, sink: FeedSink, *, stretch: str, source: SliceSource | None = None, period: str = ""
    ) -> None:
        """Play for a trading session; the first slice comes later."""
        self.stop()
        self._exchange.subscribe(wanted, stretch, source=source, period=period, taken_over=self.lose)
        self._reel, self._ahead = self._exchange, None
        self._begin(sink, wanted.after)

    def play(self, tape: Tape, sink: TradeSink) -> None:
        """Play a tape, whose market has been opened; its first portion comes later."""
        self.stop()
        self._reel, self._ahead = tape, MOST_AHEAD
        self._begin(sink, 0)

    def lose(self) -> None:
        """Another client plays history into the account now: stop, and say so."""
        sink = self._sink
        self.stop()
        if sink is not None:
            sink(FeedLost("another trading session plays its history into this account now"))

    def _begin(self, sink: Callable[[Any], None], after: int) -> None:
        self._sink = sink
        self._shown = self._dealt_with = after
        self.go_on()

    def acknowledge(self, number: int) -> None:
        """The client has dealt with a slice."""
        self._dealt_with = max(self._dealt_with, number)
        self._play_when_due()

    def pause(self) -> None:
        """Show nothing until `go_on`."""
        self._is_paused = True
        self._clear()

    def _clear(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def go_on(self) -> None:
        """Show the next slice soon."""
        self._is_paused = False
        if self._sink is not None:
            self._timers.append(self._later(0, self._play))

    def stop(self) -> None:
        """Show nothing any more; twice is allowed."""
        self.pause()
        self._sink = None

    def _play(self) -> None:
        if self._sink is None:
            return
        self._clear()
        self._is_due = False
        self._before()
        if self._is_paused:  # a command that arrived with the slice lost the connection
            return
        sink, piece = self._sink, self._reel.next()
        if isinstance(piece, FeedEnded | FeedLost):
            self.stop()
            sink(piece)
            return
        self._shown = piece.number
        self._wait(piece)
        sink(piece)

    def _wait(self, piece: Any) -> None:
        pause_s = self._reel.pause_s(self._pace, piece)
        if self._ahead is None or self._shown - self._dealt_with < self._ahead:
            self._timers = [self._later(max(self._pace.patience_s, pause_s), self._play)]
        if pause_s > 0:
            self._timers.append(self._later(pause_s, self._due))
        else:
            self._is_due = True

    def _due(self) -> None:
        self._is_due = True
        self._play_when_due()

    def _play_when_due(self) -> None:
        if self._is_due and not self._is_paused and self._dealt_with >= self._shown:
            self._play()
