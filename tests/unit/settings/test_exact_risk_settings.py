"""Settings of risk are exact and bounded: what is no number in range refuses the start and says which."""

from decimal import Decimal
from pathlib import Path

import pytest

from tradewright.settings import load
from tradewright.settings.loading import inspect
from tradewright.settings.problems import SettingsError

ALIASES = {
    "RISK_MAX_POSITION_SIZE": "max_position",
    "RISK_MAX_PORTFOLIO_RISK": "max_portfolio_risk",
    "RISK_DRAWDOWN_LIMIT": "drawdown_stop",
}


@pytest.mark.parametrize("text", ["0.1", "0.05", "0.12345678901234567890", "1"])
@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_a_number_of_a_variable_is_what_is_written(tmp_path: Path, alias: str, name: str, text: str) -> None:
    found = getattr(load(tmp_path, environment={alias: text}).risk, name)
    assert isinstance(found, Decimal) and str(found) == text


def test_a_number_of_the_file_is_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "tradewright.toml").write_text("[risk]\nmax_position = 0.10000000000000000001\ndrawdown_stop = 1\n")
    risk = load(tmp_path, environment={}).risk
    assert (risk.max_position, risk.drawdown_stop) == (Decimal("0.10000000000000000001"), Decimal(1))
    assert risk.max_portfolio_risk == Decimal("0.02")


@pytest.mark.parametrize("text", ["0", "-0.1", "1.01", "inf", "nan", "none", "null", "0,05", "5%"])
@pytest.mark.parametrize("alias", ALIASES)
def test_a_variable_that_is_no_limit_refuses_the_start(tmp_path: Path, alias: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, environment={alias: text})
    told = str(caught.value)
    assert f"risk.{ALIASES[alias]} = {text} (environment {alias}): write a number above 0, at most 1" in told


@pytest.mark.parametrize("value", ["0", "1.5", "inf", "nan", '"0.05"', "true", "[]", "{ a = 1 }"])
def test_a_value_of_the_file_that_is_no_limit_refuses_the_start(tmp_path: Path, value: str) -> None:
    (tmp_path / "tradewright.toml").write_text(f"[risk]\nmax_position = {value}\n")
    found = inspect(tmp_path, environment={})
    assert found.settings is None
    assert [(one.name, one.remedy) for one in found.problems] == [
        ("risk.max_position", "write a number above 0, at most 1")
    ]


def test_other_numbers_of_the_file_are_floats(tmp_path: Path) -> None:
    (tmp_path / "tradewright.toml").write_text("[backtest]\ncash = 50000.5\nlot = 1\n")
    backtest = load(tmp_path, environment={}).backtest
    assert (type(backtest.cash), backtest.cash, backtest.lot) == (float, 50_000.5, 1.0)
