"""Trading sessions played to their end: the real core and shell, the paper venue in this process, a disk in memory."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from tests import virtual_time
from tests.unit.engine.engine_samples import bars_of
from tests.unit.engine.limit_samples import widest
from tests.unit.research.memory_disk import MemoryDisk

from tradewright.domain.costs import Cost, Costs
from tradewright.domain.identifiers import AccountId
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import ReplayClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Alert
from tradewright.engine.session.exits import Exit
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted, catalogue
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.recording import Scene, scenes
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.strategies.live import LiveStrategy
from tradewright.engine.session.world import World
from tradewright.ports.hosts import HostReady, HostSink, Proposed, Shown, StrategyTerms
from tradewright.ports.kill import KillNote
from tradewright.research.parity import compare
from tradewright.research.parity_report import ParityReport
from tradewright.simulation.broker import SimulatedBroker
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.faults import Faults
from tradewright.simulation.paper.history import HistorySource, OpensAt
from tradewright.simulation.paper.in_process import InProcessPaper
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.strategy import Strategy

Happening = Callable[[Session, "Host", int], None]
"""What happens after a slice was shown: session, strategy host, number of the slice."""


class StillClock:
    """A clock that ticks a microsecond a look, so that no deadline passes by itself."""

    def __init__(self) -> None:
        self._ns = 1_000_000_000_000

    def now_ns(self) -> int:
        return self.monotonic_ns()

    def monotonic_ns(self) -> int:
        self._ns += 1_000
        return self._ns


class Host:
    """The strategy in this process; an answer can be kept back until a later slice was shown."""

    def __init__(self, strategy: Strategy, happens: Callable[["Host", int], None] = lambda host, number: None) -> None:
        self._strategy = strategy
        self._happens = happens
        self._sink: HostSink = lambda _: None
        self._late: list[Proposed] = []
        self.is_slow_at: set[int] = set()

    async def start(self, terms: StrategyTerms, sink: HostSink) -> None:
        self._live, self._sink = LiveStrategy(self._strategy, terms), sink
        self._later(HostReady("", self._live.warm_up_bars, self._live.speaks_weights))

    def show(self, shown: Shown) -> None:
        answer = Proposed(shown.slice.number, self._live.show(shown), 0)
        late, self._late = self._late, []
        for one in late:
            self._later(one)
        if shown.slice.number in self.is_slow_at:
            self._late.append(answer)
        else:
            self._later(answer)
        self._happens(self, shown.slice.number)

    def _later(self, said: HostReady | Proposed) -> None:
        asyncio.get_running_loop().call_soon(self._sink, said)

    async def close(self) -> None:
        pass


class OpenFence:
    def is_down(self) -> KillNote | None:
        return None


@dataclass
class Played:
    """A session that is over."""

    facts: list[object]
    scenes: list[Scene]
    core: Core
    venue: PaperVenue
    end: Exit
    alerts: list[Alert] = field(default_factory=list)
    costs: Cost = field(default_factory=Costs)
    journal: MemoryDisk = field(default_factory=MemoryDisk)
    folder: MemoryDisk = field(default_factory=MemoryDisk)

    def parity(self, make: Callable[[], Strategy]) -> ParityReport:
        return compare(self.facts, self.scenes, strategy=make, costs=self.costs, broker_factory=SimulatedBroker)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a session is played with."""

    policy: LimitsPolicy
    cash: Decimal = Decimal(100_000)
    costs: Cost = field(default_factory=Costs)
    lot: Decimal = Decimal(1)
    leverage: Decimal = Decimal(1)
    participation: Decimal = Decimal(0)
    band: float = 0.0
    allocation: str = "equal"
    multiplier: Decimal = Decimal(1)
    faults: Faults | None = None
    opens_at: OpensAt | None = None
    patience_s: float = 5.0
    happens: Happening = lambda session, host, number: None
    rules: SessionRules = field(default_factory=SessionRules)


