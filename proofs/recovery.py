"""How long a restart takes: a journal of 100,000 records, 200 orders that work, a venue 20 ms away.

Each restart is a process of its own on the real disk: once with the whole journal to be replayed, once from a snapshot.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from proofs.desk.desk import Desk
from proofs.recovering.books import LongBooks
from proofs.recovering.restart import KnownAtVenue
from proofs.report import Report, quantile
from tradewright.adapters.disk.disk import RealDisk
from tradewright.engine.session.books import Books, Places

REPLAY_S = 2.0
GREEN_S = 5.0


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--open-orders", type=int, default=200)
    parser.add_argument("--restarts", type=int, default=30)


def prove(asked: argparse.Namespace) -> int:
    """Write the books once, restart often."""
    folder = Path(tempfile.mkdtemp(prefix="proofs-recovery-"))
    try:
        write_books(folder, records=asked.records, open_orders=asked.open_orders)
        whole = [restarted(folder) for _ in range(asked.restarts)]
        snapshot(folder)
        short = [restarted(folder) for _ in range(asked.restarts)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return told(whole, short, asked).finish(is_kept=not asked.no_record)


def write_books(folder: Path, *, records: int, open_orders: int) -> None:
    """The session's folders, and beside them what the venue knows."""
    desk = Desk()
    long = LongBooks(desk, records=records, open_orders=open_orders)
    long.write(Books.open(_places(folder), opened_ns=1))
    known = KnownAtVenue(fills=long.fills, working=long.working, cash=long.cash)
    (folder / "venue.json").write_bytes(msgspec.json.encode(known))


def snapshot(folder: Path) -> None:
    """Keep the state as a quiet moment of the session would have."""
    books = Books.open(_places(folder), opened_ns=2)
    books.snapshot()
    books.close()


def restarted(folder: Path) -> dict[str, Any]:
    """One restart; what it measured."""
    done = subprocess.run(
        [sys.executable, "-m", "proofs.recovering.restart", str(folder)], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _places(folder: Path) -> Places:
    return Places(**{name: RealDisk(folder / name) for name in ("account", "journal", "session")})


def told(whole: list[dict[str, Any]], short: list[dict[str, Any]], asked: argparse.Namespace) -> Report:
    """As a report."""
    report = Report("recovery", "G13")
    report.say("records, orders that work", f"{whole[0]['records']:,}, {whole[0]['open_orders']}")
    report.say("restarts of each kind", len(whole))
    for name, found in (("whole journal", whole), ("from a snapshot", short)):
        opened, green = ([float(one[key]) for one in found] for key in ("opened_s", "green_s"))
        report.say(f"{name}: records replayed", f"{found[-1]['replayed']:,}")
        at_95 = quantile(opened, 0.95)
        report.say(
            f"{name}: books open, s, p50 / p95", f"{quantile(opened, 0.5):.2f} / {at_95:.2f}", goal=f"{REPLAY_S:g}",
            is_met=quantile(opened, 0.5) <= REPLAY_S,
        )  # fmt: skip
        cpu = quantile([float(one["opened_cpu_s"]) for one in found], 0.5)
        report.say(f"{name}: ... of that the processor worked, s, p50", f"{cpu:.2f}")
        at_95 = quantile(green, 0.95)
        report.say(
            f"{name}: orders may be sent, s, p50 / p95", f"{quantile(green, 0.5):.2f} / {at_95:.2f}",
            goal=f"{GREEN_S:g} at p95", is_met=at_95 <= GREEN_S,
        )  # fmt: skip
        report.numbers[name] = {"opened_s": opened, "green_s": green}
    for one in (*whole, *short):
        if not one["is_green"] or one["frozen"] or one["surprises"]:
            report.findings.append(f"a restart did not come to trade: {one}")
    report.numbers["records"] = asked.records
    return report
