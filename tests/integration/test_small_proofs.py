"""A slice of each proof, small enough for every day; `python -m proofs` runs them whole."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from proofs.calendars import compared
from proofs.desk.desk import QUICK
from proofs.nth import Failing
from proofs.recovery import restarted, snapshot, write_books
from proofs.soak import books_differ
from proofs.soaking.live import LiveDesk
from proofs.soaking.months import soak_months
from proofs.torture import Torture, true_books
from simulator.checker.journal import Written, whole

from tradewright.adapters.disk.disk import RealDisk
from tradewright.domain.calendars import days_from_date

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="trading is for Linux and macOS")


@pytest.mark.slow
@pytest.mark.parametrize("more", [("--seed", "3"), ("--seed", "4", "--recovery-depth", "2")])
def test_killed_traders_come_to_the_books_of_one_that_was_not(more: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "proofs", "crash", "--kills", "4", "-j", "1", "--bars", "40", "--no-record", *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_damaged_books_are_refused_or_cut_and_never_believed() -> None:
    torture = Torture(true_books(), seed=2)
    torture.cut_everywhere(40)
    torture.flip(120)
    assert not torture.found.findings
    assert torture.found.cases == 200
    assert any("refused" in name for name in torture.found.outcomes)
    assert any("cut and told" in name for name in torture.found.outcomes)


def test_a_torture_that_believes_anything_is_noticed() -> None:
    torture = Torture(true_books(), seed=2)
    torture.truth.records.pop(3)
    torture.flip(40)
    assert torture.found.findings


@pytest.mark.slow
def test_a_session_survives_a_failure_at_some_disk_operations() -> None:
    failing = Failing(orders=20)
    failing.all(first=3, every=11)
    assert not failing.findings
    assert failing.cases > 20


def test_a_restart_of_long_books_comes_to_trade(tmp_path: Path) -> None:
    write_books(tmp_path, records=3_000, open_orders=20)
    for replayed in (3_000, 0):
        found = restarted(tmp_path)
        assert found["is_green"]
        assert found["open_orders"] == 20
        assert not found["frozen"]
        assert abs(int(found["replayed"]) - replayed) < 200
        snapshot(tmp_path)


@pytest.mark.slow
def test_weeks_of_history_end_with_the_venues_books(tmp_path: Path) -> None:
    report = soak_months(tmp_path, days=12, rules=replace(QUICK, keeps_orders=100, keeps_days=2))
    assert not report.findings
    assert any(line.what == "splits booked" and line.found != "0" for line in report.lines)
    assert int(str(report.numbers["dropped"])) > 1_000


def written(folder: Path) -> list[Written]:
    """The journal, read without the code that wrote it."""
    return whole({one.name: one.read_bytes() for one in (folder / "journal").iterdir()})


@pytest.mark.slow
def test_a_live_market_and_a_lost_connection_leave_the_venues_books(tmp_path: Path) -> None:
    async def soaked() -> LiveDesk:
        desk = LiveDesk(RealDisk(tmp_path), rate=500.0, orders=20)
        running = asyncio.create_task(desk.session.run())
        tasks = [asyncio.create_task(desk.order()), asyncio.create_task(desk.reconnect(every_s=2.5))]
        await asyncio.sleep(5)
        async with asyncio.timeout(PATIENCE_S):
            while not desk.core.state.executions or desk.venue.sink is None:
                await asyncio.sleep(0.02)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(PATIENCE_S):
            while books_differ(written(tmp_path), desk):
                await asyncio.sleep(0.1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return desk

    desk = asyncio.run(soaked())
    assert books_differ(written(tmp_path), desk) == []
    assert desk.core.state.executions
    assert not desk.feed.refused


@pytest.mark.parametrize("venue", ["XNYS", "XLON", "XHKG", "XASX"])
def test_trading_minutes_of_a_quarter_are_those_of_the_library(venue: str) -> None:
    first = days_from_date(date(2024, 10, 1))
    found = compared(venue, first=first, last=first + 91)
    assert not found.differences
    assert found.sessions > 58
