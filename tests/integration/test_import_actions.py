from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.integration.import_tools import DAYS, HEADER, StoppedClock, into, lines, read, write
from tests.shared_data import shared

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.messages import LoadBars, StoredData
from tradewright.application.data.reading import load_bars, stored_data
from tradewright.domain.errors import InputError
from tradewright.ports.stores import Selection, Table

SPLIT_DAY, PAY_DAY = date(2014, 6, 9), date(2014, 8, 7)
TABLE = "date,symbol,kind,value"
BARS = "date,open,high,low,close,volume,dividend,split"
RAW = ("2014-06-06,649,651,644,645,100,0,1", "2014-06-09,92,94,91,93,700,0,7", "2014-06-10,94,96,93,95,700,0.47,1")
ADJUSTED = ("2014-06-06,92,93,91,92,700,0,1", "2014-06-09,92,94,91,93,700,0,7", "2014-06-10,94,96,93,95,700,0.47,1")


def actions_of(folder: Path, text: str, **options: Any) -> list[tuple[object, ...]]:
    rows, report = read(folder, text, table=Table.ACTIONS, **options)
    assert report.rows_rejected == 0
    return rows.select("instrument", "session", "kind", "value").rows()


@pytest.fixture
def store(tmp_path: Path) -> DeltaStore:
    return DeltaStore(tmp_path / "store")


@pytest.mark.parametrize(
    ("written", "ratio"),
    [("2", 2.0), ("2.0", 2.0), ("2:1", 2.0), ("2/1", 2.0), ("3 for 2", 1.5), ("3-for-2", 1.5), ("1:10", 0.1),
     ("7.000000/1.000000", 7.0), ("0.5", 0.5), ('"1,5"', 1.5)],
)  # fmt: skip
def test_a_ratio_is_read_as_new_shares_to_old_ones(tmp_path: Path, written: str, ratio: float) -> None:
    text = lines("Date,Stock Splits", f"2014-06-09,{written}")
    assert actions_of(tmp_path, text) == [("T.XNYS", SPLIT_DAY, "split", pytest.approx(ratio))]


