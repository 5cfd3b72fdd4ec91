from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tradewright.application.backtests.benchmark import benchmark_of
from tradewright.application.backtests.finished import Circumstances, FinishedBacktest, RunTerms
from tradewright.application.backtests.tables import digest_of
from tradewright.domain.calendars import days_from_date
from tradewright.domain.errors import InputError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.timeframe import DAILY
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.run import EndingColumns, FillColumns, Run
from tradewright.quant.performance.conventions import Conventions
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.moving_average import MovingAverage

FIRST = days_from_date(date(2020, 1, 6))
DAY = 86_400_000_000_000


def bars(closes: list[float], *, actions: tuple[CorporateAction, ...] = (), name: str = "AAPL.XNAS") -> Bars:
    close = np.array(closes, np.float64)[:, None]
    session = (FIRST + np.arange(len(closes))).astype(np.int32)
    return Bars(
        instruments=(name,),
        timeframe=DAILY,
        time=session.astype(np.int64) * DAY + 75_600_000_000_000,
        session=session,
        opens=close,
        highs=close + 1,
        lows=close - 1,
        closes=close,
        volumes=close * 0 + 1000,
        actions=actions,
    )


def columns(kind: type, **given: list[float]) -> object:
    """Columns of fills or endings, whole numbers where the field is one."""
    whole = {"row", "order", "instrument", "role", "reason", "made"}
    arrays = {name: np.array(values, np.int64 if name in whole else np.float64) for name, values in given.items()}
    return kind(**arrays)


def run() -> Run:
    """Buy 10 at 100, a 2:1 split, a dividend of 1 a share, sell 20 at 60, buy 5 at 61 that stay open."""
    fills = columns(
        FillColumns,
        row=[1, 4, 5],
        order=[1, 2, 3],
        instrument=[0, 0, 0],
        role=[1, 2, 1],
        quantity=[10, -20, 5],
        price=[100, 60, 61],
        fee=[1, 1, 1],
        slippage=[0.5, 0, -0.5],
        asked=[10, 20, 5],
        remaining=[0, 0, 0],
        rate=[1, 1, 1],
        made=[0, 0, 1],
    )
    endings = columns(
        EndingColumns,
        row=[5, 5],
        order=[4, 5],
        instrument=[0, 0],
        reason=[1, 4],
        needed=[9, 0],
        available=[8, 0],
        remaining=[9, 0],
    )
    assert isinstance(fills, FillColumns) and isinstance(endings, EndingColumns)
    return Run(
        engine="runtime",
        equity=np.array([2000, 1999, 1999, 2019, 2218, 2217.0]),
        opening_cash=2000.0,
        change_row=np.array([1, 2, 3, 4, 5]),
        change_cash=np.array([999, 999, 1019, 2218, 1912.0]),
        change_quantity=np.array([[10], [20], [20], [0], [5.0]]),
        mark=np.array([[100], [100], [50], [50], [60], [61.0]]),
        multiplier=np.array([1.0]),
        fills=fills,
        endings=endings,
        quantity=np.array([5.0]),
        basis=np.array([305.0]),
        realized=np.array([200.0]),
        fees=3.0,
        slippage=0.0,
        dividends=20.0,
        splits=((2, 0, 2.0),),
        warnings=("a remark",),
    )


ACTIONS = (
    CorporateAction(FIRST + 2, "AAPL.XNAS", ActionKind.SPLIT, 2.0),
    CorporateAction(FIRST + 3, "AAPL.XNAS", ActionKind.DIVIDEND, 1.0),
)


def finished(*, benchmark: Bars | None = None, version: str = "0.1.0") -> FinishedBacktest:
    tested = bars([100, 100, 50, 50, 60, 61], actions=ACTIONS)
    return FinishedBacktest(
        MovingAverage(fast=2, slow=3),
        tested,
        strategy_id="moving_average",
        terms=RunTerms(Assumptions(cash=2000.0)),
        conventions=Conventions(),
        run=run(),
        benchmark=None if benchmark is None else benchmark_of(benchmark, tested),
        circumstances=Circumstances("2026-01-01T00:00:00Z", 0.1, lambda: version),
    )


def test_fills_are_told_in_words_and_positive_quantities() -> None:
    fills = finished().fills
    assert fills["side"].to_list() == ["BUY", "SELL", "BUY"]
    assert fills["quantity"].to_list() == [10, 20, 5]
    assert fills["reason"].to_list() == ["target", "stop_loss", "target"]
    assert fills["session"].to_list() == [date(2020, 1, 7), date(2020, 1, 10), date(2020, 1, 11)]
    assert fills["fill"].to_list() == [1, 2, 3]


