"""The demo as a newcomer meets it: twice, so that the second time is seen to store nothing new."""

import shlex
from decimal import Decimal
from pathlib import Path

import pytest
from tests.integration.cli_tools import Done, asked, run
from tests.integration.trading_tools import processes_about, waits

from tradewright.bootstrap import example_session
from tradewright.interfaces.cli import demo, demo_session


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    folder = tmp_path_factory.mktemp("demo")
    return run("demo", folder=folder), folder


def test_the_demo_leads_from_nothing_to_tear_sheets_and_can_be_repeated(told: tuple[Done, Path]) -> None:
    done, folder = told
    assert done.returncode == 0, done.stderr
    for words in ("12,154 bars new", "AAPL.XNAS", "MovingAverage(fast=20", "MomentumRotation(", "What to try next"):
        assert words in done.stdout
    again = asked("demo", folder=folder)
    assert (again["bars"], again["splits"], again["dividends"]) == (12_154, 3, 92)
    assert all(one["errors"] == 0 for one in again["quality"])
    crossover, rotation = again["backtests"]
    assert (crossover["symbols"], len(rotation["symbols"])) == (["AAPL.XNAS"], 5)
    assert crossover["benchmark"] == "AAPL.XNAS"
    for backtest in again["backtests"]:
        assert backtest["run_id"] in done.stdout
        assert Path(backtest["report"]).stat().st_size > 50_000
        assert all(Path(chart).stat().st_size > 50_000 for chart in backtest["charts"])
    status = asked("status", folder=folder / "tradewright-demo")
    assert (status["bars"], status["backtests"]) == (12_154, 2)
    assert again["session"]["line"]["account"] == "demo-2"
    assert again["session"]["counts"]["fills"] == again["parity"]["fills"] == 14


def test_the_demo_trades_the_example_on_paper_and_leaves_no_process(told: tuple[Done, Path]) -> None:
    done, folder = told
    for words in ("5. Trading on paper", "sizes bound by         position 7", "refused by             none",
                  "is its backtest: no difference (213 slices, 8 orders"):  # fmt: skip
        assert words in done.stdout
    project = folder / "tradewright-demo"
    waits(lambda: not processes_about(project))  # the guard sees at its next look that its session has ended
    session = asked("trade", "list", folder=project)["sessions"][-1]
    assert (session["life"], session["account"]) == ("stopped", "demo")
    book = asked("trade", "show", session["session"], folder=project)["portfolio"]
    net = sum(Decimal(one["net"]) for one in book["strategies"])
    assert Decimal(book["equity"]) == Decimal(book["other_cash"]["USD"]) + net


def test_the_demo_s_session_is_the_shipped_example() -> None:
    assert (demo_session.STRATEGY, demo_session.SYMBOLS, demo_session.LAST, demo.COSTS) == (
        example_session.STRATEGY, example_session.SYMBOLS, example_session.LAST, example_session.COSTS,
    )  # fmt: skip
    assert demo_session.PARAMETERS == example_session.PARAMETERS
    assert example_session.FIRST < demo_session.FIRST


def test_what_to_try_next_can_be_typed(told: tuple[Done, Path]) -> None:
    done, folder = told
    lines = done.stdout.partition("What to try next")[2].split("\n")
    commands = [shlex.split(line.partition("  #")[0]) for line in lines if line.strip()]
    quick = [words for words in commands if {"show", "orders", "limits", "sql"} & set(words)]
    assert len(quick) == 4
    for words in quick:
        assert run(*words[1:], folder=folder).returncode == 0, words


@pytest.mark.slow
def test_the_demo_goes_where_the_environment_says(tmp_path: Path) -> None:
    told = run("demo", folder=tmp_path, TRADEWRIGHT_HOME=str(tmp_path / "home"))
    assert told.returncode == 0, told.stderr
    assert list((tmp_path / "home" / "reports").glob("*.html"))
    assert not (tmp_path / "tradewright-demo").exists()


def test_the_demo_leaves_no_blanks_at_the_ends_of_lines(told: tuple[Done, Path]) -> None:
    shown = told[0].stdout.splitlines()
    assert not [line for line in shown if line != line.rstrip()]
