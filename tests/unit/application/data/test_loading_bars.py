from datetime import date

import numpy as np
import pytest
from tests.contracts.memory_store import MemoryStore
from tests.contracts.store_rows import DAY, KNOWN, action, bars, close_of, frame

from tradewright.application.data.adjust import adjusted
from tradewright.application.data.messages import LoadBars, StoredData, StoredRows, StoreVersions
from tradewright.application.data.reading import load_bars, store_versions, stored_data, stored_rows
from tradewright.domain.calendars import days_from_date
from tradewright.domain.errors import DataError, InputError, UnknownInstrument
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.ports.stores import Table


@pytest.fixture
def store() -> MemoryStore:
    filled = MemoryStore()
    filled.append(Table.BARS, bars("AAPL.XNAS", [10, 20, 30, 40, 50], first="2020-01-01"))
    filled.append(Table.BARS, bars("MSFT.XNAS", [1, 2, 3], first="2020-01-03"))
    filled.append(Table.BARS, bars("BRK.B.XNYS", [7], first="2020-01-03"))
    return filled


def test_bars_of_one_instrument_are_vectors_with_stamps_and_sessions(store: MemoryStore) -> None:
    loaded = load_bars(LoadBars(("AAPL",)), store=store)
    assert loaded.instruments == ("AAPL.XNAS",)
    assert loaded.close.tolist() == [10, 20, 30, 40, 50]
    assert loaded.high.tolist() == [11, 21, 31, 41, 51]
    assert loaded.time[0] == close_of("2020-01-01")
    assert loaded.session.tolist() == [days_from_date(date(2020, 1, day)) for day in range(1, 6)]
    assert (str(loaded.session.dtype), str(loaded.time.dtype)) == ("int32", "int64")
    assert loaded.closes.flags.c_contiguous
    assert (loaded.prices, loaded.source, str(loaded.timeframe), loaded.actions) == ("raw", "csv", "1d", ())


def test_several_instruments_stand_side_by_side_in_the_asked_order(store: MemoryStore) -> None:
    loaded = load_bars(LoadBars(("msft", "AAPL.XNAS", "MSFT.XNAS")), store=store)
    assert loaded.instruments == ("MSFT.XNAS", "AAPL.XNAS")
    assert loaded.closes.shape == (5, 2)
    np.testing.assert_array_equal(loaded.closes[:, 0], [np.nan, np.nan, 1, 2, 3])
    np.testing.assert_array_equal(loaded.volumes[:, 0], [np.nan, np.nan, 1000, 1000, 1000])
    assert loaded.closes[:, 1].tolist() == [10, 20, 30, 40, 50]


def test_a_moment_when_only_some_trade_is_a_row_and_its_session_is_the_latest(store: MemoryStore) -> None:
    midnight = {
        "instrument": "BTC.KRAKEN",
        "session": date(2020, 1, 2),
        "time": close_of("2020-01-02") + 3 * 3600 * 10**9,
    }
    store.append(Table.BARS, frame(Table.BARS, [midnight]))
    loaded = load_bars(LoadBars(("AAPL", "BTC"), start="2020-01-02", end="2020-01-03"), store=store)
    assert loaded.session.tolist() == [18263, 18263, 18264]
    np.testing.assert_array_equal(loaded.closes, [[20, np.nan], [np.nan, 11], [30, np.nan]])


def test_start_and_end_are_session_dates_both_inclusive(store: MemoryStore) -> None:
    assert load_bars(LoadBars(("AAPL",), start="2020-01-02", end=date(2020, 1, 4)), store=store).close.tolist() == [
        20,
        30,
        40,
    ]
    assert len(load_bars(LoadBars(("AAPL",), start="2019", end="2020-01"), store=store)) == 5


def test_a_symbol_with_a_dot_is_found(store: MemoryStore) -> None:
    for name in ("BRK.B", "brk.b.xnys"):
        assert load_bars(LoadBars((name,)), store=store).instruments == ("BRK.B.XNYS",)


def test_many_symbols_are_found_as_a_few_are(store: MemoryStore) -> None:
    for number in range(8):
        store.append(Table.BARS, bars(f"S{number}.XNAS", [1.0]))
    many = ("S7", "brk.b", "AAPL.XNAS", "s7.xnas", "BRK.B.XNYS", "S1")
    assert load_bars(LoadBars(many), store=store).instruments == ("S7.XNAS", "BRK.B.XNYS", "AAPL.XNAS", "S1.XNAS")
    with pytest.raises(UnknownInstrument, match="did you mean"):
        load_bars(LoadBars((*many, "APPL")), store=store)
    with pytest.raises(UnknownInstrument, match="did you mean"):
        load_bars(LoadBars((*many, "S7.XNYS")), store=store)


