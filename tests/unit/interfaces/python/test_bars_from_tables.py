from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import tradewright as tw
from tradewright.domain.errors import InputError
from tradewright.interfaces.python.frames import as_polars, is_table

DAYS = [day for day in (date(2020, 1, 1) + timedelta(days=n) for n in range(60)) if day.weekday() < 5]
CLOSE = [100.0 + n for n in range(len(DAYS))]
COLUMNS: dict[str, list[Any]] = {
    "date": DAYS,
    "open": CLOSE,
    "high": [price + 1 for price in CLOSE],
    "low": [price - 1 for price in CLOSE],
    "close": CLOSE,
    "volume": [1000.0] * len(DAYS),
}


def pandas_frame() -> pd.DataFrame:
    index = pd.DatetimeIndex(DAYS, name="Date")
    return pd.DataFrame({name.title(): values for name, values in COLUMNS.items() if name != "date"}, index=index)


def polars_frame() -> pl.DataFrame:
    return pl.DataFrame(COLUMNS)


def numpy_columns() -> dict[str, object]:
    return {name: np.array(values, "datetime64[D]" if name == "date" else float) for name, values in COLUMNS.items()}


def structured() -> np.ndarray:
    kinds = [("date", "datetime64[D]"), *((name, float) for name in COLUMNS if name != "date")]
    return np.array(list(zip(*COLUMNS.values(), strict=True)), dtype=kinds)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "table",
    [
        pandas_frame(),
        pandas_frame().tz_localize("America/New_York"),
        pandas_frame().reset_index(),
        polars_frame(),
        polars_frame().lazy(),
        COLUMNS,
        numpy_columns(),
        structured(),
        {name: pd.Series(values) for name, values in COLUMNS.items()},
        {name: pl.Series(values) for name, values in COLUMNS.items()},
    ],
    ids=[
        "pandas",
        "zoned",
        "reset",
        "polars",
        "lazy",
        "lists",
        "arrays",
        "structured",
        "pandas-series",
        "polars-series",
    ],
)
def test_the_same_bars_come_from_every_kind_of_table(table: object) -> None:
    bars = tw.load_bars(table, symbol="SPY.ARCX")
    expected = tw.load_bars(polars_frame(), symbol="SPY.ARCX")
    assert bars.instruments == ("SPY.ARCX",)
    assert bars.digest == expected.digest
    assert np.array_equal(bars.time, expected.time)
    assert bars.close.tolist() == CLOSE


def test_a_file_gives_the_same_bars_as_the_table_it_was_written_from(tmp_path: Path) -> None:
    polars_frame().write_csv(tmp_path / "spy.csv")
    polars_frame().write_parquet(tmp_path / "spy.parquet")
    digests = {
        tw.load_bars(source, symbol="SPY.ARCX").digest
        for source in (polars_frame(), "spy.csv", tmp_path / "spy.parquet", str(tmp_path / "spy.csv"))
    }
    assert len(digests) == 1


def test_several_tables_stand_side_by_side() -> None:
    bars = tw.load_bars({"SPY.ARCX": polars_frame(), "AAPL.XNAS": polars_frame()[10:]})
    assert bars.instruments == ("SPY.ARCX", "AAPL.XNAS")
    assert np.isnan(bars.closes[:10, 1]).all()
    assert bars.closes[10, 1] == CLOSE[10]
    turned = tw.load_bars({"SPY.ARCX": polars_frame(), "AAPL.XNAS": polars_frame()}, symbol=["AAPL.XNAS", "SPY.ARCX"])
    assert turned.instruments == ("AAPL.XNAS", "SPY.ARCX")


def test_dates_are_sessions_and_both_count() -> None:
    bars = tw.load_bars(polars_frame(), symbol="SPY.ARCX", start="2020-01-06", end=date(2020, 1, 8))
    assert bars.close.tolist() == CLOSE[3:6]


def test_rows_that_cannot_be_used_are_left_out_with_a_warning() -> None:
    broken = polars_frame().with_columns(high=pl.when(pl.int_range(pl.len()) == 4).then(-1.0).otherwise("high"))
    with pytest.warns(UserWarning, match="1 of .* rows were left out"):
        bars = tw.load_bars(broken, symbol="SPY.ARCX")
    assert len(bars) == len(DAYS) - 1


@pytest.mark.parametrize(
    ("source", "options", "told"),
    [
        (polars_frame(), {}, "symbol"),
        (polars_frame()[:0], {"symbol": "SPY.ARCX"}, "no rows"),
        (polars_frame(), {"symbol": "SPY.ARCX", "prices": "adjusted"}, "without its splits"),
        (polars_frame(), {"symbol": "SPY.ARCX", "start": "2021"}, "no bars from 2021-01-01"),
        (polars_frame(), {"symbol": "SPY.ARCX", "start": "2021", "end": "2020"}, "not after the end"),
        ("nothing.csv", {"symbol": "SPY"}, "nothing.csv"),
        (3, {}, "holds no bars"),
        ([], {}, "no symbols"),
        ([3], {}, "no symbols"),
        ("AAPL", {"symbol": "SPY"}, "symbol= names"),
        ({"close": 3}, {"symbol": "SPY"}, "holds no values"),
        ({"close": [1.0], "date": []}, {"symbol": "SPY"}, "different lengths"),
        ({"SPY.ARCX": 3}, {}, "holds no values"),
    ],
)
def test_what_cannot_be_loaded_says_why(source: object, options: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        tw.load_bars(source, **options)


def test_bars_are_not_loaded_again() -> None:
    bars = tw.load_bars(polars_frame(), symbol="SPY.ARCX")
    with pytest.raises(InputError, match="bars already"):
        tw.load_bars(bars)


def test_bars_of_two_lengths_do_not_fit_together() -> None:
    weekly = polars_frame()[::5].with_columns(date=pl.date(2020, 1, 3) + pl.duration(weeks=pl.int_range(pl.len())))
    with pytest.raises(InputError, match="different lengths"):
        tw.load_bars({"SPY.ARCX": polars_frame(), "AAPL.XNAS": weekly})


def test_columns_of_a_download_of_one_instrument_lose_their_second_part() -> None:
    frame = pandas_frame()
    frame.columns = pd.MultiIndex.from_tuples([(name, "SPY") for name in frame.columns])
    assert as_polars(frame).columns == ["Date", "Open", "High", "Low", "Close", "Volume"]


def test_columns_of_several_instruments_are_told_apart_by_the_person() -> None:
    frame = pd.concat([pandas_frame(), pandas_frame()], axis=1)
    with pytest.raises(InputError, match="several columns of one name"):
        as_polars(frame)


def test_an_index_without_a_meaning_is_left_out() -> None:
    assert as_polars(pd.DataFrame({"a": [1.0], "b": ["x"]})).columns == ["a", "b"]


def test_an_arrow_table_is_a_table() -> None:
    arrow = polars_frame().to_arrow()
    assert is_table(arrow)
    assert as_polars(arrow).columns == list(COLUMNS)


def test_a_mapping_of_tables_is_no_table() -> None:
    assert is_table(COLUMNS)
    assert not is_table({"SPY": polars_frame()})
    assert not is_table({})
    assert not is_table("AAPL")
