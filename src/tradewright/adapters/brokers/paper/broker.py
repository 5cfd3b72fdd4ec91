"""The paper broker: the ports Broker, Feed and TradeFeed over one connection to the paper venue's process.

This file decides when the connection counts as lost, what is said of commands whose fate is then open, and that it is
opened again by itself, with the replay going on after the last slice that was dealt with, or with the first print that
was not heard.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from tradewright.adapters.brokers.paper import translate
from tradewright.adapters.brokers.paper.client import Place, Wire, reach
from tradewright.adapters.brokers.paper.translate import (
    Refused,
    Replay,
    Subscribed,
    SubscribeRefused,
    Welcome,
)
from tradewright.domain.errors import BrokerError, InputError, NotSent, TradewrightError
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
from tradewright.ports.feed import FeedEnded, FeedEvent, FeedGap, FeedLost, FeedSink, Slice, Subscription
from tradewright.ports.outstanding import Outstanding
from tradewright.ports.trades import TradePortion, TradeSink, TradeSubscription

_SHORTEST_S: Final = 0.05
_LONGEST_S: Final = 5.0
_HELLO_S: Final = 10.0
_SUBSCRIBE_S: Final = 120.0
"""The venue loads the history first."""
_SETTLES_NS: Final = 5_000_000_000
_log = logging.getLogger("tradewright.brokers.paper")


class PaperBroker:
    """Implements Broker, Feed and TradeFeed for one paper account; it has one subscription, of either kind."""

    def __init__(self, place: Place, *, replay: Replay | None = None) -> None:
        """Without a `replay` there is no feed: so a guard or a kill command connects."""
        self._place = place
        self._replay = replay
        self._sink: Sink | None = None
        self._wire: Wire | None = None
        self._task: asyncio.Task[None] | None = None
        self._outstanding = Outstanding()
        self._feed_sink: Callable[[Any], None] | None = None
        self._wanted: Subscription | TradeSubscription | None = None
        self._answer: asyncio.Future[None] | None = None
        self._dealt_with = 0

    @property
    def traits(self) -> BrokerTraits:
        """The simulated venue's."""
        return BrokerTraits(
            name="paper",
            environment=Environment.PAPER,
            account=AccountId(self._place.account),
            has_brackets=True,
            has_groups=True,
            is_current=True,
            settles_within_ns=_SETTLES_NS,
        )

    async def connect(self, sink: Sink) -> None:
        """Open the connection, and start the venue where it does not run; BrokerError says what is wrong."""
        if self._task is not None:
            raise BrokerError("the paper broker is connected already", remedy="close it first")
        self._wire = await self._opened()
        self._sink = sink
        sink(Connected())
        self._task = asyncio.get_running_loop().create_task(self._stay(), name="paper broker")

    def enqueue(self, command: Command) -> None:
        """Hand a command over; `NotSent` while there is no connection."""
        if self._wire is None or not self._wire.is_open():
            raise NotSent(f"{type(command).__name__} was not sent", found="no connection to the paper venue")
        content = translate.told(command)
        self._outstanding.add(command)
        self._wire.send(content)

    def cut(self) -> None:
        """Cut the connection, as a network does; it is opened again by itself."""
        if self._wire is not None:
            self._wire.cut()

    async def close(self) -> None:
        """Close the connection; the venue lives on, and orders work on."""
        task, self._task = self._task, None
        self._sink = self._feed_sink = self._wanted = None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.writer.close()
            with contextlib.suppress(OSError):
                await wire.writer.wait_closed()

    async def subscribe(self, wanted: Subscription, sink: FeedSink) -> None:
        """Begin the replay; InputError or DataError for what the venue does not have."""
        self._dealt_with = wanted.after
        await self._subscribe(wanted, sink)

    async def subscribe_trades(self, wanted: TradeSubscription, sink: TradeSink) -> None:
        """The same for recorded prints."""
        await self._subscribe(wanted, sink)

    async def _subscribe(self, wanted: Subscription | TradeSubscription, sink: Callable[[Any], None]) -> None:
        if self._replay is None:
            raise InputError("this paper broker was made without a replay", expected="a replay", found="none")
        if self._wire is None:
            raise BrokerError("the paper broker is not connected", remedy="connect before subscribing")
        self._feed_sink, self._wanted = sink, wanted
        self._answer = asyncio.get_running_loop().create_future()
        self._wire.send(translate.subscribing(wanted, self._replay))
        try:
            async with asyncio.timeout(_SUBSCRIBE_S):
                await self._answer
        except TimeoutError as silent:
            self._feed_sink = self._wanted = None
            raise BrokerError("the paper venue does not answer", found=f"nothing within {_SUBSCRIBE_S:g} s") from silent
        except TradewrightError:
            self._feed_sink = self._wanted = None
            raise
        finally:
            self._answer = None

    def acknowledge(self, number: int) -> None:
        """A slice is dealt with; while there is no connection it is told by where the replay goes on."""
        self._dealt_with = max(self._dealt_with, number)
        if self._wire is not None and self._wire.is_open():
            self._wire.send(translate.acknowledging(number))

    async def _opened(self) -> Wire:
        wire = await reach(self._place)
        try:
            await self._greet(wire)
        except BaseException:
            wire.cut()
            raise
        return wire

    async def _greet(self, wire: Wire) -> None:
        """Say who we are, and have environment and account proven."""
        wire.send(translate.hello(self._place.account, self._place.client))
        try:
            async with asyncio.timeout(_HELLO_S):
                said = translate.heard(await wire.receive())
        except (OSError, TimeoutError) as problem:
            raise BrokerError(
                f"the venue of paper account {self._place.account} does not answer", found=str(problem) or "silence"
            ) from problem
        if isinstance(said, Refused):
            raise said.raised()
        if not isinstance(said, Welcome) or said.account != self._place.account:
            raise BrokerError(
                "this is not the paper account that was wanted", expected=self._place.account, found=str(said)
            )

    async def _stay(self) -> None:
        """Listen; when the connection is lost, say so and open it again, for ever."""
        while True:
            try:
                await self._listen()
            except (OSError, TradewrightError) as problem:
                self._lost(str(problem) or type(problem).__name__)
            self._wire = await self._opened_again()
            self._tell(Connected())
            if self._wanted is not None and self._replay is not None:
                self._wire.send(translate.subscribing(self._going_on(self._wanted), self._replay))

    def _going_on(self, wanted: Subscription | TradeSubscription) -> Subscription | TradeSubscription:
        """The wish as it is now; of prints `_show` has noted what was heard."""
        return replace(wanted, after=self._dealt_with) if isinstance(wanted, Subscription) else wanted

    async def _listen(self) -> None:
        wire = self._wire
        assert wire is not None, "listening without a connection"
        while True:
            self._hear(translate.heard(await wire.receive()))

    def _hear(self, said: translate.Said) -> None:
        match said:
            case SubscribeRefused():
                self._subscribed(said.raised())
            case Subscribed():
                self._subscribed(None)
            case Refused():
                raise said.raised()
            case Welcome():
                raise BrokerError("the paper venue said hello twice")
            case Slice() | TradePortion() | FeedGap() | FeedLost() | FeedEnded():
                self._show(said)
            case _:
                self._outstanding.hear(said)
                self._tell(said)

    def _subscribed(self, problem: TradewrightError | None) -> None:
        if self._answer is None or self._answer.done():
            if problem is not None:
                self._show(FeedLost(str(problem)))
        elif problem is None:
            self._answer.set_result(None)
        else:
            self._answer.set_exception(problem)

    def _lost(self, reason: str) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.cut()
        _log.warning("the paper venue is lost: %s", reason)
        self._tell(Disconnected(reason))
        for unclear in self._outstanding.unclear(reason):
            self._tell(unclear)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BrokerError("the paper venue was lost before the replay began", found=reason))
        elif self._wanted is not None:
            self._show(FeedLost(reason))

    async def _opened_again(self) -> Wire:
        pause = _SHORTEST_S
        while True:
            try:
                return await self._opened()
            except TradewrightError as problem:
                _log.warning("the paper venue stays lost: %s", problem)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_S)

    def _tell(self, event: BrokerEvent) -> None:
        if self._sink is not None:
            self._sink(event)

    def _show(self, event: FeedEvent | TradePortion) -> None:
        if isinstance(event, FeedEnded):
            self._wanted = None
        if isinstance(event, TradePortion) and isinstance(self._wanted, TradeSubscription):
            self._wanted = replace(self._wanted, since_ns=event.until_ns)
        if self._feed_sink is not None:
            self._feed_sink(event)
