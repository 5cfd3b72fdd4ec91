import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
from rich.console import Console

from tradewright.application.backtests.summaries import BacktestSummary, ComparisonView
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.python.notebook import notebook_html
from tradewright.interfaces.terminal.summary import as_text, comparison, figure, runs_table, sparkline, summary


def view() -> BacktestView:
    times = [datetime(2020, 1, 6, 21, tzinfo=UTC) + timedelta(days=n) for n in range(4)]
    empty = pl.DataFrame()
    return BacktestView(
        run_id="3f2a9c41d0e7",
        strategy="moving_average",
        strategy_expression="MovingAverage(fast=20, slow=50)",
        parameters={"fast": 20, "slow": 50},
        symbols=("AAPL.XNAS",),
        timeframe="1d",
        start="2020-01-06",
        end="2020-01-09",
        currency="USD",
        cash=100_000.0,
        data_digest="d",
        engine="runtime",
        engine_version="0.1.0",
        fill_rule="next-open",
        assumptions={},
        stats={"final_equity": 101_000.0, "total_return": 0.01, "max_drawdown": -0.02, "sharpe": None, "fees": 12.5},
        benchmark=None,
        benchmark_stats={},
        equity=pl.DataFrame({"time": times, "equity": [100_000.0, 99_000.0, 100_500.0, 101_000.0]}),
        fills=empty,
        round_trips=empty,
        prices=empty,
        rejections=empty,
        warnings=("<three> orders were refused",),
        report="reports/sheet.html",
    )


def rendered(shown: object, *, width: int = 160, color: bool = False) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, force_terminal=color, color_system="truecolor" if color else None).print(shown)
    return stream.getvalue()


def test_a_summary_fits_a_screen_and_tells_what_ran_and_how_it_did() -> None:
    text = as_text(view())
    for told in ("MovingAverage(fast=20, slow=50)", "AAPL.XNAS", "2020-01-06 to 2020-01-09", "run 3f2a9c41d0e7"):
        assert told in text
    for told in ("101,000.00", "1.00%", "-2.00%", "12.50", "reports/sheet.html", "<three> orders were refused"):
        assert told in text
    assert max(map(len, text.splitlines())) <= 110
    assert len(text.splitlines()) <= 24


def test_what_is_undefined_is_a_dash() -> None:
    assert figure("sharpe", None) == "-"
    assert figure("max_drawdown", -0.5) == "-50.00%"


def test_gains_are_green_and_losses_red() -> None:
    assert "\x1b[32m" in rendered(summary(view()), color=True)
    lost = replace(view(), stats={"total_return": -0.01})
    assert "\x1b[31m" in rendered(summary(lost), color=True)


def test_a_benchmark_stands_beside_the_run() -> None:
    beside = replace(view(), benchmark="SPY.ARCX", benchmark_stats={"total_return": 0.5})
    text = as_text(beside)
    assert "SPY.ARCX" in text and "50.00%" in text and "Beta" in text


def test_many_symbols_are_counted() -> None:
    many = replace(view(), symbols=tuple(f"S{n}.XNYS" for n in range(9)))
    assert "and 4 more" in as_text(many)


def test_the_curve_goes_from_low_to_high_in_the_width_given() -> None:
    line = sparkline([float(n) for n in range(1000)], width=40)
    assert line[0] == "▁" and line[-1] == "█"
    assert len(line) <= 41
    assert sparkline([1.0, 1.0], width=10) == "▁▁▁"


def summary_of(run_id: str, sharpe: float | None) -> BacktestSummary:
    return BacktestSummary(
        run_id, "moving_average", "MovingAverage(fast=20, slow=50)", {"fast": 20}, ("AAPL.XNAS",), "1d", "2020-01-06",
        "2020-01-09", "USD", "next-open", {"sharpe": sharpe}, "2026-01-02T03:04:05Z", 0.1,
    )  # fmt: skip


def test_runs_are_listed_with_the_figures_that_decide() -> None:
    text = rendered(runs_table([summary_of("a1", 1.5), summary_of("b2", None)]))
    assert "a1" in text and "2026-01-02" in text and "1.50" in text


def test_a_comparison_shows_differences_and_statistics() -> None:
    compared = ComparisonView(
        (summary_of("a1", 1.5), summary_of("b2", None)), {"fast": (20, None)}, {"sharpe": (1.5, None)}
    )
    text = rendered(comparison(compared))
    assert "a1" in text and "b2" in text and "fast" in text and "1.50" in text


def test_a_comparison_fits_a_screen_and_has_every_statistic_when_asked() -> None:
    digests = ("9190950fa9499fd8ede810e0f928b534", "3263cbf788a143f6a4836e91e2877796")
    runs = (summary_of("778235999db8", 1.5), summary_of("85aac0597309", None))
    settings = {"data_digest": digests, "symbols": ("A.XNYS", ", ".join(f"S{n}.XNYS" for n in range(20)))}
    compared = ComparisonView(runs, settings, {"sharpe": (1.5, None), "alpha": (0.1, None), "skew": (0.5, 0.6)})
    text = rendered(comparison(compared, width=80), width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "9190950fa949" in text and digests[0] not in text
    assert "S0 S1 S2" in text and "..." in text and "XNYS" not in text
    assert "Against the benchmark" in text and "Skew" not in text
    whole = rendered(comparison(compared, is_whole=True))
    assert "Skew" in whole and "Statistics" in whole


def test_figures_stand_in_as_many_columns_as_the_screen_has_room_for() -> None:
    beside = replace(view(), benchmark="SPY.ARCX", benchmark_stats={"total_return": 0.5})
    wide, usual, narrow = (rendered(summary(beside), width=width).splitlines() for width in (160, 80, 40))
    titles = ("Return", "Risk", "Round trips", "Against SPY.ARCX")
    assert any(all(title in line for title in titles) for line in wide)
    second = next(n for n, line in enumerate(usual) if "Round trips" in line and "Against SPY.ARCX" in line)
    assert not usual[second - 1].strip()
    assert not any("Return" in line and "Risk" in line for line in narrow)


def test_a_long_head_is_broken_before_the_market_and_whole_cash_has_no_cents() -> None:
    long = replace(view(), strategy_expression="Breakout(lookback=55, exit_lookback=20, stop_atr=2.0, short=False)")
    lines = rendered(summary(long), width=80).splitlines()
    assert [line.strip() for line in lines[:2]] == [long.strategy_expression, "AAPL.XNAS  1d"]
    assert "USD 100,000 ·" in lines[2]
    assert "USD 100,000.50 ·" in rendered(summary(replace(view(), cash=100_000.5)))


def test_a_notebook_gets_a_table_and_a_curve_and_no_markup_of_others() -> None:
    html = notebook_html(replace(view(), benchmark="SPY.ARCX"))
    assert "<svg" in html and "<polyline" in html and "Against SPY.ARCX" in html
    assert "&lt;three&gt; orders" in html and "<three>" not in html
    short = replace(view(), equity=pl.DataFrame({"equity": [1.0]}))
    assert "<svg" not in notebook_html(short)
