"""The bytes of a session's books are cut at every place and flipped at random, and opened as a session start does.

Every case must end in one of two ways: the books refuse to open (and nothing on the disk has changed), or they open
with a beginning of the true history that holds everything promised. Anything else is silent acceptance.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.checker.journal import Promised, Written, anchors, whole
from simulator.disk import Content

from proofs.desk.desk import Desk
from proofs.desk.disk import MemoryDisk
from proofs.report import Report
from tradewright.domain.errors import TradewrightError
from tradewright.engine.runtime.journal.reader import read, replay
from tradewright.engine.session.apply import apply
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.facts import catalogue
from tradewright.engine.session.recording import frames
from tradewright.engine.session.state import SessionState, state_digest
from tradewright.engine.session.world import Pace

LAST_BYTES = 64 << 10
SEGMENT_BYTES = 1 << 20
EXECUTIONS = 60
UNPROMISED = 8
"""The anchor is that of so many executions before the end, as if the machine had died before a commit was over."""
DIGESTED_EVERY = 25
"""How often a case that opened has its whole state compared; what is left of the journal is compared in every case."""


@dataclass(slots=True)
class Truth:
    """The books as they were before anything was done to them."""

    disk: dict[str, bytes]
    records: list[Written]
    promise: Promised
    recording: list[bytes]
    digests: dict[int, str] = field(default_factory=dict)
    """Of the state after so many records, as far as asked for."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--flips", type=int, default=10_000, help="random bits, one at a time (10,000)")
    parser.add_argument(
        "--cuts", type=int, default=0, help="cut at so many places only; 0: at every byte of the last 64 KiB"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=2)


def prove(asked: argparse.Namespace) -> int:
    """Cut, flip, open."""
    began = time.monotonic()
    total = Found()
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for found in pool.imap_unordered(_worked, [(asked, part) for part in range(asked.jobs)]):
            total.add(found)
    return total.told(asked, seconds=time.monotonic() - began).finish(is_kept=not asked.no_record)


def _worked(work: tuple[argparse.Namespace, int]) -> "Found":
    asked, part = work
    torture = Torture(true_books(), seed=asked.seed, part=part, parts=asked.jobs)
    torture.cut_everywhere(asked.cuts)
    torture.flip(asked.flips)
    return torture.found


def true_books() -> Truth:
    """A session that traded and was killed, with promised records, a tail that was not promised, and snapshots."""
    disk, desk = MemoryDisk(), Desk(slices=60, pace=Pace(snapshot_every=60, beat_ns=1_000_000))

    anchor = bytearray()

    async def lived() -> None:
        books = desk.books(disk.within, segment_bytes=SEGMENT_BYTES)
        session = desk.session(books)
        running = asyncio.create_task(session.run())
        while len(books.state.executions) < EXECUTIONS and not running.done():
            await asyncio.sleep(0)
            is_whole = books.journal.committed == books.journal.sequence
            is_early = len(books.state.executions) < EXECUTIONS - UNPROMISED
            if is_early:
                anchor[:] = disk.names["journal/anchor"].seen
            if is_early and is_whole and books.journal.sequence - books.snapshots.last > 100:
                books.snapshot()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(lived())
    disk.names["journal/anchor"].seen[:] = anchor
    files = {path: bytes(one.seen) for path, one in disk.names.items()}
    journal = {path.removeprefix("journal/"): content for path, content in files.items() if path.startswith("journal/")}
    promise = max(anchors(journal["anchor"]), key=lambda one: (one.epoch, one.sequence))
    return Truth(files, whole(journal), promise, recording_of(MemoryDisk(contents(files)).within("session")))


def contents(files: dict[str, bytes]) -> dict[str, Content]:
    """The files of a disk."""
    return {path: Content(bytearray(one), bytearray(one)) for path, one in files.items()}


