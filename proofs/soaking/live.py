"""A live market for a soak: trades at a steady rate through the pipeline, its slices to the paper venue and a session.

This file decides that trades come in small portions, as a socket hands them over, and that a slice is played into the
account before the session sees it.
"""

import asyncio
import time
from collections import Counter
from decimal import Decimal

from simulator.trader import SimMarkets, wide_limits
from simulator.venue.book import Listing

from proofs.desk.desk import CASH, Churner, Fence
from tradewright.adapters.buses.local import LocalBus
from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.system.clock import SystemClock
from tradewright.domain.identifiers import AccountId
from tradewright.domain.market.trade import Trade
from tradewright.domain.orders.request import OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.pipeline.bar_stage import Market
from tradewright.engine.pipeline.feeding import feed_slice
from tradewright.engine.pipeline.pipeline import Pipeline
from tradewright.engine.pipeline.pipeline import Plan as Stages
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import WallClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Alert
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted
from tradewright.engine.session.inputs import SendOrder
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.world import World
from tradewright.ports import feed, hosts
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.in_process import InProcessPaper, paper_traits
from tradewright.simulation.paper.inputs import MarketOpened, SlicePlayed
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.trading.aggregation.rules import TimeBars
from tradewright.trading.aggregation.sessions import RegularSessions
from tradewright.trading.risk.policy import LimitsPolicy

NAMES = tuple(f"S{number}.BINANCE" for number in range(10))
PORTION_S = 0.01
LISTED = tuple(
    Listing(instrument=name, currency="USD", tick=Decimal("0.01"), lot=Decimal(1), multiplier=Decimal(1))
    for name in NAMES
)


class LiveFeed:
    """Implements the Feed port: trades in real time, a slice a second."""

    def __init__(self, exchange: Exchange, *, rate: float) -> None:
        self.exchange, self.rate = exchange, rate
        self.bus = LocalBus()
        rules = dict.fromkeys(NAMES, TimeBars(Timeframe.parse("1s"), RegularSessions("BINANCE")))
        self.pipeline = Pipeline(self.bus, Market(rules=rules, slice_timeout_ns=100_000_000), Stages(name="soak"))
        self.slices = self.bus.subscribe(self.pipeline.topics.slices, "session")
        self.trades = self.given = self.acknowledged = self.refused = 0
        self._cents = [10_000] * len(NAMES)
        self._chance = 1
        self._task: asyncio.Task[None] | None = None
        exchange.take(MarketOpened("soak", NAMES, "1s", 0))

    async def subscribe(self, wanted: feed.Subscription, sink: feed.FeedSink) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(sink), name="live feed")

    async def _run(self, sink: feed.FeedSink) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(PORTION_S)
            owed = int((time.monotonic() - began) * self.rate) - self.trades
            for _ in range(owed):
                self._trade()
            self.pipeline.run()
            for row in self.slices.take():
                self.given += 1
                piece = feed_slice(row, number=self.given)
                self.exchange.take(SlicePlayed(piece))
                sink(piece)

    def _trade(self) -> None:
        self.trades += 1
        place = self.trades % len(NAMES)
        self._chance = (self._chance * 1_103_515_245 + 12_345) % 2**31
        self._cents[place] = min(10_400, max(9_600, self._cents[place] + (self._chance >> 16) % 7 - 3))
        price = self._cents[place] / 100
        if not self.pipeline.take(Trade(NAMES[place], time.time_ns(), str(self.trades), price, 5.0)):
            self.refused += 1

    def acknowledge(self, number: int) -> None:
        """A live market waits for nobody."""
        self.acknowledged = number

    async def close(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})


class LiveChurner(Churner):
    """The strategy without a warm-up."""

    async def start(self, terms: hosts.StrategyTerms, sink: hosts.HostSink) -> None:
        """Ready at once."""
        self._sink = sink
        sink(hosts.HostReady("code", 0, speaks_weights=False))


class LiveDesk:
    """A session in real time on a real disk."""

    def __init__(self, root: RealDisk, *, rate: float, orders: int) -> None:
        self.alerts: list[Alert] = []
        self.answers: Counter[tuple[bool, str]] = Counter()
        self.orders = orders
        terms = AccountTerms(account=AccountId("a1"), cash=CASH, leverage=Decimal(4))
        self.exchange = Exchange(PaperVenue(terms))
        self.venue = InProcessPaper(self.exchange, stretch="soak")
        self.feed = LiveFeed(self.exchange, rate=rate)
        clock = SystemClock()
        disks = {name: RealDisk(root.root / name) for name in ("account", "journal", "session")}
        self.books = Books.open(Places(**disks), opened_ns=clock.now_ns())
        start = self._start(clock.now_ns())
        limits = wide_limits(NAMES, position=Decimal("0.2"))
        self.core = Core(
            self.books.state, start=start, policy=LimitsPolicy(everywhere=limits), traits=paper_traits("a1"),
            markets=SimMarkets(LISTED), rules=SessionRules(paces=False),
        )  # fmt: skip
        world = World(
            broker=self.venue, feed=self.feed, host=LiveChurner(NAMES, orders=0), clock=clock,
            time=WallClock(clock), fence=Fence(), tell=self._tell,
        )  # fmt: skip
        plan = Plan(strategy=start.strategy, instruments=NAMES, interval="1s")
        self.session = Session(self.core, books=self.books, plan=plan, world=world)

    def _tell(self, alert: Alert) -> None:
        if len(self.alerts) < 1000:
            self.alerts.append(alert)

    async def order(self) -> None:
        """Send orders by hand at a steady rate, until canceled: for three seconds buy one of each, then sell."""
        number = 0
        while True:
            await asyncio.sleep(1 / self.orders)
            request = OrderRequest(
                instrument=NAMES[number % len(NAMES)], side=Side.SELL if number // 60 % 2 else Side.BUY,
                quantity=Decimal(1), time_in_force=TimeInForce.GTC,
            )  # fmt: skip
            answer = await self.session.ask(SendOrder(number=0, who="soak", request=request))
            self.answers[answer.is_done, answer.story if not answer.is_done else ""] += 1
            number += 1

    async def reconnect(self, *, every_s: float) -> None:
        """Lose the venue's connection again and again, until canceled."""
        while True:
            await asyncio.sleep(every_s)
            sink = self.venue.sink
            self.venue.drop("the soak cut it")
            await asyncio.sleep(0.2)
            if sink is not None:
                await self.venue.connect(sink)

    def _start(self, now_ns: int) -> SessionStarted:
        each = dict.fromkeys(NAMES, 1.0)
        strategy = hosts.StrategyTerms(
            strategy="churner", parameters={}, instruments=NAMES, multipliers=each, lots=each
        )
        terms = tuple(
            InstrumentTerms(
                instrument=name, currency="USD", multiplier=Decimal(1), lot=Decimal(1), tick=Decimal("0.01"),
                asset_class="equity",
            )
            for name in NAMES
        )  # fmt: skip
        return SessionStarted(
            time_ns=now_ns, session="soak", mode="paper", account="a1", broker="paper", strategy=strategy,
            strategy_name="churner", instruments=terms, feed={"kind": "soak"}, opening_cash={}, limits_version=1,
            engine_version="proof",
        )  # fmt: skip