@pytest.mark.parametrize(
    "header",
    [
        "date,symbol,type,amount",
        "ex_date,ticker,kind,value",
        "Ex-Dividend Date,Symbol,Action,Amount",
        "exOrEffDate,Ticker,Event Type,Value",
    ],
)
def test_kind_and_value_are_known_by_the_names_vendors_give_them(tmp_path: Path, header: str) -> None:
    text = lines(header, "2014-06-09,AAPL,Stock Split,7:1", "2014-08-07,AAPL,Cash Dividend,0.47")
    rows, report = read(tmp_path, text, symbol=None, venue="XNAS")
    assert report.table is Table.ACTIONS
    assert rows.select("instrument", "session", "kind", "value").rows() == [
        ("AAPL.XNAS", SPLIT_DAY, "split", 7.0),
        ("AAPL.XNAS", PAY_DAY, "dividend", 0.47),
    ]
    assert rows["time"].to_list() == [datetime(2014, 6, 9, tzinfo=UTC), datetime(2014, 8, 7, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("header", "rows", "mapping"),
    [
        ("date,dividend,split", ("2014-06-09,0,7", "2014-08-07,0.47,1"), {"dividend": "dividend", "split": "split"}),
        ("Date,Dividends,Stock Splits", ("2014-06-09,0.0,7.0", "2014-08-07,0.47,0.0"), {}),
        ("date,divCash,splitFactor", ("2014-06-09,,7.0", "2014-08-07,0.47,"), {}),
        ("day,ex-dividend,split_ratio", ("2014-06-09,-,7:1", "2014-08-07,$0.47,1:1"), {}),
        ("timestamp,dividend_amount,split_coefficient", ("2014-06-09,0.0000,7.0", "2014-08-07,0.4700,1.0"), {}),
    ],
)
def test_columns_of_dividends_and_splits_tell_nothing_by_zero(
    tmp_path: Path, header: str, rows: tuple[str, ...], mapping: Mapping[str, str]
) -> None:
    text = lines(header, *rows, "2014-08-08,0,1" if header.startswith("date,dividend") else "2014-08-08,0,0")
    found, report = read(tmp_path, text)
    assert found.select("session", "kind", "value").rows() == [(SPLIT_DAY, "split", 7.0), (PAY_DAY, "dividend", 0.47)]
    assert report.skipped == {"lines without a split or a dividend": 1}
    assert mapping.items() <= report.mapping.items()


def test_shares_before_and_after_may_stand_in_two_columns(tmp_path: Path) -> None:
    text = lines("execution_date,ticker,split_from,split_to", "2014-06-09,AAPL,1,7", "2014-08-07,GE,8,1")
    assert actions_of(tmp_path, text, symbol=None) == [
        ("AAPL.XNYS", SPLIT_DAY, "split", 7.0),
        ("GE.XNYS", PAY_DAY, "split", 0.125),
    ]


def test_the_ex_date_wins_over_other_dates_unless_a_person_says_which_counts(tmp_path: Path) -> None:
    text = lines("date,ex_date,dividend", "2014-07-01,2014-08-07,0.47")
    assert actions_of(tmp_path, text)[0][1] == PAY_DAY
    assert actions_of(tmp_path, text, mapping={"time": "date"})[0][1] == date(2014, 7, 1)


def test_parquet_json_lines_and_csv_give_the_same_actions(tmp_path: Path) -> None:
    frame = pl.DataFrame({"date": [SPLIT_DAY, PAY_DAY], "dividend": [0.0, 0.47], "split": [7.0, None]})
    files = {name: tmp_path / f"actions.{name}" for name in ("csv", "parquet", "jsonl")}
    frame.write_csv(files["csv"])
    frame.write_parquet(files["parquet"])
    frame.write_ndjson(files["jsonl"])
    found = {name: actions_of(tmp_path, path.read_bytes(), name=path.name) for name, path in files.items()}  # type: ignore[arg-type]
    assert found["csv"] == [("T.XNYS", SPLIT_DAY, "split", 7.0), ("T.XNYS", PAY_DAY, "dividend", 0.47)]
    assert found["parquet"] == found["jsonl"] == found["csv"]


def test_rows_that_tell_no_action_are_rejected_with_line_and_reason(tmp_path: Path) -> None:
    bad = (
        "2014-06-10,AAPL,reverse split,10",
        "2014-06-10,AAPL,merger,3",
        "2014-06-10,AAPL,dividend,",
        "2014-06-10,AAPL,dividend,-1",
        "2014-06-10,AAPL,split,x",
        "2014-13-10,AAPL,split,2",
        "2014-06-10,,split,2",
    )
    good = [f"2014-07-{day:02},AAPL,dividend,1" for day in range(1, 11)]
    _, report = read(tmp_path, lines(TABLE, *good, *bad), symbol=None)
    assert report.rejected.rows() == [
        (12, "split", "10", "of a reverse split is above 1: write 1:10"),
        (13, "kind", "merger", "is neither a split nor a cash dividend"),
        (14, "dividend", "", "is missing"),
        (15, "dividend", "-1", "is not positive"),
        (16, "split", "x", "is no ratio, as 2 or 2:1"),
        (17, "time", "2014-13-10", "is no time as %Y-%m-%d"),
        (18, "symbol", "", "is missing"),
    ]


def test_different_dividends_of_one_ex_date_add_up_and_the_same_again_is_a_repeat(tmp_path: Path) -> None:
    text = lines(
        TABLE,
        "2014-08-07,A,dividend,0.25",
        "2014-08-07,A,special dividend,3",
        "2014-08-07,A,dividend,0.25",
        "2014-08-07,A,split,2",
        "2014-08-07,A,split,1:4",
    )
    rows, report = read(tmp_path, text, symbol=None)
    assert rows.select("kind", "value").rows() == [("dividend", 3.25), ("split", 0.5)]
    assert report.rejected_by_reason == {"repeats an earlier row": 1}
    assert report.skipped == {"actions added to another of their ex-date": 2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (lines("date,dividend,split", "2014-06-09,0,1"), "holds no split and no dividend.*1 rows without one"),
        (lines("date,symbol,note", "2014-06-09,A,x"), r"either dividend, split or both, or kind and value"),
        (lines("date,split_from", "2014-06-09,2"), "not understood as actions"),
        (lines(TABLE, "2014-06-09,A,merger,2"), r"1 x kind is neither a split nor a cash dividend"),
    ],
)
def test_a_file_without_actions_is_an_input_error(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, text, table=Table.ACTIONS, symbol=None if "symbol" in text else "A")


def test_a_close_beside_dividends_is_asked_for_rather_than_left_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="columns are not understood"):
        read(tmp_path, lines("date,close,dividend", "2014-06-09,90,1"))


def test_actions_go_to_the_venue_whose_bars_are_stored_and_are_listed(store: DeltaStore, tmp_path: Path) -> None:
    into(store, write(tmp_path, lines(BARS, *RAW)), tmp_path, symbol="AAPL.XNAS")
    actions = write(tmp_path, lines(TABLE, "2014-06-09,aapl,split,7", "2014-06-10,KO,dividend,1"), "a.csv")
    report = into(store, actions, tmp_path, symbol=None)
    assert [one.instrument for one in report.series] == ["AAPL.XNAS", "KO.XNYS"]
    assert report.series[0].first == "2014-06-09"
    assert "no bars are stored yet of KO.XNYS" in report.conclusions
    listed = stored_data(StoredData(Table.ACTIONS), store=store)
    assert [(one.instrument, one.rows) for one in listed] == [("AAPL.XNAS", 1), ("KO.XNYS", 1)]


def test_actions_are_known_from_their_import_on_and_can_be_corrected(store: DeltaStore, tmp_path: Path) -> None:
    bars, actions = (
        write(tmp_path, lines(BARS, *RAW)),
        write(tmp_path, lines(TABLE, "2014-06-10,T,dividend,4.7"), "a.csv"),
    )
    right = write(tmp_path, lines(TABLE, "2014-06-10,T,dividend,0.47"), "b.csv")
    known: list[tuple[float, ...]] = []
    for moment, path in ((100, bars), (200, actions), (300, right)):
        report = into(store, path, tmp_path, symbol="T", clock=StoppedClock(moment))
    assert (report.added, report.corrected) == (0, 1)
    for moment in (150, 250, 350):
        loaded = load_bars(LoadBars(("T",), as_of=moment), store=store)
        known.append(tuple(action.value for action in loaded.actions))
    assert known == [(), (4.7,), (0.47,)]


