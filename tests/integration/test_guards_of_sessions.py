"""Traders are frozen and killed, and so is all that they stand on; entries go, protection stays, people are told."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import asked, run
from tests.integration.guard_tools import Seen
from tests.integration.trading_tools import project, waits

from tradewright.adapters.sessions.locks import holder_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with project(tmp_path_factory.mktemp("guarded")) as made:
        yield made


def is_gone(process: int) -> bool:
    """Also for one whose parent has not asked yet."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return True


def test_a_trader_that_is_killed_leaves_no_entry_and_learns_of_it_when_it_comes_back(folder: Path) -> None:
    seen = Seen(folder, "lost", "--speed", "4")
    entry, guard = seen.entry(), seen.guard
    seen.signal(signal.SIGKILL)
    began = time.monotonic()
    note = seen.noted("CLEARED")
    assert time.monotonic() - began < 8
    assert "1 canceled" in note["story"]
    assert [one["code"] for one in seen.notes()] == ["HEARTBEAT_LOST", "CLEARED"]
    waits(lambda: is_gone(guard))
    assert [one["code"] for one in seen.show()["guard"]] == ["HEARTBEAT_LOST", "CLEARED"], "also of one that is gone"

    asked("trade", "start", seen.session, "--resume", "--detach", folder=folder)
    view = waits(lambda: (found := seen.show())["counts"]["incidents"].get("GUARD_CLEARED") and found)
    assert view["counts"]["incidents"] == {"GUARD_HEARTBEAT_LOST": 1, "GUARD_CLEARED": 1}
    waits(lambda: entry not in seen.working())
    seen.stop()
    waits(lambda: holder_of(seen.place / "guard.lock") is None)


def test_a_frozen_trader_is_canceled_around_by_its_guard_alone_and_wakes_up_shut(folder: Path) -> None:
    seen = Seen(folder, "frozen", "--speed", "4")
    seen.entry()
    process = seen.process
    seen.signal(signal.SIGSTOP, process)
    kill = folder / ".tradewright" / "paper" / "accounts" / "frozen" / "kill"
    began = time.monotonic()
    kill.write_text('{"who": "Ada", "reason": "by hand", "when_ns": 1, "mode": "cancel"}', encoding="utf-8")
    seen.noted("CLEARED", within_s=3.0)
    assert time.monotonic() - began < 3
    seen.signal(signal.SIGCONT, process)
    waits(lambda: seen.ask("risk", "show")["state"] == "killed")
    refused = run("trade", "send", "BUY", "1", "SPY", "--session", seen.session, folder=folder)
    assert "trading is killed" in refused.stderr
    assert not seen.working()
    asked("risk", "release", "--account", "frozen", "--who", "Ada", "--confirm", "frozen", folder=folder)
    waits(lambda: seen.ask("risk", "show")["state"] == "active")
    seen.stop()


def test_everything_a_session_stands_on_is_shown_and_comes_back_by_itself(folder: Path) -> None:
    seen = Seen(folder, "parts", "--speed", "4")
    assert seen.components() == dict.fromkeys(("journal", "broker", "feed", "strategy", "risk", "disk", "guard"), "")
    guard = seen.guard
    seen.signal(signal.SIGKILL, guard)
    waits(lambda: "process is gone" in seen.components()["guard"])
    assert seen.ask("risk", "show")["state"] == "reduce_only"
    waits(lambda: not seen.components()["guard"] and seen.guard != guard, within_s=20)
    waits(lambda: seen.ask("risk", "show")["state"] == "active")

    cash, venue = seen.show()["portfolio"]["cash"], seen.venue
    seen.signal(signal.SIGKILL, venue)
    waits(lambda: seen.venue != venue and seen.show()["vitals"]["is_green"], within_s=30)
    log = (seen.place / "trader.log").read_text("utf-8")
    assert "component_failed broker" in log
    assert "component_recovered broker" in log
    assert not seen.components()["broker"]
    waits(lambda: seen.ask("risk", "show")["state"] == "active")
    assert seen.show()["portfolio"]["cash"].keys() == cash.keys()

    workers = [
        int(entry.parent.name) for entry in Path("/proc").glob("[0-9]*/cmdline") if _is_worker_of(entry, seen.process)
    ]
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    assert workers
    waits(lambda: seen.show()["strategy_life"] == "quarantined")
    assert seen.components()["strategy"]
    text = run("trade", "show", seen.session, folder=folder).stdout
    assert "failed: strategy (optional)" in text
    assert "ok: journal, broker, feed, risk, disk, guard" in text
    assert seen.ask("risk", "show")["state"] == "active", "orders by hand go on"
    seen.stop()


@pytest.mark.slow
def test_a_venue_that_falls_silent_stops_new_orders_until_it_speaks(folder: Path) -> None:
    seen = Seen(folder, "silent", "--speed", "4")
    venue = seen.venue
    seen.signal(signal.SIGSTOP, venue)
    waits(lambda: seen.components()["feed"].startswith("no slice for"), within_s=25)
    assert seen.ask("risk", "show")["state"] != "active"
    seen.signal(signal.SIGCONT, venue)
    waits(lambda: not seen.components()["feed"] and seen.ask("risk", "show")["state"] == "active", within_s=30)
    seen.stop()


@pytest.mark.slow
def test_a_kill_that_flattens_closes_what_a_frozen_trader_holds(folder: Path) -> None:
    seen = Seen(folder, "flat", "--speed", "4")
    seen.ask("trade", "send", "BUY", "5", "SPY")
    waits(lambda: seen.ask("trade", "positions")["positions"])
    process = seen.process
    seen.signal(signal.SIGSTOP, process)
    killed = asked("risk", "kill", "--account", "flat", "--mode", "flatten", "--who", "Ada", folder=folder)
    assert "its guard closes what is held" in killed["story"]
    seen.noted("FLAT", within_s=40)
    seen.signal(signal.SIGCONT, process)
    waits(lambda: seen.show()["counts"]["incidents"].get("GUARD_FLAT"))
    held = seen.ask("trade", "positions")["positions"]
    assert sum(float(one["quantity"]) for one in held) == 0
    seen.stop()


def test_one_instrument_is_killed_and_released_by_itself(folder: Path) -> None:
    seen = Seen(folder, "scoped", "--speed", "4")
    entry = seen.entry()
    killed = asked("risk", "kill", "--account", "scoped", "--symbol", "SPY", "--who", "Ada", folder=folder)
    assert not killed["is_killed"]
    waits(lambda: entry not in seen.working())
    shown = seen.ask("risk", "show")
    assert (shown["state"], shown["halts"]) == ("active", {"SPY.ARCX": "killed"})
    wish = ("risk", "release", "--account", "scoped", "--symbol", "SPY", "--who", "Ada", "--confirm", "scoped")
    asked(*wish, folder=folder)
    assert seen.ask("risk", "show")["halts"] == {}
    seen.stop()


def _is_worker_of(entry: Path, parent: int) -> bool:
    try:
        status = (entry.parent / "status").read_text("ascii")
        return b"strategy_worker" in entry.read_bytes() and f"PPid:\t{parent}\n" in status
    except OSError:
        return False
