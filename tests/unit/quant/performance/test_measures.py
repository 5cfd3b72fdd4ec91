"""Measures by hand calculation, and what they answer where there is nothing to measure."""

import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from tradewright import metrics
from tradewright.quant.performance import arrays, drawdowns

NOTHING: list[float] = []
STEADY = [0.01] * 9
GAINS = [0.01, 0.02, 0.015]
MIXED = [0.10, -0.05, 0.02, -0.01]


@pytest.mark.parametrize(
    "measure",
    [
        metrics.total_return,
        metrics.annual_return,
        metrics.volatility,
        metrics.downside_risk,
        metrics.sharpe,
        metrics.sortino,
        metrics.calmar,
        metrics.omega,
        metrics.max_drawdown,
        metrics.ulcer_index,
        metrics.value_at_risk,
        metrics.conditional_value_at_risk,
        metrics.skew,
        metrics.kurtosis,
        metrics.tail_ratio,
        metrics.best_return,
        metrics.worst_return,
        metrics.positive_share,
        metrics.gain_to_pain,
        metrics.recovery_factor,
        metrics.martin,
        metrics.stability,
        metrics.autocorrelation,
        metrics.geometric_mean,
        metrics.probabilistic_sharpe,
        metrics.sharpe_with_autocorrelation,
        metrics.win_rate,
        metrics.profit_factor,
        metrics.expectancy,
        metrics.system_quality_number,
        metrics.average_win,
        metrics.average_loss,
        metrics.payoff_ratio,
        metrics.kelly_criterion,
    ],
)
def test_nothing_measured_is_not_a_number(measure: Callable[..., float]) -> None:
    assert math.isnan(measure(NOTHING))


@pytest.mark.parametrize(
    "measure",
    [
        metrics.beta,
        metrics.alpha,
        metrics.correlation,
        metrics.r_squared,
        metrics.tracking_error,
        metrics.information_ratio,
        metrics.treynor,
        metrics.capture,
        metrics.up_capture,
        metrics.down_capture,
        metrics.up_down_capture,
        metrics.beta_fragility,
    ],
)
def test_nothing_compared_is_not_a_number(measure: Callable[..., float]) -> None:
    assert math.isnan(measure(NOTHING, NOTHING))


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        (metrics.sharpe, STEADY),
        (metrics.sortino, GAINS),
        (metrics.calmar, GAINS),
        (metrics.omega, GAINS),
        (metrics.gain_to_pain, GAINS),
        (metrics.recovery_factor, GAINS),
        (metrics.profit_factor, GAINS),
    ],
)
def test_reward_without_risk_is_undefined_or_infinite_on_demand(
    measure: Callable[..., float], values: list[float]
) -> None:
    assert math.isnan(measure(values))
    assert measure(values, infinite=True) == math.inf


@pytest.mark.parametrize("measure", [metrics.skew, metrics.kurtosis, metrics.stability, metrics.autocorrelation])
def test_shape_of_returns_that_do_not_vary_is_undefined(measure: Callable[..., float]) -> None:
    assert math.isnan(measure([0.0] * 9))


@pytest.mark.parametrize("convert", [list, np.array, pl.Series, lambda values: pl.Series([*values]).to_pandas()])
def test_lists_numpy_polars_and_pandas_are_accepted(convert: Callable[[list[float]], list[float]]) -> None:
    assert metrics.sharpe(convert(MIXED)) == metrics.sharpe(np.array(MIXED))
    assert metrics.beta(convert(MIXED), convert(MIXED)) == pytest.approx(1.0)


