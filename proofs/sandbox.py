"""Every attack of the corpus, in the real sandbox, at each level of confinement: nothing may come out or be left.

Beside it, levels at which one wall is missing: there no strategy may be run, and the refusal names the wall.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final

import msgspec

from proofs.report import Report
from proofs.sandboxing.corpus import CORPUS
from proofs.sandboxing.levels import REAL, WALLS, possible
from proofs.sandboxing.trial import Verdict
from tradewright.adapters.sandbox.kernel import machine
from tradewright.adapters.sandbox.layers import layers

PROBES: Final = 3
"""Attacks that are tried where a wall is missing: not one of them may begin."""
MOST_ATTACKS: Final = 80
"""Asked for by the goal, at each level."""


@dataclass(slots=True)
class Tally:
    """What a level came to."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    engines_lost: int = 0
    """Engines that did not survive an attack."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--levels", nargs="*", choices=(*REAL, *WALLS), help="default: all that can be entered here")
    parser.add_argument("--only", default="", help="attacks whose name holds this")
    parser.add_argument("-j", "--jobs", type=int, default=2)


def prove(asked: argparse.Namespace) -> int:
    """Try, judge, tell."""
    report = Report("sandbox", "G33, S16, S19")
    wanted = asked.levels or possible()
    report.numbers["layers"] = {one.name: one.story for one in layers()}
    report.numbers["attacks"] = len(CORPUS)
    for level in wanted:
        if level in REAL:
            _say_real(report, level, attacked(level, chosen(asked.only), jobs=asked.jobs))
        else:
            _say_closed(report, level, attacked(level, chosen("")[:PROBES], jobs=1))
    for level in (*REAL, *WALLS):
        if level not in wanted:
            report.say(
                f"level {level}", "not tried: it cannot be entered from here" if not asked.levels else "not asked"
            )
    return report.finish(is_kept=not asked.no_record)


def chosen(only: str) -> list[int]:
    """Numbers of the attacks of this processor whose name holds the text."""
    return [number for number, one in enumerate(CORPUS) if only in one.name and one.needs in {"", machine()}]


def attacked(level: str, numbers: Iterable[int], *, jobs: int) -> Tally:
    """Try the attacks at a level, in so many engines at once."""
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in numbers:
        waiting.put(number)
    tally = Tally()
    with ThreadPoolExecutor(jobs) as pool:
        for found in pool.map(lambda _: list(_engine(level, waiting)), range(jobs)):
            for verdict in found:
                _count(tally, verdict, level)
    return tally


def _count(tally: Tally, verdict: Verdict, level: str) -> None:
    tally.tried += 1
    tally.outcomes[verdict.outcome] += 1
    tally.engines_lost += verdict.outcome == "lost"
    if level in REAL:
        tally.findings += [f"{level}: {verdict.attack}: {one}" for one in verdict.findings]
    elif verdict.outcome != "refused" or WALLS[level] not in verdict.refused_by:
        tally.findings.append(f"{level}: {verdict.attack}: {verdict.outcome}, {verdict.told}")


def _engine(level: str, waiting: SimpleQueue[int]) -> Iterator[Verdict]:
    """One engine after another, until nothing waits; a new one where an attack ended it."""
    while not waiting.empty():
        with subprocess.Popen(
            [sys.executable, "-m", "proofs.sandboxing.stage", level],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            while process.poll() is None:
                try:
                    number = waiting.get_nowait()
                except Empty:
                    break
                try:
                    process.stdin.write(f"{number}\n")
                    process.stdin.flush()
                    yield msgspec.json.decode(process.stdout.readline(), type=Verdict)
                except (OSError, msgspec.MsgspecError) as lost:
                    yield Verdict(CORPUS[number].name, "lost", str(lost), 0, [f"the engine did not survive it: {lost}"])
                    break
            process.stdin.close()


def _say_real(report: Report, level: str, tally: Tally) -> None:
    report.findings += tally.findings
    report.say(f"level {level}: attacks", tally.tried, goal=f"{MOST_ATTACKS}", is_met=tally.tried >= MOST_ATTACKS)
    report.say(f"level {level}: escapes, or a host that misbehaved", len(tally.findings), goal="0",
               is_met=not tally.findings)  # fmt: skip
    report.say(f"level {level}: engines lost", tally.engines_lost, goal="0", is_met=not tally.engines_lost)
    report.numbers[level] = dict(tally.outcomes)


def _say_closed(report: Report, level: str, tally: Tally) -> None:
    report.findings += tally.findings
    told = f"{tally.outcomes['refused']} of {tally.tried} refused, naming {WALLS[level]!r}"
    report.say(f"level {level}: fails closed", told, goal="all", is_met=not tally.findings)
    report.numbers[level] = dict(tally.outcomes)