def test_an_unknown_symbol_is_answered_with_near_matches(store: MemoryStore) -> None:
    with pytest.raises(UnknownInstrument, match=r"did you mean AAPL.XNAS"):
        load_bars(LoadBars(("APPL",)), store=store)
    with pytest.raises(UnknownInstrument, match=r"AAPL.XNAS"):
        load_bars(LoadBars(("AAPL.XNYS",)), store=store)


def test_a_symbol_traded_at_two_venues_must_be_written_whole(store: MemoryStore) -> None:
    store.append(Table.BARS, bars("AAPL.XETR", [1.0]))
    with pytest.raises(InputError, match=r"AAPL.XETR, AAPL.XNAS"):
        load_bars(LoadBars(("AAPL",)), store=store)
    assert len(load_bars(LoadBars(("AAPL.XNAS",)), store=store)) == 5


def test_dates_outside_the_data_are_answered_with_what_there_is(store: MemoryStore) -> None:
    with pytest.raises(
        DataError, match=r"no 1d bars of AAPL.XNAS from 2021-01-01 .*5 1d bars from csv, 2020-01-01 to 2020-01-05"
    ):
        load_bars(LoadBars(("AAPL",), start="2021"), store=store)
    with pytest.raises(DataError, match=r"no 1d bars of MSFT.XNAS"):
        load_bars(LoadBars(("AAPL", "MSFT"), end="2020-01-02"), store=store)


