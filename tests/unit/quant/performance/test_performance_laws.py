"""What must hold of every measure on any returns: scale, bounds, order, a benchmark against itself."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright import metrics
from tradewright.quant.performance.arrays import Floats
from tradewright.quant.performance.drawdowns import BLOCK, deepest_drawdown, drawdown_episodes

returns = st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=60).map(np.array)
varied = returns.filter(lambda values: float(np.std(values)) > 1e-4)
few = settings(max_examples=60, deadline=None)


def equal(found: float, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-9, nan_ok=True)


@few
@given(returns)
def test_total_return_is_the_product_of_the_returns(values: Floats) -> None:
    equal(metrics.total_return(values), math.prod(1.0 + value for value in values) - 1.0)
    equal(metrics.cumulative_returns(values)[-1], metrics.total_return(values))


@few
@given(returns, st.floats(0.01, 1e6))
def test_equity_measures_do_not_depend_on_the_money_put_in(values: Floats, cash: float) -> None:
    equity = metrics.cumulative_returns(values, start=cash)
    equal(deepest_drawdown(equity, start=cash), metrics.max_drawdown(values))
    np.testing.assert_allclose(metrics.simple_returns(equity, start=cash), values, atol=1e-9)


@few
@given(returns)
def test_drawdowns_lie_between_everything_lost_and_nothing(values: Floats) -> None:
    series = metrics.drawdown_series(metrics.cumulative_returns(values, start=1.0), start=1.0)
    assert np.all((series <= 0.0) & (series > -1.0))
    equal(metrics.max_drawdown(values), float(series.min()))
    assert metrics.max_drawdown(values) <= min(0.0, float(values.min())) + 1e-12


@few
@given(returns)
def test_episodes_cover_the_rows_under_water_and_no_other(values: Floats) -> None:
    equity = metrics.cumulative_returns(values, start=1.0)
    series = metrics.drawdown_series(equity, start=1.0)
    found = drawdown_episodes(equity, start=1.0)
    covered = np.zeros(len(values), dtype=bool)
    for peak, recovery, trough, depth in zip(found.peak, found.recovery, found.trough, found.depth, strict=True):
        covered[peak + 1 : len(values) if recovery < 0 else recovery] = True
        assert series[trough] == depth
    np.testing.assert_array_equal(covered, series < 0.0)


@few
@given(varied, st.floats(0.1, 1.5))
def test_sharpe_and_sortino_do_not_change_with_leverage_and_volatility_scales(values: Floats, factor: float) -> None:
    equal(metrics.sharpe(values * factor), metrics.sharpe(values))
    equal(metrics.sortino(values * factor), metrics.sortino(values))
    equal(metrics.omega(values * factor), metrics.omega(values))
    equal(metrics.volatility(values * factor), metrics.volatility(values) * factor)
    equal(metrics.skew(values * factor), metrics.skew(values))
    equal(metrics.kurtosis(values * factor), metrics.kurtosis(values))
    equal(metrics.value_at_risk(values * factor), metrics.value_at_risk(values) * factor)


@few
@given(varied)
def test_the_order_of_returns_matters_to_drawdowns_only(values: Floats) -> None:
    shuffled = np.random.default_rng(len(values)).permutation(values)
    for measure in (
        metrics.total_return,
        metrics.annual_return,
        metrics.volatility,
        metrics.sharpe,
        metrics.sortino,
        metrics.omega,
        metrics.value_at_risk,
        metrics.conditional_value_at_risk,
        metrics.skew,
        metrics.kurtosis,
        metrics.tail_ratio,
        metrics.gain_to_pain,
        metrics.win_rate,
        metrics.profit_factor,
        metrics.system_quality_number,
    ):
        equal(measure(shuffled), measure(values))


@few
@given(varied)
def test_a_benchmark_against_itself_has_beta_one_and_alpha_zero(values: Floats) -> None:
    equal(metrics.beta(values, values), 1.0)
    equal(metrics.alpha(values, values), 0.0)
    equal(metrics.correlation(values, values), 1.0)
    equal(metrics.r_squared(values, values), 1.0)
    equal(metrics.tracking_error(values, values), 0.0)
    assert math.isnan(metrics.information_ratio(values, values))
    capture = metrics.capture(values, values)
    assert math.isnan(capture) or capture == pytest.approx(1.0)


@few
@given(varied, st.floats(-3.0, 3.0).filter(lambda factor: abs(factor) > 0.01), st.floats(-0.01, 0.01))
def test_beta_and_alpha_are_the_line_the_returns_were_made_from(values: Floats, slope: float, daily: float) -> None:
    made = slope * values + daily
    assert metrics.beta(made, values) == pytest.approx(slope, rel=1e-6, abs=1e-9)
    assert metrics.alpha(made, values, compounded=False) == pytest.approx(daily * 252, rel=1e-5, abs=1e-7)


@few
@given(returns)
def test_expected_shortfall_is_never_better_than_value_at_risk(values: Floats) -> None:
    assert metrics.conditional_value_at_risk(values) <= metrics.value_at_risk(values) + 1e-12
    assert values.min() <= metrics.conditional_value_at_risk(values) + 1e-12


@few
@given(returns, st.integers(0, 5))
def test_a_missing_return_changes_no_mean_and_no_product(values: Floats, place: int) -> None:
    holed = np.insert(values, min(place, len(values)), np.nan)
    for measure in (metrics.total_return, metrics.volatility, metrics.sharpe, metrics.sortino, metrics.max_drawdown,
                    metrics.value_at_risk, metrics.skew, metrics.win_rate):  # fmt: skip
        equal(measure(holed), measure(values))


@few
@given(varied, st.integers(2, 8))
def test_rolling_measures_equal_the_measure_of_each_window(values: Floats, window: int) -> None:
    other = np.sin(np.arange(len(values))) * 0.01
    pairs = [
        (metrics.rolling_volatility(values, window), metrics.rolling(metrics.volatility, window, values)),
        (metrics.rolling_sharpe(values, window), metrics.rolling(metrics.sharpe, window, values)),
        (metrics.rolling_sortino(values, window), metrics.rolling(metrics.sortino, window, values)),
        (metrics.rolling_drawdown(values, window), metrics.rolling(metrics.max_drawdown, window, values)),
        (metrics.rolling_beta(values, other, window=window), metrics.rolling(metrics.beta, window, values, other)),
    ]
    for fast, slow in pairs:
        np.testing.assert_allclose(fast, slow, rtol=1e-6, atol=1e-9)


@few
@given(returns, st.integers(0, 20_000))
def test_months_and_years_compound_to_the_total(values: Floats, first: int) -> None:
    sessions = first + 9 * np.arange(len(values))
    table = metrics.monthly_returns(values, sessions)
    total = metrics.total_return(values)
    for part in (table.months, table.totals, metrics.yearly_returns(values, sessions)[1]):
        equal(float(np.nanprod(1.0 + part)) - 1.0, total)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("start", [None, 90.0, 130.0])
def test_skipping_blocks_finds_the_same_deepest_drawdown(seed: int, start: float | None) -> None:
    random = np.random.default_rng(seed)
    length = 8 * BLOCK + int(random.integers(0, 5 * BLOCK))
    equity = 100.0 * np.exp(np.cumsum(random.normal(0.0002 * (seed - 2), 0.01, length)))
    peaks = np.maximum.accumulate(equity if start is None else np.maximum(equity, start))
    assert deepest_drawdown(equity, start=start) == pytest.approx(float((equity / peaks).min()) - 1.0, abs=1e-15)


def test_missing_and_worthless_equity_is_read_bar_by_bar() -> None:
    equity = np.linspace(1.0, 2.0, 9 * BLOCK)
    equity[5 * BLOCK] = 0.5
    holed = equity.copy()
    holed[7] = np.nan
    assert deepest_drawdown(holed) == pytest.approx(deepest_drawdown(equity))
    ruined = np.where(np.arange(len(equity)) > 8 * BLOCK, -1.0, equity)
    assert deepest_drawdown(ruined) < -1.0
    late = np.concatenate((np.full(2 * BLOCK, -1.0), equity))
    assert deepest_drawdown(late) == pytest.approx(-math.inf) or not math.isnan(deepest_drawdown(late))
