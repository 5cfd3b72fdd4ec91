"""Traders are frozen and killed, and so is all that they stand on; entries go, protection stays, people are told."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import asked, run
from tests.integration.guard_tools import Seen
from tests.integration.trading_tools import end_processes, project, waits

from tradewright.adapters.sessions.locks import holder_of

PARTS = ("journal", "broker", "feed", "strategy", "risk", "disk", "guard")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with project(tmp_path_factory.mktemp("guarded")) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_runs_on(folder: Path) -> Iterator[None]:
    """A test that fails, or an idle venue, takes nothing from the next."""
    yield
    end_processes(folder, but="bootstrap.projector")  # which ends by itself, once the tables are written


def is_gone(process: int) -> bool:
    """Also for one whose parent has not asked yet."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return True


@pytest.mark.slow
def test_a_trader_that_is_killed_leaves_no_entry_and_learns_of_it_when_it_comes_back(folder: Path) -> None:
    seen = Seen(folder, "lost", "--speed", "4")
    entry, guard = seen.entry(), seen.guard
    seen.signal(signal.SIGKILL)
    note = seen.noted("CLEARED")
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
    kill.write_text('{"who": "Ada", "reason": "by hand", "when_ns": 1, "mode": "cancel"}', encoding="utf-8")
    note = seen.noted("CLEARED")
    assert "killed by Ada" in note["story"]
    assert "\nState:\tT" in Path(f"/proc/{process}/status").read_text("ascii"), "the trader has done nothing"
    seen.signal(signal.SIGCONT, process)
    waits(lambda: seen.ask("risk", "show")["state"] == "killed")
    refused = run("trade", "send", "BUY", "1", "SPY", "--session", seen.session, folder=folder)
    assert "trading is killed" in refused.stderr
    waits(lambda: not seen.working())
    asked("risk", "release", "--account", "frozen", "--who", "Ada", "--confirm", "frozen", folder=folder)
    seen.until_active()
    seen.stop()


@pytest.mark.slow
def test_everything_a_session_stands_on_is_shown_and_comes_back_by_itself(folder: Path) -> None:
    seen = Seen(folder, "parts", "--speed", "4")
    waits(lambda: seen.components() == dict.fromkeys(PARTS, ""))
    guard = seen.guard
    seen.signal(signal.SIGKILL, guard)
    waits(lambda: "component_failed guard: its process is gone" in seen.log())
    waits(lambda: any("guard failed: its process is gone" in reason for reason in shut_because(seen)))
    waits(lambda: not seen.components()["guard"] and seen.guard != guard)
    seen.until_active()

    cash, venue = seen.show()["portfolio"]["cash"], seen.venue
    seen.signal(signal.SIGKILL, venue)
    waits(lambda: seen.venue != venue and seen.show()["vitals"]["is_green"])
    waits(lambda: "component_recovered broker" in seen.log())
    assert "component_failed broker" in seen.log()
    waits(lambda: not seen.components()["broker"])
    seen.until_active()
    assert seen.show()["portfolio"]["cash"].keys() == cash.keys()

    workers = [
        int(entry.parent.name) for entry in Path("/proc").glob("[0-9]*/cmdline") if _is_worker_of(entry, seen.process)
    ]
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    assert workers
    waits(lambda: seen.show()["strategy_life"] == "quarantined")
    assert seen.components()["strategy"]
    waits(lambda: "ok: journal, broker, feed, risk, disk, guard" in seen_by_a_person(seen))
    assert "failed: strategy (optional)" in seen_by_a_person(seen)
    seen.until_active()  # orders by hand go on
    seen.stop()


@pytest.mark.slow
def test_a_venue_that_falls_silent_stops_new_orders_until_it_speaks(folder: Path) -> None:
    seen = Seen(folder, "silent", "--speed", "4")
    venue = seen.venue
    seen.signal(signal.SIGSTOP, venue)
    waits(lambda: seen.components()["feed"].startswith("no slice for"))
    waits(lambda: seen.ask("risk", "show")["state"] != "active")
    seen.signal(signal.SIGCONT, venue)
    waits(lambda: not seen.components()["feed"] and seen.ask("risk", "show")["state"] == "active")
    seen.stop()


@pytest.mark.slow
def test_a_kill_that_flattens_closes_what_a_frozen_trader_holds(folder: Path) -> None:
    seen = Seen(folder, "flat", "--speed", "4")
    seen.send("BUY", "5", "SPY", lives=("filled",))
    waits(lambda: seen.ask("trade", "positions")["positions"])
    process = seen.process
    seen.signal(signal.SIGSTOP, process)
    killed = asked("risk", "kill", "--account", "flat", "--mode", "flatten", "--who", "Ada", folder=folder)
    assert "its guard closes what is held" in killed["story"]
    seen.noted("FLAT")
    seen.signal(signal.SIGCONT, process)
    waits(lambda: seen.show()["counts"]["incidents"].get("GUARD_FLAT"))
    held = seen.ask("trade", "positions")["positions"]
    assert sum(float(one["quantity"]) for one in held) == 0
    seen.stop()


@pytest.mark.slow
def test_one_instrument_is_killed_and_released_by_itself(folder: Path) -> None:
    seen = Seen(folder, "scoped", "--speed", "4")
    entry = seen.entry()
    killed = asked("risk", "kill", "--account", "scoped", "--symbol", "SPY", "--who", "Ada", folder=folder)
    assert not killed["is_killed"]
    waits(lambda: entry not in seen.working())
    assert seen.ask("risk", "show")["halts"] == {"SPY.ARCX": "killed"}
    seen.until_active()  # as a whole
    wish = ("risk", "release", "--account", "scoped", "--symbol", "SPY", "--who", "Ada", "--confirm", "scoped")
    asked(*wish, folder=folder)
    assert seen.ask("risk", "show")["halts"] == {}
    seen.stop()


def shut_because(seen: Seen) -> list[str]:
    """Every reason for which trading was ever shut or opened."""
    found = seen.ask("trade", "journal", "--kind", "TradingStateChanged", "--limit", "500")["facts"]
    return [str(one["fields"]["reason"]) for one in found]


def seen_by_a_person(seen: Seen) -> str:
    return run("trade", "show", seen.session, folder=seen.folder).stdout


def _is_worker_of(entry: Path, parent: int) -> bool:
    try:
        status = (entry.parent / "status").read_text("ascii")
        return b"strategy_worker" in entry.read_bytes() and f"PPid:\t{parent}\n" in status
    except OSError:
        return False