def test_a_timeframe_or_source_that_is_not_there_is_answered_with_what_there_is(store: MemoryStore) -> None:
    with pytest.raises(DataError, match=r"no 5m bars of AAPL.XNAS.*5 1d bars from csv"):
        load_bars(LoadBars(("AAPL",), "5m"), store=store)
    with pytest.raises(DataError, match=r"no 1d bars of AAPL.XNAS.*5 1d bars from csv"):
        load_bars(LoadBars(("AAPL",), source="vendor"), store=store)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (LoadBars(()), "at least one symbol"),
        (LoadBars(("AAPL",), "daily"), "timeframe 'daily' is not understood"),
        (LoadBars(("AAPL",), prices="total"), "expected raw or adjusted, found 'total'"),
        (LoadBars(("AAPL",), dividends="yahoo"), "expected previous-close or ex-close"),
        (LoadBars(("AAPL",), start="2021", end="2020"), "a start that is not after the end"),
        (LoadBars(("AAPL",), as_of="soon"), "is no moment"),
    ],
)
def test_questions_that_cannot_be_understood_say_what_is_expected(
    store: MemoryStore, query: LoadBars, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_bars(query, store=store)


def test_bars_are_read_as_of_a_moment(store: MemoryStore) -> None:
    before = load_bars(LoadBars(("AAPL",)), store=store)
    store.append(Table.BARS, bars("AAPL.XNAS", [10, 21, 30], first="2020-01-01", known_at=KNOWN + DAY))
    after, then = (load_bars(LoadBars(("AAPL",), as_of=moment), store=store) for moment in (None, KNOWN))
    assert after.close.tolist() == [10, 21, 30, 40, 50]
    assert then.close.tolist() == before.close.tolist()
    assert (then.digest, then.as_of) == (before.digest, KNOWN)
    assert after.digest != before.digest


def test_raw_bars_carry_the_actions_of_their_time(store: MemoryStore) -> None:
    for day, kind, value in [
        ("2019-12-31", "split", 3.0),
        ("2020-01-03", "split", 2.0),
        ("2020-01-04", "dividend", 0.5),
        ("2020-02-01", "split", 9.0),
    ]:
        store.append(Table.ACTIONS, action("AAPL.XNAS", day, kind, value))
    loaded = load_bars(LoadBars(("AAPL", "MSFT")), store=store)
    assert loaded.actions == (
        CorporateAction(18264, "AAPL.XNAS", ActionKind.SPLIT, 2.0),
        CorporateAction(18265, "AAPL.XNAS", ActionKind.DIVIDEND, 0.5),
    )
    assert load_bars(LoadBars(("AAPL",), end="2020-01-02"), store=store).actions == ()


def test_adjusted_prices_know_only_what_was_effective_and_known(store: MemoryStore) -> None:
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-03", "split", 2.0))
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-05", "split", 5.0, known_at=KNOWN + DAY))
    whole = load_bars(LoadBars(("AAPL",), prices="adjusted"), store=store)
    assert whole.close.tolist() == [1, 2, 6, 8, 50]
    assert whole.volume.tolist() == [10_000, 10_000, 5000, 5000, 1000]
    assert (whole.prices, whole.actions) == ("adjusted", ())
    earlier = load_bars(LoadBars(("AAPL",), end="2020-01-04", prices="adjusted"), store=store)
    assert earlier.close.tolist() == [5, 10, 30, 40], "a later split has not happened yet"
    known = load_bars(LoadBars(("AAPL",), as_of=KNOWN, prices="adjusted"), store=store)
    assert known.close.tolist() == [5, 10, 30, 40, 50], "an action not yet known is not applied"
    assert len({whole.digest, known.digest, load_bars(LoadBars(("AAPL",)), store=store).digest}) == 3


def test_a_dividend_is_measured_by_the_close_one_asks_for(store: MemoryStore) -> None:
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-02", "dividend", 1.0))
    first = {
        convention: load_bars(LoadBars(("AAPL",), prices="adjusted", dividends=convention), store=store).close[0]
        for convention in ("previous-close", "ex-close")
    }
    assert first == {"previous-close": 9.0, "ex-close": pytest.approx(10 * 20 / 21)}


def test_a_dividend_as_large_as_the_price_cannot_be_adjusted_for(store: MemoryStore) -> None:
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-02", "dividend", 10.0))
    with pytest.raises(DataError, match=r"prices of AAPL.XNAS cannot be adjusted.*use raw prices"):
        load_bars(LoadBars(("AAPL",), prices="adjusted"), store=store)


def test_actions_come_from_the_source_of_the_bars_where_it_has_any(store: MemoryStore) -> None:
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-02", "dividend", 1.0, source="another"))
    assert load_bars(LoadBars(("AAPL",)), store=store).actions[0].value == 1.0
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-02", "dividend", 2.0, source="csv"))
    assert load_bars(LoadBars(("AAPL",)), store=store).actions[0].value == 2.0


def test_what_is_stored_is_listed_by_series(store: MemoryStore) -> None:
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-03", "split", 2.0))
    listed = stored_data(StoredData(), store=store)
    assert [(each.table, each.instrument, each.interval, each.rows) for each in listed] == [
        ("bars", "AAPL.XNAS", "1d", 5),
        ("bars", "BRK.B.XNYS", "1d", 1),
        ("bars", "MSFT.XNAS", "1d", 3),
        ("actions", "AAPL.XNAS", None, 1),
    ]
    assert [each.table for each in stored_data(StoredData(symbol="aapl"), store=store)] == ["bars", "actions"]
    assert len(stored_data(StoredData(Table.BARS, "BRK.B.XNYS"), store=store)) == 1
    with pytest.raises(UnknownInstrument, match=r"AAPL.XNAS"):
        stored_data(StoredData(symbol="APL"), store=store)


def test_rows_of_any_table_are_shown_by_symbol_and_date(store: MemoryStore) -> None:
    store.append(
        Table.TRADES, frame(Table.TRADES, [{"trade_id": "1"}, {"trade_id": "2", "time": close_of("2020-01-03")}])
    )
    assert stored_rows(StoredRows("AAPL", start="2020-01-04"), store=store)["close"].to_list() == [40, 50]
    trades = stored_rows(StoredRows("AAPL", Table.TRADES, start="2020-01-03"), store=store)
    assert trades["trade_id"].to_list() == ["2"]
    with pytest.raises(DataError, match=r"no trades of AAPL.XNAS.*2 trades from csv"):
        stored_rows(StoredRows("AAPL", Table.TRADES, end="2019"), store=store)


def test_versions_are_handed_on(store: MemoryStore) -> None:
    assert len(store_versions(StoreVersions(limit=2), store=store)) == 2


def test_adjusting_twice_changes_nothing(store: MemoryStore) -> None:
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-03", "split", 2.0))
    once = load_bars(LoadBars(("AAPL", "MSFT"), prices="adjusted"), store=store)
    assert adjusted(once) is once
