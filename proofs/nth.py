"""Every disk operation of a session fails, one at a time: an error, a full disk, half a write, a failed sync.

The session may not send what it could not write down, must end or say that it cannot take risk, and the next start on
the same disk (with or without a loss of power) must come to the venue's books.
"""

import argparse
import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.checker.journal import whole

from proofs.desk.desk import Desk
from proofs.desk.disk import APPLIES, MemoryDisk, Plan, Wrong
from proofs.folding import findings_of, folded
from proofs.report import Report
from tradewright.domain.errors import TradewrightError
from tradewright.engine.session.exits import Exit, ExitCause


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--orders", type=int, default=200, help="orders of a session (200)")
    parser.add_argument("--every", type=int, default=1, help="only every so many operations (1)")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--first", type=int, default=1, help="the first operation (1)")


def prove(asked: argparse.Namespace) -> int:
    """Fail at every operation."""
    began, total = time.monotonic(), Failing(asked.orders)
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for found in pool.imap_unordered(_worked, [(asked, part) for part in range(asked.jobs)]):
            total.add(found)
    return total.told(asked, seconds=time.monotonic() - began).finish(is_kept=not asked.no_record)


def _worked(work: tuple[argparse.Namespace, int]) -> "Failing":
    asked, part = work
    failing = Failing(asked.orders)
    failing.all(first=asked.first + part * asked.every, every=asked.every * asked.jobs)
    return failing


@dataclass(slots=True)
class Failing:
    """Sessions of so many orders, each with one failure."""

    orders: int
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    cases: int = 0

    def add(self, other: "Failing") -> None:
        """Both together; the operations without a failure are the same."""
        self.outcomes += other.outcomes
        self.findings += other.findings
        self.operations = other.operations
        self.cases += other.cases

    def desk(self) -> Desk:
        """A session of the wanted length."""
        return Desk(slices=self.orders // 5)

    def all(self, *, first: int, every: int) -> None:
        """Each failure at each operation at which it can happen; every other time the machine loses power as well."""
        plan = Plan()
        desk, disk = self.desk(), MemoryDisk(plan=plan)
        self._check(desk, disk, _run(desk, disk), story="without a failure")
        self.operations = plan.operations
        for wrong in Wrong:
            for at in _chosen(self.operations, wrong, first=first, every=every):
                self._case(at, wrong, loses_power=(at + len(wrong)) % 2 == 0)

    def _case(self, at: int, wrong: Wrong, *, loses_power: bool) -> None:
        self.cases += 1
        story = f"{wrong.name} at operation {at}{' and no power' if loses_power else ''}"
        desk, plan = self.desk(), Plan(at=at, wrong=wrong)
        plan.chance.seed(at)
        disk = MemoryDisk(plan=plan)
        end = _run(desk, disk)
        if not plan.has_struck:
            self.outcomes["not reached"] += 1
            return
        self._first_life(desk, end, story)
        disk = disk.lose_power() if loses_power else disk.restarted()
        if end is not None and end.cause is ExitCause.ORDERLY:
            self._check(desk, disk, end, story=story)
            return
        again = _run(desk, disk)
        self._check(desk, disk, again, story=f"{story}, after a restart")

    def _first_life(self, desk: Desk, end: Exit | None, story: str) -> None:
        """Closed, or told: nobody goes on as if nothing had happened."""
        if end is None:
            self.outcomes["refused to start"] += 1
        elif end.cause is ExitCause.ORDERLY:
            told = any(one.code in {"component_failed", "disk"} or "disk" in one.subject.lower() for one in desk.alerts)
            self.outcomes["went on, told" if told else "went on, nothing lost"] += 1
        else:
            self.outcomes[f"ended: {end.cause.value}"] += 1
            if end.problem is not None and not isinstance(end.problem, TradewrightError):
                self.findings.append(f"{story}: it ended by {type(end.problem).__name__}: {end.problem}")

    def _check(self, desk: Desk, disk: MemoryDisk, end: Exit | None, *, story: str) -> None:
        """The history was traded to its end, and the journal says what the venue says."""
        if end is None or end.cause is not ExitCause.ORDERLY:
            self.findings.append(f"{story}: it does not come to its end: {end}")
            return
        venue = desk.exchange.venue
        fold = folded(whole(dict(disk.within("journal").files())))
        self.findings += [f"{story}: {one}" for one in findings_of(fold)]
        if fold.net() != dict(venue.positions()) or fold.cash.get("USD") != venue.cash:
            self.findings.append(f"{story}: books {fold.net()} {fold.cash}, venue {venue.positions()} {venue.cash}")
        if set(fold.fills) != {str(one.execution_id) for one in venue.book.fills}:
            self.findings.append(f"{story}: other executions than the venue's")
        names = [str(one.client_order_id) for one in venue.book.orders]
        if len(set(names)) != len(names):
            self.findings.append(f"{story}: an order came to the venue twice")
        if set(names) - set(fold.orders):
            self.findings.append(f"{story}: the venue has orders without an intent")

    def told(self, asked: argparse.Namespace, *, seconds: float) -> Report:
        """As a report."""
        report = Report("nth", "G12")
        report.say("orders of the session", asked.orders)
        report.say("its disk operations", len(self.operations))
        report.say("failures, one a session", self.cases)
        for name, count in sorted(self.outcomes.items()):
            report.say(f"... {name}", count)
        report.say("corrupt, lost, doubled or stuck", len(self.findings), goal="0", is_met=not self.findings)
        report.say("seconds", f"{seconds:.0f}")
        report.findings = self.findings
        report.numbers = {
            "operations": dict(Counter(self.operations)), "outcomes": dict(self.outcomes), "cases": self.cases,
            "every": asked.every,
        }  # fmt: skip
        return report


def _run(desk: Desk, disk: MemoryDisk) -> Exit | None:
    """One life; None where the books could not be opened."""

    async def life() -> Exit | None:
        try:
            books = desk.books(disk.within)
        except TradewrightError:
            return None
        return await desk.live(books)

    return asyncio.run(life())


def _chosen(operations: Sequence[str], wrong: Wrong, *, first: int, every: int) -> list[int]:
    fitting = [at for at, kind in enumerate(operations, 1) if kind in APPLIES[wrong]]
    return fitting[first - 1 :: every]
