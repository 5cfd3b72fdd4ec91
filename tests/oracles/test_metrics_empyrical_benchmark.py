"""empyrical's tables for measures against a benchmark, with its conventions as options.

NOT_APPLICABLE lists the tables that neither this file nor its sister runs, each with the reason.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.oracles import test_metrics_empyrical
from tests.oracles.empyrical_cases import aligned, cases, close, full, rate, series, tables

from tradewright import metrics
from tradewright.quant.performance.arrays import Floats

pytestmark = pytest.mark.oracle

NOT_APPLICABLE = {
    "test_gpd_risk_estimates": "no measure of ours: a fit of the generalized Pareto distribution needs an optimiser, "
    "and the expected values of four of its nine cases are not in the oracle's files",
    "test_cum_returns_df": "the expected tables are not in the oracle's files; measures take one series at a time",
    "test_cum_returns_final_df": "the expected tables are not in the oracle's files",
}


def excess_sharpe(returns: str, factor: str, expected: float) -> None:
    values = series(returns)
    close(metrics.information_ratio(values, rate(factor, len(values)), periods_per_year=1), expected)


def excess_sharpe_noisy(returns: str, benchmark: str) -> None:
    own, other = series(returns), series(benchmark)
    found = [abs(metrics.information_ratio(np.concatenate((own[:cut], other[cut:])), other)) for cut in (250, 500, 750)]
    assert found == sorted(set(found))


def excess_sharpe_trans(returns: str, noise: str, benchmark: str) -> None:
    base, noisy, flat = series(returns), series(returns) + series(noise), series(benchmark)
    found = metrics.information_ratio(noisy, base)
    assert metrics.information_ratio(noisy - flat, base) < found < metrics.information_ratio(noisy + flat, base)


def alpha_beta(returns: str, benchmark: str, expected: list[float]) -> None:
    own, other = aligned(returns, benchmark)
    close([metrics.alpha(own, other), metrics.beta(own, other)], expected)


def alpha(returns: str, benchmark: str, expected: float) -> None:
    close(metrics.alpha(*aligned(returns, benchmark)), expected)


def beta(returns: str, benchmark: str, expected: float, decimals: Any) -> None:
    places = decimals if isinstance(decimals, int) else 8
    if returns == "empty_returns":
        close(metrics.beta(*aligned(returns, benchmark)), expected, places)
        return
    close(metrics.beta(series(returns), series(benchmark)), expected, places)


def alpha_beta_equality(returns: str, benchmark: str) -> None:
    own, other = aligned(returns, benchmark)
    there = ~(np.isnan(own) | np.isnan(other))
    if there.sum() < 2:
        assert math.isnan(metrics.alpha(own, other)) and math.isnan(metrics.beta(own, other))
        return
    slope, intercept = np.polyfit(other[there], own[there], 1)
    close(metrics.beta(own, other), slope, 7)
    close(metrics.alpha(own, other, compounded=False), intercept * 252, 7)


def correlated(mean: float, correlation: float) -> tuple[Floats, Floats]:
    spread = [0.01, 0.001]
    cross = spread[0] * spread[1] * correlation
    drawn = np.random.default_rng(1337).multivariate_normal(
        [mean, 0.001], [[spread[0] * spread[0], cross], [cross, spread[1] * spread[1]]], 1000
    )
    return drawn[:, 0], drawn[:, 1]


def alpha_beta_translation(mean: float, translation: float) -> None:
    own, other = correlated(mean, 0.8)

    def per_day(shift: float) -> float:
        return math.pow(1.0 + metrics.alpha(own + shift, other), 1.0 / 252)

    close(per_day(0.0) - per_day(-translation), translation)
    close(per_day(translation) - per_day(0.0), translation)
    close(metrics.beta(own + translation, other), metrics.beta(own, other))


def alpha_beta_correlation(less: float, more: float) -> None:
    weak, strong = correlated(0.01, less), correlated(0.01, more)
    assert metrics.alpha(*weak) > metrics.alpha(*strong)
    assert metrics.beta(*weak) < metrics.beta(*strong)


def alpha_beta_with_nan(returns: str, benchmark: str) -> None:
    own, other = aligned(returns, benchmark)
    assert not math.isnan(metrics.alpha(own, other)) and not math.isnan(metrics.beta(own, other))


def beta_fragility(returns: str, factor: str, expected: float) -> None:
    close(metrics.beta_fragility(series(returns), series(factor)), expected)


def roll_alpha_beta(returns: str, benchmark: str, window: int, expected: list[list[float]]) -> None:
    own, other = aligned(returns, benchmark)
    found = metrics.rolling(metrics.alpha, window, own, other), metrics.rolling_beta(own, other, window=window)
    close(np.stack(found, axis=1)[window - 1 :], expected)


def pairwise(measure: Callable[..., float]) -> Callable[..., None]:
    def run(returns: str, factor: str, expected: float) -> None:
        close(measure(series(returns), series(factor)), expected)

    return run


def rolled(measure: Callable[..., float]) -> Callable[..., None]:
    def run(returns: str, factor: str, window: int, expected: Any) -> None:
        found = full(metrics.rolling(measure, window, series(returns), series(factor)), window)
        close(found, np.atleast_1d(np.asarray(expected, dtype=float)))

    return run


def market_alpha_beta(rises: bool) -> Callable[..., None]:
    def run(returns: str, benchmark: str, expected: list[float]) -> None:
        own, other = aligned(returns, benchmark)
        chosen = other > 0.0 if rises else other < 0.0
        close([metrics.alpha(own[chosen], other[chosen]), metrics.beta(own[chosen], other[chosen])], expected)

    return run


def batting_average(returns: str, benchmark: str, expected: list[float]) -> None:
    found = metrics.batting_average(series(returns), series(benchmark))
    close([found.overall, found.rising, found.falling], expected, 4)


CHECKS: dict[str, Callable[..., None]] = {
    "test_excess_sharpe": excess_sharpe,
    "test_excess_sharpe_noisy": excess_sharpe_noisy,
    "test_excess_sharpe_trans": excess_sharpe_trans,
    "test_alpha_beta": alpha_beta,
    "test_alpha": alpha,
    "test_alpha_beta_translation": alpha_beta_translation,
    "test_alpha_beta_correlation": alpha_beta_correlation,
    "test_alpha_beta_with_nan_inputs": alpha_beta_with_nan,
    "test_beta": beta,
    "test_alpha_beta_equality": alpha_beta_equality,
    "est_beta_fragility_heuristic": beta_fragility,
    "test_capture_ratio": pairwise(metrics.capture),
    "test_down_capture": pairwise(metrics.down_capture),
    "test_roll_alpha_beta": roll_alpha_beta,
    "test_roll_up_down_capture": rolled(metrics.up_down_capture),
    "test_roll_down_capture": rolled(metrics.down_capture),
    "test_roll_up_capture": rolled(metrics.up_capture),
    "test_down_alpha_beta": market_alpha_beta(rises=False),
    "test_up_alpha_beta": market_alpha_beta(rises=True),
    "test_up_down_capture": pairwise(metrics.up_down_capture),
    "test_up_capture": pairwise(metrics.up_capture),
    "test_batting_average": batting_average,
}


@pytest.mark.parametrize(("test", "case"), list(cases(CHECKS)))
def test_measures_agree_with_empyrical_against_a_benchmark(test: str, case: list[Any]) -> None:
    CHECKS[test](*case)


def test_every_table_of_the_oracle_is_run_or_its_absence_explained() -> None:
    ours = set(CHECKS) | set(test_metrics_empyrical.CHECKS) | set(NOT_APPLICABLE)
    assert set(tables()) <= ours
