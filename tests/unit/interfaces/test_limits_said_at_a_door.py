"""Limits at the doors: the word default, a file, names and values; what they cut and refuse is in the result."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import tradewright as tw
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.main import app
from tradewright.interfaces.limits import limits_said
from tradewright.settings.tree import Risk
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

COLUMNS = ("symbol", "side", "asked", "sent", "control", "reason", "remedy")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    random = np.random.default_rng(7)
    close = np.round(50 * np.exp(np.cumsum(random.normal(0.001, 0.01, 120))), 2)
    days = np.arange("2021-01-04", "2021-12-31", dtype="datetime64[D]")
    days = days[np.is_busday(days)][:120]
    lines = [f"{day},{c},{c},{c},{c},1000000" for day, c in zip(days, close, strict=True)]
    path = tmp_path / "prices.csv"
    path.write_text("\n".join(["date,open,high,low,close,volume", *lines]) + "\n")
    return path


def test_the_word_default_is_what_is_shipped_with_the_risk_of_the_settings() -> None:
    said = limits_said("default", risk=Risk(max_position=Decimal("0.03"), drawdown_stop=Decimal("0.10")))
    assert said == {
        "based_on": "shipped",
        "limits": {
            "position": Decimal("0.03"),
            "portfolio_risk": Decimal("0.02"),
            "drawdown": {"stop": Decimal("0.10")},
        },
    }
    assert limits_said(None, risk=Risk()) is None and limits_said({"a": 1}, risk=Risk()) == {"a": 1}


def test_a_file_is_read_exactly(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text("[limits]\nposition = 0.1\n")
    assert limits_said(path, risk=Risk()) == {"limits": {"position": Decimal("0.1")}}


@pytest.mark.parametrize("content", [None, "position = ", "\udcff"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "limits.toml"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"the limits cannot be read from .*the word default, or a TOML file"):
        limits_said(path, risk=Risk())


def test_a_backtest_in_python_lists_what_was_cut(prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bars = tw.load_bars(prices, symbol="SPY")
    strategy = tw.MovingAverage(fast=5, slow=30)
    free = tw.backtest(strategy, bars)
    within = tw.backtest(strategy, bars, limits="default")
    policy = LimitsPolicy(everywhere=shipped_limits(frozenset(bars.instruments)))
    assert tw.backtest(strategy, bars, limits=policy).equity.equals(within.equity)
    assert len(free.view.refusals) == 0 and free.run_id != within.run_id
    refusals = within.view.refusals
    assert set(COLUMNS) <= set(refusals.columns) and set(refusals["control"]) == {"position"}
    assert (refusals["sent"] < refusals["asked"]).all() and (refusals["sent"] > 0).all()
    assert any("cut by the limits (position" in one for one in within.warnings)
    with pytest.raises(InputError, match="surprise"):
        tw.backtest(strategy, bars, limits={"surprise": 1})


def test_the_command_line_shows_what_was_cut_by_control(
    prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    wish = ["backtest", "run", "moving_average", "--file", str(prices), "--symbol", "SPY", "--param", "fast=5",
            "--param", "slow=30", "--json", "--no-report"]  # fmt: skip
    done = CliRunner().invoke(app, [*wish, "--limits", "default"])
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert shown["assumptions"]["limits"]["limits"]["position"] == "0.05"
    assert {line["control"] for line in shown["refusals"]} == {"position"}
    kept = CliRunner().invoke(app, ["backtest", "show", "latest", "--json"])
    assert json.loads(kept.stdout)["refusals"] == shown["refusals"]
    assert json.loads(CliRunner().invoke(app, wish).stdout)["refusals"] == []