def test_bars_with_actions_beside_them_tell_so_and_bring_them_in_when_asked(store: DeltaStore, tmp_path: Path) -> None:
    path = write(tmp_path, lines(BARS, *RAW))
    plain = into(store, path, tmp_path)
    assert plain.actions is None
    assert any("2 splits and dividends in dividend and split were not brought in: with_actions=True" in told
               for told in plain.conclusions)  # fmt: skip
    report = into(store, path, tmp_path, with_actions=True)
    assert report.actions is not None
    assert (report.unchanged, report.actions.added, report.actions.rows_read) == (3, 2, 6 // 2)
    assert not any("not brought in" in told for told in report.conclusions)
    found = store.read(Selection(Table.ACTIONS)).select("session", "kind", "value").rows()
    assert found == [(SPLIT_DAY, "split", 7.0), (date(2014, 6, 10), "dividend", 0.47)]
    again = into(store, path, tmp_path, with_actions=True)
    assert again.actions is not None
    assert (again.actions.added, again.actions.unchanged) == (0, 2)


def test_a_split_that_the_prices_contain_already_is_left_out_and_told(store: DeltaStore, tmp_path: Path) -> None:
    report = into(store, write(tmp_path, lines(BARS, *ADJUSTED)), tmp_path, with_actions=True)
    assert report.actions is not None
    assert report.actions.rows_accepted == report.actions.added == 1
    assert report.actions.conclusions == (
        "left out, because the prices contain them already: T.XNYS 7 for 1 on 2014-06-09",
    )
    assert store.read(Selection(Table.ACTIONS))["kind"].to_list() == ["dividend"]
    later = into(store, write(tmp_path, lines(TABLE, "2014-06-09,T,split,7"), "a.csv"), tmp_path, symbol="T")
    assert any("stored prices do not leap at T.XNYS 7 for 1 on 2014-06-09" in told for told in later.conclusions)


def test_a_small_split_goes_with_the_large_one_of_its_instrument(tmp_path: Path, store: DeltaStore) -> None:
    small = "2014-06-11,95,97,94,96,700,0,1.05"
    raw = into(store, write(tmp_path, lines(BARS, *RAW, small)), tmp_path, with_actions=True, symbol="R")
    adjusted = into(store, write(tmp_path, lines(BARS, *ADJUSTED, small)), tmp_path, with_actions=True, symbol="A")
    assert raw.actions is not None and adjusted.actions is not None
    assert (raw.actions.rows_accepted, adjusted.actions.rows_accepted) == (3, 1)


def test_bars_whose_actions_cannot_be_read_are_not_imported_when_they_were_asked_for(
    store: DeltaStore, tmp_path: Path
) -> None:
    bad = tuple(row.rsplit(",", 1)[0] + ",many" for row in RAW)
    with pytest.raises(InputError, match="rows cannot be used"):
        into(store, write(tmp_path, lines(BARS, *bad)), tmp_path, with_actions=True)
    assert store.instruments() == ()


def test_a_file_without_such_columns_is_imported_and_tells_so(store: DeltaStore, tmp_path: Path) -> None:
    report = into(store, write(tmp_path, lines(HEADER, *DAYS)), tmp_path, with_actions=True)
    assert report.actions is None
    assert "the file has no columns of splits or dividends" in report.conclusions


def test_dividends_are_scaled_as_prices_are(tmp_path: Path) -> None:
    text = lines("date,dividend,split", "2014-06-09,4700,2", "2014-06-10,,2")
    assert [row[-1] for row in actions_of(tmp_path, text, price_scale=10_000)] == pytest.approx([0.47, 2.0, 2.0])


def test_an_actions_file_is_not_wide(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column per instrument"):
        read(tmp_path, lines("date,KO", "2014-06-09,1"), table=Table.ACTIONS, symbol=None, wide={"KO": {"close": "KO"}})


@pytest.mark.parametrize(
    ("file", "options", "count"),
    [
        ("csvdir_AAPL_2012_2014.csv.gz", {"symbol": "AAPL.XNAS"}, 10),  # a split of 7 that the prices contain
        ("csvdir_KO_2012_2014.csv.gz", {"symbol": "KO.XNYS"}, 12),  # a split of 2 that the prices contain
        ("wiki_4stocks_2014_splits_dividends.csv.gz", {"symbol": None, "venue": "XNAS"}, 9),
    ],
)
def test_shared_files_with_actions_bring_them_in(
    store: DeltaStore, tmp_path: Path, file: str, options: Mapping[str, Any], count: int
) -> None:
    path = str(shared(f"data/equities_daily/{file}"))
    report = into(store, path, tmp_path, with_actions=True, **options)
    assert report.actions is not None
    assert report.actions.added == count
