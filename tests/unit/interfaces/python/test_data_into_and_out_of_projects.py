import warnings
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import tradewright as tw
from tradewright.domain.market.actions import ActionKind, CorporateAction

DAYS = [day for day in (date(2020, 1, 1) + timedelta(days=n) for n in range(60)) if day.weekday() < 5]
SPLIT_DAY, PAY_DAY = DAYS[10], DAYS[20]
CLOSE = [100.0 if n < 10 else 50.0 for n in range(len(DAYS))]
PRICES = pl.DataFrame({"date": DAYS, "open": CLOSE, "high": CLOSE, "low": CLOSE, "close": CLOSE})
OWN = PRICES.with_columns(
    pl.when(pl.col("date") == PAY_DAY).then(0.5).otherwise(0.0).alias("Dividends"),
    pl.when(pl.col("date") == SPLIT_DAY).then(2.0).otherwise(0.0).alias("Stock Splits"),
)
ACTIONS = pl.DataFrame({"date": [SPLIT_DAY, PAY_DAY], "kind": ["split", "dividend"], "value": ["2:1", "0.5"]})
EPOCH = date(1970, 1, 1)
EXPECTED = (
    CorporateAction((SPLIT_DAY - EPOCH).days, "SPY.ARCX", ActionKind.SPLIT, 2.0),
    CorporateAction((PAY_DAY - EPOCH).days, "SPY.ARCX", ActionKind.DIVIDEND, 0.5),
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder that is not the current one."""
    folder, here = tmp_path / "project", tmp_path / "here"
    folder.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    return folder


def test_a_table_goes_into_the_store_of_a_project_and_comes_out_of_it(project: Path) -> None:
    report = tw.import_data(PRICES, symbol="SPY.ARCX", project=project)
    assert (report.added, report.path) == (len(DAYS), "the table")
    assert repr(report) == "ImportReport(the table: 43 bars of SPY.ARCX, 43 new, 0 corrected, 0 known, 0 rejected)"
    bars = tw.load_bars("SPY", project=project)
    assert bars.close.tolist() == CLOSE
    assert not (Path.cwd() / ".tradewright").exists()


def test_a_file_goes_into_the_store_of_the_current_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    PRICES.write_csv("spy.csv")
    ACTIONS.with_columns(pl.lit("SPY").alias("symbol")).write_csv("actions.csv")
    tw.import_data("spy.csv", symbol="SPY", venue="ARCX", source="vendor")
    report = tw.import_data(Path("actions.csv"), table="actions")
    assert [one.instrument for one in report.series] == ["SPY.ARCX"]
    assert tw.load_bars("SPY").actions == EXPECTED
    assert tw.load_bars("SPY").source == "vendor"


def test_actions_beside_bars_come_with_them_when_asked(project: Path) -> None:
    report = tw.import_data(OWN, symbol="SPY.ARCX", project=str(project), with_actions=True)
    assert report.actions is not None
    assert report.actions.added == 2
    assert "43 bars of SPY.ARCX" in repr(report)
    assert "2 actions of SPY.ARCX" in repr(report)
    assert tw.load_bars("SPY", project=project).actions == EXPECTED


def test_settings_of_the_form_are_read_as_on_the_command_line(project: Path) -> None:
    text = "d;o;h;l;c\n03.01.2020;1,5;2;1;1,5\n06.01.2020;1,5;2;1;1,5\n"
    (project / "german.csv").write_text(text)
    mapping = {"time": "d", "open": "o", "high": "h", "low": "l", "close": "c"}
    report = tw.import_data(
        project / "german.csv", symbol="SAP.XETR", timeframe="1d", project=project, mapping=mapping, delimiter=";",
        numbers="1.234,56", stamps="open",
    )  # fmt: skip
    assert report.added == 2
    assert tw.load_bars("SAP", project=project).close.tolist() == [1.5, 1.5]


def test_an_unknown_symbol_says_how_data_gets_in(project: Path) -> None:
    with pytest.raises(tw.UnknownInstrument, match=r"`tradewright demo` or tw.import_data\(FILE\) brings data in"):
        tw.load_bars("SPY", project=project)
    tw.import_data(PRICES, symbol="SPY.ARCX", project=project)
    with pytest.raises(tw.InputError, match=r"did you mean SPY.ARCX\?$"):
        tw.load_bars("SPX", project=project)


def test_what_cannot_be_used_is_refused_with_what_can(project: Path) -> None:
    with pytest.raises(tw.InputError, match="no such project folder"):
        tw.load_bars("SPY", project=project / "elsewhere")
    with pytest.raises(tw.InputError, match=r"tw.load_bars takes no 'projct'.*did you mean project"):
        tw.load_bars("SPY", projct=project)  # type: ignore[call-arg]
    with pytest.raises(tw.InputError, match=r"tw.import_data takes no 'delimeter'.*did you mean delimiter"):
        tw.import_data(PRICES, delimeter=";")  # type: ignore[call-arg]
    with pytest.raises(tw.InputError, match=r"table 'candles' is not known: expected bars or"):
        tw.import_data(PRICES, table="candles")
    with pytest.raises(tw.InputError, match="stamps 'noon' is not known: expected open or close"):
        tw.import_data(PRICES, stamps="noon")


def test_actions_of_a_table_are_told_when_they_are_not_used() -> None:
    with pytest.warns(UserWarning, match="the table: 2 splits and dividends beside the prices are not used"):
        bars = tw.load_bars(OWN, symbol="SPY.ARCX")
    assert bars.actions == ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tw.load_bars(OWN, symbol="SPY.ARCX", actions=False).actions == ()
        assert tw.load_bars(PRICES, symbol="SPY.ARCX").actions == ()


@pytest.mark.parametrize("as_file", [True, False])
def test_actions_come_from_the_own_columns_of_bars(project: Path, as_file: bool) -> None:
    OWN.write_csv(project / "own.csv")
    bars = tw.load_bars(project / "own.csv" if as_file else OWN, symbol="SPY.ARCX", actions=True)
    assert bars.actions == EXPECTED


@pytest.mark.parametrize("bars_as", ["file", "table"])
@pytest.mark.parametrize("actions_as", ["file", "polars", "pandas"])
def test_actions_come_from_a_file_or_a_table_beside_any_bars(project: Path, bars_as: str, actions_as: str) -> None:
    PRICES.write_csv(project / "spy.csv")
    ACTIONS.write_csv(project / "actions.csv")
    given = {
        "file": project / "actions.csv",
        "polars": ACTIONS,
        "pandas": pd.DataFrame({"date": [SPLIT_DAY, PAY_DAY], "split": [2, None], "dividend": [0, 0.5]}),
    }[actions_as]
    source = project / "spy.csv" if bars_as == "file" else PRICES
    assert tw.load_bars(source, symbol="SPY.ARCX", actions=given).actions == EXPECTED


def test_prices_of_a_file_are_adjusted_for_the_actions_that_are_given() -> None:
    bars = tw.load_bars(PRICES, symbol="SPY", actions=ACTIONS, prices="adjusted")
    assert bars.close[[0, 15, 30]].tolist() == pytest.approx([49.5, 49.5, 50.0])
    assert bars.actions == ()
    with pytest.raises(tw.InputError, match="cannot be adjusted without its splits and dividends"):
        tw.load_bars(PRICES, symbol="SPY", prices="adjusted")


def test_each_table_of_several_brings_its_own_actions() -> None:
    bars = tw.load_bars({"A": OWN, "B": OWN}, actions=True)
    assert [(one.instrument, one.kind.value) for one in bars.actions] == [
        ("A.XNYS", "split"), ("B.XNYS", "split"), ("A.XNYS", "dividend"), ("B.XNYS", "dividend"),
    ]  # fmt: skip


def test_actions_of_other_instruments_and_times_stay_out() -> None:
    given = pl.DataFrame(
        {
            "date": [SPLIT_DAY, SPLIT_DAY, date(2030, 1, 1)],
            "symbol": ["SPY", "QQQ", "SPY"],
            "dividend": [1.0, 2.0, 3.0],
        }
    )
    bars = tw.load_bars(PRICES, symbol="SPY.ARCX", actions=given)
    assert [(one.instrument, one.value) for one in bars.actions] == [("SPY.ARCX", 1.0)]
    with pytest.warns(UserWarning, match=r"tells no split and no dividend of SPY.ARCX"):
        assert tw.load_bars(PRICES, symbol="SPY.ARCX", actions=given.filter(pl.col("symbol") == "QQQ")).actions == ()


def test_rejected_actions_and_splits_within_prices_are_told() -> None:
    flat = PRICES.with_columns(pl.lit(50.0).alias(name) for name in ("open", "high", "low", "close"))
    with pytest.warns(UserWarning, match="left out, because the prices contain them already: SPY.ARCX 2 for 1"):
        bars = tw.load_bars(flat, symbol="SPY.ARCX", actions=ACTIONS)
    assert [one.kind.value for one in bars.actions] == ["dividend"]
    bad = ACTIONS.with_columns(pl.Series("kind", ["merger", "dividend"]))
    with pytest.warns(UserWarning, match="1 splits or dividends were left out: 1 x kind is neither"):
        tw.load_bars(PRICES, symbol="SPY.ARCX", actions=bad)


def test_bars_of_the_store_have_their_own_actions(project: Path) -> None:
    tw.import_data(PRICES, symbol="SPY.ARCX", project=project)
    with pytest.raises(tw.InputError, match=r"tw.import_data\(FILE\) brings them in"):
        tw.load_bars("SPY", project=project, actions=ACTIONS)
    with pytest.raises(tw.InputError, match="a table knows no corrections"):
        tw.load_bars(PRICES, symbol="SPY", as_of="2020")


def test_a_backtest_pays_the_dividends_and_splits_the_shares_that_were_given() -> None:
    class Hold(tw.Strategy):
        def generate_signals(self, bars: tw.Bars) -> np.ndarray:
            return np.ones(len(bars))

    given = (ACTIONS, False)
    ends = [tw.backtest(Hold(), tw.load_bars(PRICES, symbol="SPY", actions=one), cash=1000).equity for one in given]
    assert [equity["equity"][-1] for equity in ends] == [1000 + 20 * 0.5, 500]


def test_every_error_of_the_house_is_public() -> None:
    for name in ("InputError", "DataError", "StrategyError", "StorageError", "UnknownInstrument", "UnknownVenue"):
        assert issubclass(getattr(tw, name), tw.TradewrightError)
        assert name in dir(tw)
