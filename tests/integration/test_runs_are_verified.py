"""A kept run is made again: equal after corrections, compaction and clean-up; tampering and edits are found."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.integration.cli_tools import Done, run

HELPER = "def least() -> float:\n    return 0.01\n"
STRATEGY = """import tradewright as tw
from helping import least


class Own(tw.Strategy):
    fast: int = tw.parameter(3, low=2, high=20)

    def generate_signal(self, bars):
        if len(bars) < self.fast:
            return 0.0
        return 1.0 if bars.close[-1] > bars.close[-self.fast :].mean() * (1 - least()) else 0.0
"""
COSTS = ("--costs", "PerShare(0.005, minimum=1) + Spread(bps=2)")


def prices(change: float = 0.0) -> str:
    """Sixty Tuesdays to Thursdays; `change` is what one close was corrected by."""
    days = [date(2020, 1, 6) + timedelta(days=7 * week + day) for week in range(20) for day in (1, 2, 3)]
    lines = ["date,open,high,low,close,volume"]
    for n, day in enumerate(days):
        close = 10 + (n * 7 % 11) / 4 + (change if n == 31 else 0.0)
        lines.append(f"{day},{10 + (n * 3 % 7) / 4},20,5,{close},{1000 + n}")
    return "\n".join(lines)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "prices.csv").write_text(prices(), encoding="utf-8")
    (tmp_path / "helping.py").write_text(HELPER, encoding="utf-8")
    (tmp_path / "own.py").write_text(STRATEGY, encoding="utf-8")
    (tmp_path / "tradewright.toml").write_text("", encoding="utf-8")
    done = run("data", "import", "prices.csv", "--symbol", "SPY", "--source", "mine", folder=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    return tmp_path


def kept_run(project: Path, *more: str) -> str:
    done = run("backtest", "run", *more, "--no-report", "--json", folder=project)
    assert done.returncode == 0, done.stderr + done.stdout
    return str(json.loads(done.stdout)["run_id"])


def verified(project: Path, run_id: str = "latest") -> tuple[Done, dict[str, Any]]:
    done = run("backtest", "show", run_id, "--verify", "--json", folder=project)
    return done, json.loads(done.stdout)


def test_a_run_is_equal_after_corrections_compaction_and_clean_up(project: Path) -> None:
    kept_run(project, "moving_average", "--symbol", "SPY", "-p", "fast=2", "-p", "slow=5", *COSTS, "--benchmark", "SPY")
    done, told = verified(project)
    assert (done.returncode, told["is_equal"], told["remarks"]) == (0, True, []), told
    (project / "prices.csv").write_text(prices(0.75), encoding="utf-8")
    for command in (
        ("data", "import", "prices.csv", "--symbol", "SPY", "--source", "mine"),
        ("data", "compact"),
        ("data", "clean", "--keep-hours", "1"),
    ):
        again = run(*command, folder=project)
        assert again.returncode == 0, again.stderr + again.stdout
    done, told = verified(project)
    assert (done.returncode, told["is_equal"]) == (0, True), told
    (remark,) = told["remarks"]
    assert "corrected since" in remark and "known by" in remark
    before = run("backtest", "show", "latest", "--json", folder=project)
    after = kept_run(project, "moving_average", "--symbol", "SPY", "-p", "fast=2", "-p", "slow=5", *COSTS)
    assert json.loads(before.stdout)["run_id"] != after, "the corrected data make another run"


def test_an_edit_of_a_module_beside_the_strategy_is_another_run_and_is_named(project: Path) -> None:
    first = kept_run(project, "./own.py", "--symbol", "SPY")
    done, told = verified(project, first)
    assert (done.returncode, told["is_equal"]) == (0, True), told
    (project / "helping.py").write_text(HELPER.replace("0.01", "-0.01"), encoding="utf-8")
    sys.modules.pop("helping", None)
    done, told = verified(project, first)
    assert done.returncode == 1
    assert {"code", "fills"} <= {one["what"] for one in told["differences"]}
    assert kept_run(project, "./own.py", "--symbol", "SPY") != first
    (project / "own.py").unlink()
    gone = run("backtest", "show", first, "--verify", folder=project)
    sys.modules.pop("helping", None)
    assert gone.returncode == 2 and "own.py is not there" in gone.stderr


def test_a_run_that_was_tampered_with_is_found(project: Path) -> None:
    run_id = kept_run(project, "moving_average", "--symbol", "SPY", "-p", "fast=2", "-p", "slow=5")
    place = project / ".tradewright" / "runs" / run_id
    fills = pl.read_parquet(place / "fills.parquet")
    whole = (place / "fills.parquet").read_bytes()
    last = pl.int_range(pl.len()) == pl.len() - 1
    changed = fills.with_columns(pl.when(last).then(pl.col("price") + 1e-12).otherwise(pl.col("price")).alias("price"))
    changed.write_parquet(place / "fills.parquet")
    done, told = verified(project, run_id)
    assert done.returncode == 1
    (found,) = told["differences"]
    assert found["what"] == "fills" and found["where"] == f"row {fills.height - 1}, price"
    (place / "fills.parquet").write_bytes(whole)
    facts = json.loads((place / "run.json").read_text(encoding="utf-8"))
    for name, wrong in (("stats", "total_return"), ("assumptions", "cash")):
        forged = facts | {name: facts[name] | {wrong: facts[name][wrong] * (1 + 1e-9)}}
        (place / "run.json").write_text(json.dumps(forged), encoding="utf-8")
        assert verified(project, run_id)[0].returncode == 1, name
    (place / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    assert verified(project, run_id)[0].returncode == 0


def test_another_engine_is_a_remark_and_equal_bytes_are_equal(project: Path) -> None:
    run_id = kept_run(project, "moving_average", "--symbol", "SPY", "-p", "fast=2", "-p", "slow=5")
    place = project / ".tradewright" / "runs" / run_id / "run.json"
    facts = json.loads(place.read_text(encoding="utf-8"))
    place.write_text(json.dumps(facts | {"engine_version": "0.0.1+old"}), encoding="utf-8")
    done, told = verified(project, run_id)
    assert done.returncode == 0
    assert "0.0.1+old then" in told["remarks"][0]


def test_a_run_of_a_file_whose_rows_changed_differs(project: Path) -> None:
    kept_run(project, "moving_average", "--file", "prices.csv", "--symbol", "SPY", "-p", "fast=2", "-p", "slow=5")
    assert verified(project)[0].returncode == 0
    (project / "prices.csv").write_text(prices(0.75), encoding="utf-8")
    done, told = verified(project)
    assert done.returncode == 1
    assert {one["what"] for one in told["differences"]} >= {"data", "equity"}


NAMED = """
import tradewright as tw
from tradewright.domain.costs import Cost

class Flat(Cost):
    __slots__ = ()
    def fee(self, quantity, price):
        return 1.5

rows = [{"date": f"2020-01-{day:02}", "open": 10.0, "high": 12.0, "low": 9.0, "close": 10.0 + day % 3, "volume": 100.0}
        for day in (2, 3, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17)]
import polars as pl
bars = tw.load_bars(pl.DataFrame(rows), symbol="SPY")
print(tw.backtest(tw.MovingAverage(fast=2, slow=4), bars, costs=Flat(), limits="default").run_id)
"""


def test_a_run_has_the_same_name_in_processes_with_other_hash_seeds(tmp_path: Path) -> None:
    (tmp_path / "named.py").write_text(NAMED, encoding="utf-8")
    names = {
        subprocess.run(
            [sys.executable, str(tmp_path / "named.py")],
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        ).stdout.strip()
        for seed in ("1", "77")
    }
    assert len(names) == 1 and len(names.pop()) == 12
