"""The paper venue in this very process: the same ports without a socket, for tests, parity and demonstrations at speed.

This file decides that nothing comes back within a call: every answer is put on the running loop, in order, so that a
caller sees what it would see of a venue elsewhere.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from tradewright.domain.errors import BrokerError, NotSent
from tradewright.domain.identifiers import AccountId
from tradewright.ports.broker import (
    BrokerEvent,
    BrokerTraits,
    Command,
    Connected,
    Disconnected,
    Environment,
    Sink,
)
from tradewright.ports.feed import FeedSink, Subscription
from tradewright.ports.outstanding import Outstanding
from tradewright.simulation.paper.exchange import Exchange, input_of
from tradewright.simulation.paper.faults import ConnectionLost, Faults, Line
from tradewright.simulation.paper.inputs import Input
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.player import Player


class InProcessPaper:
    """Implements the Broker and the Feed port over an exchange of this process."""

    def __init__(
        self, exchange: Exchange, *, stretch: str = "", pace: Pace | None = None, faults: Faults | None = None
    ) -> None:
        """`stretch` names the trading session that history is played for, so that it can be resumed."""
        self._exchange = exchange
        self._line = Line(exchange, faults)
        self._outstanding = Outstanding()
        self._stretch = stretch
        self._player = Player(exchange, later=_later, pace=pace or Pace(), before=self._before_slice)
        self._sink: Sink | None = None

    @property
    def traits(self) -> BrokerTraits:
        """The simulated venue's."""
        return paper_traits(self._exchange.venue.terms.account)

    @property
    def sink(self) -> Sink | None:
        """Who is told; None while there is no connection."""
        return self._sink

    async def connect(self, sink: Sink) -> None:
        """Begin to report."""
        if self._sink is not None:
            raise BrokerError("the paper broker is connected already", remedy="close it first")
        self._sink = sink
        self._exchange.watch(self._report)
        self._later(lambda: self._tell([Connected()]))
        self._player.go_on()

    def enqueue(self, command: Command) -> None:
        """Hand a command over; `NotSent` when not connected."""
        if self._sink is None:
            raise NotSent(f"{type(command).__name__} was not sent", found="no connection", remedy="connect first")
        self._outstanding.add(command)
        _later(self._line.latency_s, lambda: self._carry_out(command))

    def inject(self, given: Input) -> None:
        """Something that no command asks for: an order by hand, an execution taken back."""
        self._later(lambda: self._exchange.take(given))

    def drop(self, reason: str) -> None:
        """Lose the connection, as a network does, and the replay pauses; `connect` opens it again."""
        sink, self._sink = self._sink, None
        self._exchange.leave(self._report)
        self._player.pause()
        if sink is None:
            return
        told: list[BrokerEvent] = [Disconnected(reason), *self._outstanding.unclear(reason)]
        for event in told:
            self._later(partial(sink, event))

    async def close(self) -> None:
        """Report no more; working orders stay."""
        self._sink = None
        self._exchange.leave(self._report)
        self._player.stop()

    async def subscribe(self, wanted: Subscription, sink: FeedSink) -> None:
        """Begin to play."""
        self._player.start(wanted, sink, stretch=self._stretch)
        if self._sink is None:
            self._player.pause()

    def acknowledge(self, number: int) -> None:
        """Go on with the next slice once commands before this have been carried out."""
        self._later(lambda: self._player.acknowledge(number))

    def _carry_out(self, command: Command) -> None:
        try:
            self._tell(self._line.tell(input_of(command)))
        except ConnectionLost:
            self.drop("the connection was lost after a command")

    def _before_slice(self) -> None:
        self._tell(self._line.slice_passed())

    def _later(self, do: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_soon(do)

    def _report(self, events: list[BrokerEvent]) -> None:
        """Reports of the account, as the faults let them through; what is held back comes at the next turn."""
        self._tell(self._line.let_through(events))
        self._line.busts(events)
        if self._line.holds_back:
            self._later(lambda: self._tell(self._line.rest()))

    def _tell(self, events: list[BrokerEvent]) -> None:
        for event in events:
            self._outstanding.hear(event)
            if self._sink is not None:
                self._sink(event)


def _later(delay_s: float, do: Callable[[], None]) -> asyncio.Handle:
    loop = asyncio.get_running_loop()
    return loop.call_later(delay_s, do) if delay_s > 0 else loop.call_soon(do)


def paper_traits(account: str) -> BrokerTraits:
    """What the simulated venue is and can."""
    from_handover_ns = 5_000_000_000
    return BrokerTraits(
        name="paper", environment=Environment.PAPER, account=AccountId(account), has_brackets=True, has_groups=True,
        is_current=True, settles_within_ns=from_handover_ns,
    )  # fmt: skip
