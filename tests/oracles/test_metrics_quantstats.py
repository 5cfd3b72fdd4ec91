"""quantstats beside our measures on random returns: equal where it is right; where it is not, what it does is shown.

The disagreements are listed with their cause; each test computes both sides, so that a change in quantstats is seen.
"""

import math
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tradewright import metrics
from tradewright.quant.performance.arrays import Floats

pytestmark = pytest.mark.oracle

pandas = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def theirs() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("quantstats.stats")  # type: ignore[no-any-return]


DAYS = pandas.bdate_range("2015-01-01", periods=1000)
RANDOM = np.random.default_rng(3)
BENCHMARK: Floats = RANDOM.standard_t(5, 1000) * 0.008 + 0.0004
RETURNS: Floats = 0.6 * BENCHMARK + RANDOM.normal(0.0003, 0.006, 1000)
OWN, OTHER = pandas.Series(RETURNS, DAYS), pandas.Series(BENCHMARK, DAYS)
SESSIONS = DAYS.to_numpy().astype("datetime64[D]").astype(np.int64)

EQUAL: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "total return": (lambda: metrics.total_return(RETURNS), lambda qs: qs.comp(OWN)),
    "annual return": (lambda: metrics.annual_return(RETURNS), lambda qs: qs.cagr(OWN)),
    "volatility": (lambda: metrics.volatility(RETURNS), lambda qs: qs.volatility(OWN)),
    "sharpe": (lambda: metrics.sharpe(RETURNS), lambda qs: qs.sharpe(OWN)),
    "sharpe above a rate": (lambda: metrics.sharpe(RETURNS, risk_free=0.02), lambda qs: qs.sharpe(OWN, rf=0.02)),
    "sortino": (lambda: metrics.sortino(RETURNS), lambda qs: qs.sortino(OWN)),
    "sortino above a rate": (lambda: metrics.sortino(RETURNS, target=0.02), lambda qs: qs.sortino(OWN, rf=0.02)),
    "calmar": (lambda: metrics.calmar(RETURNS), lambda qs: qs.calmar(OWN)),
    "omega": (lambda: metrics.omega(RETURNS), lambda qs: qs.omega(OWN)),
    "omega above a rate": (
        lambda: metrics.omega(RETURNS, threshold=0.05),
        lambda qs: qs.omega(OWN, required_return=0.05),
    ),
    "gain to pain": (lambda: metrics.gain_to_pain(RETURNS), lambda qs: qs.gain_to_pain_ratio(OWN)),
    "skew": (lambda: metrics.skew(RETURNS, bias_corrected=True), lambda qs: qs.skew(OWN)),
    "kurtosis": (lambda: metrics.kurtosis(RETURNS, bias_corrected=True), lambda qs: qs.kurtosis(OWN)),
    "max drawdown": (lambda: metrics.max_drawdown(RETURNS), lambda qs: qs.max_drawdown(OWN)),
    "value at risk, normal": (
        lambda: metrics.value_at_risk(RETURNS, method="normal"),
        lambda qs: qs.value_at_risk(OWN),
    ),
    "expected shortfall, historical": (
        lambda: metrics.conditional_value_at_risk(RETURNS),
        lambda qs: qs.conditional_value_at_risk(OWN, method="historical"),
    ),
    "tail ratio": (lambda: metrics.tail_ratio(RETURNS), lambda qs: qs.tail_ratio(OWN)),
    "payoff ratio": (lambda: metrics.payoff_ratio(RETURNS), lambda qs: qs.payoff_ratio(OWN)),
    "profit factor": (lambda: metrics.profit_factor(RETURNS), lambda qs: qs.profit_factor(OWN)),
    "kelly": (lambda: metrics.kelly_criterion(RETURNS), lambda qs: qs.kelly_criterion(OWN)),
    "winning days": (lambda: metrics.positive_share(RETURNS), lambda qs: qs.win_rate(OWN)),
    "streak of wins": (lambda: metrics.longest_streaks(RETURNS)[0], lambda qs: qs.consecutive_wins(OWN)),
    "streak of losses": (lambda: metrics.longest_streaks(RETURNS)[1], lambda qs: qs.consecutive_losses(OWN)),
    "r squared": (lambda: metrics.r_squared(RETURNS, BENCHMARK), lambda qs: qs.r_squared(OWN, OTHER)),
    "information ratio, per day": (
        lambda: metrics.information_ratio(RETURNS, BENCHMARK, periods_per_year=1),
        lambda qs: qs.information_ratio(OWN, OTHER),
    ),
    "beta": (lambda: metrics.beta(RETURNS, BENCHMARK), lambda qs: qs.greeks(OWN, OTHER)["beta"]),
    "alpha, not compounded": (
        lambda: metrics.alpha(RETURNS, BENCHMARK, compounded=False),
        lambda qs: qs.greeks(OWN, OTHER)["alpha"],
    ),
    "rolling sharpe": (lambda: metrics.rolling_sharpe(RETURNS, 126), lambda qs: qs.rolling_sharpe(OWN)),
    "rolling sortino": (lambda: metrics.rolling_sortino(RETURNS, 126), lambda qs: qs.rolling_sortino(OWN)),
    "rolling volatility": (lambda: metrics.rolling_volatility(RETURNS, 126), lambda qs: qs.rolling_volatility(OWN)),
    "rolling beta": (
        lambda: metrics.rolling_beta(RETURNS, BENCHMARK, window=126),
        lambda qs: qs.rolling_greeks(OWN, OTHER, 126)["beta"],
    ),
    "months of the first year": (
        lambda: metrics.monthly_returns(RETURNS, SESSIONS).months[0],
        lambda qs: qs.monthly_returns(OWN).iloc[0].to_numpy(dtype=float)[:12],
    ),
}


