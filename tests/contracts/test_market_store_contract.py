"""What every market store promises: run against the Delta store and against the plain one in memory."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.contracts.memory_store import MemoryStore
from tests.contracts.store_rows import DAY, KNOWN, action, bars, close_of, frame

from tradewright.adapters.caches.local import LocalCache
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.adapters.stores.marks import DeltaMarks
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.data.caching import CachedStore
from tradewright.domain.errors import DataError
from tradewright.ports.stores import NS, TABLES, MarketStore, Selection, Table


@pytest.fixture(params=["delta", "memory", "cached"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MarketStore:
    if request.param == "memory":
        return MemoryStore(prefer=("broker",))
    folder = tmp_path / "a störe with spaces"
    delta = DeltaStore(folder, prefer=("broker",))
    if request.param == "delta":
        return delta
    return CachedStore(delta, LocalCache(SystemClock()), DeltaMarks(folder, SystemClock()), 3_600.0)


def closes(store: MarketStore, selection: Selection) -> list[float]:
    return store.read(selection)["close"].to_list()


BARS = Selection(Table.BARS)


def test_an_empty_store_answers_with_empty_tables(store: MarketStore) -> None:
    for table in Table:
        assert store.read(Selection(table)).schema == pl.Schema(TABLES[table])
        assert store.coverage(table).is_empty()
        assert store.coverage(table).columns == ["instrument", "interval", "source", "rows", "first", "last"]
        assert store.instruments(table) == ()
        assert list(store.versions(table)) == []
    assert store.compact() == {"before": 0, "after": 0}
    assert store.clean() == 0


def test_rows_come_back_sorted_by_instrument_and_time(store: MarketStore) -> None:
    both = pl.concat([bars("MSFT.XNAS", [3, 4, 5], first="2019-12-30"), bars("AAPL.XNAS", [1, 2], first="2019-12-31")])
    written = store.append(Table.BARS, both.sample(fraction=1, shuffle=True, seed=1))
    assert (written.added, written.corrected, written.unchanged) == (5, 0, 0)
    assert_frame_equal(store.read(BARS), both.sort("instrument", "time"))
    assert store.read(BARS).schema == pl.Schema(TABLES[Table.BARS])


def test_importing_the_same_rows_again_changes_nothing(store: MarketStore) -> None:
    first = store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3]))
    again = store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3, 4], known_at=KNOWN + DAY))
    assert (again.added, again.corrected, again.unchanged) == (1, 0, 3)
    same = store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3, 4], known_at=KNOWN + 2 * DAY))
    assert (same.added, same.corrected, same.unchanged) == (0, 0, 4)
    assert same.version == again.version > first.version
    assert store.read(BARS)["known_at"].to_physical().to_list() == [KNOWN, KNOWN, KNOWN, KNOWN + DAY]


def test_missing_values_are_known_again_when_they_come_again(store: MarketStore) -> None:
    rows = bars("AAPL.XNAS", [1, 2]).with_columns(volume=pl.Series([None, float("nan")]))
    store.append(Table.BARS, rows)
    assert store.append(Table.BARS, rows).unchanged == 2


def test_a_correction_is_seen_from_the_moment_it_was_known(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3]))
    corrected = store.append(Table.BARS, bars("AAPL.XNAS", [1, 2.5, 3], known_at=KNOWN + DAY))
    assert (corrected.added, corrected.corrected, corrected.unchanged) == (0, 1, 2)
    assert closes(store, BARS) == [1, 2.5, 3]
    assert closes(store, Selection(Table.BARS, as_of=KNOWN + DAY)) == [1, 2.5, 3]
    assert closes(store, Selection(Table.BARS, as_of=KNOWN + DAY - 1)) == [1, 2, 3]
    assert closes(store, Selection(Table.BARS, as_of=KNOWN - 1)) == []


def test_a_correction_may_return_to_the_first_value(store: MarketStore) -> None:
    for step, close in enumerate([2.0, 3.0, 2.0]):
        written = store.append(Table.BARS, bars("AAPL.XNAS", [close], known_at=KNOWN + step * DAY))
        assert written.added + written.corrected == 1
    assert [closes(store, Selection(Table.BARS, as_of=KNOWN + step * DAY)) for step in range(3)] == [
        [2.0],
        [3.0],
        [2.0],
    ]


def test_several_tellings_of_a_bar_fit_in_one_append(store: MarketStore) -> None:
    history = pl.concat(
        [bars("AAPL.XNAS", [close], known_at=KNOWN + step) for step, close in enumerate([2.0, 2.0, 3.0])]
    )
    written = store.append(Table.BARS, history)
    assert (written.added, written.corrected, written.unchanged) == (1, 1, 1)
    assert closes(store, BARS) == [3.0]
    assert closes(store, Selection(Table.BARS, as_of=KNOWN + 1)) == [2.0]


def test_what_was_known_earlier_can_be_told_later(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [3.0], known_at=KNOWN + DAY))
    assert store.append(Table.BARS, bars("AAPL.XNAS", [2.0])).corrected == 1
    assert closes(store, BARS) == [3.0]
    assert closes(store, Selection(Table.BARS, as_of=KNOWN)) == [2.0]
    assert store.append(Table.BARS, bars("AAPL.XNAS", [2.0], known_at=KNOWN + 1)).unchanged == 1


def test_two_different_rows_of_one_key_and_moment_are_refused_and_nothing_is_written(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1.0]))
    with pytest.raises(DataError, match="same known_at"):
        store.append(Table.BARS, pl.concat([bars("AAPL.XNAS", [5.0]), bars("MSFT.XNAS", [5.0])]))
    with pytest.raises(DataError, match="same known_at"):
        store.append(Table.BARS, pl.concat([bars("MSFT.XNAS", [5.0]), bars("MSFT.XNAS", [6.0])]))
    assert store.instruments() == ("AAPL.XNAS",)


def test_bounds_of_time_are_inclusive_and_cross_years(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3, 4, 5], first="2019-12-30"))
    selection = Selection(Table.BARS, start=close_of("2019-12-31"), end=close_of("2020-01-02"))
    assert closes(store, selection) == [2, 3, 4]
    assert closes(store, Selection(Table.BARS, start=close_of("2020-01-03") + 1)) == []
    assert closes(store, Selection(Table.BARS, end=close_of("2019-12-30") - 1)) == []


def test_only_the_asked_instruments_intervals_and_sources_are_read(store: MarketStore) -> None:
    for name, interval, source, close in [
        ("AAPL.XNAS", "1d", "csv", 1.0),
        ("AAPL.XNAS", "5m", "csv", 2.0),
        ("MSFT.XNAS", "1d", "csv", 3.0),
        ("AAPL.XNAS", "1d", "vendor", 4.0),
        ("IBM.XNYS", "1d", "csv", 5.0),
    ]:
        store.append(Table.BARS, bars(name, [close], interval=interval, source=source))
    assert closes(store, Selection(Table.BARS, ("AAPL.XNAS",), "1d", "vendor")) == [4.0]
    assert closes(store, Selection(Table.BARS, ("AAPL.XNAS",), "5m")) == [2.0]
    assert closes(store, Selection(Table.BARS, ("MSFT.XNAS", "AAPL.XNAS"), "1d", "csv")) == [1.0, 3.0]
    assert closes(store, Selection(Table.BARS, ("GOOG.XNAS",))) == []
    assert store.instruments(interval="5m") == ("AAPL.XNAS",)


def test_sources_are_never_mixed_within_a_series(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 1, 1], source="zeta"))
    store.append(Table.BARS, bars("AAPL.XNAS", [2, 2], source="alpha"))
    store.append(Table.BARS, bars("MSFT.XNAS", [3], source="zeta"))
    assert closes(store, BARS) == [2, 2, 3]
    assert closes(store, Selection(Table.BARS, prefer=("zeta",))) == [1, 1, 1, 3]
    store.append(Table.BARS, bars("AAPL.XNAS", [9], source="broker"))
    assert closes(store, BARS) == [9, 3], "the store's own order of preference"


def test_every_table_keeps_what_it_is_given_to_the_nanosecond(store: MarketStore) -> None:
    for table in Table:
        rows = frame(table, [{"time": close_of("2020-01-02") + 123_456_789}, {"time": close_of("2020-02-03") + 1}])
        assert store.append(table, rows).added == 2
        assert_frame_equal(store.read(Selection(table)), rows)


def test_prints_of_one_moment_stay_in_the_order_they_came(store: MarketStore) -> None:
    ids = ["10", "9", "8", "11", "2"]
    store.append(Table.TRADES, frame(Table.TRADES, [{"trade_id": name} for name in ids]))
    assert store.read(Selection(Table.TRADES))["trade_id"].to_list() == ids


def test_coverage_counts_a_corrected_bar_once(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3]))
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 5, 3], known_at=KNOWN + 1))
    store.append(Table.BARS, bars("AAPL.XNAS", [7], interval="1h", source="vendor"))
    expected = [("AAPL.XNAS", "1d", "csv", 3), ("AAPL.XNAS", "1h", "vendor", 1)]
    assert store.coverage().select("instrument", "interval", "source", "rows").rows() == expected
    assert store.coverage()["last"].to_physical().to_list() == [close_of("2020-01-04"), close_of("2020-01-02")]
    store.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-03", "split", 4.0))
    assert store.coverage(Table.ACTIONS).select("interval", "rows").rows() == [(None, 1)]


def test_instruments_are_found_by_symbol_at_any_venue(store: MarketStore) -> None:
    for name in ("BRK.XNYS", "BRK.B.XNYS", "BRKX.XNAS", "BRK.XLON"):
        store.append(Table.BARS, bars(name, [1.0]))
    assert store.instruments(symbol="BRK") == ("BRK.XLON", "BRK.XNYS")
    assert store.instruments(symbol="BRK.B") == ("BRK.B.XNYS",)
    assert store.instruments(symbol="BR") == ()
    assert len(store.instruments()) == 4


def test_versions_tell_what_was_written_and_why_newest_first(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 2]), note="first import")
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3]), note="second import")
    told = [version for version in store.versions(Table.BARS) if version.operation == "append"]
    assert [(version.rows, version.note) for version in told] == [(1, "second import"), (2, "first import")]
    assert told[0].version > told[1].version
    assert len(store.versions(Table.BARS, limit=1)) == 1


class ReadAnew:
    """Chunks that can be iterated more than once."""

    def __init__(self, rows: pl.DataFrame, size: int) -> None:
        self._rows, self._size = rows, size

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return (self._rows[at : at + self._size] for at in range(0, len(self._rows), self._size))


def test_chunks_make_one_commit_and_are_sorted_and_compared_as_a_whole_frame_is(store: MarketStore) -> None:
    rows = pl.concat([bars(f"S{n}.XNAS", range(40), first="2019-12-20") for n in range(5)]).sort("time")
    store.append(Table.BARS, rows.head(7))
    written = store.append_chunks(Table.BARS, ReadAnew(rows, 30), note="chunks")
    assert (written.added, written.corrected, written.unchanged) == (193, 0, 7)
    assert_frame_equal(store.read(BARS), rows.sort("instrument", "time"))
    changed = rows.with_columns(close=pl.col("close") + (pl.col("close") == 3.0), known_at=pl.lit(KNOWN + 1).cast(NS))
    assert store.append_chunks(Table.BARS, ReadAnew(changed, 33)).corrected == 5
    assert store.append_chunks(Table.BARS, ReadAnew(changed, 33)).unchanged == 200
    assert_frame_equal(store.read(Selection(Table.BARS, as_of=KNOWN)), rows.sort("instrument", "time"))
    assert store.read(BARS)["close"].sum() == rows["close"].sum() + 5


def test_a_question_in_sql_sees_what_is_known_now(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3]))
    store.append(Table.BARS, bars("AAPL.XNAS", [1, 5, 3], known_at=KNOWN + 1))
    assert store.query("SELECT close FROM bars ORDER BY time")["close"].to_list() == [1, 5, 3]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(bars("AAPL.XNAS", [1]).drop("close"), id="a column is missing"),
        pytest.param(bars("AAPL.XNAS", [1]).with_columns(extra=1), id="a column is unknown"),
        pytest.param(bars("AAPL.XNAS", [1]).with_columns(pl.col("close").cast(pl.Float32)), id="a type is wrong"),
        pytest.param(
            bars("AAPL.XNAS", [1]).with_columns(pl.col("time").cast(pl.Datetime("us", "UTC"))), id="stamps are coarse"
        ),
    ],
)
def test_rows_that_do_not_fit_the_table_are_refused(store: MarketStore, wrong: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="do not fit"):
        store.append(Table.BARS, wrong)


def test_an_append_of_no_rows_writes_nothing(store: MarketStore) -> None:
    written = store.append(Table.BARS, bars("AAPL.XNAS", []))
    assert (written.added, written.corrected, written.unchanged) == (0, 0, 0)
    assert store.append_chunks(Table.BARS, []).added == 0 if isinstance(store, DeltaStore) else True
    assert store.read(BARS).is_empty()


def test_sessions_are_kept_as_dates(store: MarketStore) -> None:
    store.append(Table.BARS, bars("AAPL.XNAS", [1.0], first="1962-01-02"))
    assert store.read(BARS)["session"].to_list() == [date(1962, 1, 2)]
