"""What a person can get wrong: each gives a clear message, a documented exit code and no traceback."""

import json
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, prices, run

HEAD = "import tradewright as tw\nclass Idea(tw.Strategy):\n"
RAISES = HEAD + "    def generate_signals(self, bars):\n        return 1 / 0\n"
SHORT = HEAD + "    def generate_signals(self, bars):\n        return bars.close[1:] * 0\n"
ELSEWHERE = HEAD + "    def on_bar(self, context, bar):\n        context.target(1.0, instrument='XYZ.XNYS')\n"
GREEDY = HEAD + "    def on_bar(self, context, bar):\n        context.buy(1_000_000_000)\n"
BROKEN = "class Idea\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    prices(folder, bars=300)
    asked("data", "import", "prices.csv", "--symbol", "SPY.ARCX", folder=folder)
    return folder


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("backtest run moving_average --symbol SPX", 2, "SPY.ARCX"),
        ("backtest run moving_average", 2, "symbol"),
        ("backtest run moving_averge --symbol SPY", 2, "did you mean moving_average"),
        ("backtest run ./nothing.py --symbol SPY", 2, "strategy new"),
        ("backtest run moving_average --symbol SPY --start 2030", 2, "2015-01-01"),
        ("backtest run moving_average --symbol SPY --start 2016 --end 2015", 2, "not after the end"),
        ("backtest run moving_average --symbol SPY --start yesterday", 2, "2012-06-30"),
        ("backtest run moving_average --symbol SPY --end 2015-01-20", 2, "warm-up"),
        ("backtest run moving_average --symbol SPY --timeframe 1x", 2, "1m"),
        ("backtest run moving_average --symbol SPY --timeframe 1m", 2, "1d bars"),
        ("backtest run moving_average --symbol SPY --param quick=3", 2, "has no parameter 'quick'"),
        ("backtest run moving_average --symbol SPY --param fast=0", 2, "from 1 to 500"),
        ("backtest run moving_average --symbol SPY --param fast=x", 2, "whole number"),
        ("backtest run moving_average --symbol SPY --param fast=60", 2, "fast below slow"),
        ("backtest run moving_average --symbol SPY --cash -5", 2, "above 0"),
        ("backtest run moving_average --symbol SPY --cash lots", 2, "valid number"),
        ("backtest run moving_average --symbol SPY --fill sometime", 2, "next-open"),
        ("backtest run moving_average --symbol SPY --engine warp", 2, "kernel"),
        ("backtest run moving_average --symbol SPY --costs Percent(1)", 2, "PerShare"),
        ("backtest run moving_average --symbol SPY --size-at dawn", 2, "decision or fill"),
        ("backtest run moving_average --symbol SPY --benchmark ABC", 2, "ABC"),
        ("backtest run moving_average --symbol SPY --ddof 3", 2, "ddof"),
        ("backtest run moving_average --symbol SPY --report sheet.pdf", 2, ".html"),
        ("backtest run moving_average --file nothing.csv --symbol SPY", 2, "nothing.csv"),
        ("backtest run moving_average --file prices.csv", 2, "symbol"),
        ("backtest run moving_average --file prices.csv --symbol SPY --prices adjusted", 2, "raw prices, or actions"),
        ("backtest show zz", 2, "backtest list"),
        ("backtest compare latest", 2, "two"),
        ("data import nothing.csv --symbol SPY", 2, "nothing.csv"),
        ("data import prices.csv", 2, "symbol"),
        ("data import prices.csv --symbol SPY --column close", 2, "role=column"),
        ("data show SPX", 2, "SPY.ARCX"),
        ("data show SPY --table candles", 2, "bars"),
        ("data sql DROP", 2, "SQL"),
        ("data export SPY out.xls", 2, "csv"),
        ("data quality ABC", 2, "ABC"),
        ("strategy new class", 2, "my_idea"),
        ("strategy show nothing", 2, "moving_average"),
        ("nothing", 2, "No such command"),
        ("data list --nothing", 2, "--nothing"),
    ],
)
def test_wrong_input_is_told_with_exit_code_2(project: Path, arguments: str, code: int, told: str) -> None:
    done = run(*arguments.split(), folder=project)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    error = asked(*arguments.split(), folder=project, code=code)["error"]
    assert set(error) == {"code", "message", "hint"}
    assert told in f"{error['message']} {error['hint']}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RAISES, "ZeroDivisionError"),
        (SHORT, "wrong length"),
        (ELSEWHERE, "XYZ.XNYS"),
        (BROKEN, "SyntaxError"),
    ],
    ids=["raises", "wrong length", "unknown instrument", "no Python"],
)
def test_a_strategy_that_fails_is_told_with_exit_code_1(tmp_path: Path, project: Path, text: str, told: str) -> None:
    (tmp_path / "idea.py").write_text(text)
    error = asked("backtest", "run", str(tmp_path / "idea.py"), "--symbol", "SPY", folder=project, code=1)["error"]
    assert error["code"] == "strategy_error"
    assert told in error["message"]


