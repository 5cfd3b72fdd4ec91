"""Real traders are killed (SIGKILL) at random moments and at every named place, and resumed until history is over.

Processes, disk and venue are real. Beside each history that is killed, the same one runs without interruption: at the
end both have the same executions, positions and cash, and the venue saw every order once.
"""

import argparse
import multiprocessing
import random
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from simulator.checker.journal import Promised

from proofs.crashing.ground import Ground
from proofs.crashing.judge import Ledger, judge
from proofs.crashing.life import Death, kill_venue, live, promise_of
from proofs.report import Report, quantile
from tradewright.bootstrap.failpoints import PLACES
from tradewright.ports.sessions import KeptSession

KILLS_A_HISTORY = 10
RECOVERY = (
    "journal_read", "journal_unwritten", "journal_half_written", "journal_unsynced", "journal_synced",
    "anchor_half_written", "anchor_unsynced", "promised", "reconcile_asked", "reconcile_answered",
)  # fmt: skip
"""Places that every start passes: for deaths during recovery."""
ONCE = frozenset({*RECOVERY[:1], "snapshot_half_written", "snapshot_unrenamed", "snapshot_renamed", "stop_begun",
                  "stop_closed", "reconcile_asked", "reconcile_answered"})  # fmt: skip
"""Places that a life may pass only once."""


