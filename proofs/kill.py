"""How fast and how surely trading stops: in the process, at three venues, with a frozen trader, and until people know.

Goals: G21 (gate shut within 1 ms of the call, p99), G22 (200 orders at 3 venues 20 ms away: cancels on the wire within
250 ms, proven within 5 s, always), G23 (a frozen trader or a blocked loop: within 3 s of a kill, within 8 s of a lost
heart-beat), G24 (breach to alert within 2 s). The machine should be quiet: numbers are kept with its load.
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from proofs.killing.alerts import breached_again_and_again
from proofs.killing.gate import killed_again_and_again
from proofs.killing.traders import frozen_again_and_again
from proofs.killing.venues import cleared_again_and_again
from proofs.report import Report, quantile

ROOT = Path(__file__).resolve().parents[1]


def options(parser: argparse.ArgumentParser) -> None:
    """How often; without a number what takes about three minutes."""
    parser.add_argument("--trials", type=int, default=1000, help="G21: kills in the process (1000)")
    parser.add_argument(
        "--venue-trials", type=int, default=40, help="G22: clearings of three venues (40; the goal: 500)"
    )
    parser.add_argument("--orders", type=int, default=200, help="G22: working orders (200)")
    parser.add_argument("--frozen", type=int, default=6, help="G23: kills of a frozen trader (6; the goal: 100)")
    parser.add_argument("--lost", type=int, default=3, help="G23: lost heart-beats (3; the goal: 100)")
    parser.add_argument("--blocked", type=int, default=2, help="G23: kills with a blocked loop (2; the goal: 100)")
    parser.add_argument("--breaches", type=int, default=200, help="G24: broken limits (200; the goal: 1000)")


def prove(asked: argparse.Namespace) -> int:
    """All four, one after the other."""
    os.environ["PYTHONPATH"] = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
    report = Report("kill", "G21-G24")
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        folder = Path(name)
        if asked.trials:
            _gate(report, folder / "gate", asked.trials)
        if asked.venue_trials:
            _venues(report, folder / "venues", asked.venue_trials, orders=asked.orders)
        if asked.frozen or asked.lost or asked.blocked:
            _traders(report, folder / "traders", asked)
        if asked.breaches:
            _alerts(report, folder / "alerts", asked.breaches)
    return report.finish(is_kept=not asked.no_record)


def _gate(report: Report, folder: Path, trials: int) -> None:
    found = asyncio.run(killed_again_and_again(folder, trials))
    worst = quantile(found.gate_ms, 0.99)
    report.say(f"G21 gate shut, p99 of {trials}", f"{worst:.4f} ms", goal="1 ms", is_met=worst <= 1)
    report.say("G21 orders after a kill", found.leaked, goal="0", is_met=not found.leaked)
    report.numbers["G21"] = _told(found.gate_ms, unit="ms") | {
        "leaked": found.leaked,
        "handed": found.handed,
        "core": _told(found.core_ms, unit="ms"),
    }


def _venues(report: Report, folder: Path, trials: int, *, orders: int) -> None:
    folder.mkdir()
    found = asyncio.run(cleared_again_and_again(folder, trials, orders=orders))
    wire, proven = quantile(found.wire_ms, 0.99), max(found.proven_ms)
    report.say(f"G22 cancels on the wire, p99 of {trials}", f"{wire:.1f} ms", goal="250 ms", is_met=wire <= 250)
    report.say("G22 proven, worst", f"{proven:.0f} ms", goal="5000 ms", is_met=proven <= 5000 and not found.unproven)
    report.say("G22 orders left, by another's question", found.left, goal="0", is_met=not found.left)
    report.numbers["G22"] = {
        "orders": orders,
        "wire": _told(found.wire_ms, unit="ms"),
        "proven": _told(found.proven_ms, unit="ms"),
        "unproven": found.unproven,
        "left": found.left,
    }


def _traders(report: Report, folder: Path, asked: argparse.Namespace) -> None:
    found = frozen_again_and_again(folder, kills=asked.frozen, losses=asked.lost, blocks=asked.blocked)
    for name, values, goal in (
        ("killed while frozen", found.kill_s, 3.0),
        ("killed while its loop is blocked", found.blocked_s, 3.0),
        ("heart-beat lost", found.lost_s, 8.0),
    ):
        if values:
            what = f"G23 {name}, worst of {len(values)}"
            report.say(what, f"{max(values):.2f} s", goal=f"{goal:g} s", is_met=max(values) <= goal)
    report.say("G23 orders of a killed trader that woke up", found.leaked, goal="0", is_met=not found.leaked)
    report.say("G23 entries left", found.left, goal="0", is_met=not found.left)
    report.numbers["G23"] = {
        "killed": _told(found.kill_s, unit="s"),
        "blocked": _told(found.blocked_s, unit="s"),
        "lost": _told(found.lost_s, unit="s"),
        "leaked": found.leaked,
        "left": found.left,
    }


def _alerts(report: Report, folder: Path, trials: int) -> None:
    took = asyncio.run(breached_again_and_again(folder, trials))
    worst = quantile(took, 0.99)
    report.say(f"G24 breach to alert, p99 of {trials}", f"{worst:.1f} ms", goal="2000 ms", is_met=worst <= 2000)
    report.numbers["G24"] = _told(took, unit="ms")


def _told(values: list[float], *, unit: str) -> dict[str, object]:
    return (
        {
            "count": len(values),
            "unit": unit,
            "p50": round(quantile(values, 0.5), 4),
            "p99": round(quantile(values, 0.99), 4),
            "worst": round(max(values), 4),
        }
        if values
        else {"count": 0}
    )
