"""The table of a run's statistics: what is in it, how it samples, and that its numbers are the measures' own."""

import math
from typing import Any

import numpy as np
import pytest

from tradewright import metrics
from tradewright.quant.performance.arrays import Floats, Integers
from tradewright.quant.performance.conventions import Conventions, infer_periods_per_year
from tradewright.quant.performance.exposure import Exposure
from tradewright.quant.performance.round_trips import Fills, RoundTrips, round_trips
from tradewright.quant.performance.sampling import sample_equity
from tradewright.quant.performance.summary import (
    buy_and_hold,
    buy_and_hold_statistics,
    equity_statistics,
    relative_statistics,
    summarize,
)

PROMISED = {
    "final_equity",
    "total_return",
    "return_annual",
    "volatility_annual",
    "sharpe",
    "sortino",
    "calmar",
    "omega",
    "max_drawdown",
    "max_drawdown_days",
    "var_95",
    "cvar_95",
    "win_rate",
    "profit_factor",
    "expectancy",
    "sqn",
    "exposure",
    "turnover_annual",
    "round_trips",
    "fees",
    "best_day",
    "worst_day",
    "skew",
    "kurtosis",
    "tail_ratio",
    "alpha",
    "beta",
    "information_ratio",
}
THURSDAY = 11_326
"""2001-01-04 as days since 1970-01-01."""
NO_FILLS = Fills(*(np.empty(0, dtype=kind) for kind in (np.int64, float, float, float, float, np.int64, np.int64)))


def weekdays(count: int) -> Integers:
    days = THURSDAY + np.arange(2 * count + 7)
    return days[(days + 3) % 7 < 5][:count]


def no_trips() -> RoundTrips:
    return round_trips(NO_FILLS, marks=np.array([1.0]), last_bar=0)


def held(quantity: float, closes: Floats) -> tuple[Fills, RoundTrips, Floats, Floats]:
    """Bought at the first close, sold at the second last; with a cash account of 1,000 and fees of 1."""
    bars = np.array([0, len(closes) - 2])
    fills = Fills(
        np.zeros(2, np.int64),
        np.array([quantity, -quantity]),
        closes[bars],
        np.ones(2),
        np.ones(2),
        bars,
        np.zeros(2, np.int64),
    )
    position = np.where(np.arange(len(closes)) < len(closes) - 2, quantity, 0.0)
    cash = np.where(position > 0, 999.0 - quantity * closes[0], 998.0 + quantity * (closes[-2] - closes[0]))
    trips = round_trips(fills, marks=closes[-1:], last_bar=len(closes) - 1)
    return fills, trips, cash + position * closes, position * closes


def closes(count: int, seed: int = 0) -> Floats:
    walk: Floats = 10.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0005, 0.01, count), dtype=np.float64))
    return walk


def test_summary_holds_what_is_promised_and_agrees_with_the_measures() -> None:
    prices, sessions = closes(600), weekdays(600)
    fills, trips, equity, exposure = held(50.0, prices)
    found = summarize(
        equity,
        sessions,
        cash=1000.0,
        gross_exposure=Exposure.of_bars(exposure),
        fills=fills,
        trips=trips,
        benchmark=prices,
    )
    assert set(found) >= PROMISED
    assert all(isinstance(value, float) for value in found.values())
    returns = metrics.simple_returns(equity, start=1000.0)
    assert len(returns) == 600
    assert found["final_equity"] == equity[-1]
    assert found["total_return"] == pytest.approx(metrics.total_return(returns))
    assert found["return_annual"] == pytest.approx(metrics.annual_return(returns))
    assert found["sharpe"] == pytest.approx(metrics.sharpe(returns))
    assert found["sortino"] == pytest.approx(metrics.sortino(returns))
    assert found["calmar"] == pytest.approx(metrics.calmar(returns))
    assert found["max_drawdown"] == pytest.approx(metrics.max_drawdown(returns))
    assert found["ulcer_index"] == pytest.approx(metrics.ulcer_index(returns))
    assert found["var_95"] == pytest.approx(metrics.value_at_risk(returns))
    assert found["best_day"] == pytest.approx(returns.max())
    assert (found["fees"], found["fills"], found["round_trips"]) == (2.0, 2.0, 1.0)
    assert found["expectancy"] == pytest.approx(equity[-1] - 1000.0)
    assert found["exposure"] == pytest.approx(598 / 600)
    traded = 50.0 * (prices[0] + prices[-2])
    assert found["turnover_annual"] == pytest.approx(traded / equity.mean() / (600 / 252))
    benchmark = metrics.simple_returns(prices)
    assert found["beta"] == pytest.approx(metrics.beta(returns[1:], benchmark))
    assert found["alpha"] == pytest.approx(metrics.alpha(returns[1:], benchmark))


