"""P9: a market event becomes an order at the venue: strategy, gate, durable journal, bytes at a socket.

The core is the product's with the shipped limits; strategy and venue are the least there can be, within this process,
so that what is measured is the engine. The bare line is one write and one `fdatasync` of as many bytes on this disk.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import msgspec

from benchmarks.workloads.case import Answers, Case, Place
from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.kill.file import KillFile
from tradewright.adapters.system.clock import SystemClock
from tradewright.domain.identifiers import AccountId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import ReplayClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.world import World
from tradewright.ports import broker, feed, hosts
from tradewright.ports.kill import KillNote
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

WARM_UP = 30
"""Slices before the first order: the gate wants to know a market for twenty days."""
PAUSE_S = 0.02
"""Between two orders: 50 a second."""
DAY_NS = 86_400_000_000_000
RECORD = bytes(1_500)
"""About what an order's facts take in the journal."""
FEE = Money.of("1.00", "USD")


class SocketVenue:
    """A broker whose venue is the other end of a pair of sockets; it fills at once, at the last close."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self.theirs.setblocking(False)
        self._encoder = msgspec.json.Encoder()
        self.sink: broker.Sink = lambda _: None
        self.fills: list[Fill] = []
        self.orders = 0
        self.on_order: Callable[[], None] = lambda: None

    @property
    def traits(self) -> broker.BrokerTraits:
        return broker.BrokerTraits(
            name="socket",
            environment=broker.Environment.PAPER,
            account=AccountId("bench"),
            has_brackets=False,
            has_groups=False,
            settles_within_ns=0,
        )

    async def connect(self, sink: broker.Sink) -> None:
        self.sink = sink
        sink(broker.Connected())

    def enqueue(self, command: broker.Command) -> None:
        self._ours.send(self._encoder.encode(command))
        loop = asyncio.get_running_loop()
        match command:
            case broker.SubmitOrder():
                self.orders += 1
                self.on_order()
                loop.call_soon(self._fill, command)
            case broker.AskOpenOrders(number):
                loop.call_soon(self.sink, broker.OpenOrdersAnswer(number, (), is_complete=True))
            case broker.AskFills(number):
                loop.call_soon(self.sink, broker.FillsAnswer(number, (), is_complete=True))
            case broker.AskAccount(number):
                loop.call_soon(self._account, number)

    def _fill(self, command: broker.SubmitOrder) -> None:
        with suppress(BlockingIOError):  # one look takes what several orders left there
            self.theirs.recv(1 << 20)
        ticket = command.ticket
        name, request = ticket.client_order_id, ticket.request
        venue_id = VenueOrderId(f"v{self.orders}")
        working = broker.ReportedLife.WORKING
        self.sink(
            broker.OrderReport(
                client_order_id=name, venue_order_id=venue_id, request=request, life=working, filled=Decimal(0)
            )
        )
        fill = Fill(
            execution_id=ExecutionId(f"x{self.orders}-{name}"),
            client_order_id=name,
            instrument=request.instrument,
            side=request.side,
            quantity=request.quantity,
            price=Decimal(100),
            fee=FEE,
            time_ns=0,
        )
        self.fills.append(fill)
        self.sink(broker.Executed(fill))

    def _account(self, number: int) -> None:
        held: dict[str, Decimal] = {}
        cash = Decimal(100_000)
        for fill in self.fills:
            held[fill.instrument] = held.get(fill.instrument, Decimal(0)) + fill.signed_quantity
            cash -= fill.signed_quantity * fill.price + fill.fee.amount
        positions = {name: quantity for name, quantity in held.items() if quantity}
        self.sink(broker.AccountAnswer(number, positions, {"USD": cash}, is_complete=True))

    async def close(self) -> None:
        self._ours.close()
        self.theirs.close()


class HandFeed:
    """Gives a slice when it is told to."""

    def __init__(self, instruments: int) -> None:
        self._instruments = instruments
        self._sink: feed.FeedSink = lambda _: None
        self.given = 0
        self.acknowledged = 0
        self.on_acknowledge: Callable[[], None] = lambda: None

    async def subscribe(self, wanted: feed.Subscription, sink: feed.FeedSink) -> None:
        self._sink = sink
        self.next()

    def next(self) -> None:
        self.given += 1
        day = self.given
        price = 100.0 + 0.1 * (day % 7)
        close = day * DAY_NS
        self._sink(
            feed.Slice(
                number=day,
                time_ns=close,
                session=day,
                bars=(feed.SliceBar(price, price, price, price, 1e7),) * self._instruments,
                next_open_ns=close + 60_000_000_000,
                next_close_ns=close + DAY_NS - 1,
                ends_day=True,
                is_warm_up=day <= WARM_UP,
            )
        )

    def acknowledge(self, number: int) -> None:
        self.acknowledged = number
        self.on_acknowledge()

    async def close(self) -> None:
        self.on_acknowledge = lambda: None


class Flipper:
    """A strategy that buys one share of everything on one day and sells it on the next."""

    def __init__(self, instruments: tuple[str, ...]) -> None:
        self._instruments = instruments
        self._sink: hosts.HostSink = lambda _: None

    async def start(self, terms: hosts.StrategyTerms, sink: hosts.HostSink) -> None:
        self._sink = sink
        sink(hosts.HostReady("code", WARM_UP, speaks_weights=False))

    def show(self, shown: hosts.Shown) -> None:
        asyncio.get_running_loop().call_soon(self._answer, shown)

    def _answer(self, shown: hosts.Shown) -> None:
        wishes = () if shown.slice.is_warm_up else tuple(self._wish(shown, name) for name in self._instruments)
        self._sink(hosts.Proposed(shown.slice.number, wishes, 0))

    def _wish(self, shown: hosts.Shown, name: str) -> hosts.OrderWish:
        number = shown.slice.number * len(self._instruments) + self._instruments.index(name)
        side = "SELL" if name in shown.positions else "BUY"
        return hosts.OrderWish(number=number, instrument=name, side=side, quantity=1.0)

    async def close(self) -> None:
        self._sink = lambda _: None


class Path9:
    """A session that stands ready for its next slice, in a loop of its own."""

    def __init__(self, folder: Path, *, instruments: int) -> None:
        self.folder = Path(mkdtemp(dir=folder))
        self.loop = asyncio.new_event_loop()
        names = tuple(f"S{number}.XNAS" for number in range(instruments))
        self.venue, self.feed, self.host = SocketVenue(), HandFeed(instruments), Flipper(names)
        self.session = self.loop.run_until_complete(self._opened(names))
        self.running = self.loop.create_task(self.session.run())
        while self.feed.acknowledged < WARM_UP:
            self.turn()
            if self.feed.acknowledged == self.feed.given:
                self.feed.next()
        self.settle()

    async def _opened(self, names: tuple[str, ...]) -> Session:
        clock = SystemClock()
        disk = {name: RealDisk(self.folder / name) for name in ("account", "journal", "session")}
        books = Books.open(Places(**disk), opened_ns=clock.now_ns())
        start = _terms(names)
        core = Core(
            books.state,
            start=start,
            policy=LimitsPolicy(everywhere=shipped_limits(frozenset(names))),
            traits=self.venue.traits,
            markets=SessionMarkets(start.instruments),
        )
        world = World(
            broker=self.venue,
            feed=self.feed,
            host=self.host,
            clock=clock,
            time=ReplayClock(0),
            fence=KillFile(self.folder / "account" / "kill"),
            tell=lambda _: None,
        )
        plan = Plan(strategy=start.strategy, instruments=names, interval="1d")
        return Session(core, books=books, plan=plan, world=world)

    def turn(self) -> None:
        """One turn of the loop."""
        self.loop.call_soon(self.loop.stop)
        self.loop.run_forever()
        if self.running.done():
            raise RuntimeError(f"the session ended: {self.running.result()}")

    def settle(self, pause_s: float = 0.0) -> None:
        """Until everything that was sent is answered, and the pause is over."""
        until = time.perf_counter() + pause_s
        while self.feed.acknowledged < self.feed.given or time.perf_counter() < until:
            self.turn()
        for _ in range(8):
            self.turn()

    def order(self) -> None:
        """From the slice to the bytes of the (last) order that follows from it."""
        self.feed.next()
        wanted = self.venue.orders + 1
        while self.venue.orders < wanted:
            self.turn()

    def close(self) -> None:
        """End the session and leave nothing behind."""
        self.session.terminate("benchmark")
        self.session.terminate("benchmark")
        self.loop.run_until_complete(self.running)
        self.loop.close()
        rmtree(self.folder)


def _terms(names: tuple[str, ...]) -> SessionStarted:
    each = dict.fromkeys(names, 1.0)
    return SessionStarted(
        time_ns=0,
        session="bench",
        mode="paper",
        account="bench",
        broker="socket",
        strategy=hosts.StrategyTerms(strategy="flipper", parameters={}, instruments=names, multipliers=each, lots=each),
        strategy_name="flipper",
        instruments=tuple(
            InstrumentTerms(
                instrument=name,
                currency="USD",
                multiplier=Decimal(1),
                lot=Decimal(1),
                tick=Decimal("0.01"),
                asset_class="equity",
            )
            for name in names
        ),
        feed={"kind": "benchmark"},
        opening_cash={"USD": Decimal(100_000)},
        limits_version=1,
        engine_version="benchmark",
    )


class BareDisk:
    """One write and one `fdatasync` into a file that is there already."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "bare"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT)
        os.pwrite(self._file, bytes(1 << 24), 0)
        os.fsync(self._file)
        self._offset = 0

    def write(self) -> None:
        """Once."""
        os.pwrite(self._file, RECORD, self._offset)
        os.fdatasync(self._file)
        self._offset = (self._offset + len(RECORD)) % (1 << 23)

    def close(self) -> None:
        """Leave nothing behind."""
        os.close(self._file)


