"""A trader in the simulator is the real session, core and journal on simulated ports: one process, one life.

This file decides how one is brought up, what its markets know, and how its beliefs are read out as plain values.
"""

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from simulator.broker import SimBroker
from simulator.checker.evidence import Believed
from simulator.disk import DiskFaults, Platter, SimDisk
from simulator.feed import SimFeed, Tape
from simulator.log import Log
from simulator.loop import Process, SimClock, SimLoop
from simulator.network import Wire
from simulator.scenario import Scenario
from simulator.strategies import SimHost
from simulator.venue.book import Listing
from tradewright.domain.identifiers import InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import WallClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Alert
from tradewright.engine.session.exits import Exit
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.state import SessionState, state_digest
from tradewright.engine.session.world import Pace, World
from tradewright.ports.feed import Slice
from tradewright.ports.hosts import StrategyTerms
from tradewright.ports.kill import KillNote
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.drawdown import DrawdownLevels
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.limits import BOUNDS, Limits, read_limits
from tradewright.trading.risk.policy import LimitsPolicy

FOLDER = "session"
JOURNAL = "session/journal"
_ALWAYS = OpenHours(sessions=((0, 4_000_000_000_000_000_000),), known=(0, 4_000_000_000_000_000_000))


class SimMarkets:
    """What a trader knows of the simulated markets."""

    def __init__(self, listings: tuple[Listing, ...]) -> None:
        self._instruments = {
            one.instrument: Instrument(
                InstrumentId(one.instrument), one.currency, AssetClass.EQUITY, tick=one.tick, lot=one.lot
            )
            for one in listings
        }

    def take(self, seen: Slice) -> None:
        """Nothing is learned: every market here is as liquid as the other."""

    def view(self, instrument: str, *, mark: Decimal | None, marked_ns: int | None, now_ns: int) -> MarketView | None:
        """The market as the gate wants it."""
        found = self._instruments.get(instrument)
        if found is None:
            return None
        return MarketView(
            instrument=found,
            mark=mark,
            marked_ns=marked_ns,
            value_at_risk=Decimal("0.01"),
            day_quantity=Decimal(1_000_000),
            can_short=True,
            hours=_ALWAYS,
        )

    def correlations(self, of: Sequence[str] = (), *, beside: Sequence[str] = ()) -> dict[tuple[str, str], Decimal]:
        """None of the markets moves with another."""
        del of, beside
        names = sorted(self._instruments)
        return {(one, other): Decimal(0) for one in names for other in names if one < other}


@dataclass
class SimFence:
    """The kill switch of the account."""

    note: KillNote | None = None

    def is_down(self) -> KillNote | None:
        """Whether it is pulled."""
        return self.note


def wide_limits(
    instruments: tuple[str, ...], *, position: Decimal, order_quantity: Decimal = Decimal(100_000)
) -> Limits:
    """Limits that let a busy strategy trade, and still bind now and then."""
    wide = {
        "position": position,
        "order_quantity": order_quantity,
        "portfolio_risk": Decimal("0.2"),
        "symbol_concentration": Decimal("0.3"),
        "orders_per_second": 50,
        "reducing_per_second": 50,
        "orders_per_minute": 3000,
        "messages_per_second": 200,
        "duplicate_window_ms": 1,
        "working_per_side": 20,
        "unknown_orders": 6,
        "unknown_notional": Decimal("0.5"),
        "near_close_ms": 0,
        "ramp_days": 0,
        "own_travel": Decimal("0.1"),
        "daily_loss": Decimal("0.1"),
    }
    shipped = {name: int(one.shipped) if one.is_whole else one.shipped for name, one in BOUNDS.items()}
    levels = DrawdownLevels()
    return read_limits(
        {
            **shipped,
            **wide,
            "version": 1,
            "allows_short": True,
            "instruments": frozenset(instruments),
            "drawdown": levels,
        }
    )


@dataclass
class Surroundings:
    """What outlives a trader."""

    loop: SimLoop
    log: Log
    scenario: Scenario
    platter: Platter
    wire: Wire
    tape: Tape
    listings: tuple[Listing, ...]
    fence: SimFence
    disk_chance: random.Random
    feed_chance: random.Random
    policy: LimitsPolicy
    """The limits as people set them last."""
    alerts: list[Alert] = field(default_factory=list)