def recording_of(disk: MemoryDisk) -> list[bytes]:
    """Every frame of the recording that can be believed."""
    content = disk.read("recording")
    ends = [end for _, end in frames(disk)]
    return [content[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@dataclass(slots=True)
class Found:
    """What came of some cases."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    cases: int = 0
    records: int = 0
    journal_bytes: int = 0

    def add(self, other: "Found") -> None:
        """Both together; the books are the same."""
        self.outcomes += other.outcomes
        self.findings += other.findings
        self.cases += other.cases
        self.records, self.journal_bytes = other.records, other.journal_bytes

    def told(self, asked: argparse.Namespace, *, seconds: float) -> Report:
        """As a report."""
        report = Report("torture", "G11")
        report.say("records in the journal", f"{self.records}, {self.journal_bytes:,} bytes")
        report.say("cases", f"{self.cases:,}", goal="2 x 65,536 cuts, 10,000 flips" if not asked.cuts else "")
        for name, count in sorted(self.outcomes.items()):
            report.say(f"... {name}", f"{count:,}")
        found = len(self.findings)
        report.say("silently accepted, or worse", found, goal="0", is_met=not found)
        report.say("seconds", f"{seconds:.0f}")
        report.findings = self.findings
        report.numbers = {
            "outcomes": dict(self.outcomes), "seed": asked.seed, "flips": asked.flips, "cases": self.cases,
        }  # fmt: skip
        return report


class Torture:
    """One case after the other, each on a fresh disk; of all cases every `parts`-th."""

    def __init__(self, truth: Truth, *, seed: int, part: int = 0, parts: int = 1) -> None:
        self.truth = truth
        self.chance = random.Random(seed)
        self.found = Found(
            records=len(truth.records),
            journal_bytes=sum(len(one.rstrip(b"\0")) for name, one in truth.disk.items() if name.endswith(".journal")),
        )
        self._part, self._parts, self._number = part, parts, 0

    def cut_everywhere(self, places: int) -> None:
        """The journal's last segment, at every byte of its last 64 KiB that mean something."""
        path = max(name for name in self.truth.disk if name.endswith(".journal"))
        end = len(self.truth.disk[path].rstrip(b"\0")) + 1
        every = range(max(0, end - LAST_BYTES), end)
        chosen = every if not places else sorted(self.chance.sample(every, min(places, len(every))))
        for place in chosen:
            self._case("cut", path, self.truth.disk[path][:place], story=f"{path} cut at {place}")
            zeroed = self.truth.disk[path][:place].ljust(len(self.truth.disk[path]), b"\0")
            self._case("torn", path, zeroed, story=f"{path} zero from {place}")

    def flip(self, count: int) -> None:
        """Random bits of journal, anchor, snapshots and recording, as often as they have bytes."""
        spans = [(path, len(one.rstrip(b"\0"))) for path, one in sorted(self.truth.disk.items()) if _is_kept(path)]
        for _ in range(count):
            ((path, length),) = self.chance.choices(spans, weights=[one for _, one in spans])
            place, bit = self.chance.randrange(length), self.chance.randrange(8)
            content = bytearray(self.truth.disk[path])
            content[place] ^= 1 << bit
            self._case(f"flip {_kind(path)}", path, bytes(content), story=f"{path} bit {bit} of byte {place}")

    def _case(self, kind: str, path: str, content: bytes, *, story: str) -> None:
        """Open the books with this one file changed."""
        self._number += 1
        if self._number % self._parts != self._part:
            return
        self.found.cases += 1
        files = self.truth.disk | {path: content}
        disk = MemoryDisk(contents(files))
        with self._judged(kind, story):
            books = self._opened(disk)
            if books is None:
                self.found.outcomes[f"{kind}: refused"] += 1
                changed = [name for name, one in disk.names.items() if bytes(one.seen) != files.get(name, b"")]
                changed = [name for name in changed if "segment" in name or "anchor" in name]
                if changed:
                    self.found.findings.append(f"{story}: refused, and {', '.join(changed)} were changed")
                return
            books.close()
            self.found.outcomes[f"{kind}: {self._accepted(disk, books, story)}"] += 1

    @contextlib.contextmanager
    def _judged(self, kind: str, story: str) -> Iterator[None]:
        """Anything that is not said in our own errors is a finding."""
        try:
            yield
        except Exception as problem:  # noqa: BLE001 - whatever comes out of a damaged file must be one of ours
            self.found.outcomes[f"{kind}: crashed"] += 1
            self.found.findings.append(f"{story}: {type(problem).__name__}: {problem}")

    def _opened(self, disk: MemoryDisk) -> Books | None:
        places = Places(account=disk.within("account"), journal=disk.within("journal"), session=disk.within("session"))
        try:
            return Books.open(places, opened_ns=8, segment_bytes=SEGMENT_BYTES)
        except TradewrightError as problem:
            if not str(problem):
                self.found.findings.append("a refusal that says nothing")
            return None

    def _accepted(self, disk: MemoryDisk, books: Books, story: str) -> str:
        """What opened must be a beginning of the truth with every promise in it, and one record of this opening."""
        records = whole(dict(disk.within("journal").files()))
        before, opening = records[:-1], records[-1]
        if opening.kind != "SessionOpened":
            self.found.findings.append(f"{story}: accepted, and the last record is {opening.kind}")
        if [one.digest for one in before] != [one.digest for one in self.truth.records[: len(before)]]:
            self.found.findings.append(f"{story}: accepted with another history")
        if len(before) < self.truth.promise.sequence:
            self.found.findings.append(
                f"{story}: accepted with {len(before)} of {self.truth.promise.sequence} promised records"
            )
        self._recording(disk, story)
        if self.found.cases % DIGESTED_EVERY == 0 and state_digest(books.state) != self._digest(disk):
            self.found.findings.append(f"{story}: the state is not what the journal adds up to")
        cut = len(before) < len(self.truth.records) or bool(books.recording.cut_bytes)
        return (
            "cut and told"
            if cut and books.notes
            else "cut"
            if cut
            else "another copy used"
            if books.notes
            else "opened"
        )

    def _recording(self, disk: MemoryDisk, story: str) -> None:
        found = recording_of(disk.within("session"))
        if found != self.truth.recording[: len(found)]:
            self.found.findings.append(f"{story}: accepted with another recording")

    def _digest(self, disk: MemoryDisk) -> str:
        state = SessionState()
        replay(read(disk.within("journal"), catalogue()), apply, state=state)
        return state_digest(state)


def _is_kept(path: str) -> bool:
    return path.endswith(".journal") or _kind(path) in {"anchor", "snapshot", "recording"}


def _kind(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.partition("-")[0] if "-" in name else name
