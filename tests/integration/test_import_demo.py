from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.integration.import_tools import StoppedClock
from tests.shared_data import shared

from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.adapters.files.local import LocalFiles
from tradewright.adapters.files.shipped_data import ShippedFiles
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.demo import DemoReport, ImportDemo, actions_from_adjusted, import_demo
from tradewright.application.data.quality import DataQuality, data_quality
from tradewright.domain.errors import DataError
from tradewright.ports.stores import Selection, Table


def bring(folder: Path, clock: StoppedClock) -> tuple[DeltaStore, DemoReport]:
    store = DeltaStore(folder / "store")
    files = LocalFiles(folder / "quarantine")
    return store, import_demo(ImportDemo(), store=store, files=files, shipped=ShippedFiles(), clock=clock)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[DeltaStore, DemoReport]:
    return bring(tmp_path_factory.mktemp("demo"), StoppedClock())


def actions(store: DeltaStore, instrument: str, kind: str) -> dict[date, float]:
    rows = store.read(Selection(Table.ACTIONS, (instrument,))).filter(pl.col("kind") == kind)
    return dict(rows.select("session", "value").iter_rows())


def test_the_demo_brings_every_bar_of_five_stocks(demo: tuple[DeltaStore, DemoReport]) -> None:
    store, report = demo
    assert (report.bars.added, report.bars.rows_rejected) == (12_154, 0)
    counts = dict(store.coverage(Table.BARS).select("instrument", "rows").iter_rows())
    assert counts == {"AAPL.XNAS": 3270, "FB.XNAS": 196, "GOOG.XNAS": 2148, "IBM.XNYS": 3270, "MSFT.XNAS": 3270}


def test_splits_fall_on_their_ex_dates(demo: tuple[DeltaStore, DemoReport]) -> None:
    store, report = demo
    assert report.splits == 3
    assert actions(store, "AAPL.XNAS", "split") == {date(2000, 6, 21): 2.0, date(2005, 2, 28): 2.0}
    assert actions(store, "MSFT.XNAS", "split") == {date(2003, 2, 18): 2.0}


def test_dividends_are_those_the_companies_paid(demo: tuple[DeltaStore, DemoReport]) -> None:
    store, report = demo
    ibm, msft = actions(store, "IBM.XNYS", "dividend"), actions(store, "MSFT.XNAS", "dividend")
    assert actions(store, "AAPL.XNAS", "dividend") == {
        date(2012, 8, 9): 2.65,
        date(2012, 11, 7): 2.65,
        date(2013, 2, 7): 2.65,
    }
    assert list(ibm.values())[-8:] == [0.75] * 4 + [0.85] * 4
    assert list(msft.values())[-6:] == [0.20] * 4 + [0.23] * 2
    assert msft[date(2004, 11, 15)] == 3.08
    assert report.dividends == len(ibm) + len(msft) + 3 == 92


def test_bringing_it_again_adds_nothing(tmp_path: Path) -> None:
    bring(tmp_path, StoppedClock())
    _, again = bring(tmp_path, StoppedClock(1_800_000_000_000_000_000))
    assert (again.bars.added, again.bars.unchanged, again.actions_added) == (0, 12_154, 0)


def test_the_demo_data_is_sound_and_no_session_is_missing(demo: tuple[DeltaStore, DemoReport]) -> None:
    store, _ = demo
    views = data_quality(DataQuality(), store=store, calendars=ExchangeCalendars())
    assert [view.instrument for view in views] == ["AAPL.XNAS", "FB.XNAS", "GOOG.XNAS", "IBM.XNYS", "MSFT.XNAS"]
    assert all(view.is_sound for view in views)
    assert all(view.sessions_present == view.sessions_expected for view in views)
    assert min(view.score for view in views) >= 98


def test_actions_of_a_file_that_tells_them_are_derived_exactly() -> None:
    """The 2014 file has dividends and splits in columns of their own, beside the adjusted closes."""
    table = pl.read_csv(shared("data/equities_daily/wiki_4stocks_2014_splits_dividends.csv.gz"))
    table = table.with_columns(pl.col("date").str.to_date())
    closes = table.select(
        pl.col("ticker").alias("instrument"),
        pl.col("date").alias("session"),
        "close",
        pl.col("adj_close").alias("adjusted"),
    ).sort("instrument", "session")
    found = actions_from_adjusted(closes)
    told = table.filter((pl.col("ex-dividend") != 0) | (pl.col("split_ratio") != 1)).sort("ticker", "date")
    dividends = told.filter(pl.col("ex-dividend") != 0).select("ticker", "date", pl.col("ex-dividend").round(4)).rows()
    splits = told.filter(pl.col("split_ratio") != 1).select("ticker", "date", "split_ratio").rows()
    assert found.filter(pl.col("kind") == "dividend").select("instrument", "session", "value").rows() == dividends
    assert found.filter(pl.col("kind") == "split").select("instrument", "session", "value").rows() == splits


def test_a_step_that_is_neither_a_split_nor_a_dividend_is_told() -> None:
    closes = pl.DataFrame(
        {
            "instrument": ["A", "A"],
            "session": [date(2024, 1, 2), date(2024, 1, 3)],
            "close": [10.0, 10.0],
            "adjusted": [10.0, 9.0],
        }
    )
    with pytest.raises(DataError, match=r"steps by 0\.9 on 2024-01-03"):
        actions_from_adjusted(closes)
