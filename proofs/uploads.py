"""Mutated strategy files are checked behind walls: whatever they hold, who asked lives, and each ends in time."""

import argparse
import resource
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from proofs.report import Report, quantile
from proofs.sandboxing.mutants import mutants
from tradewright.adapters.sandbox.base import PREFIX
from tradewright.application.confined.check import check_strategy
from tradewright.application.shelf.checked import CheckedStrategy
from tradewright.bootstrap.confining import confinement
from tradewright.domain.timeframe import DAILY
from tradewright.ports.code import Source
from tradewright.ports.confinement import ConfinedLimits
from tradewright.trading.bars import Bars

MOST_RESIDENT: Final = 512 << 20
ENDING_S: Final = 1.0
"""What the end of a process and of its folder may take beyond its time."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=2.0, help="that the reading of each may take (2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=2)


def prove(asked: argparse.Namespace) -> int:
    """Check each."""
    report = Report("uploads", "G31 (sources), S17, S18")
    limits = ConfinedLimits(seconds=asked.seconds, memory_bytes=MOST_RESIDENT, answer_bytes=4 << 20)
    bars, place = market(), confinement()

    def checked(content: bytes) -> tuple[float, CheckedStrategy]:
        before = time.monotonic()
        found = check_strategy(Source(content), bars, confinement=place, limits=limits)
        return time.monotonic() - before, found

    codes, took = Counter[str](), list[float]()
    with ThreadPoolExecutor(asked.jobs) as pool:
        for seconds, found in pool.map(checked, mutants(asked.seed, asked.sources)):
            took.append(seconds)
            codes.update({one.code for one in found.findings} or {"nothing found"})
    left = [path.name for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*")]
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    late = sum(one > asked.seconds + ENDING_S for one in took)
    report.findings += [f"{one} was left" for one in left]
    report.say("sources", len(took), goal="10,000", is_met=len(took) >= 10_000)
    report.say("times the parent died", 0, goal="0")
    report.say(f"ended later than {asked.seconds:g} s and {ENDING_S:g} s for the end", late, goal="0", is_met=not late)
    report.say("time, p50 / p99 / longest", " / ".join(f"{quantile(took, one):.2f} s" for one in (0.5, 0.99, 1.0)))
    report.say("memory of the parent", f"{resident >> 20} MiB", goal="512 MiB", is_met=resident < MOST_RESIDENT)
    report.numbers |= {"codes": dict(codes.most_common()), "seed": asked.seed, "seconds": asked.seconds}
    return report.finish(is_kept=not asked.no_record)


def market(rows: int = 260) -> Bars:
    """A year of two instruments."""
    closes = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, (rows, 2)), axis=0))
    session = np.arange(15_000, 15_000 + rows, dtype=np.int32)
    return Bars(
        instruments=("AAA.XNYS", "BBB.XNYS"),
        timeframe=DAILY,
        time=(session.astype(np.int64) * 86_400 + 75_600) * 1_000_000_000,
        session=session,
        opens=closes,
        highs=closes * 1.01,
        lows=closes * 0.99,
        closes=closes,
        volumes=np.full((rows, 2), 1e6),
    )
