"""The derived tables of the tear sheet, checked by formulas of their own."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.interfaces.reports.sample_views import CASH

from tradewright.application.backtests.sheet import (
    TearSheet,
    conventions_of,
    histogram,
    tear_sheet,
    worst_drawdowns,
)
from tradewright.application.backtests.views import BacktestView


@pytest.fixture(scope="module")
def sheet(view: BacktestView) -> TearSheet:
    return tear_sheet(view)


def test_months_compound_to_years_and_years_to_the_total(sheet: TearSheet, view: BacktestView) -> None:
    growth = sheet.monthly.group_by("year", maintain_order=True).agg((pl.col("return") + 1).product() - 1)
    np.testing.assert_allclose(growth["return"], sheet.yearly["return"], rtol=1e-12)
    total = (sheet.yearly["return"] + 1).product() - 1
    assert total == pytest.approx(view.equity["equity"][-1] / CASH - 1)


def test_the_deepest_listed_drawdown_is_the_lowest_point_of_the_curve(sheet: TearSheet) -> None:
    assert sheet.drawdowns["depth"][0] == pytest.approx(sheet.daily["drawdown"].min())
    assert sheet.drawdowns["depth"].is_sorted()
    assert len(sheet.drawdowns) <= 10


def test_a_drawdown_by_hand() -> None:
    equity = [100.0, 110.0, 99.0, 104.5, 110.0, 105.0]
    sessions = [date(2020, 1, day) for day in (1, 2, 3, 6, 7, 8)]
    daily = pl.DataFrame({"session": sessions, "equity": equity})
    found = worst_drawdowns(daily, 100.0).to_dicts()
    assert found[0] == {
        "peak": date(2020, 1, 2),
        "valley": date(2020, 1, 3),
        "recovered": date(2020, 1, 7),
        "depth": pytest.approx(-0.1),
        "days": 5,
        "days_down": 1,
        "days_up": 4,
    }
    assert found[1]["recovered"] is None
    assert found[1]["days_up"] is None


def test_a_fall_below_the_starting_cash_is_a_drawdown_from_the_first_session() -> None:
    daily = pl.DataFrame({"session": [date(2020, 1, 1), date(2020, 1, 2)], "equity": [90.0, 95.0]})
    assert worst_drawdowns(daily, 100.0)["depth"].to_list() == [pytest.approx(-0.1)]


def test_rolling_sharpe_equals_the_formula_over_its_window(sheet: TearSheet) -> None:
    returns = sheet.daily["return"].to_numpy()[: sheet.window]
    expected = returns.mean() / returns.std(ddof=1) * np.sqrt(252)
    assert sheet.rolling["sharpe"][0] == pytest.approx(expected)
    assert sheet.rolling["session"][0] == sheet.daily["session"][sheet.window - 1]


def test_rolling_beta_of_the_benchmark_with_itself_is_one(view: BacktestView) -> None:
    own = view.equity.with_columns(equity=pl.col("benchmark"))
    rolling = tear_sheet(replace(view, equity=own)).rolling
    np.testing.assert_allclose(rolling["beta"].drop_nulls()[1:], 1.0, rtol=1e-6)


def test_long_and_short_exposure_add_up(sheet: TearSheet) -> None:
    curve = sheet.curve
    np.testing.assert_allclose(curve["long"] + curve["short"], curve["net"], atol=1e-12)
    np.testing.assert_allclose(curve["long"] - curve["short"], curve["gross"], atol=1e-12)
    assert curve["short"].max() <= 1e-12  # type: ignore[operator]
    np.testing.assert_allclose(curve["net"] + curve["cash"], 1.0, atol=1e-9)


def test_groups_of_round_trips_add_up_to_all(sheet: TearSheet) -> None:
    everything = sheet.trips.filter(pl.col("name") == "All round trips").row(0, named=True)
    for group in ("direction", "symbol", "exit reason"):
        part = sheet.trips.filter((pl.col("group") == group) & (pl.col("name") != "All round trips"))
        assert part["round_trips"].sum() == everything["round_trips"]
        assert part["pnl"].sum() == pytest.approx(everything["pnl"])


def test_open_round_trips_are_in_no_group(sheet: TearSheet, view: BacktestView) -> None:
    closed = view.round_trips.filter(~pl.col("is_open"))
    assert len(closed) < len(view.round_trips)
    assert sheet.trips["round_trips"][0] == len(closed)


def test_trailing_year_is_the_growth_of_the_last_twelve_months(sheet: TearSheet) -> None:
    row = sheet.trailing.filter(pl.col("period") == "1 year").row(0, named=True)
    last = sheet.daily["session"][-1]
    before = sheet.daily.filter(pl.col("session") <= last.replace(year=last.year - 1))
    assert row["return"] == pytest.approx(sheet.daily["equity"][-1] / before["equity"][-1] - 1)
    assert row["return_annual"] == pytest.approx(row["return"])


def test_the_whole_run_shows_the_figures_of_the_statistics(sheet: TearSheet, view: BacktestView) -> None:
    row = sheet.trailing.row(-1, named=True)
    assert row["return"] == view.stats["total_return"]
    assert row["return_annual"] == view.stats["return_annual"]
    assert row["benchmark_return"] == view.benchmark_stats["total_return"]


def test_a_run_without_benchmark_has_none_in_every_table(lonely_view: BacktestView) -> None:
    sheet = tear_sheet(lonely_view)
    assert not sheet.has_benchmark
    for table in (sheet.monthly, sheet.yearly, sheet.trailing):
        assert table["benchmark_return"].is_null().all()
    assert sheet.rolling["beta"].is_null().all()


def test_a_run_of_a_few_sessions_has_no_rolling_figures(lonely_view: BacktestView) -> None:
    few = replace(lonely_view, equity=lonely_view.equity.head(5))
    sheet = tear_sheet(few)
    assert sheet.window == 0
    assert sheet.rolling.is_empty()


def test_a_run_of_one_bar_still_has_a_sheet(lonely_view: BacktestView) -> None:
    sheet = tear_sheet(replace(lonely_view, equity=lonely_view.equity.head(1)))
    assert "daily" not in sheet.distributions
    assert len(sheet.monthly) == 1


def test_a_run_without_bars_is_refused_with_its_id(view: BacktestView) -> None:
    with pytest.raises(ValueError, match="bt-7f3a91c2d0e4 has an empty equity table"):
        tear_sheet(replace(view, equity=view.equity.head(0)))


def test_conventions_are_read_flat_or_from_a_group(view: BacktestView, sheet: TearSheet) -> None:
    flat = replace(view, assumptions={"periods_per_year": 365, "risk_free": 0.02, "ddof": 0})
    nested = replace(view, assumptions={"conventions": {"periods_per_year": 365, "risk_free": 0.02, "ddof": 0}})
    assert conventions_of(flat, sheet.daily) == conventions_of(nested, sheet.daily)
    assert not conventions_of(flat, sheet.daily).is_inferred


def test_periods_per_year_are_counted_where_the_run_does_not_state_them(view: BacktestView, sheet: TearSheet) -> None:
    found = conventions_of(replace(view, assumptions={}), sheet.daily)
    assert (found.periods_per_year, found.is_inferred) == (252.0, True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=200))
def test_every_return_that_is_not_zero_is_in_one_bin(values: list[float]) -> None:
    found = histogram(np.array(values))
    assert found.counts.sum() + found.unchanged == len(values)
    moved = [value for value in values if value != 0.0]
    if moved:
        assert found.edges[0] <= min(moved) + 1e-12
        assert found.edges[-1] >= max(moved) - 1e-12
    assert len(found.counts) <= 65


def test_no_bin_mixes_gains_and_losses() -> None:
    found = histogram(np.random.default_rng(5).normal(0.001, 0.01, 500))
    assert np.abs(found.edges).min() < 1e-12