def test_missing_values_of_polars_are_missing_returns() -> None:
    assert metrics.total_return(pl.Series([0.1, None, 0.1])) == pytest.approx(0.21)
    assert metrics.total_return([0.1, None, 0.1]) == pytest.approx(0.21)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "message"),
    [("abc", "must be numbers"), (0.5, "a single number"), ([[0.1, 0.2], [0.3, 0.4]], "shape")],
)
def test_what_is_not_a_series_is_refused(values: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        metrics.sharpe(values)


def test_a_table_of_one_column_is_a_series() -> None:
    assert metrics.total_return([[0.1], [0.1]]) == pytest.approx(0.21)


def test_series_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same periods; found 4 and 2"):
        metrics.beta(MIXED, [0.1, 0.2])
    with pytest.raises(ValueError, match="one value for each of 4"):
        metrics.sharpe(MIXED, risk_free=[0.1, 0.2])
    with pytest.raises(ValueError, match="needs its session"):
        metrics.aggregate_returns(MIXED, [1, 2])
    with pytest.raises(ValueError, match="needs its session"):
        metrics.drawdown_table(MIXED, [1, 2])


@pytest.mark.parametrize("periods", [0, -1, math.nan, math.inf])
def test_periods_per_year_must_be_positive(periods: float) -> None:
    with pytest.raises(ValueError, match="periods_per_year"):
        metrics.sharpe(MIXED, periods_per_year=periods)


def test_sharpe_by_hand() -> None:
    # mean 0.015, deviations 0.085 -0.065 0.005 -0.025, sum of squares 0.0121, variance 0.0121 / 3
    assert metrics.sharpe(MIXED, periods_per_year=1) == pytest.approx(0.015 / math.sqrt(0.0121 / 3))
    assert metrics.sharpe(MIXED, periods_per_year=4) == pytest.approx(2 * metrics.sharpe(MIXED, periods_per_year=1))
    assert metrics.sharpe(MIXED, ddof=0, periods_per_year=1) == pytest.approx(0.015 / math.sqrt(0.0121 / 4))


def test_a_risk_free_rate_is_per_year_and_a_series_of_rates_per_period() -> None:
    per_period = math.pow(1.05, 0.25) - 1.0
    by_year = metrics.sharpe(MIXED, periods_per_year=4, risk_free=0.05)
    assert by_year == pytest.approx(metrics.sharpe(MIXED, periods_per_year=4, risk_free=np.full(4, per_period)))
    assert by_year < metrics.sharpe(MIXED, periods_per_year=4)


def test_sortino_by_hand() -> None:
    downside = math.sqrt((0.05 * 0.05 + 0.01 * 0.01) / 4)
    assert metrics.sortino(MIXED, periods_per_year=1) == pytest.approx(0.015 / downside)


def test_omega_gain_to_pain_and_drawdown_by_hand() -> None:
    assert metrics.omega(MIXED) == pytest.approx(0.12 / 0.06)
    assert metrics.gain_to_pain(MIXED) == pytest.approx(1.0)
    lowest = 0.95 * 1.02 * 0.99 - 1.0
    assert metrics.max_drawdown(MIXED) == pytest.approx(min(-0.05, lowest))
    assert math.isnan(metrics.omega(MIXED, threshold=-1.0))


def test_a_ratio_of_missing_returns_alone_is_not_a_number() -> None:
    missing = [math.nan, math.nan]
    assert math.isnan(metrics.omega(missing))
    assert math.isnan(metrics.sortino(missing))


def test_compounded_ratios_need_a_yearly_rate() -> None:
    with pytest.raises(ValueError, match="one rate per year"):
        metrics.sharpe(MIXED, compounded=True, risk_free=[0.0] * 4)
    reward = metrics.annual_return(MIXED, periods_per_year=4) - 0.01
    risk = metrics.volatility(MIXED, periods_per_year=4, compounded=True)
    assert metrics.sharpe(MIXED, compounded=True, periods_per_year=4, risk_free=0.01) == pytest.approx(reward / risk)
    assert metrics.sortino(MIXED, compounded=True, periods_per_year=4, target=0.0) > 0.0


def test_compounded_volatility_that_leaves_the_numbers_is_undefined() -> None:
    assert math.isnan(metrics.volatility([1e3, 2e3, 1e3], compounded=True, periods_per_year=1e5))
    assert metrics.volatility(STEADY, compounded=True) == 0.0


def test_annual_return_of_a_total_loss_is_minus_one_and_of_more_undefined() -> None:
    assert metrics.annual_return([-1.0, 0.5]) == -1.0
    assert math.isnan(metrics.annual_return([-1.5, 0.5]))
    assert math.isnan(metrics.annual_return([1e6], periods_per_year=1000))
    assert math.isnan(metrics.annual_growth(1.0, 1e9, days=1e-3))
    assert math.isnan(metrics.annual_growth(0.0, 1.0, days=10))
    assert metrics.geometric_mean([-1.0, 0.5]) == 0.0
    assert math.isnan(metrics.stability([-1.0, 0.5]))


def test_growth_by_the_calendar() -> None:
    assert metrics.annual_growth(100.0, 121.0, days=2 * 365.25) == pytest.approx(0.10)


def test_value_at_risk_of_known_percentiles() -> None:
    values = [1.0, 81.0, 82.0, 83.0, 84.0, 85.0]
    assert metrics.value_at_risk(values, level=0.9) == pytest.approx(41.0)
    assert metrics.value_at_risk(values, level=0.8) == pytest.approx(81.0)
    assert metrics.value_at_risk(values, level=0.7) == pytest.approx(81.5)
    assert metrics.conditional_value_at_risk(values, level=0.8) == pytest.approx(41.0)
    assert math.isnan(metrics.value_at_risk([0.1], method="normal"))
    normal = metrics.value_at_risk(MIXED, level=0.95, method="normal")
    assert normal == pytest.approx(0.015 - 1.6448536269514722 * math.sqrt(0.0121 / 3))
    with pytest.raises(ValueError, match="level"):
        metrics.value_at_risk(values, level=95)


def test_expected_shortfall_is_the_mean_of_returns_at_or_below_the_value_at_risk() -> None:
    values = np.random.default_rng(4).normal(0.0, 0.02, 21)
    for level in (0.0, 0.001, 0.8, 0.95, 0.9501, 1.0):
        worst = values[values <= metrics.value_at_risk(values, level=level) + 1e-15]
        assert metrics.conditional_value_at_risk(values, level=level) == pytest.approx(worst.mean())


def test_moments_of_a_known_sample() -> None:
    values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]  # mean 5, variance 4; third 42/8, fourth 356/8
    assert metrics.skew(values) == pytest.approx(5.25 / 8.0)
    assert metrics.kurtosis(values) == pytest.approx(44.5 / 16.0 - 3.0)
    assert metrics.skew(values, bias_corrected=True) == pytest.approx(0.65625 * math.sqrt(56) / 6)


