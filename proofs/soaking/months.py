"""Months of history at full speed: every session of the exchange's calendar, a bar every five minutes.

This file decides what is in it: changes of clocks, holidays and half days as they were, and now and then a split. The
venue is a process of its own, as it is for everybody: what grows here is the trader.
"""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from simulator.checker.journal import whole

from proofs.desk.desk import QUICK, Churner, Desk
from proofs.folding import findings_of, folded
from proofs.report import Report
from proofs.soaking.venue import ACCOUNT, NAMES
from proofs.soaking.vitals import resident_bytes, slope
from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.brokers.paper.client import Place
from tradewright.adapters.brokers.paper.translate import Replay
from tradewright.adapters.disk.disk import RealDisk
from tradewright.engine.session.effects import Severity
from tradewright.engine.session.exits import Exit
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.world import Pace
from tradewright.ports import hosts
from tradewright.ports.broker import AccountAnswer, AskAccount, BrokerEvent
from tradewright.venues.paper.server import SOCKET

MIB = 1 << 20
WEEK = 5
_ORDERS = 2
"""At each bar."""


@dataclass(slots=True)
class Weight:
    """The memory of trader and venue as a trading day begins."""

    day: int
    trader: int
    venue: int


@dataclass
class Scales:
    """Weighs trader and venue at each new day."""

    venue: int
    """Its process."""
    found: list[Weight] = field(default_factory=list)
    slices: int = 0
    _session: int = 0

    def look(self, shown: hosts.Shown) -> None:
        """At a slice."""
        seen = shown.slice
        self.slices = seen.number
        if not seen.is_warm_up and seen.session != self._session:
            self._session = seen.session
            self.found.append(Weight(len(self.found), resident_bytes(), resident_bytes(self.venue)))


class Weighed(Churner):
    """The same strategy, on scales."""

    def __init__(self, scales: Scales) -> None:
        super().__init__(NAMES, orders=_ORDERS)
        self._scales = scales

    def show(self, shown: hosts.Shown) -> None:
        """Weigh, and think."""
        self._scales.look(shown)
        super().show(shown)


@contextlib.contextmanager
def _venue(folder: Path, days: int) -> Iterator[subprocess.Popen[bytes]]:
    """The venue's process, as long as it is needed."""
    folder.mkdir()
    process = subprocess.Popen([sys.executable, "-m", "proofs.soaking.venue", str(folder), str(days)])
    try:
        while not (folder / SOCKET).exists():
            assert process.poll() is None, "the venue of the soak has ended"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait()


async def _account(place: Place) -> AccountAnswer:
    """What the venue says at the end."""
    told: asyncio.Queue[AccountAnswer] = asyncio.Queue()

    def hear(event: BrokerEvent) -> None:
        if isinstance(event, AccountAnswer):
            told.put_nowait(event)

    broker = PaperBroker(place)
    await broker.connect(hear)
    broker.enqueue(AskAccount(1))
    answer = await told.get()
    await broker.close()
    return answer


def soak_months(folder: Path, *, days: int, rules: SessionRules = QUICK) -> Report:
    """Trade them."""
    pace = Pace(slow_commit_ns=None)  # its market waits, as that of a replay at full speed
    desk, began = Desk(instruments=NAMES, orders=_ORDERS, rules=rules, pace=pace), time.monotonic()
    with _venue(folder / "venue", days) as process:
        scales, place = Scales(process.pid), Place(folder=folder / "venue", account=ACCOUNT, starts=False)

        async def lived() -> tuple[Exit, AccountAnswer, int]:
            books = desk.books(lambda name: RealDisk(folder / name), segment_bytes=1 << 24)
            venue = PaperBroker(place, replay=Replay(stretch="s1"))
            session = desk.session(books, venue=venue, host=Weighed(scales))
            return await session.run(), await _account(place), session.core.state.gone.orders

        end, account, dropped = asyncio.run(lived())
    report = Report("soak virtual", "G26")
    fold = folded(whole({one.name: one.read_bytes() for one in (folder / "journal").iterdir()}))
    report.say("trading days, slices", f"{len(scales.found)}, {scales.slices:,}")
    report.say("orders, executions", f"{len(fold.orders):,}, {len(fold.fills):,}")
    report.say("orders that left the books", f"{dropped:,}")
    report.say("splits booked", sum(len(one) for one in fold.splits.values()))
    _weighed(report, scales.found)
    report.say("seconds", f"{time.monotonic() - began:.0f}")
    found = findings_of(fold)
    if fold.net() != dict(account.positions) or fold.cash.get("USD") != account.cash["USD"]:
        found.append(f"books {fold.net()} {fold.cash}, venue {dict(account.positions)} {dict(account.cash)}")
    if end.cause.value != "orderly":
        found.append(f"it ended {end.cause.value}: {end.reason}")
    found += [f"{one.code} {one.subject}: {one.story}" for one in desk.alerts if one.severity is Severity.CRITICAL]
    report.findings = found[:20]
    report.numbers |= {"days": days, "orders": len(fold.orders), "dropped": dropped}
    return report


def _weighed(report: Report, found: list[Weight]) -> None:
    """How both grow once the first fifth is over."""
    settled = found[len(found) // 5 :]
    grows = slope([(one.day / WEEK, float(one.trader)) for one in settled]) / MIB
    beside = slope([(one.day / WEEK, float(one.venue)) for one in settled]) / MIB
    report.say("memory for a simulated week, MiB", f"{grows:.2f}", goal="1", is_met=grows < 1)
    report.say("... of the venue's process beside it", f"{beside:.2f}")
    report.numbers = {"resident": [one.trader for one in found], "venue": [one.venue for one in found]}
