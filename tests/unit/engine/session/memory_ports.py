"""Broker, feed, host and clock in memory, for the tests of the shell. The venue outlives the session."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from tests.unit.engine.journal.faulty_disk import FaultyDisk, FaultyFile, FaultyHold
from tests.unit.engine.session.little_core import AAPL, STRATEGY, LittleCore

from tradewright.adapters.disk.disk import RealDisk
from tradewright.domain.errors import NotSent
from tradewright.domain.identifiers import AccountId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.ticket import Ticket
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import ReplayClock
from tradewright.engine.session.effects import Alert
from tradewright.engine.session.shell import Session, TradingCore
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.world import Pace, World
from tradewright.ports import broker, feed, hosts
from tradewright.ports.kill import KillNote

SEGMENT = 1 << 16
CASH_FEE = Money.of("1.00", "USD")


@dataclass
class MovingClock:
    """A microsecond passes with each look."""

    monotonic: int = 0

    def now_ns(self) -> int:
        return 1_000_000_000_000 + self.monotonic

    def monotonic_ns(self) -> int:
        self.monotonic += 1_000
        return self.monotonic


@dataclass
class Venue:
    """The venue's own book of record."""

    orders: dict[str, Ticket] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    sends: list[broker.Command] = field(default_factory=list)

    def account(self) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        held, cash = Decimal(0), Decimal(100_000)
        for fill in self.fills:
            held += fill.signed_quantity
            cash -= fill.signed_quantity * fill.price + fill.fee.amount
        return ({AAPL: held} if held else {}), {"USD": cash}

    at_send: Callable[[broker.Command], None] = lambda _: None
    """Called right before a command is taken: a test looks at the disk here."""