def test_autocorrelation_by_hand() -> None:
    assert metrics.autocorrelation([1.0, -1.0, 1.0, -1.0]) == pytest.approx(-0.75)
    assert metrics.autocorrelation([1.0, -1.0, 1.0, -1.0], lag=0) == pytest.approx(1.0)
    assert math.isnan(metrics.autocorrelation([1.0, 2.0], lag=5))


def test_drawdown_table_says_when_it_fell_and_recovered() -> None:
    equity = [100.0, 90.0, 95.0, 101.0, 99.0, 103.0, 80.0, 85.0]
    found = metrics.drawdown_table(equity, [0, 3, 4, 5, 6, 7, 10, 11], start=100.0, top=2)
    assert list(found.peak) == [5, 0]
    assert list(found.trough) == [6, 1]
    assert list(found.recovery) == [-1, 3]
    assert list(found.length_bars) == [2, 3]
    assert list(found.length_days) == [4.0, 5.0]
    assert found.depth[0] == pytest.approx(80.0 / 103.0 - 1.0)
    assert len(found) == 2


def test_a_fall_from_the_first_bar_has_its_peak_before_it() -> None:
    found = metrics.drawdown_table([90.0, 95.0], start=100.0)
    assert (found.peak[0], found.trough[0], found.recovery[0], found.length_bars[0]) == (-1, 0, -1, 2)
    assert math.isnan(found.length_days[0])
    assert len(metrics.drawdown_table([100.0, 101.0], start=100.0)) == 0
    assert len(metrics.drawdown_series([])) == 0


def test_missing_equity_counts_as_unchanged_in_the_table() -> None:
    found = drawdowns.drawdown_episodes([math.nan, 90.0, math.nan, 100.0], start=100.0)
    assert list(found.length_bars) == [3]
    assert len(drawdowns.drawdown_episodes([math.nan, 90.0, 100.0])) == 0


def test_weeks_begin_on_monday_and_spans_are_in_order() -> None:
    sunday = 10986  # 2000-01-30
    spans, values = metrics.aggregate_returns([0.1, 0.1, 0.1], [sunday, sunday + 1, sunday + 7], span="week")
    assert len(spans) == 2
    np.testing.assert_allclose(values, [0.1, 0.21])
    with pytest.raises(ValueError, match="sort"):
        metrics.aggregate_returns([0.1, 0.1], [10, 9], span="day")
    with pytest.raises(ValueError, match="whole numbers"):
        metrics.aggregate_returns([0.1], [1.5])
    with pytest.raises(ValueError, match="one series"):
        metrics.aggregate_returns([0.1], np.zeros((1, 1), dtype=np.int64))


def test_monthly_table_has_a_row_for_every_year_even_an_empty_one() -> None:
    january, december = 10957, 10957 + 366 + 365 + 334  # 2000-01-01, 2002-12-01
    table = metrics.monthly_returns([0.1, 0.2], [january, december])
    assert list(table.years) == [2000, 2001, 2002]
    assert table.months[0, 0] == pytest.approx(0.1)
    assert table.months[2, 11] == pytest.approx(0.2)
    assert math.isnan(table.totals[1])
    years, totals = metrics.yearly_returns([0.1, 0.2], [january, december])
    assert list(years) == [2000, 2002]
    np.testing.assert_allclose(totals, [0.1, 0.2])
    assert metrics.monthly_returns([], []).months.shape == (0, 12)