@dataclass(slots=True)
class Tally:
    """What some histories came to."""

    kills: Counter[str] = field(default_factory=Counter)
    venue_kills: int = 0
    histories: int = 0
    lives: int = 0
    acknowledged: int = 0
    fills: int = 0
    records: int = 0
    resent: int = 0
    equal: int = 0
    manual: int = 0
    """Lives that neither were killed nor ended in good order: somebody would have to do something."""
    back_s: list[float] = field(default_factory=list)
    """How long the last life of a history took, start included."""
    findings: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Both together."""
        self.kills += other.kills
        for name in (
            "venue_kills",
            "histories",
            "lives",
            "acknowledged",
            "fills",
            "records",
            "resent",
            "equal",
            "manual",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.back_s += other.back_s
        self.findings += other.findings


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--kills", type=int, default=1000, help="how many processes are killed (1000)")
    parser.add_argument("--bars", type=int, default=60, help="slices of a history (60)")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recovery-depth", type=int, default=0, help="after a kill, so many more during the recovery")
    parser.add_argument("--cold", action="store_true", help="start every process from nothing; slower")
    parser.add_argument("--keep", action="store_true", help="leave the folders of histories with findings")


def prove(asked: argparse.Namespace) -> int:
    """Kill, resume, judge."""
    share = -(-asked.kills // asked.jobs)
    work = [(asked, asked.seed + number, min(share, asked.kills - number * share)) for number in range(asked.jobs)]
    total = Tally()
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for found in pool.imap_unordered(_worked, work):
            total.add(found)
    return told(total, asked).finish(is_kept=not asked.no_record)


def _worked(work: tuple[argparse.Namespace, int, int]) -> Tally:
    asked, seed, kills = work
    folder = Path(tempfile.mkdtemp(prefix="proofs-crash-"))
    killing = Killing(Ground.made(folder, bars=asked.bars), seed=seed, asked=asked)
    try:
        killing.run(kills)
    finally:
        killing.end()
        if not (asked.keep and killing.tally.findings):
            shutil.rmtree(folder, ignore_errors=True)
    return killing.tally


class Killing:
    """Histories one after the other, each killed again and again."""

    def __init__(self, ground: Ground, *, seed: int, asked: argparse.Namespace) -> None:
        self.ground, self.seed, self.asked = ground, seed, asked
        self.chance = random.Random(seed)
        self.tally = Tally()
        self.usual_s = 0.0
        self.whole: Ledger | None = None
        self.venues: list[Path] = []

    def run(self, kills: int) -> None:
        """Until so many were killed."""
        self.whole = self._uninterrupted()
        while self.tally.kills.total() < kills:
            self._history(kills - self.tally.kills.total())

    def end(self) -> None:
        """Leave no process behind."""
        for venue in self.venues:
            kill_venue(venue)

    def _opened(self, account: str) -> tuple[KeptSession, Path]:
        kept = self.ground.session(account)
        venue = self.ground.venue_of(kept)
        self.venues.append(venue)
        return kept, venue

    def _uninterrupted(self) -> Ledger | None:
        kept, venue = self._opened("whole")
        lived = live(self.ground.folder, kept, Death(), venue=venue, is_cold=self.asked.cold)
        self.usual_s = lived.took_s
        verdict = judge(kept.folder, venue)
        self.tally.findings += [f"uninterrupted: {one}" for one in verdict.findings]
        if lived.code:
            self.tally.findings.append(f"uninterrupted: exit code {lived.code}, see trader.log")
        kill_venue(venue)
        return verdict.ledger

    def _history(self, most: int) -> None:
        """One session from its first slice to its last, killed at most so often."""
        name = f"h{self.seed}-{self.tally.histories}"
        kept, venue = self._opened(name)
        promises: list[Promised] = []
        killed, deaths, plan = 0, list[str](), self._deaths(min(most, KILLS_A_HISTORY))
        while True:
            death = next(plan, Death())
            lived = live(self.ground.folder, kept, death, venue=venue, is_cold=self.asked.cold)
            self.tally.lives += 1
            if (promise := promise_of(kept)) is not None:
                promises.append(promise)
            if not lived.was_killed:
                break
            killed += 1
            self.tally.kills[death.place or "at random"] += 1
            self.tally.venue_kills += death.takes_the_venue
            deaths.append(f"{death.place}:{death.time}" if death.place else f"{death.after_s:.2f}s")
        self.tally.histories += 1
        self.tally.back_s.append(lived.took_s)
        kill_venue(venue)
        self._judged(kept, venue, promises=promises, story=f"{name} [{' '.join(deaths)}]", code=lived.code)

    def _deaths(self, count: int) -> "Deaths":
        return Deaths(self.chance, count, tally=self.tally, usual_s=self.usual_s, depth=self.asked.recovery_depth)

    def _judged(self, kept: KeptSession, venue: Path, *, promises: list[Promised], story: str, code: int) -> None:
        tally = self.tally
        verdict = judge(kept.folder, venue, promises=promises)
        tally.findings += [f"{story}: {one}" for one in verdict.findings]
        if code:
            tally.manual += 1
            log = (kept.folder / "trader.log").read_text("utf-8", "replace").splitlines()[-2:]
            tally.findings.append(f"{story}: it ended with exit code {code}: {' / '.join(log)}")
        tally.acknowledged += verdict.acknowledged
        tally.fills += verdict.fills
        tally.records += verdict.records
        tally.resent += verdict.resent
        if verdict.ledger == self.whole:
            tally.equal += 1
        else:
            tally.findings.append(f"{story}: {_difference(self.whole, verdict.ledger)}")


class Deaths:
    """What kills the next life; as an iterator, over after so many."""

    def __init__(self, chance: random.Random, count: int, *, tally: Tally, usual_s: float, depth: int) -> None:
        self._chance, self._left, self._tally, self._usual_s, self._depth = chance, count, tally, usual_s, depth
        self._recovering = 0

    def __iter__(self) -> "Deaths":
        return self

    def __next__(self) -> Death:
        if not self._left:
            raise StopIteration
        self._left -= 1
        chance = self._chance
        takes_the_venue = chance.random() < 0.15
        if self._recovering:
            self._recovering -= 1
            return Death(chance.choice(RECOVERY), takes_the_venue=takes_the_venue)
        self._recovering = self._depth
        if chance.random() < 0.4:
            return Death(after_s=chance.uniform(0.1, self._usual_s), takes_the_venue=takes_the_venue)
        fewest = min(self._tally.kills[name] for name in PLACES)
        place = chance.choice([name for name in PLACES if self._tally.kills[name] <= fewest + 1])
        time = 1 if place in ONCE else chance.randint(1, 12)
        return Death(place, time, takes_the_venue=takes_the_venue)


def _difference(whole: Ledger | None, other: Ledger | None) -> str:
    if whole is None or other is None:
        return "there is no ledger to compare"
    for one, two in zip(whole.fills, other.fills, strict=False):
        if one != two:
            return f"another ledger: {two} in place of {one}"
    return f"another ledger: {len(other.fills)} executions, cash {other.cash}; not {len(whole.fills)}, {whole.cash}"


def told(total: Tally, asked: argparse.Namespace) -> Report:
    """As a report."""
    report = Report("crash recovery" if asked.recovery_depth else "crash", "G3" if asked.recovery_depth else "G10")
    kills = total.kills.total()
    report.say("processes killed", kills, goal=f"{asked.kills}", is_met=kills >= asked.kills)
    fewest = min(total.kills[name] for name in PLACES)
    if not asked.recovery_depth:
        report.say(
            "... at each of the named places, at least",
            fewest,
            goal="20 of 1,000",
            is_met=fewest * 50 >= kills or kills < 500,
        )
    report.say("... the venue with it", total.venue_kills)
    report.say("histories, each to its end", total.histories)
    lost = sum(": lost:" in one or ": durability:" in one for one in total.findings)
    report.say("acknowledged orders", total.acknowledged)
    report.say("... lost", lost, goal="0", is_met=not lost)
    twice = sum(": duplicate:" in one for one in total.findings)
    report.say("orders sent twice", twice, goal="0", is_met=not twice)
    report.say("orders sent again after proven absence", total.resent)
    report.say("restarts that needed a hand", total.manual, goal="0", is_met=not total.manual)
    report.say(
        "ledgers equal to the uninterrupted run's",
        f"{total.equal} of {total.histories}",
        goal="all",
        is_met=total.equal == total.histories,
    )
    report.say(
        "last life of a history, s, p50 / p99",
        f"{quantile(total.back_s, 0.5):.2f} / {quantile(total.back_s, 0.99):.2f}",
    )
    report.findings = total.findings
    report.numbers = {
        "kills": dict(sorted(total.kills.items())), "seed": asked.seed, "jobs": asked.jobs, "bars": asked.bars,
        "lives": total.lives, "fills": total.fills, "records": total.records, "recovery_depth": asked.recovery_depth,
        "cold": asked.cold,
    }  # fmt: skip
    return report
