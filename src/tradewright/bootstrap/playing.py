"""A trading session played in this process: real core, journal and risk gate over the paper venue, as fast as it goes.

This file decides what stands in for the world: the venue and the strategy are in this process, a clock ticks a
microsecond a look so that nothing depends on the machine, and nobody kills the session. Facts and recording go to
places of the caller's, or to a folder that is gone afterwards.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from tradewright.adapters.disk.disk import RealDisk
from tradewright.application.playing.handlers import Told
from tradewright.domain.calendars import session_open_ns, venue_of
from tradewright.domain.costs import Cost
from tradewright.domain.errors import TradewrightError
from tradewright.domain.identifiers import AccountId
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import ReplayClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Alert
from tradewright.engine.session.exits import Exit, ExitCause
from tradewright.engine.session.facts import SessionStarted, catalogue
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.recording import scenes
from tradewright.engine.session.rules import SECOND_NS, SessionRules
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.strategies.live import LiveStrategy
from tradewright.engine.session.world import Pace, World
from tradewright.ports.hosts import HostReady, HostSink, Proposed, Shown, StrategyTerms
from tradewright.ports.kill import KillNote
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.history import HistorySource
from tradewright.simulation.paper.in_process import InProcessPaper
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.strategy import Strategy

_A_DAY_NS: Final = 86_400 * SECOND_NS
_SEGMENT_BYTES: Final = 1 << 18


@dataclass(slots=True)
class SteadyClock:
    """A microsecond passes with each look, so that what is written does not depend on the machine."""

    at_ns: int = 0

    def now_ns(self) -> int:
        """The moment of the look."""
        return self.monotonic_ns()

    def monotonic_ns(self) -> int:
        """The moment of the look."""
        self.at_ns += 1_000
        return self.at_ns


class StrategyHere:
    """A strategy host in this process; what the strategy raises ends the session."""

    def __init__(self, make: Callable[[], Strategy]) -> None:
        """`make` gives the strategy, once."""
        self.problem: TradewrightError | None = None
        """What the strategy raised."""
        self._make = make
        self._sink: HostSink = lambda _: None
        self._live: LiveStrategy | None = None

    async def start(self, terms: StrategyTerms, sink: HostSink) -> None:
        """Make it."""
        self._live, self._sink = LiveStrategy(self._make(), terms), sink
        self._later(HostReady("", self._live.warm_up_bars, self._live.speaks_weights))

    def show(self, shown: Shown) -> None:
        """Ask it."""
        assert self._live is not None, "a strategy is shown something before it was started"
        try:
            wishes = self._live.show(shown)
        except TradewrightError as problem:
            self.problem = problem
            raise
        self._later(Proposed(shown.slice.number, wishes, 0))

    def _later(self, said: HostReady | Proposed) -> None:
        asyncio.get_running_loop().call_soon(self._sink, said)

    async def close(self) -> None:
        """There is no process to end."""


class NoKillFile:
    """Nobody kills what is played."""

    def is_down(self) -> KillNote | None:
        """Never."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What is played."""

    bars: Bars
    """The first of them warm the strategy up."""
    start: SessionStarted
    policy: LimitsPolicy
    cash: Decimal
    costs: Cost
    strategy: Callable[[], Strategy]


async def play(wanted: Play, places: Places) -> Exit:
    """Trade into these places, to the end of the bars; what the strategy raises is raised."""
    bars, start = wanted.bars, wanted.start
    alerts = list[Alert]()
    books = Books.open(places, opened_ns=0, segment_bytes=_SEGMENT_BYTES)
    account = AccountTerms(
        account=AccountId(start.account), currency=bars.currency, cash=wanted.cash, costs=wanted.costs
    )
    paper = InProcessPaper(Exchange(PaperVenue(account), HistorySource(bars, opens_at=_opens_at)))
    host = StrategyHere(wanted.strategy)
    core = Core(
        books.state,
        start=start,
        policy=wanted.policy,
        traits=paper.traits,
        markets=SessionMarkets(start.instruments),
        rules=SessionRules(reconcile_every_ns=_A_DAY_NS),
    )
    world = World(
        broker=paper,
        feed=paper,
        host=host,
        clock=SteadyClock(),
        time=ReplayClock(start.time_ns),
        fence=NoKillFile(),
        tell=alerts.append,
    )
    plan = Plan(strategy=start.strategy, instruments=bars.instruments, interval=str(bars.timeframe))
    session = Session(core, books=books, plan=plan, world=world, pace=Pace(lazy_facts=1 << 20, lazy_ns=_A_DAY_NS))
    try:
        ended = await session.run()
    finally:
        books.close()
    if host.problem is not None:
        raise host.problem
    if ended.cause is not ExitCause.ORDERLY:
        raise ended.problem or TradewrightError("the session broke off", found=ended.reason)
    return ended


def playing(
    *,
    bars: Bars,
    start: SessionStarted,
    policy: LimitsPolicy,
    cash: Decimal,
    costs: Cost,
    strategy: Callable[[], Strategy],
) -> Told:
    """Play in a folder that is gone afterwards; gives the facts and the recording."""
    wanted = Play(bars=bars, start=start, policy=policy, cash=cash, costs=costs, strategy=strategy)
    with tempfile.TemporaryDirectory(prefix="tradewright-play-") as folder:
        places = places_in(Path(folder))
        asyncio.run(play(wanted, places))
        facts = tuple(record.fact for record in read(places.journal, catalogue()))
        return Told(facts, tuple(scenes(places.session)))


def places_in(folder: Path) -> Places:
    """Three folders in one."""
    return Places(
        account=RealDisk(folder / "account"),
        journal=RealDisk(folder / "journal"),
        session=RealDisk(folder / "session"),
    )


def _opens_at(instrument: str, session: int) -> int:
    return session_open_ns(session, venue_of(instrument))