def test_relative_measures_by_hand() -> None:
    own, other = [0.02, -0.02, 0.03], [0.01, -0.01, 0.02]
    active = np.array([0.01, -0.01, 0.01])
    assert metrics.tracking_error(own, other, periods_per_year=1) == pytest.approx(active.std(ddof=1))
    assert metrics.information_ratio(own, other, periods_per_year=1) == pytest.approx(
        active.mean() / active.std(ddof=1)
    )
    assert metrics.treynor(own, other, periods_per_year=3) == pytest.approx(
        (1.02 * 0.98 * 1.03 - 1.0) / metrics.beta(own, other)
    )
    assert metrics.jensen_alpha(0.10, 0.05, beta=0.5, risk_free=0.01) == pytest.approx(0.07)
    assert math.isnan(metrics.treynor(own, [0.0, 0.0, 0.0]))
    assert math.isnan(metrics.capture(own, [0.0, 0.0, 0.0]))
    assert math.isnan(metrics.alpha([-5.0, -5.0, -4.0], other))
    assert math.isnan(metrics.correlation(own, [0.01] * 3))
    assert math.isnan(metrics.beta_fragility([0.1, math.nan, 0.2], other))
    assert metrics.beta_fragility([0.1, 0.2, 0.4], [0.0, 0.0, 0.0]) == pytest.approx(-0.15)


def test_statistics_of_round_trips_by_hand() -> None:
    pnl = [100.0, -50.0, 0.0, 60.0, 20.0, -10.0]
    assert metrics.win_rate(pnl) == 0.5
    assert metrics.profit_factor(pnl) == pytest.approx(3.0)
    assert metrics.expectancy(pnl) == pytest.approx(20.0)
    assert metrics.payoff_ratio(pnl) == pytest.approx(2.0)
    assert metrics.kelly_criterion(pnl) == pytest.approx(0.25)
    assert metrics.longest_streaks(pnl) == (2, 1)
    assert metrics.longest_streaks([]) == (0, 0)
    expected = math.sqrt(6) * 20.0 / np.std(pnl, ddof=1)
    assert metrics.system_quality_number(pnl) == pytest.approx(expected)
    assert metrics.system_quality_number(pnl, largest_count=4) == pytest.approx(expected * math.sqrt(4 / 6))
    assert math.isnan(metrics.kelly_fraction(0.5, 0.0))


def test_kelly_leverage_growth_and_its_deviation_by_hand() -> None:
    assert metrics.kelly_leverage(0.10, 0.20, risk_free=0.02) == pytest.approx(2.0)
    assert metrics.kelly_growth(0.10, 0.20, risk_free=0.02) == pytest.approx(0.10)
    assert metrics.kelly_growth_deviation(0.10, 0.20, risk_free=0.02) == pytest.approx(0.4)
    assert math.isnan(metrics.kelly_leverage(0.1, 0.0))


def test_time_in_market_counts_overlapping_trips_once() -> None:
    assert metrics.time_in_market([0, 2, 8], [3, 4, 9], bars=10) == pytest.approx(0.7)
    assert metrics.time_in_market([], [], bars=4) == 0.0
    assert math.isnan(metrics.time_in_market([], [], bars=0))


def test_rolling_windows_longer_than_the_data_are_empty_and_shorter_than_one_refused() -> None:
    assert np.isnan(metrics.rolling_sharpe(MIXED, 10)).all()
    assert np.isnan(metrics.rolling_beta(MIXED, MIXED, window=10)).all()
    with pytest.raises(ValueError, match="at least one"):
        metrics.rolling_volatility(MIXED, 0)


def test_rolling_beta_leaves_out_missing_pairs() -> None:
    own, other = [0.02, math.nan, 0.03, 0.01], [0.01, 0.5, 0.02, -0.01]
    assert metrics.rolling_beta(own, other, window=4)[-1] == pytest.approx(metrics.beta(own, other))


def test_prices_make_returns() -> None:
    np.testing.assert_allclose(metrics.simple_returns([100.0, 110.0, 99.0]), [0.1, -0.1])
    np.testing.assert_allclose(metrics.simple_returns([110.0], start=100.0), [0.1])
    assert len(metrics.simple_returns([1.0])) == 0


def test_every_name_of_the_face_is_there() -> None:
    for name in dir(metrics):
        assert getattr(metrics, name) is not None
    with pytest.raises(AttributeError, match="sharp_ratio"):
        metrics.sharp_ratio  # noqa: B018


def test_quotients_pass_on_what_is_unknown() -> None:
    assert math.isnan(arrays.quotient(math.nan, 1.0))
    assert math.isnan(arrays.quotient(0.0, 0.0, infinite=True))
    assert arrays.quotient(-1.0, 0.0, infinite=True) == -math.inf
