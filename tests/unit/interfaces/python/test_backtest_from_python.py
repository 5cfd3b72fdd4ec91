import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import tradewright as tw
from tradewright.domain.errors import InputError, StrategyError

HEAVY = "numba pandas pyarrow deltalake duckdb matplotlib exchange_calendars pydantic rich typer"
COLD = f"""
import sys
import tradewright as tw
rooms = [name for name in sys.modules if name.startswith('tradewright')]
assert sorted(rooms) == ['tradewright', 'tradewright.lazy'], rooms
bars = tw.load_bars('prices.csv', symbol='SPY.ARCX')
result = tw.backtest(tw.MovingAverage(fast=20, slow=50), bars, cash=100_000)
assert result.stats['round_trips'] > 0
print(*[name for name in '{HEAVY}'.split() if name in sys.modules])
"""


def prices(bars: int = 400) -> pl.DataFrame:
    steps = np.random.default_rng(3).normal(0.0005, 0.012, bars)
    close = 100 * np.exp(np.cumsum(steps))
    days = [date(2015, 1, 1) + timedelta(days=n) for n in range(2 * bars)]
    days = [day for day in days if day.weekday() < 5][:bars]
    return pl.DataFrame(
        {"date": days, "open": close, "high": close * 1.01, "low": close * 0.99, "close": close, "volume": close * 100}
    )


@pytest.fixture(scope="module")
def bars() -> tw.Bars:
    return tw.load_bars(prices(), symbol="SPY.ARCX")


class Buy(tw.Strategy):
    """Buy and hold."""

    share: float = tw.parameter(1.0, low=0.1, high=1.0)

    def generate_signals(self, bars: tw.Bars) -> np.ndarray:
        return np.full(len(bars), self.share)


def test_three_lines_lead_from_data_to_a_tear_sheet(tmp_path: Path) -> None:
    bars = tw.load_bars(prices(), symbol="SPY.ARCX")
    result = tw.backtest(tw.MovingAverage(fast=5, slow=20), bars, cash=100_000)
    assert result.to_html(tmp_path / "sheet.html").read_text().lower().startswith("<!doctype html>")


def test_a_result_has_statistics_and_tables(bars: tw.Bars) -> None:
    result = tw.backtest(tw.MovingAverage(fast=5, slow=20), bars)
    assert result.stats["round_trips"] == len(result.round_trips.filter(~pl.col("is_open")))
    assert result.equity.height == len(bars)
    assert result.equity["equity"][-1] == result.stats["final_equity"]
    assert set(result.fills["side"]) == {"BUY", "SELL"}
    assert result.rejections.height == 0
    assert all("affords" in told for told in result.warnings)
    assert result.engine == "runtime"
    assert result.bars is bars
    assert repr(result.strategy).startswith("MovingAverage(fast=5, slow=20")
    assert result.benchmark_stats == {}


def test_a_strategy_may_be_a_class_an_id_or_an_expression(bars: tw.Bars) -> None:
    runs = [tw.backtest(strategy, bars) for strategy in (tw.MovingAverage(), tw.MovingAverage, "moving_average")]
    assert len({run.run_id for run in runs}) == 1
    assert runs[0].equity.equals(runs[2].equity)


def test_costs_add_up_and_lower_the_result(bars: tw.Bars) -> None:
    free = tw.backtest(Buy, bars)
    paid = tw.backtest(Buy, bars, costs=tw.PerShare(0.05, minimum=1) + tw.Spread(bps=20))
    assert paid.stats["fees"] == pytest.approx(max(0.05 * paid.fills["quantity"][0], 1))
    assert paid.equity["equity"][-1] < free.equity["equity"][-1]
    written = tw.backtest(Buy, bars, costs="PerShare(0.05, minimum=1) + Spread(bps=20)")
    assert written.run_id == paid.run_id


def test_settings_of_the_account_and_of_the_statistics_are_taken_by_name(bars: tw.Bars) -> None:
    whole = tw.backtest(Buy, bars, cash=10_000)
    parts = tw.backtest(Buy, bars, cash=10_000, lot=0, periods_per_year=365, ddof=0, risk_free=0.01)
    assert float(whole.fills["quantity"][0]).is_integer()
    assert not float(parts.fills["quantity"][0]).is_integer()
    assert parts.stats["periods_per_year"] == 365
    assert parts.view.assumptions["ddof"] == 0


