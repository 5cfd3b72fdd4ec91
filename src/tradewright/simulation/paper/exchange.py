"""The exchange plays history into a paper account and takes its clients' commands, in one order that it keeps.

This file decides when a slice is played into the account and when it is only shown again: each once for the trading
session it belongs to, whoever asks for it afterwards.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from tradewright.domain.errors import InputError
from tradewright.ports.broker import (
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    BrokerEvent,
    CancelEverything,
    CancelOrder,
    Command,
    ReplaceOrder,
    SubmitOrder,
)
from tradewright.ports.feed import FeedEnded, Slice, Subscription
from tradewright.simulation.paper.inputs import (
    CancelAllAsked,
    CancelAsked,
    Input,
    MarketEnded,
    MarketOpened,
    ReplaceAsked,
    SlicePlayed,
    Submitted,
    handle,
)
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.venue import PaperVenue, Question

Watcher = Callable[[list[BrokerEvent]], None]
Keep = Callable[[Input, list[BrokerEvent]], None]


class SliceSource(Protocol):
    """History as slices."""

    def slices(self, wanted: Subscription) -> Iterator[Slice]:
        """Slices numbered from 1, the warm-up first; the same every time for the same subscription.

        InputError for what there is not, with what there is.
        """
        ...


def _keeps_nothing(given: Input, events: list[BrokerEvent]) -> None:
    """For an account that lives in memory."""


def input_of(command: Command) -> Input | Question:
    """What a command of the Broker port means to the account; questions change nothing and stay as they are."""
    match command:
        case SubmitOrder():
            return Submitted(command.ticket.client_order_id, command.ticket.request)
        case ReplaceOrder():
            return ReplaceAsked(command.ticket.client_order_id, command.ticket.request)
        case CancelOrder():
            return CancelAsked(command.client_order_id, command.venue_order_id)
        case CancelEverything():
            return CancelAllAsked(command.keeps_protection)
        case AskOrder() | AskOpenOrders() | AskFills() | AskAccount():
            return command


class Exchange:
    """One account, the history that is played into it, and where that stands."""

    __slots__ = ("_ahead", "_keep", "_market", "_played", "_source", "_stream", "_taken_over", "_watchers", "venue")

    def __init__(self, venue: PaperVenue, source: SliceSource | None = None, *, keep: Keep = _keeps_nothing) -> None:
        """`keep` is given each input with what came of it, before anybody is told; `source` is where history is from
        when a subscription brings none."""
        self.venue = venue
        self._source = source
        self._keep = keep
        self._market: MarketOpened | None = None
        self._played = 0
        self._stream: Iterator[Slice] = iter(())
        self._ahead: Slice | None = None
        self._taken_over: Callable[[], None] = lambda: None
        self._watchers: list[Watcher] = []

    @property
    def played(self) -> int:
        """Number of the last slice that was played into the account for the present trading session."""
        return self._played

    def recall(self, given: Input) -> list[BrokerEvent]:
        """Take an input again that was kept before: the way back to where the account stood."""
        match given:
            case MarketOpened():
                self._market, self._played = given, 0
            case SlicePlayed():
                self._played = given.slice.number
        return handle(self.venue, given)

    def take(self, given: Input) -> list[BrokerEvent]:
        """Carry an input out, keep it, and tell all who watch what came of it."""
        events = self.recall(given)
        self._keep(given, events)
        for watcher in tuple(self._watchers):
            watcher(events)
        return events

    def watch(self, watcher: Watcher) -> None:
        """Let somebody be told from now on."""
        self._watchers.append(watcher)

    def leave(self, watcher: Watcher) -> None:
        """Let somebody be told no more; twice is allowed."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def subscribe(
        self,
        wanted: Subscription,
        stretch: str,
        *,
        source: SliceSource | None = None,
        period: str = "",
        taken_over: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin to play for the trading session `stretch`, or go on with it after what it has dealt with.

        `period` says which part of history the source has: another one is another market. `taken_over` is called when
        somebody else subscribes: an account has one market at a time.
        """
        market = MarketOpened(stretch, wanted.instruments, wanted.interval, wanted.warm_up_bars, period)
        history = source or self._source
        if history is None:
            raise InputError("there is no history to replay", expected="a source of slices", found="none")
        stream = history.slices(wanted)
        is_same = self._market == market and (stretch != "" or wanted.after > 0)
        if wanted.after > self._played * is_same:
            raise InputError(
                "the paper account cannot go on where the trading session stood",
                expected=f"at most slice {self._played * is_same}, which was played last",
                found=f"slice {wanted.after}",
                remedy="start a new trading session, or bring back the account's files",
            )
        before, self._taken_over = self._taken_over, taken_over
        before()
        self._ahead = None
        self._stream = (piece for piece in stream if piece.number > wanted.after)
        if not is_same:
            self.take(market)

    def open_tape(self, market: MarketOpened, *, goes_on: bool, taken_over: Callable[[], None]) -> bool:
        """Let a tape be played in place of slices; whether this account has had some of it already.

        `goes_on`: the trading session has dealt with a part of it, so this account must have, too.
        """
        is_same = self._market == market and market.stretch != ""
        if goes_on and not is_same:
            raise InputError(
                "the paper account cannot go on where the trading session stood",
                expected="the account that played to it before",
                found="one that has not",
                remedy="start a new trading session, or bring back the account's files",
            )
        before, self._taken_over = self._taken_over, taken_over
        before()
        self._ahead, self._stream = None, iter(())
        if not is_same:
            self.take(market)
        return is_same

    def pause_s(self, pace: Pace, shown: Slice) -> float:
        """Seconds until the next slice."""
        return pace.wait_s(shown, self.peek())

    def peek(self) -> Slice | None:
        """The slice that comes next; nothing is played."""
        if self._ahead is None:
            self._ahead = next(self._stream, None)
        return self._ahead

    def next(self) -> Slice | FeedEnded:
        """Play the next slice, tell what it brought, then give it; at the end of history, the end."""
        piece, self._ahead = self.peek(), None
        if piece is None:
            self.take(MarketEnded(self._played))
            return FeedEnded(self._played)
        if piece.number > self._played:
            self.take(SlicePlayed(piece))
        return piece
