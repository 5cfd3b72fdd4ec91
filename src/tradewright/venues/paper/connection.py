"""One client of the paper venue: its frames in, its reports out, and the replay it asked for.

This file decides the order on the wire: what was kept is told, what a slice brought comes before the slice, and a
client that does not take what it is told is cut rather than waited for.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

from tradewright.domain.errors import InputError, TradewrightError
from tradewright.ports.broker import AccountAnswer, BrokerEvent, SubmitRejected
from tradewright.ports.feed import FeedEvent
from tradewright.ports.trades import TradeFeedEvent
from tradewright.simulation.paper.exchange import Exchange, SliceSource
from tradewright.simulation.paper.faults import ConnectionLost, Faults, Line
from tradewright.simulation.paper.inputs import Busted, Input, MarketOpened, PlacedByHand, RestsWiped, SlicePlayed
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.player import Player
from tradewright.simulation.paper.tape import Tape
from tradewright.simulation.paper.venue import Question
from tradewright.venues.paper import protocol

LARGEST_BACKLOG: Final = 1 << 26
"""Bytes that a client may be behind."""
_log = logging.getLogger("tradewright.venues.paper")


class TradeSource(Protocol):
    """The recording that a client wants to be played."""

    def tape(self, exchange: Exchange, pace: Pace, *, taken_over: Callable[[], None]) -> Tape:
        """The tape from where the trading session stands, on an opened market; InputError or DataError for what there
        is not."""
        ...


TradesOf = Callable[[protocol.SubscribeTrades], TradeSource]


class Connection:
    """A client that has been let in."""

    def __init__(
        self,
        exchange: Exchange,
        writer: asyncio.StreamWriter,
        *,
        source_of: Callable[[protocol.Subscribe], SliceSource],
        trades_of: TradesOf,
        faults: Faults,
        is_injecting: bool,
    ) -> None:
        self._exchange = exchange
        self._writer = writer
        self._source_of = source_of
        self._trades_of = trades_of
        self._is_injecting = is_injecting
        self._line = Line(exchange, faults)
        self._player: Player | None = None
        exchange.watch(self._report)

    def close(self) -> None:
        """Report no more and stop playing; twice is allowed."""
        self._exchange.leave(self._report)
        if self._player is not None:
            self._player.stop()

    def take(self, content: bytes) -> None:
        """Carry a frame out. Raises InputError for one that makes no sense, `ConnectionLost` where faults want it."""
        try:
            said = protocol.read(content)
        except InputError as problem:
            client_order_id = protocol.submitted(content)
            if client_order_id is None:
                raise
            self._tell([SubmitRejected(client_order_id, str(problem))])
            return
        match said:
            case protocol.Subscribe() | protocol.SubscribeTrades():
                self._subscribe(said)
            case protocol.Acknowledge():
                if self._player is not None:
                    self._player.acknowledge(said.number)
            case protocol.Unsubscribe():
                if self._player is not None:
                    self._player.stop()
            case protocol.Hello():
                raise InputError("a client says hello once", found="a second one")
            case PlacedByHand() | Busted() | RestsWiped() | MarketOpened() | SlicePlayed():
                self._inject(said)
            case _ if self._line.latency_s > 0:
                _later(self._line.latency_s, lambda: self._carry_out(said))
            case _:
                self._tell(self._line.tell(said))

    def _carry_out(self, said: Input | Question) -> None:
        try:
            self._tell(self._line.tell(said))
        except ConnectionLost:
            self._writer.transport.abort()

    def _inject(self, given: Input) -> None:
        if not self._is_injecting:
            raise InputError("this venue takes no injected events", remedy="start it with --injections")
        self._exchange.take(given)

    def _subscribe(self, wanted: protocol.Subscribe | protocol.SubscribeTrades) -> None:
        if self._player is not None:
            self._player.stop()
        try:
            pace = Pace.parse(wanted.speed, patience_s=wanted.patience_s)
            player = Player(self._exchange, later=_later, pace=pace, before=self._before_slice)
            after = self._begin(player, wanted, pace)
        except TradewrightError as problem:
            self._write(protocol.refusal(problem, "SubscribeRefused"))
            return
        self._player = player
        self._write(protocol.written({"after": after}, "Subscribed"))

    def _begin(self, player: Player, wanted: protocol.Subscribe | protocol.SubscribeTrades, pace: Pace) -> int:
        """Let the player begin; after which slice."""
        if isinstance(wanted, protocol.Subscribe):
            period, source = f"{wanted.start}/{wanted.end}", self._source_of(wanted)
            player.start(wanted.subscription, self._show, stretch=wanted.stretch, source=source, period=period)
            return wanted.subscription.after
        tape = self._trades_of(wanted).tape(self._exchange, pace, taken_over=player.lose)
        player.play(tape, self._show)
        return 0

    def _before_slice(self) -> None:
        try:
            self._tell(self._line.slice_passed())
        except ConnectionLost:
            self._writer.transport.abort()

    def _show(self, event: FeedEvent | TradeFeedEvent) -> None:
        self._write(protocol.written(event))

    def _report(self, events: list[BrokerEvent]) -> None:
        self._tell(self._line.let_through(events))
        self._line.busts(events)
        if self._line.holds_back:
            asyncio.get_running_loop().call_soon(lambda: self._tell(self._line.rest()))

    def _tell(self, events: list[BrokerEvent]) -> None:
        for event in events:
            body: Any = protocol.movements_named(event) if isinstance(event, AccountAnswer) else event
            self._write(protocol.written(body, type(event).__name__))

    def _write(self, frame: bytes) -> None:
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > LARGEST_BACKLOG:
            _log.warning("a client is cut: it does not take what it is told")
            transport.abort()
            return
        self._writer.write(frame)


def _later(delay_s: float, do: Callable[[], None]) -> asyncio.Handle:
    loop = asyncio.get_running_loop()
    return loop.call_later(delay_s, do) if delay_s > 0 else loop.call_soon(do)