def test_a_benchmark_is_bars_of_one_instrument(bars: tw.Bars) -> None:
    result = tw.backtest(tw.MovingAverage, bars, benchmark=bars)
    assert result.view.benchmark == "SPY.ARCX"
    assert result.stats["beta"] is not None
    assert result.benchmark_stats["total_return"] == pytest.approx(bars.close[-1] / bars.close[0] - 1)


def test_bars_may_be_anything_that_names_its_instrument(tmp_path: Path) -> None:
    frame = prices().with_columns(symbol=pl.lit("SPY.ARCX"))
    frame.write_csv(tmp_path / "prices.csv")
    from_table = tw.backtest(Buy, frame)
    from_file = tw.backtest(Buy, tmp_path / "prices.csv")
    assert from_table.run_id == from_file.run_id


def test_a_result_reads_well_in_a_terminal_and_in_a_notebook(bars: tw.Bars) -> None:
    result = tw.backtest(Buy, bars)
    assert "Buy(share=1.0)" in repr(result)
    assert "Final equity" in repr(result)
    assert "<svg" in result._repr_html_()


def test_a_result_is_written_in_every_form(bars: tw.Bars, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    result = tw.backtest(tw.MovingAverage(fast=5, slow=20), bars)
    assert result.to_png(tmp_path / "sheet.png").stat().st_size > 10_000
    assert (result.to_csv(tmp_path / "tables") / "fills.csv").exists()
    assert result.to_json(tmp_path / "run.json").read_text().startswith("{")
    assert hasattr(result.plot(), "savefig")


def test_a_result_is_kept_in_the_project_folder(bars: tw.Bars, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRADEWRIGHT_HOME", raising=False)
    run_id = tw.backtest(Buy, bars).keep()
    assert (tmp_path / ".tradewright" / "runs" / run_id / "run.json").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cash": -1}, "cash"),
        ({"fill": "later"}, "next-open"),
        ({"engine": "warp"}, "kernel"),
        ({"costs": 0.001}, "expected a cost"),
        ({"leverge": 2.0}, "did you mean leverage"),
        ({"something": 2.0}, "takes no 'something'"),
        ({"ddof": 5}, "ddof"),
        ({"numbers": "roman"}, "float or exact"),
    ],
)
def test_what_cannot_be_used_says_why(bars: tw.Bars, options: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        tw.backtest(Buy, bars, **options)  # type: ignore[arg-type]


def test_a_strategy_that_raises_is_told_with_its_line(bars: tw.Bars) -> None:
    class Broken(tw.Strategy):
        def generate_signals(self, bars: tw.Bars) -> np.ndarray:
            raise ZeroDivisionError("by design")

    with pytest.raises(StrategyError, match="ZeroDivisionError"):
        tw.backtest(Broken, bars)


def test_every_public_name_of_the_face_is_there() -> None:
    for name in dir(tw):
        assert getattr(tw, name) is not None
    assert tw.indicators.sma([1.0, 2.0, 3.0], 2)[-1] == 2.5
    assert tw.metrics.sharpe([0.01, -0.01, 0.02], periods_per_year=252) > 0
    with pytest.raises(AttributeError, match="nothing"):
        _ = tw.nothing


def test_the_version_is_that_of_the_distribution() -> None:
    text = (Path(__file__).parents[4] / "pyproject.toml").read_text()
    assert f'version = "{tw.__version__}"' in text


def test_a_first_result_from_a_file_loads_no_heavy_library(tmp_path: Path) -> None:
    prices().write_csv(tmp_path / "prices.csv")
    done = subprocess.run([sys.executable, "-c", COLD], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_help_loads_no_numbers(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom tradewright.interfaces.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print(*[name for name in 'numpy polars msgspec {HEAVY}'.split() if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.split() == ["rich", "typer"]


@pytest.mark.parametrize("wrong", [5, [], object()])
def test_a_benchmark_that_is_none_is_told(bars: tw.Bars, wrong: object) -> None:
    with pytest.raises(InputError, match=r"holds no bars|no symbols"):
        tw.backtest("moving_average", bars, benchmark=wrong)  # type: ignore[arg-type]