def test_a_round_trip_over_a_split_counts_its_dividend_and_ends_in_the_units_after_it() -> None:
    trips = finished().round_trips
    first = trips.row(0, named=True)
    assert (first["quantity"], first["entry_price"], first["exit_price"]) == (20, 50, 60)
    assert first["income"] == 20
    assert first["pnl"] == 1200 - 1000 - 2 + 20
    assert (first["entry_reason"], first["exit_reason"], first["is_open"]) == ("target", "stop_loss", False)
    last = trips.row(1, named=True)
    assert (last["exit_reason"], last["is_open"], last["direction"]) == ("open", True, "LONG")


def test_the_sum_of_the_round_trips_is_what_the_account_won() -> None:
    done = finished()
    assert done.round_trips["pnl"].sum() == pytest.approx(done.run.equity[-1] - 2000)


def test_statistics_are_null_where_undefined_and_whole_where_they_count() -> None:
    stats = finished().stats
    assert stats["round_trips"] == 1 and isinstance(stats["round_trips"], int)
    assert stats["final_equity"] == 2217
    assert stats["profit_factor"] is None
    assert (stats["fees"], stats["dividends"]) == (3, 20)
    assert "alpha" not in stats


def test_cash_and_exposure_are_told_for_every_bar() -> None:
    equity = finished().equity
    assert equity["cash"].to_list() == [2000, 999, 999, 1019, 2218, 1912]
    assert equity["gross_exposure"].to_list() == equity["net_exposure"].to_list() == [0, 1000, 1000, 1000, 0, 305]


def test_only_orders_that_somebody_must_hear_of_are_rejections() -> None:
    rejections = finished().view.rejections
    assert rejections["reason"].to_list() == ["not enough buying power"]
    assert rejections.row(0, named=True)["needed"] == 9


def test_equity_has_the_benchmark_beside_it() -> None:
    held = bars([10, 11, 12, 13, 14, 15], name="SPY.ARCX")
    done = finished(benchmark=held)
    assert done.equity["benchmark"].to_list() == [2000, 2200, 2400, 2600, 2800, 3000]
    assert done.view.benchmark == "SPY.ARCX"
    assert done.view.benchmark_stats["total_return"] == pytest.approx(0.5)
    assert {"alpha", "beta", "information_ratio"} <= set(done.stats)
    assert finished().equity["benchmark"].to_list() == [None] * 6
    assert finished().view.benchmark_stats == {}


def test_a_split_and_a_dividend_of_the_benchmark_are_no_loss() -> None:
    held = bars([100, 100, 50, 49, 49, 49], actions=ACTIONS)
    assert finished(benchmark=held).equity["benchmark"].to_list() == pytest.approx([2000.0] * 6)


def test_a_benchmark_starts_with_its_first_bar_and_keeps_its_last_price() -> None:
    held = bars([10, 11], name="SPY.ARCX")
    later = replace(held, time=held.time + 2 * DAY, session=held.session + 2)
    assert finished(benchmark=later).equity["benchmark"].to_list() == [2000, 2000, 2000, 2200, 2200, 2200]


def test_a_benchmark_of_another_time_or_of_two_instruments_is_refused() -> None:
    held = bars([10, 11], name="SPY.ARCX")
    with pytest.raises(InputError, match="no bars in the time of the run"):
        finished(benchmark=replace(held, time=held.time + 99 * DAY))
    two = replace(held, instruments=("A.XNYS", "B.XNYS"), closes=np.ones((2, 2)))
    with pytest.raises(InputError, match="one instrument"):
        finished(benchmark=two)


def test_the_view_tells_the_whole_run() -> None:
    view = finished().view
    assert (view.start, view.end) == ("2020-01-06", "2020-01-11")
    assert view.strategy_expression == "MovingAverage(fast=2, slow=3, short=False)"
    assert view.parameters == {"fast": 2, "slow": 3, "short": False}
    assert view.assumptions["costs"] == "Costs()"
    assert view.assumptions["periods_per_year"] == view.stats["periods_per_year"]
    assert view.prices.columns == ["time", "symbol", "open", "high", "low", "close", "volume"]
    assert view.warnings == ("a remark",)


def test_the_same_run_has_the_same_name_and_another_engine_another() -> None:
    assert finished().run_id == finished().run_id
    assert finished().run_id != finished(version="0.2.0").run_id
    assert finished().run_id != finished(benchmark=bars([1, 2, 3, 4, 5, 6.0], name="SPY.ARCX")).run_id


def test_bars_without_an_identity_get_one_from_their_rows() -> None:
    first = bars([1, 2, 3.0])
    assert digest_of(first) == digest_of(bars([1, 2, 3.0])) != digest_of(bars([1, 2, 4.0]))
    assert finished().data_digest == digest_of(bars([100, 100, 50, 50, 60, 61], actions=ACTIONS))