class Trader:
    """One life of a trader; `main` is what its process runs."""

    def __init__(self, around: Surroundings, name: str, *, disk_faults: DiskFaults) -> None:
        self.around = around
        self.process = Process(name)
        self.disk = SimDisk(around.loop, around.platter, self.process, faults=disk_faults, chance=around.disk_chance)
        self.session: Session | None = None
        self.host: SimHost | None = None
        self.end: Exit | None = None
        self.problem: Exception | None = None
        """Why it could not begin."""
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin its life."""
        self.around.log.add("started", self.process.name)
        self.task = self.around.loop.spawn(self.process, self.main(), name="main")

    @property
    def is_over(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.process.is_dead or (self.task is not None and self.task.done())

    async def main(self) -> None:
        """Open the books, trade to the end."""
        await asyncio.sleep(0)
        try:
            self.session = self._session()
        except Exception as problem:  # noqa: BLE001 - whatever keeps it from beginning is looked at by the swarm
            self.problem = problem
            return
        self.end = await self.session.run()

    def _session(self) -> Session:
        around, scenario = self.around, self.around.scenario
        clock = SimClock(around.loop)
        places = Places(
            account=self.disk.within("account"), journal=self.disk.within(JOURNAL), session=self.disk.within(FOLDER)
        )
        books = Books.open(places, opened_ns=clock.now_ns(), segment_bytes=scenario.segment_bytes)
        broker = SimBroker(around.loop, around.wire, self.process, log=around.log)
        feed = SimFeed(
            around.loop, around.tape, self.process, faults=scenario.feed, chance=around.feed_chance, log=around.log
        )
        self.host = SimHost(around.loop, self.process, seed=scenario.seed, habits=scenario.strategy, log=around.log)
        strategy = strategy_terms(around.listings)
        core = Core(
            books.state,
            start=_beginning(clock.now_ns(), around.listings, strategy),
            policy=around.policy,
            traits=broker.traits,
            markets=SimMarkets(around.listings),
            rules=SessionRules(
                self_test_every_ns=0, keeps_orders=scenario.keeps_orders, keeps_days=scenario.keeps_days
            ),
        )
        world = World(
            broker=broker, feed=feed, host=self.host, clock=clock, time=WallClock(clock), fence=around.fence,
            tell=around.alerts.append,
        )  # fmt: skip
        plan = Plan(strategy=strategy, instruments=scenario.instruments, interval="1s")
        return Session(core, books=books, plan=plan, world=world, pace=Pace(snapshot_every=scenario.snapshot_every))

    def believed(self) -> Believed | None:
        """What it holds to be true now; None before it began."""
        if self.session is None or self.session.core.state.started is None:
            return None
        core = self.session.core
        assert isinstance(core, Core), "a trader runs the real core"
        names = [one.name for one in self.around.wire.venue.account.orders.values()]
        return beliefs(core.state, is_green=core.memory.is_green, names=names)


def strategy_terms(listings: tuple[Listing, ...]) -> StrategyTerms:
    """The strategy that trades all listings."""
    names = tuple(one.instrument for one in listings)
    return StrategyTerms(
        strategy="random",
        parameters={},
        instruments=names,
        multipliers=dict.fromkeys(names, 1.0),
        lots=dict.fromkeys(names, 1.0),
        code="simulated",
    )


def _beginning(now_ns: int, listings: tuple[Listing, ...], strategy: StrategyTerms) -> SessionStarted:
    return SessionStarted(
        time_ns=now_ns,
        session="s1",
        mode="paper",
        account="sim",
        broker="simulated",
        strategy=strategy,
        strategy_name="random",
        instruments=tuple(
            InstrumentTerms(
                instrument=one.instrument, currency=one.currency, multiplier=one.multiplier, lot=one.lot, tick=one.tick,
                asset_class="equity",
            )
            for one in listings
        ),
        feed={"kind": "simulated"},
        opening_cash={"USD": Decimal(1_000_000)},
        limits_version=1,
        engine_version="simulated",
    )  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def beliefs(state: SessionState, *, is_green: bool, names: Iterable[str] = ()) -> Believed:
    """A state's books as plain values; of these orders it is told which it has dropped."""
    results: dict[str, Decimal] = {}
    for of in state.positions.values():
        for name, one in of.items():
            results[name] = results.get(name, Decimal(0)) + one.realized - one.fees - one.cost_basis
    return Believed(
        positions={name: str(held) for name, held in state.net_positions().items()},
        cash={name: str(amount) for name, amount in sorted(state.cash.items())},
        orders={
            name: {
                "life": tracked.order.life.value,
                "filled": str(tracked.order.filled),
                "quantity": str(tracked.order.request.quantity),
                "pending": tracked.order.pending.kind.value if tracked.order.pending else "",
                "limit_price": _text(tracked.order.request.limit_price),
                "stop_price": _text(tracked.order.request.stop_price),
            }
            for name, tracked in state.orders.items()
        },
        frozen=dict(state.frozen),
        is_green=is_green,
        results={name: str(amount) for name, amount in sorted(results.items())},
        dropped=frozenset(name for name in names if state.gone.has_order(name)),
        drops=state.gone.orders,
        digest=state_digest(state),
    )
