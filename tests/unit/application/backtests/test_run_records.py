from dataclasses import fields, replace

import polars as pl
import pytest

from tradewright.application.backtests.records import record_of, summary_of, view_of
from tradewright.application.backtests.views import BacktestView
from tradewright.domain.errors import StorageError


def view() -> BacktestView:
    empty = pl.DataFrame()
    return BacktestView(
        run_id="abc123",
        strategy="moving_average",
        strategy_expression="MovingAverage(fast=20, slow=50)",
        parameters={"fast": 20, "slow": 50},
        symbols=("AAPL.XNAS",),
        timeframe="1d",
        start="2001-01-02",
        end="2012-12-31",
        currency="USD",
        cash=100_000.0,
        data_digest="d1",
        engine="runtime",
        engine_version="0.1.0",
        fill_rule="next-open",
        assumptions={"cash": 100_000.0},
        stats={"sharpe": 1.2, "alpha": None},
        benchmark=None,
        benchmark_stats={},
        equity=pl.DataFrame({"equity": [1.0, 2.0]}),
        fills=empty,
        round_trips=empty,
        prices=empty,
        rejections=empty,
        warnings=("a remark",),
        duration_s=0.2,
        created_at="2026-01-01T00:00:00Z",
        report="somewhere.html",
    )


def test_a_view_survives_the_way_into_the_store_and_back_except_for_the_path_of_its_report() -> None:
    back = view_of(record_of(view()))
    for item in fields(BacktestView):
        if item.name == "report":
            continue
        expected, found = getattr(view(), item.name), getattr(back, item.name)
        assert expected.equals(found) if isinstance(expected, pl.DataFrame) else expected == found, item.name
    assert back.report is None


def test_how_a_run_was_made_is_no_part_of_its_facts() -> None:
    later = replace(view(), created_at="2027-01-01T00:00:00Z", duration_s=9.0, engine="kernel")
    assert record_of(later).facts == record_of(view()).facts
    assert record_of(later).circumstances != record_of(view()).circumstances


def test_a_summary_has_the_statistics_but_no_tables() -> None:
    summary = summary_of(record_of(view()))
    assert summary.stats["sharpe"] == 1.2
    assert summary.symbols == ("AAPL.XNAS",)


def test_a_kept_run_that_is_not_whole_says_so() -> None:
    record = record_of(view())
    with pytest.raises(StorageError, match="run the backtest again"):
        view_of(replace(record, tables={}))
    with pytest.raises(StorageError, match="run the backtest again"):
        view_of(replace(record, facts={**record.facts, "surprise": 1}))