class MemoryBroker:
    """Fills every order at 100 once the loop turns; `refuses` makes a send `NotSent`, `breaks` raises."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.refuses = ""
        self.breaks: Exception | None = None
        self.connect_problem: Exception | None = None
        self.is_closed = False
        self.sink: broker.Sink = lambda _: None

    @property
    def traits(self) -> broker.BrokerTraits:
        return broker.BrokerTraits(
            name="memory", environment=broker.Environment.PAPER, account=AccountId("a1"), has_brackets=False,
            has_groups=False, settles_within_ns=0,
        )  # fmt: skip

    async def connect(self, sink: broker.Sink) -> None:
        await asyncio.sleep(0)
        if self.connect_problem is not None:
            raise self.connect_problem
        self.sink = sink
        sink(broker.Connected())

    def enqueue(self, command: broker.Command) -> None:
        if self.breaks is not None:
            raise self.breaks
        if self.refuses:
            raise NotSent("it was not sent", found=self.refuses)
        self.venue.at_send(command)
        self.venue.sends.append(command)
        loop = asyncio.get_running_loop()
        match command:
            case broker.SubmitOrder(ticket):
                assert ticket.client_order_id not in self.venue.orders, "sent twice"
                self.venue.orders[ticket.client_order_id] = ticket
                self.venue.fills.append(fill_of(ticket))
                self.sink(self._report(ticket, broker.ReportedLife.WORKING))  # before the send has returned
                loop.call_soon(lambda: None if self.is_closed else self.sink(broker.Executed(fill_of(ticket))))
            case broker.AskOrder(number, name):
                found = self.venue.orders.get(name)
                report = None if found is None else self._report(found, broker.ReportedLife.WORKING)
                loop.call_soon(self.sink, broker.OrderAnswer(number, name, report))
            case broker.AskOpenOrders(number):
                loop.call_soon(self.sink, broker.OpenOrdersAnswer(number, (), is_complete=True))
            case broker.AskAccount(number):
                held, cash = self.venue.account()
                loop.call_soon(self.sink, broker.AccountAnswer(number, held, cash, is_complete=True))
            case broker.AskFills(number, _):
                answer = broker.FillsAnswer(number, tuple(self.venue.fills), is_complete=True)
                loop.call_soon(self.sink, answer)

    def _report(self, ticket: Ticket, life: broker.ReportedLife) -> broker.OrderReport:
        return broker.OrderReport(
            client_order_id=ticket.client_order_id,
            venue_order_id=VenueOrderId(f"v-{ticket.client_order_id}"),
            request=ticket.request,
            life=life,
            filled=Decimal(0),
        )

    async def close(self) -> None:
        self.is_closed = True
        self.sink = lambda _: None
        await asyncio.sleep(0)


def fill_of(ticket: Ticket) -> Fill:
    return Fill(
        execution_id=ExecutionId(f"x-{ticket.client_order_id}"),
        client_order_id=ticket.client_order_id,
        instrument=ticket.request.instrument,
        side=ticket.request.side,
        quantity=ticket.request.quantity,
        price=Decimal(100),
        fee=CASH_FEE,
        time_ns=0,
    )


class MemoryFeed:
    """So many slices, each after the acknowledgement of the one before."""

    def __init__(self, slices: int) -> None:
        self.slices = slices
        self.wanted: feed.Subscription | None = None
        self.sink: feed.FeedSink = lambda _: None
        self.acknowledged: list[int] = []
        self.is_closed = False

    async def subscribe(self, wanted: feed.Subscription, sink: feed.FeedSink) -> None:
        await asyncio.sleep(0)
        self.wanted, self.sink = wanted, sink
        self._give(wanted.after + 1)

    def _give(self, number: int) -> None:
        if number <= self.slices:
            self.sink(slice_of(number))
        elif not self.is_closed:
            self.sink(feed.FeedEnded(self.slices))

    def acknowledge(self, number: int) -> None:
        self.acknowledged.append(number)
        asyncio.get_running_loop().call_soon(self._give, number + 1)

    async def close(self) -> None:
        self.is_closed = True
        self.sink = lambda _: None
        await asyncio.sleep(0)


def slice_of(number: int) -> feed.Slice:
    bar = feed.SliceBar(100.0, 101.0, 99.0, 100.0, float("nan"))
    return feed.Slice(number=number, time_ns=number * 86_400_000_000_000, session=number, bars=(bar,))


class MemoryHost:
    """Wishes one share bought at odd slices and sold at even ones. `failure` comes instead of `HostReady`."""

    def __init__(self, *, failure: hosts.HostFailed | None = None, wishes: int = 1) -> None:
        self.failure = failure
        self.wishes = wishes
        self.shown: list[hosts.Shown] = []
        self.sink: hosts.HostSink = lambda _: None
        self.is_closed = False

    async def start(self, terms: hosts.StrategyTerms, sink: hosts.HostSink) -> None:
        self.sink = sink
        await asyncio.sleep(0)
        sink(self.failure or hosts.HostReady("code", 3, speaks_weights=False))

    def show(self, shown: hosts.Shown) -> None:
        self.shown.append(shown)
        asyncio.get_running_loop().call_soon(self.sink, self.answer(shown.slice.number))

    def answer(self, number: int) -> hosts.HostEvent:
        side = "BUY" if number % 2 else "SELL"
        wishes = tuple(
            hosts.OrderWish(number=number * 100 + one, instrument=AAPL, side=side, quantity=1.0)
            for one in range(self.wishes)
        )
        return hosts.Proposed(number, wishes, 5)

    async def close(self) -> None:
        self.is_closed = True
        self.sink = lambda _: None
        await asyncio.sleep(0)


@dataclass
class Fence:
    """The kill switch in memory."""

    note: KillNote | None = None

    def is_down(self) -> KillNote | None:
        return self.note


@dataclass
class Below:
    """A folder of a faulty disk."""

    disk: FaultyDisk
    folder: str

    def _in(self, path: str) -> str:
        return f"{self.folder}/{path}"

    def open(self, path: str, *, create: bool = False) -> FaultyFile:
        return self.disk.open(self._in(path), create=create)

    def read(self, path: str) -> bytes:
        return self.disk.read(self._in(path))

    def replace(self, path: str, content: bytes) -> None:
        self.disk.replace(self._in(path), content)

    def rename(self, path: str, target: str) -> None:
        self.disk.rename(self._in(path), self._in(target))

    def remove(self, path: str) -> None:
        self.disk.remove(self._in(path))

    def exists(self, path: str) -> bool:
        return self.disk.exists(self._in(path))

    def list(self, path: str = "") -> Sequence[str]:
        return [name.removeprefix(f"{self.folder}/") for name in self.disk.list(self._in(path))]

    def sync_folder(self, path: str = "") -> None:
        self.disk.sync_folder()

    def hold(self, path: str) -> FaultyHold:
        return self.disk.hold(self._in(path))

    def free_bytes(self) -> int:
        return self.disk.free_bytes()


def places_on(disk: FaultyDisk) -> Places:
    return Places(account=Below(disk, "account"), journal=Below(disk, "journal"), session=Below(disk, "session"))


@dataclass
class Scene:
    """Everything around one run of a session; `venue` is kept over several."""

    venue: Venue = field(default_factory=Venue)
    slices: int = 5
    pace: Pace = field(default_factory=lambda: Pace(beat_ns=2_000_000, snapshot_every=20))
    make_core: Callable[[SessionState], TradingCore] = LittleCore
    alerts: list[Alert] = field(default_factory=list)
    fence: Fence = field(default_factory=Fence)
    clock: MovingClock = field(default_factory=MovingClock)

    def __post_init__(self) -> None:
        self.broker = MemoryBroker(self.venue)
        self.feed = MemoryFeed(self.slices)
        self.host = MemoryHost()

    def again(self) -> "Scene":
        """The next run at the same venue."""
        return replace(self, alerts=[], fence=Fence(), clock=MovingClock())

    def books(self, places: Places) -> Books:
        return Books.open(places, opened_ns=7, segment_bytes=SEGMENT)

    def session(self, books: Books, *, core: TradingCore | None = None) -> Session:
        world = World(
            broker=self.broker, feed=self.feed, host=self.host, clock=self.clock,
            time=ReplayClock(books.state.now_ns), fence=self.fence, tell=self.alerts.append,
        )  # fmt: skip
        plan = Plan(strategy=STRATEGY, instruments=(AAPL,), interval="1d")
        return Session(core or self.make_core(books.state), books=books, plan=plan, world=world, pace=self.pace)


def real_places(root: Path) -> Places:
    return Places(account=RealDisk(root / "account"), journal=RealDisk(root / "j"), session=RealDisk(root / "s"))