@pytest.mark.parametrize("name", EQUAL)
@pytest.mark.filterwarnings("ignore")
def test_measure_equals_that_of_quantstats(name: str, theirs: ModuleType) -> None:
    ours, other = EQUAL[name]
    found, expected = np.atleast_1d(ours()), np.atleast_1d(np.asarray(other(theirs), dtype=float))
    found = found[len(found) - len(expected) :]
    both = ~(np.isnan(found) | np.isnan(expected))
    assert both.any()
    np.testing.assert_allclose(found[both], expected[both], rtol=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_three_worst_drawdowns_have_the_depths_of_quantstats(theirs: ModuleType) -> None:
    equity = metrics.cumulative_returns(RETURNS, start=1.0)
    found = metrics.drawdown_table(equity, SESSIONS, start=1.0, top=3)
    details = theirs.drawdown_details(theirs.to_drawdown_series(OWN)).sort_values("max drawdown")
    np.testing.assert_allclose(100.0 * found.depth, details["max drawdown"].to_numpy()[:3], rtol=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_ulcer_index_of_quantstats_divides_by_one_period_less(theirs: ModuleType) -> None:
    count = len(RETURNS)
    assert metrics.ulcer_index(RETURNS) * math.sqrt(count / (count - 1)) == pytest.approx(theirs.ulcer_index(OWN))


@pytest.mark.filterwarnings("ignore")
def test_treynor_and_ulcer_performance_of_quantstats_take_the_total_return_for_the_annual(theirs: ModuleType) -> None:
    total, annual = metrics.total_return(RETURNS), metrics.annual_return(RETURNS)
    assert metrics.treynor(RETURNS, BENCHMARK) * total / annual == pytest.approx(theirs.treynor_ratio(OWN, OTHER))
    count = len(RETURNS)
    shrunk = math.sqrt((count - 1) / count)
    assert metrics.martin(RETURNS) * total / annual * shrunk == pytest.approx(theirs.upi(OWN))


@pytest.mark.filterwarnings("ignore")
def test_recovery_factor_of_quantstats_adds_returns_instead_of_compounding_them(theirs: ModuleType) -> None:
    added = float(RETURNS.sum())
    compounded = metrics.total_return(RETURNS)
    assert metrics.recovery_factor(RETURNS) * added / compounded == pytest.approx(theirs.recovery_factor(OWN))


@pytest.mark.filterwarnings("ignore")
def test_probabilistic_sharpe_of_quantstats_uses_bias_corrected_moments(theirs: ModuleType) -> None:
    found = metrics.probability_above(
        metrics.sharpe(RETURNS, periods_per_year=1),
        observations=len(RETURNS),
        skew=metrics.skew(RETURNS, bias_corrected=True),
        kurtosis=metrics.kurtosis(RETURNS, bias_corrected=True),
    )
    assert found == pytest.approx(theirs.probabilistic_sharpe_ratio(OWN), rel=1e-9)
    assert metrics.probabilistic_sharpe(RETURNS) == pytest.approx(found, abs=1e-5)
