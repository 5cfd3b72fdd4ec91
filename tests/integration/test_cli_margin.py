"""A margin mode from the command line: shown, kept, made again; what is no mode is told before anything runs."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.integration.cli_tools import run


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """Tuesdays to Thursdays, up and down a little."""
    days = [date(2020, 1, 6) + timedelta(days=7 * week + day) for week in range(20) for day in (1, 2, 3)]
    lines = ["date,open,high,low,close,volume"]
    for n, day in enumerate(days):
        close = 100 + (n * 7 % 11)
        lines.append(f"{day},{close},{close + 1},{close - 1},{close},1000")
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "tradewright.toml").write_text("", encoding="utf-8")
    return path


def test_a_run_with_a_margin_mode_is_shown_kept_and_made_again(prices: Path) -> None:
    asked = ("backtest", "run", "moving_average", "--param", "fast=2", "--param", "slow=5", "--file", "prices.csv")
    mode = "Futures(12, tiers=((0, 0.01), (1000000, 0.05)))"
    done = run(*asked, "--symbol", "SPY", "--margin", mode, "--no-report", "--json", folder=prices.parent)
    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout)
    assert told["assumptions"]["margin"] == mode
    assert told["stats"]["margin_calls"] == 0
    assert told["stats"]["least_free_margin"] > 0
    again = run("backtest", "show", "latest", "--verify", "--json", folder=prices.parent)
    assert again.returncode == 0, again.stderr + again.stdout
    plain = run(*asked, "--symbol", "SPY", "--no-report", "--json", folder=prices.parent)
    assert "margin" not in json.loads(plain.stdout)["assumptions"]
    assert "margin_calls" not in json.loads(plain.stdout)["stats"]


def test_what_is_no_mode_is_told_with_the_modes_there_are(prices: Path) -> None:
    done = run(
        "backtest", "run", "moving_average", "--file", "prices.csv", "--symbol", "SPY", "--margin", "RegX()",
        folder=prices.parent,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Leverage, CashAccount, RegT, PortfolioFactor, Futures" in " ".join((done.stderr + done.stdout).split())
