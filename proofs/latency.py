"""From a market event to the bytes of its order: calm (50 orders a second), in a burst, and how many a second last.

The core is the product's with the shipped limits and a real journal on this disk; strategy and venue are the least
there can be (as in the benchmarks, P9). Beside it stands the bare disk: one write and one sync of as many bytes.
"""

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.workloads.live_path import BareDisk, Path9

from proofs.report import Report, quantile
from tradewright.engine.session.metrics import Histogram

BURST = 5
"""Orders of one slice in a burst."""
WIDE = 20
"""Orders of one slice in a flood."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--orders", type=int, default=1500, help="orders at a calm pace (1,500: 30 seconds)")
    parser.add_argument("--rate", type=float, default=50.0, help="orders a second when it is calm (50)")
    parser.add_argument("--burst-seconds", type=float, default=60.0, help="how long ten times the rate lasts (60)")
    parser.add_argument("--flood", type=int, default=6000, help="orders as fast as they go (6,000)")


@dataclass(slots=True)
class Paced:
    """Orders at a pace."""

    to_wire_ms: list[float] = field(default_factory=list)
    committed_ms: list[float] = field(default_factory=list)
    orders: int = 0
    seconds: float = 0.0
    behind_s: float = 0.0
    """How late the last slice was given."""
    unfilled: int = 0


def prove(asked: argparse.Namespace) -> int:
    """Calm, burst, flood, and the bare disk."""
    folder = Path(tempfile.mkdtemp(prefix="proofs-latency-"))
    try:
        disk_ms = bare(folder)
        calm = paced(folder, instruments=1, slices=asked.orders, every_s=1 / asked.rate)
        burst_every_s = BURST / (10 * asked.rate)
        burst = paced(folder, instruments=BURST, slices=int(asked.burst_seconds / burst_every_s), every_s=burst_every_s)
        flood = paced(folder, instruments=WIDE, slices=asked.flood // WIDE, every_s=0.0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return told(disk_ms, calm, burst, flood).finish(is_kept=not asked.no_record)


def bare(folder: Path) -> list[float]:
    """One write and one sync, a thousand times."""
    disk, found = BareDisk(folder), []
    for _ in range(400):
        began = time.perf_counter()
        disk.write()
        found.append((time.perf_counter() - began) * 1e3)
    disk.close()
    return found


def paced(folder: Path, *, instruments: int, slices: int, every_s: float) -> Paced:
    """So many slices at a pace; each brings an order in every instrument."""
    path, found = Path9(folder, instruments=instruments), Paced()
    metrics = path.session.metrics
    for histogram in (metrics.to_wire, metrics.commit):
        histogram.__init__()  # type: ignore[misc]  # forget the warm-up
    before, began = path.venue.orders, time.perf_counter()
    for number in range(slices):
        due = began + number * every_s
        while time.perf_counter() < due:
            path.turn()
        found.behind_s = max(found.behind_s, time.perf_counter() - due) if every_s else 0.0
        path.feed.next()
        while path.feed.acknowledged < path.feed.given:
            path.turn()
    path.settle()
    found.seconds = time.perf_counter() - began
    found.orders = path.venue.orders - before
    found.unfilled = len(path.session.core.state.open)
    found.to_wire_ms = _quantiles(metrics.to_wire)
    found.committed_ms = _quantiles(metrics.commit)
    path.close()
    return found


def _quantiles(histogram: Histogram) -> list[float]:
    return [histogram.quantile(share) / 1e6 for share in (0.5, 0.99)]


def told(disk_ms: list[float], calm: Paced, burst: Paced, flood: Paced) -> Report:
    """As a report."""
    report = Report("latency", "G14, G27, P9")
    report.say("bare write and sync, ms, p50 / p99", f"{quantile(disk_ms, 0.5):.2f} / {quantile(disk_ms, 0.99):.2f}")
    for name, one in (("calm", calm), ("burst", burst)):
        rate = one.orders / one.seconds
        report.say(f"{name}: orders, a second", f"{one.orders}, {rate:.0f}")
        report.say(f"{name}: made durable, ms, p50 / p99", "{:.2f} / {:.2f}".format(*one.committed_ms))
    report.say(
        "calm: event to bytes sent, ms, p50 / p99", "{:.2f} / {:.2f}".format(*calm.to_wire_ms), goal="5 / 15",
        is_met=calm.to_wire_ms[0] <= 5 and calm.to_wire_ms[1] <= 15,
    )  # fmt: skip
    report.say(
        "burst: event to bytes sent, ms, p50 / p99", "{:.2f} / {:.2f}".format(*burst.to_wire_ms),
        goal=f"p99 at most {3 * calm.to_wire_ms[1]:.1f}", is_met=burst.to_wire_ms[1] <= 3 * calm.to_wire_ms[1],
    )  # fmt: skip
    report.say("burst: orders left without an answer", burst.unfilled, goal="0", is_met=not burst.unfilled)
    sustained = flood.orders / flood.seconds
    report.say("flood: orders a second by group commit", f"{sustained:.0f}", goal="1,000", is_met=sustained >= 1000)
    report.numbers = {
        "calm_ms": calm.to_wire_ms, "burst_ms": burst.to_wire_ms, "sustained": sustained, "burst_orders": burst.orders,
        "burst_seconds": burst.seconds, "burst_behind_s": burst.behind_s, "bare_p50_ms": quantile(disk_ms, 0.5),
    }  # fmt: skip
    return report
