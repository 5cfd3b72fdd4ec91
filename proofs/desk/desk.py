"""A desk is one trading session in this process: real core, shell and books, the paper venue beside it, any disk.

This file decides the history (a seeded walk, a day a slice) and the strategy: so many orders at every slice, which
follow from the slice alone, so that a session that is resumed wishes what an uninterrupted one wishes.
"""

import asyncio
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.system.clock import SystemClock
from tradewright.domain.identifiers import AccountId
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import ReplayClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Alert
from tradewright.engine.session.exits import Exit
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.world import Pace, World
from tradewright.ports import feed, hosts
from tradewright.ports.disk import Disk
from tradewright.ports.kill import KillNote
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.in_process import InProcessPaper, paper_traits
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

DAY_NS = 86_400_000_000_000
WARM_UP = 30
"""Slices before the first order: the gate wants to know a market for twenty days."""
SEGMENT_BYTES = 1 << 17
CASH = Decimal(1_000_000)
QUICK = SessionRules(
    answer_patience_ns=200_000_000, query_every_ns=20_000_000, absence_spread_ns=40_000_000,
    reconcile_every_ns=200_000_000, again_after_ns=20_000_000, farewell_ns=200_000_000,
)  # fmt: skip
"""Waits of a proof that runs many sessions; the order of things is the same."""


@dataclass(frozen=True)
class Walk:
    """A history: a slice source of the paper exchange."""

    instruments: tuple[str, ...]
    slices_: int
    seed: int = 1

    def slices(self, wanted: feed.Subscription) -> Iterator[feed.Slice]:
        """A day a slice; the warm-up first."""
        chance = random.Random(self.seed)
        prices = [100.0] * len(self.instruments)
        for number in range(1, WARM_UP + self.slices_ + 1):
            bars = []
            for place, opens in enumerate(prices):
                close = prices[place] = round(opens * math.exp(chance.gauss(0, 0.01)), 2)
                bars.append(feed.SliceBar(opens, max(opens, close), min(opens, close), close, 1e7))
            close_ns = number * DAY_NS
            yield feed.Slice(
                number=number, time_ns=close_ns, session=number, bars=tuple(bars), ends_day=True,
                next_open_ns=close_ns + 60_000_000_000, next_close_ns=close_ns + DAY_NS - 1,
                is_warm_up=number <= WARM_UP,
            )  # fmt: skip


class Churner:
    """A strategy host in this process: at each slice an order of one share in each of the next few instruments."""

    def __init__(self, instruments: tuple[str, ...], *, orders: int) -> None:
        self._instruments, self._orders = instruments, orders
        self._sink: hosts.HostSink = lambda _: None

    async def start(self, terms: hosts.StrategyTerms, sink: hosts.HostSink) -> None:
        """Ready at once."""
        self._sink = sink
        sink(hosts.HostReady("code", WARM_UP, speaks_weights=False))

    def show(self, shown: hosts.Shown) -> None:
        """Answer at the next turn."""
        asyncio.get_running_loop().call_soon(self._answer, shown.slice)

    def _answer(self, seen: feed.Slice) -> None:
        wishes = () if seen.is_warm_up else tuple(self._wish(seen.number, n) for n in range(self._orders))
        self._sink(hosts.Proposed(seen.number, wishes, 0))

    def _wish(self, slice_number: int, place: int) -> hosts.OrderWish:
        number = slice_number * self._orders + place
        return hosts.OrderWish(
            number=number, instrument=self._instruments[place % len(self._instruments)],
            side="BUY" if slice_number % 2 else "SELL", quantity=1.0,
        )  # fmt: skip

    async def close(self) -> None:
        """Say nothing more."""
        self._sink = lambda _: None


@dataclass
class Fence:
    """A kill switch that nobody pulls."""

    note: KillNote | None = None

    def is_down(self) -> KillNote | None:
        """Nobody."""
        return self.note


@dataclass
class Desk:
    """The market and the venue, which outlive sessions; `run` is one life of the session."""

    instruments: tuple[str, ...] = ("S0.XNAS", "S1.XNAS", "S2.XNAS", "S3.XNAS", "S4.XNAS")
    slices: int = 40
    orders: int = 5
    """At each slice."""
    rules: SessionRules = QUICK
    pace: Pace = field(default_factory=lambda: Pace(snapshot_every=400, beat_ns=20_000_000))
    alerts: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        source = Walk(self.instruments, self.slices)
        self.exchange = Exchange(PaperVenue(AccountTerms(account=AccountId("a1"), cash=CASH)), source)

    def books(self, within: Callable[[str], Disk], *, segment_bytes: int = SEGMENT_BYTES) -> Books:
        """Opened as a session start opens them."""
        places = Places(account=within("account"), journal=within("journal"), session=within("session"))
        return Books.open(places, opened_ns=7, segment_bytes=segment_bytes)

    def session(
        self, books: Books, *, venue: InProcessPaper | PaperBroker | None = None, host: Churner | None = None
    ) -> Session:
        """A session over opened books, at the venue of this process unless another one is told."""
        venue = venue or InProcessPaper(self.exchange, stretch="s1")
        start = self.start()
        core = Core(
            books.state, start=start, traits=paper_traits("a1"), markets=SessionMarkets(start.instruments),
            policy=LimitsPolicy(everywhere=shipped_limits(frozenset(self.instruments))), rules=self.rules,
        )  # fmt: skip
        world = World(
            broker=venue, feed=venue, host=host or Churner(self.instruments, orders=self.orders),
            clock=SystemClock(),
            time=ReplayClock(books.state.now_ns or start.time_ns), fence=Fence(), tell=self.alerts.append,
        )  # fmt: skip
        plan = Plan(strategy=start.strategy, instruments=self.instruments, interval="1d")
        return Session(core, books=books, plan=plan, world=world, pace=self.pace)

    def start(self) -> SessionStarted:
        """The session's terms."""
        each = dict.fromkeys(self.instruments, 1.0)
        strategy = hosts.StrategyTerms(
            strategy="churner", parameters={}, instruments=self.instruments, multipliers=each, lots=each
        )
        terms = tuple(
            InstrumentTerms(
                instrument=name, currency="USD", multiplier=Decimal(1), lot=Decimal(1), tick=Decimal("0.01"),
                asset_class="equity",
            )
            for name in self.instruments
        )  # fmt: skip
        return SessionStarted(
            time_ns=0, session="s1", mode="paper", account="a1", broker="paper", strategy=strategy,
            strategy_name="churner", instruments=terms, feed={"kind": "proof"}, opening_cash={}, limits_version=1,
            engine_version="proof",
        )  # fmt: skip

    async def live(self, books: Books) -> Exit:
        """One life over opened books; they are closed when it is over."""
        return await self.session(books).run()