def started(bars: Bars, setting: Setting) -> SessionStarted:
    terms = StrategyTerms(
        strategy="tested",
        parameters={},
        instruments=bars.instruments,
        multipliers=dict.fromkeys(bars.instruments, float(setting.multiplier)),
        lots=dict.fromkeys(bars.instruments, float(setting.lot)),
        interval=str(bars.timeframe),
        rebalance_band=setting.band,
        allocation=setting.allocation,
    )
    instruments = tuple(
        InstrumentTerms(
            instrument=name,
            currency=bars.currency,
            multiplier=setting.multiplier,
            lot=setting.lot,
            tick=Decimal(0),
            asset_class="equity",
        )
        for name in bars.instruments
    )
    return SessionStarted(
        time_ns=int(bars.time[0]) - 1,
        session="s1",
        mode="paper",
        account="paper",
        broker="paper",
        strategy=terms,
        strategy_name="tested",
        instruments=instruments,
        feed={},
        opening_cash={bars.currency: setting.cash},
        limits_version=setting.policy.version,
        engine_version="test",
        leverage=setting.leverage,
        participation=setting.participation,
    )


def play(strategy: Strategy, bars: Bars, setting: Setting) -> Played:
    """Play a whole session."""
    return virtual_time.run(_play(strategy, bars, setting))


async def _play(strategy: Strategy, bars: Bars, setting: Setting) -> Played:
    start = started(bars, setting)
    places = Places(account=MemoryDisk(), journal=MemoryDisk(), session=MemoryDisk())
    clock = StillClock()
    books = Books.open(places, opened_ns=1, segment_bytes=1 << 16)
    venue = PaperVenue(
        AccountTerms(
            account=AccountId("paper"),
            currency=bars.currency,
            cash=setting.cash,
            costs=setting.costs,
            lot=setting.lot,
            leverage=setting.leverage,
            participation=setting.participation,
            multipliers=dict.fromkeys(bars.instruments, setting.multiplier),
        )
    )
    exchange = Exchange(venue, HistorySource(bars, opens_at=setting.opens_at))
    paper = InProcessPaper(exchange, faults=setting.faults, pace=Pace(patience_s=setting.patience_s))
    core = Core(
        books.state,
        start=start,
        policy=setting.policy,
        traits=paper.traits,
        markets=SessionMarkets(start.instruments),
        rules=setting.rules,
    )
    alerts: list[Alert] = []
    host = Host(strategy, lambda one, number: setting.happens(session, one, number))
    world = World(
        broker=paper,
        feed=paper,
        host=host,
        clock=clock,
        time=ReplayClock(start.time_ns),
        fence=OpenFence(),
        tell=alerts.append,
    )
    plan = Plan(strategy=start.strategy, instruments=bars.instruments, interval=str(bars.timeframe))
    session = Session(core, books=books, plan=plan, world=world)
    end = await session.run()
    facts = [record.fact for record in read(places.journal, catalogue())]
    assert isinstance(places.journal, MemoryDisk) and isinstance(places.session, MemoryDisk)
    return Played(
        facts,
        list(scenes(places.session)),
        core,
        venue,
        end,
        alerts,
        setting.costs,
        journal=places.journal,
        folder=places.session,
    )


def roomy(bars: Bars, **changes: Any) -> LimitsPolicy:
    """Limits that hardly limit; counts stay small, because a session tries each of them at its start."""
    counts = {"trades_per_day": 300, "messages_judged_from": 300, "orders_per_minute": 300, "working_orders": 300}
    return widest(bars, **{**counts, **changes})


def walk(seed: int, rows: int, width: int, *, gone: float = 0.0, actions: Sequence[Any] = ()) -> Bars:
    """A random walk of daily bars in cents, liquid enough for every limit."""
    random = np.random.default_rng(seed)
    from tests.unit.engine.engine_samples import NAMES

    del NAMES
    columns = []
    for _ in range(width):
        close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.02, rows))), 2)
        open_ = np.round(np.concatenate(([100.0], close[:-1])) * (1 + random.normal(0, 0.005, rows)), 2)
        high, low = np.maximum(open_, close) + 0.5, np.minimum(open_, close) - 0.5
        made = zip(open_.tolist(), high.tolist(), low.tolist(), close.tolist(), strict=True)
        missing = random.random(rows) < gone
        columns.append([None if skip else row for skip, row in zip(missing, made, strict=True)])
    return bars_of(*columns, actions=list(actions), volumes=1e8)
