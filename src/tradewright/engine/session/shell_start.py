"""Starting a session is bringing up what it trades with, in the one order in which nothing is missed.

This file decides it: the strategy first, restored by being shown again what it saw before; then the broker, so that
its reports flow before anything is asked; then the market, from the slice after the last one that was dealt with.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from tradewright.domain.errors import StrategyError
from tradewright.engine.session.books import Books, dealt_with
from tradewright.engine.session.effects import Alert, Severity
from tradewright.engine.session.facts import RecordedWish
from tradewright.engine.session.inputs import Input
from tradewright.engine.session.recording import Scene, scenes
from tradewright.ports.broker import Broker
from tradewright.ports.feed import Feed, Slice, Subscription
from tradewright.ports.hosts import HostEvent, HostFailed, HostReady, Proposed, StrategyHost, StrategyTerms

DOUBTS_S: Final = 30.0
"""How long a market that can wait is kept waiting for orders in doubt."""
_LOOK_S: Final = 0.02
_ENCODER: Final = msgspec.msgpack.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a session trades, and by which market data."""

    strategy: StrategyTerms
    instruments: tuple[str, ...]
    """In the order of the slices."""
    interval: str
    is_replay: bool = False
    """The market stands still until it is asked for: after a restart it waits until no order is in doubt any more, so
    that what was decided before is sent in its time and the restart leaves no trace in the result."""

    def subscription(self, ready: HostReady | None, *, after: int) -> Subscription:
        """What is wanted of the feed; a strategy that could not be started needs no warm-up."""
        return Subscription(
            instruments=self.instruments,
            interval=self.interval,
            warm_up_bars=0 if ready is None else ready.warm_up_bars,
            after=after,
        )


class Starting:
    """The start of one session. `from_host` is the host's sink as long as the session lives."""

    def __init__(
        self,
        plan: Plan,
        *,
        books: Books,
        host: StrategyHost,
        put: Callable[[Input], None],
        tell: Callable[[Alert], None],
        remember: Callable[[Slice], None],
        is_in_doubt: Callable[[], bool] = lambda: False,
    ) -> None:
        """`remember` takes slices of before the restart: what the gate knows of markets follows from them.
        `is_in_doubt` tells whether there are orders of which nobody knows whether the venue has them."""
        self._plan, self._books, self._host, self._put, self._tell = plan, books, host, put, tell
        self._remember, self._is_in_doubt = remember, is_in_doubt
        self._expected: asyncio.Future[HostEvent] | None = None
        self.is_done = False
        """True once slices can come."""

    def from_host(self, event: HostEvent) -> None:
        """Take an event of the host: answers to what it is shown again are ours, the rest is the core's."""
        if not isinstance(event, Proposed):
            self._put(event)
        if self._expected is not None and not self._expected.done():
            self._expected.set_result(event)
        elif isinstance(event, Proposed):
            self._put(event)

    async def run(self, broker: Broker, feed: Feed) -> None:
        """Bring everything up. StrategyError for a strategy that cannot be loaded in a session that is new; errors of
        broker and feed as they come."""
        for note in self._books.notes:
            self._tell(Alert(Severity.WARNING, "found_at_start", "", note))
        for scene in scenes(self._books.places.session):
            self._remember(scene.shown.slice)
        ready = await self._ready()
        if ready is not None:
            await self._restore()
        await broker.connect(self._put)
        await self._doubts()
        await feed.subscribe(self._plan.subscription(ready, after=dealt_with(self._books.state)), self._put)
        self.is_done = True

    async def _doubts(self) -> None:
        """Let a replay wait for what the venue knows of orders sent before a restart."""
        left = DOUBTS_S if self._plan.is_replay and not self._books.is_new else 0.0
        while left > 0 and self._is_in_doubt():
            await asyncio.sleep(_LOOK_S)
            left -= _LOOK_S

    async def _ready(self) -> HostReady | None:
        expected = self._expect()
        await self._host.start(self._plan.strategy, self.from_host)
        event = await expected
        self._expected = None
        if isinstance(event, HostFailed) and self._books.is_new:
            raise StrategyError("the strategy cannot be started", found=f"{event.trouble}: {event.story}")
        return event if isinstance(event, HostReady) else None

    def _expect(self) -> "asyncio.Future[HostEvent]":
        self._expected = asyncio.get_running_loop().create_future()
        return self._expected

    async def _restore(self) -> None:
        """Show what was dealt with before once more, and compare the answers."""
        differing = 0
        for scene in scenes(self._books.places.session):
            event = await self._shown_again(scene)
            if isinstance(event, HostFailed):
                break
            differing = differing or _differs(scene, event)
        self._expected = None
        if differing:
            self._tell(
                Alert(
                    Severity.WARNING,
                    "strategy_not_restored",
                    self._plan.strategy.strategy,
                    f"shown the same again, it answers otherwise from slice {differing} on: it depends on more than "
                    "what it is shown",
                )
            )

    async def _shown_again(self, scene: Scene) -> HostEvent:
        expected = self._expect()
        self._host.show(replace(scene.shown, is_again=True))
        return await expected


def _differs(scene: Scene, event: HostEvent) -> int:
    """The slice at which an answer is another one than before; 0 where it is the same or none is known."""
    number = scene.shown.slice.number
    if not isinstance(event, Proposed) or event.slice != number:
        return number
    if scene.answer is None:
        return 0
    wishes = tuple(RecordedWish.of(wish) for wish in event.wishes)
    return 0 if _ENCODER.encode(wishes) == _ENCODER.encode(scene.answer) else number  # as bytes: NaN equals NaN