def test_an_order_beyond_the_cash_is_a_rejection_and_no_error(tmp_path: Path, project: Path) -> None:
    (tmp_path / "idea.py").write_text(GREEDY)
    answer = asked("backtest", "run", str(tmp_path / "idea.py"), "--symbol", "SPY", folder=project)
    assert answer["fills"] == []
    assert answer["rejections"][0]["reason"] == "not enough buying power"


def test_a_traceback_is_shown_when_it_is_asked_for(project: Path) -> None:
    command = ("backtest", "show", "zz")
    assert "Traceback" in run(*command, "--traceback", folder=project).stderr
    assert "Traceback" in run(*command, folder=project, TRADEWRIGHT_TRACEBACK="1").stderr
    assert "Traceback" not in run(*command, folder=project, TRADEWRIGHT_TRACEBACK="0").stderr


def test_a_wrong_option_is_told_as_it_was_typed_without_the_settings(project: Path, tmp_path: Path) -> None:
    done = run("backtest", "run", "moving_average", "--symbol", "SPY", "--engine", "turbo", folder=project)
    assert done.stderr == ("error: one option cannot be used:\n  --engine turbo: write one of auto, runtime, kernel\n")
    (tmp_path / "tradewright.toml").write_text("[backtest]\nengine = 'turbo'\n")
    assert "tradewright doctor" in run("backtest", "run", "moving_average", "--symbol", "SPY", folder=tmp_path).stderr


def test_an_empty_project_says_what_to_do(tmp_path: Path) -> None:
    error = asked("backtest", "run", "moving_average", "--symbol", "SPY", folder=tmp_path, code=2)["error"]
    assert "tradewright demo" in error["hint"] and "data import" in error["hint"]
    assert asked("data", "list", folder=tmp_path) == {"series": []}
    assert "tradewright demo" in run("data", "list", folder=tmp_path).stdout
    assert "moving_average" in run("backtest", "list", folder=tmp_path).stdout
    assert asked("status", folder=tmp_path)["bars"] == 0


def test_broken_settings_are_listed_all_at_once_and_doctor_still_works(tmp_path: Path) -> None:
    (tmp_path / "tradewright.toml").write_text("[backtest]\ncash = -1\nfil = 'next-open'\n")
    error = asked("data", "list", folder=tmp_path, code=2)["error"]
    assert "backtest.cash" in error["message"] and "backtest.fil" in error["message"]
    diagnosis = asked("doctor", folder=tmp_path, code=1)
    assert diagnosis["healthy"] is False
    assert {"backtest.cash"} <= {line["name"] for line in diagnosis["settings"]}


def test_a_place_that_cannot_be_written_keeps_what_was_there(project: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run("backtest", "run", "moving_average", "--symbol", "SPY", "--report", str(tmp_path / "file" / "x.html"),
               folder=project)  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text() == "in the way"


def test_nobody_reading_on_is_no_error(project: Path) -> None:
    done = run("backtest", "list", "--help", folder=project)
    assert done.returncode == 0
    assert json.dumps(done.stderr) == '""'
