"""Trading sessions as a person has them: two terminals, several processes, kills and resumptions."""

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import COMMAND, asked, run, run_process
from tests.integration.trading_tools import (
    LAST,
    PATIENCE_S,
    QUICK,
    end_processes,
    killed_while_it_traded,
    line_of,
    process_of,
    project,
    sent,
    started,
    waits,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with project(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_runs_on(folder: Path) -> Iterator[None]:
    """A test that fails, or an idle venue, takes nothing from the next."""
    yield
    end_processes(folder, but="bootstrap.projector")  # which ends by itself, once the tables are written


def ended(folder: Path, session: str) -> dict[str, Any] | None:
    line = line_of(folder, session)
    return line if line["life"] == "stopped" else None


def has_begun(folder: Path, account: str) -> bool:
    found = asked("trade", "list", "--running", folder=folder)["sessions"]
    names = [one["session"] for one in found if one["account"] == account]
    done = run("trade", "show", names[0], "--json", folder=folder) if names else None
    return done is not None and done.returncode == 0 and bool(json.loads(done.stdout)["vitals"]["is_green"])


def is_open(shown: dict[str, Any]) -> bool:
    """Whether another share could be bought."""
    return bool(shown["state"] == "active" and shown["is_allowed"])


def net(folder: Path) -> Decimal:
    """Quantity of the account, whoever holds it."""
    found = asked("trade", "positions", folder=folder)["positions"]
    return sum((Decimal(one["quantity"]) for one in found), Decimal(0))


def test_a_session_trades_its_history_and_reports_what_came_of_it(folder: Path) -> None:
    view = asked("trade", "start", "moving_average", *QUICK, "--to", LAST, "--account", "whole", folder=folder)
    session = view["line"]["session"]
    assert view["line"]["life"] == "stopped"
    assert view["counts"]["fills"] > 5
    book = view["portfolio"]
    value = sum((Decimal(one["market_value"]) for one in view["positions"]), Decimal(0))
    assert Decimal(book["equity"]) == Decimal(book["cash"]["USD"]) + value
    result = book["strategies"][0]
    assert Decimal(book["equity"]) - 100_000 == Decimal(result["net"])

    text = run("trade", "show", session, folder=folder).stdout
    assert "refused by" in text
    assert "sizes bound by" in text
    check = asked("trade", "journal", "--session", session, "--verify", folder=folder)
    assert check["is_sound"]
    assert check["digest"]

    fills = asked("trade", "journal", "--session", session, "--kind", "orderfilled", "--limit", "3", folder=folder)
    assert [one["kind"] for one in fills["facts"]] == ["OrderFilled"] * 3
    assert fills["has_more"]
    order = asked("trade", "orders", "--session", session, "--state", "filled", folder=folder)["orders"][0]
    trace = asked("trade", "order", order["order"][:12], "--session", session, folder=folder)
    kinds = [one["kind"] for one in trace["facts"]]
    assert kinds[:3] == ["StrategyProposed", "OrderIntended", "OrderHandedOver"]
    assert kinds[-1] == "OrderFilled"
    caused = asked("trade", "journal", "--session", session, "--correlation", order["correlation_id"], folder=folder)
    assert {one["kind"] for one in caused["facts"]} >= {"OrderIntended", "OrderFilled"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("trade list", "whole"),
        ("trade show", "P&L moving_average"),
        ("trade orders --limit 3", "SPY.ARCX"),
        ("trade orders --open", ""),
        ("trade positions --flat", "moving_average"),
        ("trade portfolio", "drawdown"),
        ("trade journal --limit 5", "SessionStarted"),
        ("trade journal --limit 1", "SessionOpened"),
        ("trade journal --verify", "sound"),
        ("trade journal --rebuild", "1 sessions"),
        ("risk limits", "order_notional"),
        ("risk limits --account whole --strategy moving_average", "account whole, strategy moving_average"),
        ("risk state --account whole", "open"),
        ("broker list", "simulated"),
        ("broker test paper --account whole", "USD"),
        ("broker connect paper --account whole", "connected"),
    ],
)
def test_every_view_can_be_read_by_a_person(folder: Path, arguments: str, told: str) -> None:
    done = run(*arguments.split(), folder=folder)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout


def test_an_order_is_told_to_a_person_from_its_wish_on(folder: Path) -> None:
    order = asked("trade", "orders", "--limit", "1", folder=folder)["orders"][0]["order"]
    told = run("trade", "order", order, folder=folder).stdout
    assert told.index("StrategyProposed") < told.index("OrderIntended") < told.index("OrderFilled")


def test_the_tables_say_what_the_journal_says_and_can_be_made_anew(folder: Path) -> None:
    session = asked("trade", "list", folder=folder)["sessions"][0]["session"]
    path = folder / ".tradewright" / "paper" / "tables.sqlite"

    def counted() -> list[tuple[int, int]]:
        with sqlite3.connect(path) as tables:
            names = ("journal", "fills", "orders")
            return [
                tables.execute(f"SELECT count(*), count(DISTINCT session) FROM {name}").fetchone() for name in names
            ]

    records = asked("trade", "journal", "--session", session, "--verify", folder=folder)["records"]
    waits(lambda: path.exists() and counted()[0][0] == records)
    before = counted()
    assert asked("trade", "journal", "--rebuild", folder=folder)["facts"] == records
    assert counted() == before


def test_a_second_terminal_watches_and_commands_a_session(folder: Path) -> None:
    session = started(folder, "two", "--speed", "4")
    process = process_of(folder, session)
    view = waits(lambda: (found := asked("trade", "show", folder=folder))["vitals"]["is_green"] and found)
    assert view["line"]["session"] == session
    again = run("trade", "start", "moving_average", *QUICK, "--account", "two", folder=folder)
    assert again.returncode == 2
    assert f"process {process}" in again.stderr

    paused = asked("trade", "pause", "--reason", "lunch", folder=folder)
    assert paused["story"] == "the strategy is paused"
    assert asked("trade", "show", folder=folder)["strategy_life"] == "paused"
    size = asked("risk", "size", "SPY", "--method", "fixed_quantity=5", folder=folder)
    assert size["bound"] == "fixed_quantity"
    limit = str(round(float(size["entry"]) * 0.9, 2))
    wish = ("BUY", "5", "SPY", "--limit", limit, "--time-in-force", "gtc")
    name = sent(*wish, folder=folder, session=session, lives=("working",))
    order = asked("trade", "orders", "--open", "--state", "working", folder=folder)["orders"][0]
    assert (order["order"], order["strategy"], order["quantity"]) == (name, "operator", "5")
    lower = str(round(float(size["entry"]) * 0.85, 2))
    asked("trade", "change", name, "--limit", lower, folder=folder)
    waits(lambda: asked("trade", "orders", "--open", folder=folder)["orders"][0]["limit_price"] == lower)
    asked("trade", "cancel", name, folder=folder)
    waits(lambda: asked("trade", "orders", "--state", "canceled", folder=folder)["orders"])

    refused = run("trade", "send", "BUY", "100000", "SPY", folder=folder)
    assert refused.returncode == 2
    assert "order_notional" in refused.stderr
    sent("BUY", "5", "SPY", folder=folder, session=session, lives=("filled",))
    held = waits(lambda: asked("trade", "positions", folder=folder)["positions"])
    assert {one["strategy"] for one in held} >= {"operator"}
    asked("trade", "close", "--all", folder=folder)
    waits(lambda: not net(folder))
    waits(lambda: is_open(asked("risk", "show", folder=folder)))
    assert asked("trade", "resume", folder=folder)["is_done"]

    for arguments, told in (
        ("trade show", "books agree"),
        ("risk show", "order_notional"),
        ("risk size SPY --method risk_part=0.01 --method fixed_part=0.02 --stop 50", "bound by"),
        ("trade orders", "canceled"),
    ):
        assert told in run(*arguments.split(), folder=folder).stdout
    asked("trade", "stop", folder=folder)
    over = waits(lambda: ended(folder, session))
    assert "owner" in over["end"]


def test_a_session_that_is_killed_goes_on_where_it_stood(folder: Path) -> None:
    paces = ("40", "20", "10", "5", "2")
    session = killed_while_it_traded(folder, paces, "moving_average", *QUICK, "--to", "2015-12")
    before = asked("trade", "show", session, folder=folder)["counts"]["slices"]
    refused = run("trade", "pause", session, folder=folder)
    assert refused.returncode == 1
    assert "--resume" in refused.stderr

    done = run_process("trade", "start", session, "--resume", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    view = json.loads(done.stdout)
    assert view["line"]["life"] == "stopped"
    assert view["counts"]["slices"] > before
    of_its_own = [code for code in view["counts"]["incidents"] if not code.startswith("GUARD_")]
    assert not of_its_own, "a resumption after five seconds finds that the guard has canceled, which is told"
    assert asked("trade", "journal", "--session", session, "--verify", folder=folder)["epoch"] == 2


def test_the_kill_switch_works_while_the_trader_is_frozen(folder: Path) -> None:
    session = started(folder, "four", "--speed", "4")
    waits(lambda: asked("trade", "show", folder=folder)["vitals"]["is_green"])
    process = process_of(folder, session)
    os.kill(process, signal.SIGSTOP)
    killed = asked("risk", "kill", "--account", "four", "--who", "Ada", "--reason", "frozen", folder=folder)
    assert killed["is_killed"]
    assert "by a connection of its own" in killed["story"]
    os.kill(process, signal.SIGCONT)
    waits(lambda: asked("risk", "show", folder=folder)["state"] == "killed")
    refused = run("trade", "send", "BUY", "1", "SPY", folder=folder)
    assert "trading_state" in refused.stderr

    wrong = run("risk", "release", "--account", "four", "--who", "Ada", "--confirm", "yes", folder=folder)
    assert wrong.returncode == 2
    nobody = run("risk", "release", "--account", "four", "--confirm", "four", folder=folder)
    assert nobody.returncode == 2
    opened = asked("risk", "release", "--account", "four", "--who", "Ada", "--confirm", "four", folder=folder)
    assert not opened["is_killed"]
    assert [one["what"] for one in opened["history"]] == ["killed", "released"]
    waits(lambda: asked("risk", "show", folder=folder)["state"] == "active")
    asked("trade", "stop", folder=folder)
    waits(lambda: ended(folder, session))


def test_a_kill_outlives_sessions(folder: Path) -> None:
    asked("risk", "kill", "--account", "four", "--who", "Ada", folder=folder)
    refused = run("trade", "start", "moving_average", *QUICK[:-1], "2016-06-01", "--account", "four", folder=folder)
    assert refused.returncode == 2
    assert "risk release --account four" in refused.stderr
    assert asked("risk", "state", "--account", "four", folder=folder)["is_killed"]


def test_an_interrupt_ends_a_session_in_good_order(folder: Path) -> None:
    command = [*COMMAND, "trade", "start", "moving_average", *QUICK, "--account", "five", "--speed", "5"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            waits(lambda: has_begun(folder, "five"))
            running.send_signal(signal.SIGINT)
            out, _ = running.communicate(timeout=PATIENCE_S)
        finally:
            running.kill()
    assert running.returncode == 0
    assert "signal SIGINT" in out
    assert "incidents" in out


def test_limits_are_set_by_name_and_loosened_only_by_typing(folder: Path) -> None:
    assert asked("risk", "limits", folder=folder)["version"] == 1
    tightened = asked("risk", "limits", "--set", "position=0.04", "--why", "smaller", "--who", "Ada", folder=folder)
    assert (tightened["version"], tightened["after"]) == (2, {"position": "0.04"})
    unsaid = run("risk", "limits", "--set", "position=0.05", "--why", "back", "--who", "Ada", folder=folder)
    assert unsaid.returncode == 2
    assert "--confirm position=0.05" in unsaid.stderr
    wish = ("--set", "position=0.05", "--confirm", "position=0.05", "--why", "back", "--who", "Ada")
    assert asked("risk", "limits", *wish, folder=folder)["loosened"] == ["position"]
    shown = {one["name"]: one["value"] for one in asked("risk", "limits", folder=folder)["limits"]}
    assert shown["position"] == "0.05"
    for wrong in ("position=much", "position=99", "nothing=1", "position"):
        assert run("risk", "limits", "--set", wrong, "--why", "x", "--who", "Ada", folder=folder).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("trade start", "strategy list"),
        ("trade start moving_avrage --symbols SPY --from 2015-03", "did you mean moving_average"),
        ("trade start moving_average --from 2015-03", "--symbols"),
        ("trade start moving_average --symbols SPX --from 2015-03", "SPY.ARCX"),
        ("trade start moving_average --symbols SPY", "--from"),
        ("trade start moving_average --symbols SPY --from 2030", "2015"),
        ("trade start moving_average --symbols SPY --from 2015-03 --speed fast", "60x"),
        ("trade start moving_average --symbols SPY --from 2015-03 --speed 0", "60x"),
        ("trade start moving_average --symbols SPY --from 2015-03 --feed live", "replay"),
        ("trade start moving_average --symbols SPY --from 2015-03 --cash -5", "more than 0"),
        ("trade start moving_average --symbols SPY --from 2015-03 --cash much", "a number"),
        ("trade start moving_average --symbols SPY --from 2015-03 --account ../x", "cannot be an account"),
        ("trade start moving_average --symbols SPY --from 2015-03 --costs Free()", "costs"),
        ("trade start moving_average --symbols SPY --from 2015-03 --param fast=x", "whole number"),
        ("trade start moving_average --symbols SPY --from 2015-03 --account whole", "forwards only"),
        ("trade start nothing --resume", "trade list"),
        ("trade show nothing", "trade list"),
        ("trade stop", "trade start"),
        ("trade orders --state odd", "one of"),
        ("trade order", "--help"),
        ("trade journal --kind Odd", "OrderFilled"),
        ("risk size SPY --method risky=1", "no session"),
        ("risk release --account whole", "a name"),
        ("broker test alpaca", "broker list"),
        ("broker test paper --account none", "trade start"),
        ("broker connect odd", "broker list"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(folder: Path, arguments: str, told: str) -> None:
    done = run(*arguments.split(), folder=folder)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("way", ["--detach", "--json"])
def test_too_little_history_for_the_warm_up_is_told_before_anything_is_made(folder: Path, way: str) -> None:
    before = asked("trade", "list", folder=folder)["sessions"]
    wish = ("--symbols", "SPY", "--from", "2015-01-05", "--account", "six", "--cash", "5000")
    done = run("trade", "start", "moving_average", *wish, way, folder=folder)
    assert done.returncode == 2
    assert "too little history" in done.stderr + done.stdout
    assert "start on 2015-03-" in done.stderr + done.stdout
    assert asked("trade", "list", folder=folder)["sessions"] == before
    assert not (folder / ".tradewright" / "paper" / "accounts" / "six").exists()


def test_the_first_day_that_a_refusal_names_can_be_traded_on(folder: Path) -> None:
    wish = ("trade", "start", "moving_average", "--symbols", "SPY", "--to", "2015-04-01", "--account", "first")
    told = json.loads(run(*wish, "--from", "2015-01-05", "--json", folder=folder).stdout)["error"]["hint"]
    day = told.split()[2]
    view = asked(*wish, "--from", day, folder=folder)
    assert view["counts"]["slices"] > 0
    earlier = run(*wish, "--from", "2015-01-05", "--account", "other", folder=folder)
    assert earlier.returncode == 2


def test_live_names_every_lock_that_is_shut(folder: Path) -> None:
    settings = {
        "TRADEWRIGHT_TRADING_MODE": "live",
        "TRADEWRIGHT_TRADING_BROKER": "alpaca",
        "TRADEWRIGHT_BROKERS_ALPACA_PAPER": "false",
    }
    done = run("trade", "start", "moving_average", *QUICK, folder=folder, **settings)
    assert done.returncode == 2
    for told in ("live trading stays locked", "credentials", "nobody has armed", "no live broker"):
        assert told in done.stderr
    assert asked("trade", "list", folder=folder)["sessions"]
    assert not json.loads(run("trade", "list", "--json", folder=folder, **settings).stdout)["sessions"]


def test_brokers_are_listed_and_reached(folder: Path) -> None:
    paper = asked("broker", "list", folder=folder)["brokers"][0]
    assert (paper["broker"], paper["is_ready"]) == ("paper", True)
    assert "whole" in paper["accounts"]
    proven = asked("broker", "test", "paper", "--account", "whole", folder=folder)
    assert (proven["environment"], proven["account"]) == ("paper", "whole")
    assert proven["fills"] > 5
    assert asked("broker", "connect", "paper", "--account", "whole", folder=folder)["cash"] is None
