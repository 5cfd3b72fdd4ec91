"""One restart of a long session in a process of its own, against a venue that answers after a round trip.

This file decides what is measured: from the opening of the books to the replayed state, and to the moment from which
orders may be sent (`python -m proofs.recovering.restart FOLDER`; the numbers come as one line of JSON).
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import msgspec

from proofs.desk.desk import Churner, Desk, Fence
from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.system.clock import SystemClock
from tradewright.domain.identifiers import AccountId
from tradewright.domain.orders.fill import Fill
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import ReplayClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.world import World
from tradewright.ports import broker, feed
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

ROUND_TRIP_S = 0.02
MOST_S = 60.0


class KnownAtVenue(msgspec.Struct):
    """What the venue knows, as it lies beside the books."""

    fills: list[Fill]
    working: list[broker.OrderReport]
    cash: Decimal


class FarVenue:
    """A venue with a memory, a round trip away; it answers questions and takes nothing."""

    def __init__(self, known: KnownAtVenue) -> None:
        self._known = known
        self._sink: broker.Sink = lambda _: None
        self.questions = 0
        self.surprises: set[str] = set()
        held: dict[str, Decimal] = {}
        for fill in known.fills:
            held[fill.instrument] = held.get(fill.instrument, Decimal(0)) + fill.signed_quantity
        self._positions = {name: quantity for name, quantity in held.items() if quantity}

    @property
    def traits(self) -> broker.BrokerTraits:
        """As a far venue's."""
        return broker.BrokerTraits(
            name="far", environment=broker.Environment.PAPER, account=AccountId("a1"), has_brackets=False,
            has_groups=False, settles_within_ns=2_000_000_000,
        )  # fmt: skip

    async def connect(self, sink: broker.Sink) -> None:
        """A round trip for the connection."""
        await asyncio.sleep(ROUND_TRIP_S)
        self._sink = sink
        sink(broker.Connected())

    def enqueue(self, command: broker.Command) -> None:
        """Answer after a round trip."""
        known = self._known
        answer: broker.BrokerEvent
        match command:
            case broker.AskOpenOrders(number):
                answer = broker.OpenOrdersAnswer(number, tuple(known.working), is_complete=True)
            case broker.AskFills(number, since_ns):
                since = tuple(one for one in known.fills if one.time_ns >= since_ns)
                answer = broker.FillsAnswer(number, since, is_complete=True)
            case broker.AskAccount(number):
                answer = broker.AccountAnswer(number, self._positions, {"USD": known.cash}, is_complete=True)
            case _:
                self.surprises.add(type(command).__name__)
                return
        self.questions += 1
        asyncio.get_running_loop().call_later(ROUND_TRIP_S, self._sink, answer)

    async def close(self) -> None:
        """Say nothing more."""
        self._sink = lambda _: None


class NoFeed:
    """A market that is closed."""

    async def subscribe(self, wanted: feed.Subscription, sink: feed.FeedSink) -> None:
        """Nothing comes."""

    def acknowledge(self, number: int) -> None:
        """Nothing waits."""

    async def close(self) -> None:
        """Nothing to close."""


def restart(folder: Path) -> dict[str, object]:
    """Open, connect, reconcile, and stop as soon as orders could be sent."""
    return asyncio.run(_restarted(folder))


async def _restarted(folder: Path) -> dict[str, object]:
    known = msgspec.json.decode((folder / "venue.json").read_bytes(), type=KnownAtVenue)
    began, began_cpu = time.perf_counter(), time.process_time()
    disks = {name: RealDisk(folder / name) for name in ("account", "journal", "session")}
    books = Books.open(Places(**disks), opened_ns=time.time_ns())
    opened_s, opened_cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    desk, venue = Desk(rules=SessionRules()), FarVenue(known)
    start = desk.start()
    core = Core(
        books.state, start=start, traits=venue.traits, markets=SessionMarkets(start.instruments),
        policy=LimitsPolicy(everywhere=shipped_limits(frozenset(desk.instruments))), rules=desk.rules,
    )  # fmt: skip
    world = World(
        broker=venue, feed=NoFeed(), host=Churner(desk.instruments, orders=5), clock=SystemClock(),
        time=ReplayClock(books.state.now_ns), fence=Fence(), tell=desk.alerts.append,
    )  # fmt: skip
    plan = Plan(strategy=start.strategy, instruments=desk.instruments, interval="1d")
    session = Session(core, books=books, plan=plan, world=world)
    records, replayed = books.journal.sequence, books.replayed
    running = asyncio.create_task(session.run())
    while not core.memory.is_green and not running.done() and time.perf_counter() - began < MOST_S:
        await asyncio.sleep(0.001)
    green_s = time.perf_counter() - began
    is_green, working = core.memory.is_green, len(core.state.open)
    running.cancel()  # as a kill would: nothing is canceled at the venue
    with suppress(asyncio.CancelledError):
        await running
    return {
        "opened_s": opened_s, "green_s": green_s, "is_green": is_green, "records": records, "replayed": replayed,
        "open_orders": working, "questions": venue.questions, "surprises": sorted(venue.surprises),
        "frozen": sorted(core.state.frozen), "opened_cpu_s": opened_cpu_s,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(restart(Path(sys.argv[1]))))
