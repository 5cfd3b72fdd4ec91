"""`tradewright strategy check`, from the shell: its exit codes, its JSON, and the line that it names."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.integration.cli_tools import run

LEAKY = """import numpy as np
import tradewright as tw
from tradewright.indicators import sma


class Leaky(tw.Strategy):
    window: int = tw.parameter(5, low=2, high=50)

    def generate_signals(self, bars):
        smooth = sma(np.roll(bars.close, -2), self.window)
        return tw.where(bars.close < smooth, 1.0, 0.0)
"""
LINE = LEAKY.splitlines().index("        smooth = sma(np.roll(bars.close, -2), self.window)") + 1


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checks")
    shown = run("demo", ".", folder=folder)
    assert shown.returncode == 0, shown.stderr
    (folder / "leaky.py").write_text(LEAKY, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_built_in_strategy_is_accused_of_nothing(project: Path) -> None:
    args = ("strategy", "check", "breakout", "--symbols", "AAPL,MSFT", "--start", "2009", "--fast", "--json")
    done = run(*args, folder=project)
    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout)
    assert told["is_clean"] is True and told["orders"] > 10
    verdicts = {one["kind"]: one["verdict"] for one in told["judgments"]}
    assert verdicts["look-ahead"] == "clean" and verdicts["restated"] == "not checked"
    assert verdicts["survivorship"] == "remark"


def test_a_leak_in_a_file_ends_with_1_and_names_the_line(project: Path) -> None:
    done = run("strategy", "check", "./leaky.py", "--symbols", "MSFT", "--start", "2011", "--fast", folder=project)
    assert done.returncode == 1, done.stderr
    assert f"leaky.py, line {LINE} (roll())" in done.stdout
    assert "cannot be believed" in done.stdout
    assert not done.stderr.strip()


def test_bars_of_a_file_are_checked_without_a_store(project: Path, tmp_path: Path) -> None:
    days = [date(2020, 1, 6) + timedelta(days=7 * week + day) for week in range(12) for day in (1, 2, 3)]
    rows = [f"{day},{10 + n % 3},14,9,{10 + n % 4},1000" for n, day in enumerate(days)]
    (tmp_path / "prices.csv").write_text("date,open,high,low,close,volume\n" + "\n".join(rows), encoding="utf-8")
    args = (
        "strategy",
        "check",
        str(project / "leaky.py"),
        "--data",
        "prices.csv",
        "--symbols",
        "SPY",
        "--fast",
        "--json",
    )
    done = run(*args, folder=tmp_path)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    (place,) = [one["place"] for one in told["judgments"] if one["kind"] == "look-ahead"]
    assert place["line"] == LINE and place["name"] == "roll()"


def test_wrong_use_ends_with_2(project: Path) -> None:
    assert run("strategy", "check", "nothing", "--symbols", "MSFT", folder=project).returncode == 2
    assert run("strategy", "check", "breakout", folder=project).returncode == 2
    assert run("strategy", "check", "breakout", "--symbols", "NONE", folder=project).returncode == 2
    few = run("strategy", "check", "breakout", "--symbols", "MSFT", "--start", "2013-02-20", folder=project)
    assert few.returncode == 2 and "too few bars" in few.stderr