def test_intraday_equity_is_sampled_at_the_close_of_each_session_but_falls_count_on_every_bar() -> None:
    sessions = np.repeat(weekdays(3), 4)
    equity = np.array([100, 90, 105, 110, 110, 50, 100, 121, 121, 122, 123, 133.1])
    exposure = np.array([0.0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1])
    found = summarize(
        equity, sessions, cash=100.0, gross_exposure=Exposure.of_bars(exposure), fills=NO_FILLS, trips=no_trips()
    )
    assert found["best_day"] == pytest.approx(0.1)
    assert found["worst_day"] == pytest.approx(0.1)
    assert found["periods_per_year"] == 252
    assert found["years"] == pytest.approx(3 / 252)
    assert found["max_drawdown"] == pytest.approx(50 / 110 - 1.0)
    assert found["max_drawdown_days"] == 0.0  # no session closed below the one before
    assert found["exposure"] == pytest.approx(0.5)
    assert math.isnan(found["sharpe"])  # three equal days


def test_every_bar_counts_when_nothing_is_resampled() -> None:
    sessions = np.repeat(weekdays(3), 2)
    equity = np.array([100.0, 110, 99, 110, 120, 130])
    sample = sample_equity(equity, sessions, cash=100.0, conventions=Conventions(resample="none"))
    assert len(sample.returns) == 6
    assert sample.periods_per_year == 504
    found = summarize(
        equity,
        sessions,
        cash=100.0,
        gross_exposure=Exposure.of_bars(equity),
        fills=NO_FILLS,
        trips=no_trips(),
        conventions=Conventions(resample="none", periods_per_year=1000, risk_free=0.01, ddof=0, var_level=0.9),
        benchmark=equity,
    )
    returns = metrics.simple_returns(equity, start=100.0)
    assert found["sharpe"] == pytest.approx(metrics.sharpe(returns, periods_per_year=1000, risk_free=0.01, ddof=0))
    assert found["var_95"] == pytest.approx(metrics.value_at_risk(returns, level=0.9))
    assert found["worst_day"] == pytest.approx(0.0)
    assert found["beta"] == pytest.approx(1.0)
    assert found["largest_leverage"] == 1.0


def test_money_lost_on_the_first_bar_is_a_return_and_a_drawdown() -> None:
    found = summarize(
        [90.0, 90.0],
        weekdays(2),
        cash=100.0,
        gross_exposure=Exposure.of_bars([0.0, 0.0]),
        fills=NO_FILLS,
        trips=no_trips(),
    )
    assert found["total_return"] == pytest.approx(-0.1)
    assert found["worst_day"] == pytest.approx(-0.1)
    assert found["max_drawdown"] == pytest.approx(-0.1)
    assert found["max_drawdown_periods"] == 2.0


def test_max_drawdown_days_runs_from_the_peak_to_the_recovery_of_the_deepest_fall() -> None:
    equity = np.array([100.0, 99, 99, 99, 99, 101, 80, 102])
    sessions = np.array([0, 1, 2, 3, 4, 7, 8, 9]) + THURSDAY
    found = summarize(
        equity, sessions, cash=100.0, gross_exposure=Exposure.of_bars(equity), fills=NO_FILLS, trips=no_trips()
    )
    assert found["max_drawdown_days"] == 2.0
    assert found["longest_drawdown_days"] == 7.0
    assert found["average_drawdown"] == pytest.approx((-0.01 + 80 / 101 - 1) / 2)


def test_no_bars_and_no_fills_give_a_table_of_unknowns() -> None:
    nothing = Exposure.of_bars([])
    found = summarize([], np.empty(0, np.int64), cash=100.0, gross_exposure=nothing, fills=NO_FILLS, trips=no_trips(),
                      benchmark=[])  # fmt: skip
    assert found["final_equity"] == 100.0
    assert found["round_trips"] == 0.0
    assert all(math.isnan(found[name]) for name in ("total_return", "sharpe", "win_rate", "exposure", "beta"))


def test_flat_equity_has_no_ratio_and_no_drawdown() -> None:
    found = summarize(
        np.full(30, 100.0),
        weekdays(30),
        cash=100.0,
        gross_exposure=Exposure.of_bars(np.zeros(30)),
        fills=NO_FILLS,
        trips=no_trips(),
    )
    assert (found["total_return"], found["volatility_annual"], found["max_drawdown"]) == (0.0, 0.0, 0.0)
    assert (found["max_drawdown_days"], found["turnover_annual"], found["exposure"]) == (0.0, 0.0, 0.0)
    assert all(math.isnan(found[name]) for name in ("sharpe", "sortino", "calmar", "omega", "skew", "tail_ratio"))


