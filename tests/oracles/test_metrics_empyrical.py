"""empyrical's tables for measures of one series, with its conventions as options.

Where it answers infinity for a reward without risk, `infinite=True` asks for that.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.oracles.empyrical_cases import PERIODS, SPANS, cases, close, days, full, inputs, numbers, rate, series

from tradewright import metrics
from tradewright.quant.performance.arrays import Floats

pytestmark = pytest.mark.oracle


def simple_returns(prices: str, expected: list[float]) -> None:
    close(metrics.simple_returns(series(prices)), expected, 4)


def cum_returns(returns: str, start: float, expected: list[float]) -> None:
    close(metrics.cumulative_returns(series(returns), start=start or None), expected, 4)


def cum_returns_final(returns: str, start: float, expected: float) -> None:
    total = metrics.total_return(series(returns))
    close(total if start == 0 else (1.0 + total) * start, expected, 4)


def aggregate(returns: str, convert_to: str, expected: list[float]) -> None:
    _, found = metrics.aggregate_returns(series(returns), days(returns), span=SPANS[convert_to])
    close(found, expected)


def max_drawdown(returns: str, expected: float) -> None:
    close(metrics.max_drawdown(series(returns)), expected)


def max_drawdown_translation(returns: str, constant: float) -> None:
    values = series(returns)
    assert (
        metrics.max_drawdown(values - constant)
        <= metrics.max_drawdown(values)
        <= metrics.max_drawdown(values + constant)
    )


def annual_return(returns: str, period: str, expected: float) -> None:
    close(metrics.annual_return(series(returns), periods_per_year=PERIODS[period]), expected)


def annual_volatility(returns: str, period: str, expected: float) -> None:
    close(metrics.volatility(series(returns), periods_per_year=PERIODS[period]), expected)


def calmar(returns: str, period: str, expected: float) -> None:
    close(metrics.calmar(series(returns), periods_per_year=PERIODS[period]), expected)


def omega(returns: str, risk_free: str, required: float, expected: float) -> None:
    values = series(returns)
    threshold = rate(risk_free, len(values)) if required == 0.0 else required
    close(metrics.omega(values, threshold=threshold), expected)


def omega_returns(returns: str, less: float, more: float) -> None:
    values = series(returns)
    one = np.ones(len(values))
    assert metrics.omega(values, threshold=less * one) > metrics.omega(values, threshold=more * one)


def sharpe(returns: str, risk_free: str, expected: float) -> None:
    values = series(returns)
    close(metrics.sharpe(values, risk_free=rate(risk_free, len(values)), infinite=True), expected)


def per_period_sharpe(values: Floats, required: float) -> float:
    return metrics.sharpe(values, risk_free=np.full(len(values), float(required)))


def per_period_sortino(values: Floats, required: float) -> float:
    return metrics.sortino(values, target=np.full(len(values), float(required)))


def translation_same(measure: Callable[[Floats, float], float]) -> Callable[..., None]:
    def run(returns: str, required: float, translation: float) -> None:
        values = series(returns)
        found = measure(values, required)
        close(measure(values - translation, required - translation), found)
        close(measure(values + translation, required + translation), found)

    return run


def translation_diff(measure: Callable[[Floats, float], float]) -> Callable[..., None]:
    def run(returns: str, required: float, of_returns: float, of_required: float) -> None:
        values = series(returns)
        found = measure(values, required)
        assert measure(values - of_returns, required - of_required) != found
        assert measure(values + of_returns, required + of_required) != found

    return run


def sharpe_translation_1(returns: str, required: float, translation: float) -> None:
    values = series(returns)
    assert (
        per_period_sharpe(values, required - translation)
        > per_period_sharpe(values, required)
        > per_period_sharpe(values, required + translation)
    )


def sharpe_noise(small: float, large: float) -> None:
    random = np.random.default_rng(1337)
    calm, wild = random.normal(0.01, small, 1000), random.normal(0.01, large, 1000)
    assert per_period_sharpe(calm, 0.001) > per_period_sharpe(wild, 0.001)


def by_columns(
    measure: Callable[..., float], returns: str, required: str, period: str, expected: Any, **options: bool
) -> None:
    if returns.startswith("df_"):
        for column, value in zip(inputs()[returns]["columns"], numbers(expected), strict=True):
            values = series(returns, column)
            close(measure(values, target=rate(required, len(values)), periods_per_year=PERIODS[period]), value)
        return
    values = series(returns)
    found = measure(values, target=rate(required, len(values)), periods_per_year=PERIODS[period], **options)
    close(found, expected)


def downside_risk(returns: str, required: str, period: str, expected: Any) -> None:
    by_columns(metrics.downside_risk, returns, required, period, expected)


def downside_risk_noisy(noise: str, returns: str) -> None:
    noisy, flat = series(noise), series(returns)
    found = [metrics.downside_risk(np.concatenate((noisy[:cut], flat[cut:])), target=flat) for cut in (250, 500, 750)]
    assert found == sorted(found)


def downside_risk_trans(returns: str, required: float) -> None:
    values = series(returns)
    found = [metrics.downside_risk(values, target=np.full(len(values), level)) for level in (-required, 0.0, required)]
    assert found == sorted(found)


def downside_risk_std(small: float, large: float) -> None:
    random = np.random.default_rng(1337)
    assert metrics.downside_risk(random.normal(0, small, 1000)) < metrics.downside_risk(random.normal(0, large, 1000))


def sortino(returns: str, required: str, period: str, expected: Any) -> None:
    by_columns(metrics.sortino, returns, required, period, expected, infinite=True)


def sortino_add_noise(returns: str, required: str) -> None:
    values = series(returns).copy()
    found = [metrics.sortino(values, target=float(required))]
    for row in np.random.default_rng(1337).choice(np.flatnonzero(values > float(required)), 2, replace=False):
        values[row] = -0.01
        found.append(metrics.sortino(values, target=float(required)))
    assert found[0] > found[1] > found[2]


def sortino_sub_noise(returns: str, required: str) -> None:
    values = series(returns).copy()
    found = [metrics.sortino(values, target=float(required))]
    for row in np.random.default_rng(1337).choice(np.flatnonzero(values < float(required)), 2, replace=False):
        values[row] = float(required)
        found.append(metrics.sortino(values, target=float(required)))
    assert found[0] <= found[1] <= found[2]


def stability(returns: str, expected: float) -> None:
    close(metrics.stability(series(returns)), expected)


def tail_ratio(returns: str, expected: float) -> None:
    close(metrics.tail_ratio(series(returns)), expected, 1)


def cagr_translation(returns: str, constant: float) -> None:
    values = series(returns)
    assert (
        metrics.annual_return(values - constant)
        < metrics.annual_return(values)
        < metrics.annual_return(values + constant)
    )


def cagr_with_nan(returns: str) -> None:
    assert not math.isnan(metrics.annual_return(series(returns)))


def cagr_noisy(returns: str, noise: str) -> None:
    values, noisy = series(returns), series(noise)
    found = metrics.annual_return(values)
    np.testing.assert_approx_equal(metrics.annual_return(values + noisy), found, 1)
    np.testing.assert_approx_equal(metrics.annual_return(values - noisy), found, 1)


def roll_max_drawdown(returns: str, window: int, expected: list[float]) -> None:
    close(full(metrics.rolling_drawdown(series(returns), window), window), expected, 4)


def roll_sharpe(returns: str, window: int, expected: list[float]) -> None:
    close(full(metrics.rolling_sharpe(series(returns), window), window), expected)


CHECKS: dict[str, Callable[..., None]] = {
    "test_simple_returns": simple_returns,
    "test_cum_returns": cum_returns,
    "test_cum_returns_final": cum_returns_final,
    "test_aggregate_returns": aggregate,
    "test_max_drawdown": max_drawdown,
    "test_max_drawdown_translation": max_drawdown_translation,
    "test_annual_ret": annual_return,
    "test_annual_volatility": annual_volatility,
    "test_calmar": calmar,
    "test_omega": omega,
    "test_omega_returns": omega_returns,
    "test_sharpe_ratio": sharpe,
    "test_sharpe_translation_same": translation_same(per_period_sharpe),
    "test_sharpe_translation_diff": translation_diff(per_period_sharpe),
    "test_sharpe_translation_1": sharpe_translation_1,
    "test_sharpe_noise": sharpe_noise,
    "test_downside_risk": downside_risk,
    "test_downside_risk_noisy": downside_risk_noisy,
    "test_downside_risk_trans": downside_risk_trans,
    "test_downside_risk_std": downside_risk_std,
    "test_sortino": sortino,
    "test_sortino_add_noise": sortino_add_noise,
    "test_sortino_sub_noise": sortino_sub_noise,
    "test_sortino_translation_same": translation_same(per_period_sortino),
    "test_sortino_translation_diff": translation_diff(per_period_sortino),
    "test_stability_of_timeseries": stability,
    "test_tail_ratio": tail_ratio,
    "test_cagr": annual_return,
    "test_cagr_translation": cagr_translation,
    "test_cagr_with_nan_inputs": cagr_with_nan,
    "test_cagr_noisy": cagr_noisy,
    "test_roll_max_drawdown": roll_max_drawdown,
    "test_roll_sharpe_ratio": roll_sharpe,
}


@pytest.mark.parametrize(("test", "case"), list(cases(CHECKS)))
def test_measures_agree_with_empyrical(test: str, case: list[Any]) -> None:
    CHECKS[test](*case)
