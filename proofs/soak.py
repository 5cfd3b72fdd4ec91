"""Trading for long: in real time with 2,000 market events and 20 orders a second, or months of history at full speed.

Memory, open files, threads, tasks and the loop's lag are looked at all the time; at the end the books are the venue's.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from simulator.checker.journal import Written, whole

from proofs.folding import findings_of, folded
from proofs.report import Report, quantile
from proofs.soaking.live import LiveDesk
from proofs.soaking.months import soak_months
from proofs.soaking.vitals import Lag, Vital, look, slope
from tradewright.adapters.disk.disk import RealDisk

MIB = 1 << 20
WARM_UP = 0.2
"""Part of the time after which memory should stand still."""


def options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--minutes", type=float, default=15.0, help="in real time (15)")
    parser.add_argument("--events", type=float, default=2000.0, help="market events a second (2,000)")
    parser.add_argument("--orders", type=int, default=20, help="orders a second (20)")
    parser.add_argument("--reconnect-s", type=float, default=60.0, help="between two cuts of the connection (60)")
    parser.add_argument("--virtual-days", type=int, default=0, help="months of history instead, so many trading days")


def prove(asked: argparse.Namespace) -> int:
    """Soak."""
    folder = Path(tempfile.mkdtemp(prefix="proofs-soak-"))
    try:
        if asked.virtual_days:
            report = soak_months(folder, days=asked.virtual_days)
        else:
            report = asyncio.run(_soaked(folder, asked))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return report.finish(is_kept=not asked.no_record)


async def _soaked(folder: Path, asked: argparse.Namespace) -> Report:
    desk, lag, vitals = LiveDesk(RealDisk(folder), rate=asked.events, orders=asked.orders), Lag(), list[Vital]()
    running = asyncio.create_task(desk.session.run())
    tasks = [asyncio.create_task(lag.measure()), asyncio.create_task(desk.reconnect(every_s=asked.reconnect_s))]
    tasks.append(asyncio.create_task(desk.order()))
    began, until = time.monotonic(), time.monotonic() + 60 * asked.minutes
    while time.monotonic() < until and not running.done():
        await asyncio.sleep(min(5.0, asked.minutes * 2))
        vitals.append(look(began, orders=len(desk.core.state.orders)))
    for task in tasks:
        task.cancel()
    stopped_early = running.done()
    await _quiet(lambda: not desk.core.state.open)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return _told(desk, lag, vitals, asked=asked, folder=folder, stopped_early=stopped_early)


async def _quiet(is_quiet: Callable[[], bool]) -> None:
    """Wait until nothing is open, a little."""
    for _ in range(100):
        if is_quiet():
            return
        await asyncio.sleep(0.02)


def _told(
    desk: LiveDesk, lag: Lag, vitals: list[Vital], *, asked: argparse.Namespace, folder: Path, stopped_early: bool
) -> Report:
    report = Report("soak", "G25")
    settled = vitals[int(len(vitals) * WARM_UP) :]
    seconds = vitals[-1].at_s
    report.say("minutes", f"{seconds / 60:.1f}")
    report.say("market events, a second", f"{desk.feed.trades:,}, {desk.feed.trades / seconds:.0f}")
    fills = len(desk.core.state.executions)
    report.say("orders, executions", f"{vitals[-1].orders:,}, {fills:,}")
    _memory(report, settled)
    for name in ("files", "threads", "tasks"):
        found = {int(getattr(one, name)) for one in settled}
        report.say(f"{name}, least to most", f"{min(found)} to {max(found)}", goal="constant", is_met=len(found) <= 2)
    late = lag.found_ms[int(len(lag.found_ms) * WARM_UP) :]
    at_99, most = quantile(late, 0.99), max(late, default=0.0)
    report.say(
        "the loop's lag, ms, p99 / most", f"{at_99:.1f} / {most:.1f}", goal="10 / 100",
        is_met=at_99 <= 10 and most <= 100,
    )  # fmt: skip
    report.numbers = {
        "lag_p99_ms": at_99, "lag_max_ms": most, "events": desk.feed.trades, "orders": vitals[-1].orders,
        "refused": {story[:120]: n for (is_done, story), n in desk.answers.items() if not is_done},
        "resident": [one.resident_bytes for one in vitals], "alerts": dict(Counter(one.code for one in desk.alerts)),
    }  # fmt: skip
    if stopped_early:
        report.findings.append("the session ended before the soak did")
    if desk.feed.refused:
        report.findings.append(f"{desk.feed.refused} market events found no room")
    records = whole({one.name: one.read_bytes() for one in (folder / "journal").iterdir()})
    refusals = Counter(
        one["control"] for record in records if record.kind == "OrderRefused" for one in record.fields["by"]
    )
    report.numbers["refused_by"] = dict(refusals)
    report.findings += books_differ(records, desk)
    return report


def _memory(report: Report, settled: list[Vital]) -> None:
    first, last = settled[0], settled[-1]
    growth = last.resident_bytes - first.resident_bytes
    share = growth / first.resident_bytes
    report.say(
        "memory after warm-up grows by", f"{growth / MIB:.1f} MiB of {first.resident_bytes / MIB:.0f}, {share:.1%}",
        goal="2% and 5 MiB", is_met=growth < 5 * MIB and share < 0.02,
    )  # fmt: skip
    by_order = slope([(float(one.orders), float(one.resident_bytes)) for one in settled])
    report.say("... for each order that was sent, KiB", f"{by_order / 1024:.2f}")


def books_differ(records: list[Written], desk: LiveDesk) -> list[str]:
    """The journal's books beside the venue's, by arithmetic that is not the engine's."""
    fold, venue = folded(records), desk.exchange.venue
    found = findings_of(fold)
    if fold.net() != dict(venue.positions()) or fold.cash.get("USD") != venue.cash:
        found.append(f"books {fold.net()} {fold.cash}, venue {dict(venue.positions())} {venue.cash}")
    return found[:20]