def test_a_ruined_account_has_statistics_too() -> None:
    equity = np.array([100.0, 40.0, -10.0, -10.0])
    found = summarize(
        equity,
        weekdays(4),
        cash=100.0,
        gross_exposure=Exposure.of_bars(np.abs(equity)),
        fills=NO_FILLS,
        trips=no_trips(),
    )
    assert found["total_return"] == pytest.approx(-1.1)
    assert found["max_drawdown"] == pytest.approx(-1.1)
    assert math.isnan(found["return_annual"])


def test_buy_and_hold_starts_at_the_first_known_price_and_carries_missing_ones() -> None:
    equity = buy_and_hold([math.nan, 10.0, math.nan, 12.0], cash=100.0)
    np.testing.assert_allclose(equity, [100.0, 100.0, 100.0, 120.0])
    prices = closes(300)
    found = buy_and_hold_statistics(prices, weekdays(300), cash=500.0)
    assert found["total_return"] == pytest.approx(prices[-1] / prices[0] - 1.0)
    assert found["sharpe"] == pytest.approx(metrics.sharpe(np.append(0.0, metrics.simple_returns(prices))))
    with pytest.raises(ValueError, match="found none"):
        buy_and_hold([math.nan], cash=1.0)


def test_days_on_which_the_benchmark_is_not_yet_known_are_left_out_of_the_comparison() -> None:
    prices, sessions = closes(50), weekdays(50)
    equity = prices * 10.0
    sample = sample_equity(equity, sessions, cash=float(equity[0]), conventions=Conventions())
    late = np.where(np.arange(50) < 20, np.nan, prices)
    late[30] = np.nan
    found = relative_statistics(sample, late, conventions=Conventions())
    assert found["benchmark_return"] == pytest.approx(prices[-1] / prices[20] - 1.0)
    intraday = np.repeat(sessions[:25], 2)
    sample = sample_equity(equity, intraday, cash=float(equity[0]), conventions=Conventions())
    gap = prices.copy()
    gap[1] = np.nan
    carried = relative_statistics(sample, gap, conventions=Conventions())
    assert carried["benchmark_return"] == pytest.approx(prices[-1] / prices[0] - 1.0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sessions": weekdays(5)}, "needs its session"),
        ({"sessions": np.arange(4.0)}, "integers"),
        ({"benchmark": [1.0]}, "needs a price"),
        ({"gross_exposure": Exposure.of_bars([0.0])}, "gross exposure"),
    ],
)
def test_columns_that_do_not_fit_are_refused(changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"sessions": weekdays(4), "gross_exposure": Exposure.of_bars(np.zeros(4))} | changed
    sessions = given.pop("sessions")
    with pytest.raises(ValueError, match=message):
        summarize(np.full(4, 1.0), sessions, cash=1.0, fills=NO_FILLS, trips=no_trips(), **given)


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        (weekdays(300), 252),
        (np.arange(300), 365),
        (7 * np.arange(100), 52),
        (14 * np.arange(100), 26),
        (30 * np.arange(40), 12),
        (91 * np.arange(20), 4),
        (365 * np.arange(9), 1),
        (np.repeat(weekdays(20), 7), 7 * 252),
        (np.repeat(np.arange(20), 24), 24 * 365),
        ([5], 252),
        ([5, 5], 504),
        ([], 252),
    ],
)
def test_periods_per_year_are_seen_in_the_sessions(sessions: Integers, expected: float) -> None:
    assert infer_periods_per_year(sessions) == expected


def test_a_sunday_evening_session_does_not_make_a_market_open_all_week() -> None:
    days = THURSDAY + np.arange(400)
    assert infer_periods_per_year(days[(days + 3) % 7 != 5]) == 252


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"periods_per_year": 0}, "periods_per_year"),
        ({"risk_free": -1.0}, "rate per year"),
        ({"ddof": 2}, "ddof"),
        ({"resample": "weekly"}, "resample"),
        ({"var_level": 95}, "var_level"),
    ],
)
def test_conventions_that_make_no_sense_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Conventions(**wrong)


def test_statistics_of_an_equity_curve_alone_need_no_fills() -> None:
    equity = closes(100) * 100.0
    sample = sample_equity(equity, weekdays(100), cash=1000.0, conventions=Conventions())
    found = equity_statistics(equity, sample, cash=1000.0, conventions=Conventions())
    assert found["peak_equity"] == max(1000.0, equity.max())
    assert math.isnan(sample_equity([], np.empty(0, np.int64), cash=1.0, conventions=Conventions()).calendar_days)