def _order(place: Place) -> Case:
    place.folder.mkdir(parents=True, exist_ok=True)
    path = Path9(place.folder, instruments=1)
    bare = BareDisk(path.folder)

    def turn() -> Callable[[], Answers]:
        path.settle(PAUSE_S)

        def run() -> Answers:
            path.order()
            return {"orders": 1.0}

        return run

    def bare_turn() -> Callable[[], object]:
        path.settle()
        return bare.write

    def close() -> None:
        bare.close()
        path.close()

    return Case(1, turn, bare_turn=bare_turn, close=close)


def _burst(place: Place) -> Case:
    """Slices as fast as they are dealt with, each with an order in every one of 20 instruments."""
    place.folder.mkdir(parents=True, exist_ok=True)
    path = Path9(place.folder, instruments=20)
    slices = max(2, place.sizes.events // 20_000)

    def run() -> Answers:
        before = path.venue.orders
        for _ in range(slices):
            path.feed.next()
            while path.feed.acknowledged < path.feed.given:
                path.turn()
        path.settle()
        return {"orders": float(path.venue.orders - before)}

    return Case(slices * 20, lambda: run, close=path.close)


def _kill(place: Place) -> Case:
    """While orders go through as fast as they can."""
    place.folder.mkdir(parents=True, exist_ok=True)
    path = Path9(place.folder, instruments=20)
    note = KillNote("benchmark", "to see how fast")

    def turn() -> Callable[[], Answers]:
        path.session.release()
        path.settle()
        path.feed.next()
        path.turn()

        def run() -> Answers:
            path.session.kill(note)
            return {"shut": 1.0}

        return run

    return Case(1, turn, close=path.close)


CASES = {"P9.order": _order, "P9.burst": _burst, "P9.kill": _kill}
"""How each line is made."""
