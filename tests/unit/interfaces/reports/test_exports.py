"""CSV, JSON and pictures: what is written reads back as it was."""

import json
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.files import whole_file
from tradewright.interfaces.reports.json_file import plain, write_json
from tradewright.interfaces.reports.pictures import Chart, plot, write_png
from tradewright.interfaces.reports.tables import write_csv


def written(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in folder.iterdir()}


PNG = b"\x89PNG\r\n\x1a\n"


def test_every_table_becomes_a_file_that_reads_back_exactly(view: BacktestView, tmp_path: Path) -> None:
    paths = written(write_csv(view, tmp_path / "tables"))
    assert {"equity", "fills", "round_trips", "statistics", "monthly", "drawdowns", "prices"} <= set(paths)
    equity = pl.read_csv(paths["equity"], try_parse_dates=False)
    numbers = ["equity", "cash", "gross_exposure", "net_exposure", "benchmark"]
    assert_frame_equal(equity.select(numbers), view.equity.select(numbers), check_exact=True)
    stamps = equity["time"].str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ns", time_zone="UTC")
    assert stamps.to_list() == view.equity["time"].to_list()


def test_a_nanosecond_survives_the_csv(view: BacktestView, tmp_path: Path) -> None:
    late = view.rejections.with_columns(pl.col("time") + pl.duration(nanoseconds=7))
    paths = written(write_csv(replace(view, rejections=late), tmp_path))
    assert ".000000007Z" in paths["rejections"].read_text()


def test_undefined_statistics_are_empty_fields(view: BacktestView, tmp_path: Path) -> None:
    paths = written(write_csv(view, tmp_path))
    table = pl.read_csv(paths["statistics"])
    assert table.filter(pl.col("statistic") == "information_ratio")["strategy"].to_list() == [None]
    assert table.filter(pl.col("statistic") == "sharpe")["strategy"].item() == view.stats["sharpe"]


def test_csv_into_a_file_is_refused(view: BacktestView, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(NotADirectoryError, match="a folder is expected"):
        write_csv(view, tmp_path / "taken")


def test_json_reads_back_as_the_same_run(view: BacktestView, tmp_path: Path) -> None:
    content = json.loads(write_json(view, tmp_path / "run.json").read_text(encoding="utf-8"))
    assert content["schema"] == "tradewright.backtest/1"
    assert content["run_id"] == view.run_id
    assert content["stats"]["sharpe"] == view.stats["sharpe"]
    assert content["stats"]["information_ratio"] is None
    assert content["equity"]["equity"] == view.equity["equity"].to_list()
    assert content["fills"]["time"][0].endswith(".000000000Z")
    assert len(pl.DataFrame(content["round_trips"])) == len(view.round_trips)


def test_nan_and_infinity_become_null(view: BacktestView, tmp_path: Path) -> None:
    broken = view.equity.with_columns(benchmark=pl.Series([np.nan, np.inf] + [1.0] * (len(view.equity) - 2)))
    text = write_json(replace(view, equity=broken), tmp_path / "run.json").read_text()
    assert json.loads(text)["equity"]["benchmark"][:3] == [None, None, 1.0]
    assert "NaN" not in text
    assert "Infinity" not in text


def test_values_that_json_does_not_know_become_text() -> None:
    class Color(StrEnum):
        RED = "red"

    given = {"exact": Decimal("0.10"), "odd": Decimal("NaN"), "set": {2, 1}, "enum": Color.RED, "path": Path("a")}
    expected = {"exact": "0.10", "odd": None, "set": [1, 2], "enum": "red", "path": "a"}
    assert plain(given) == expected
    assert plain([1, 2.5, True, None, float("inf")]) == [1, 2.5, True, None, None]


def test_exact_decimals_in_tables_keep_every_digit(view: BacktestView, tmp_path: Path) -> None:
    exact = view.rejections.with_columns(amount=pl.lit(Decimal("0.1000")))
    content = json.loads(write_json(replace(view, rejections=exact), tmp_path / "run.json").read_text())
    assert content["rejections"]["amount"] == ["0.1000"]


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    path.write_text("old")
    with pytest.raises(OSError, match="full"), whole_file(path) as draft:
        draft.write_text("half")
        raise OSError("disk full")
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["run.html"]


def test_pictures_go_to_a_folder_one_each(view: BacktestView, tmp_path: Path) -> None:
    paths = written(write_png(view, tmp_path / "pictures"))
    assert set(paths) == {chart.value for chart in Chart}
    for path in paths.values():
        assert path.read_bytes().startswith(PNG)
        assert path.stat().st_size > 10_000


def test_the_axis_of_equity_begins_at_zero_where_equity_is_never_below(view: BacktestView) -> None:
    rows = view.equity.height
    grown = pl.Series("equity", [100.0 + 900_000.0 * (row / rows) ** 3 for row in range(rows)])
    rich = replace(view, equity=view.equity.with_columns(grown, benchmark=pl.lit(5_000.0)))
    assert plot(rich).subfigs[1].axes[0].get_ylim()[0] == 0
    assert plot(view).subfigs[1].axes[0].get_ylim()[0] > 0


def test_a_path_that_ends_in_png_becomes_one_picture(view: BacktestView, tmp_path: Path) -> None:
    single = write_png(view, tmp_path / "months.png", charts=["monthly"])
    overview = write_png(view, tmp_path / "all.PNG")
    assert [path.name for path in (single, overview)] == ["months.png", "all.PNG"]
    assert all(path.read_bytes().startswith(PNG) for path in (single, overview))


def test_an_unknown_chart_is_answered_with_the_known_ones(view: BacktestView, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no chart is called 'candles'; expected one of equity, monthly"):
        write_png(view, tmp_path, charts=["candles"])
    with pytest.raises(ValueError, match="no chart was asked for"):
        write_png(view, tmp_path, charts=[])


def test_pictures_into_a_file_are_refused(view: BacktestView, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(NotADirectoryError, match="name a folder"):
        write_png(view, tmp_path / "taken")


def test_a_short_run_without_benchmark_or_fills_still_has_pictures(lonely_view: BacktestView, tmp_path: Path) -> None:
    empty = replace(
        lonely_view,
        fills=lonely_view.fills.head(0),
        prices=lonely_view.prices.head(0),
        equity=lonely_view.equity.head(1),
    )
    for number, run in enumerate((empty, lonely_view)):
        assert len(written(write_png(run, tmp_path / str(number)))) == len(Chart)


def test_the_figure_for_notebooks_shows_itself(view: BacktestView) -> None:
    figure = plot(view)
    assert figure._repr_png_().startswith(PNG)
    assert len(figure.get_axes()) == 4
