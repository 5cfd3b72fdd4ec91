"""Published or independently computed single numbers: freqtrade's growth and drawdown, Sharpe inference, Kelly."""

import json
import math
from typing import Any

import numpy as np
import pytest
from tests.shared_data import FOLDER, shared

from tradewright import metrics
from tradewright.quant.performance.drawdowns import drawdown_episodes

pytestmark = pytest.mark.oracle


def load(path: str) -> Any:
    """A JSON file of the oracles; nothing where the shared folder is absent, so that no case is made."""
    return json.loads(shared(f"oracles/{path}").read_text()) if FOLDER.exists() else None


def freqtrade(test: str) -> list[list[Any]]:
    return [case for table in load("metrics_freqtrade/cagr_drawdown.json") or [] if table["test"] == test
            for case in table["cases"]]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "days", "expected"), freqtrade("test_calculate_cagr"))
def test_growth_by_the_calendar_is_freqtrades_with_years_of_365_days(
    start: float, end: float, days: float, expected: float
) -> None:
    assert metrics.annual_growth(start, end, days=days, days_per_year=365) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("case", freqtrade("test_calculate_max_drawdown_abs"))
def test_drawdown_table_holds_freqtrades_absolute_and_relative_drawdown(case: list[Any]) -> None:
    profits, is_relative, highest_row, lowest_row, money, share = case
    # freqtrade starts from 1,000 in the bank and looks at the account after each profit.
    account = 1000.0 + np.cumsum(profits)
    found = drawdown_episodes(account)
    lost = account[found.peak] - account[found.trough]
    chosen = int(np.argmin(found.depth)) if is_relative else int(np.argmax(lost))
    assert (found.peak[chosen], found.trough[chosen]) == (highest_row, lowest_row)
    assert lost[chosen] == pytest.approx(money)
    assert -found.depth[chosen] == pytest.approx(share, abs=1e-4)


def inference(table: str) -> list[dict[str, Any]]:
    return list((load("sharpe_inference/psr.json") or {}).get(table, []))


def sharpe_of(case: dict[str, Any]) -> float:
    return 1.585 / math.sqrt(12) if isinstance(case["sr"], str) else float(case["sr"])


@pytest.mark.parametrize("case", inference("probabilistic_sharpe_ratio"))
def test_probability_of_skill_is_bailey_and_lopez_de_prados(case: dict[str, Any]) -> None:
    found = metrics.probability_above(
        sharpe_of(case),
        observations=case["n"],
        benchmark=case["benchmark"],
        skew=case["skew"],
        kurtosis=case["kurtosis"] - 3,
    )
    tolerance = 0.5 * 10.0 ** -case["decimals"] if "decimals" in case else 1e-12
    assert found == pytest.approx(case["expected"], abs=tolerance)


@pytest.mark.parametrize("case", inference("sharpe_std_error"))
def test_standard_error_of_a_sharpe_ratio_is_the_published_one(case: dict[str, Any]) -> None:
    found = metrics.sharpe_standard_error(
        sharpe_of(case), observations=case["n"], skew=case["skew"], kurtosis=case["kurtosis"] - 3
    )
    assert found == pytest.approx(case["expected"], abs=0.5 * 10.0 ** -case["decimals"])


def kelly() -> dict[str, Any]:
    return dict(load("sizing_kelly.json") or {"binary": []})


@pytest.mark.parametrize("case", kelly()["binary"])
def test_kelly_fraction_of_a_bet_is_the_textbooks(case: dict[str, float]) -> None:
    assert metrics.kelly_fraction(case["p"], case["odds_b"]) == pytest.approx(case["f"], abs=1e-12)


def test_kelly_leverage_is_thorps_worked_example() -> None:
    shared("oracles/sizing_kelly.json")
    case = kelly()["continuous_thorp"]
    mean, deviation, free = case["m"], case["s"], case["r"]
    assert metrics.kelly_leverage(mean, deviation, risk_free=free) == pytest.approx(case["f"], abs=1e-9)
    assert metrics.kelly_growth(mean, deviation, risk_free=free) == pytest.approx(case["growth_rate"], abs=1e-9)
    assert metrics.kelly_growth_deviation(mean, deviation, risk_free=free) == pytest.approx(
        case["std_of_growth"], abs=1e-9
    )
