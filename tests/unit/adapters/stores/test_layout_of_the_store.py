from pathlib import Path

import polars as pl
import pytest
from tests.contracts.store_rows import bars, close_of, frame

from tradewright.adapters.stores import layout
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.domain.errors import DataError
from tradewright.lazy import load
from tradewright.ports.stores import Selection, Table


def folders(root: Path) -> set[str]:
    return {str(path.parent.relative_to(root)) for path in root.rglob("*.parquet") if "_delta_log" not in path.parts}


def test_bars_are_parted_by_timeframe_and_year_and_fine_bars_by_month(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    for interval in ("1d", "1h", "30m"):
        store.append(Table.BARS, bars("A.XNAS", range(40), first="2019-12-12", interval=interval))
    assert folders(tmp_path) == {
        "bars/timeframe=1d/period=2019",
        "bars/timeframe=1d/period=2020",
        "bars/timeframe=1h/period=2019",
        "bars/timeframe=1h/period=2020",
        "bars/timeframe=30m/period=2019-12",
        "bars/timeframe=30m/period=2020-01",
    }


def test_prints_are_parted_by_month_and_funding_and_actions_by_year(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    for table in (Table.TRADES, Table.QUOTES, Table.BOOK, Table.FUNDING, Table.ACTIONS):
        store.append(table, frame(table, [{}]))
    assert folders(tmp_path) == {
        "trades/period=2020-01",
        "quotes/period=2020-01",
        "book/period=2020-01",
        "funding/period=2020",
        "actions/period=2020",
    }


def test_files_are_sorted_by_instrument_and_time_compressed_and_in_small_row_groups(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    rows = pl.concat([bars(f"S{n}.XNAS", range(60), first="2020-01-01") for n in range(4000)]).sort("time")
    store.append(Table.BARS, rows)
    store.append_chunks(Table.TRADES, [frame(Table.TRADES, [{"instrument": f"S{n}.XNAS"} for n in (3, 1, 2)])])
    (bar_file,) = (tmp_path / "bars").rglob("part-*.parquet")
    metadata = load("pyarrow.parquet").ParquetFile(bar_file).metadata
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sizes == [65_536, 65_536, 65_536, 240_000 - 3 * 65_536]
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    stored = pl.read_parquet(bar_file, hive_partitioning=False)
    assert stored.select(pl.struct("instrument", "time")).to_series().is_sorted()
    (trade_file,) = (tmp_path / "trades").rglob("part-*.parquet")
    assert pl.read_parquet(trade_file)["instrument"].to_list() == ["S1.XNAS", "S2.XNAS", "S3.XNAS"]


def test_chunks_are_sorted_across_chunks_within_a_partition(tmp_path: Path) -> None:
    rows = pl.concat([bars(f"S{n}.XNAS", range(700), first="2019-01-01") for n in range(300)]).sort("time")
    DeltaStore(tmp_path).append_chunks(Table.BARS, [rows[at : at + 50_000] for at in range(0, len(rows), 50_000)])
    files = list((tmp_path / "bars").rglob("part-*.parquet"))
    assert len(files) == 2
    for path in files:
        stored = pl.read_parquet(path, hive_partitioning=False)
        assert stored.select(pl.struct("instrument", "time")).to_series().is_sorted()


def test_a_read_of_some_months_opens_only_their_files(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, bars("A.XNAS", range(800), first="2018-01-01"))
    for path in (tmp_path / "bars" / "timeframe=1d" / "period=2018").iterdir():
        path.unlink()
    selection = Selection(Table.BARS, start=close_of("2019-03-01"), end=close_of("2019-03-03"))
    assert len(store.read(selection)) == 3


@pytest.mark.parametrize(("interval", "found"), [("daily", "is not understood"), ("60m", "expected 1h, found 60m")])
def test_an_interval_is_written_in_one_way(interval: str, found: str) -> None:
    with pytest.raises(DataError, match=found):
        layout.checked(Table.BARS, bars("A.XNAS", [1.0], interval=interval))


def test_rows_without_instrument_or_stamp_are_refused() -> None:
    with pytest.raises(DataError, match="nulls in instrument"):
        layout.checked(Table.BARS, bars("A.XNAS", [1.0]).with_columns(instrument=pl.lit(None, dtype=pl.String)))


@pytest.mark.parametrize(
    ("partition", "start", "end", "interval", "expected"),
    [
        ("timeframe=1d/period=2019", "2020-01-01", None, "1d", False),
        ("timeframe=1d/period=2020", "2020-07-01", "2020-08-01", "1d", True),
        ("timeframe=1d/period=2021", None, "2020-12-31", "1d", False),
        ("timeframe=1d/period=2020", None, None, "5m", False),
        ("timeframe=5m/period=2020-06", "2020-07-01", None, "5m", False),
        ("timeframe=5m/period=2020-07", "2020-07-31", "2020-07-31", None, True),
        ("timeframe=5m/period=2020-08", None, "2020-07-31", None, False),
        ("period=2020", "2020-07-01", None, "5m", True),
    ],
)
def test_a_partition_is_read_only_when_it_can_hold_what_is_asked_for(
    partition: str, start: str | None, end: str | None, interval: str | None, expected: bool
) -> None:
    table = Table.BARS if "timeframe" in partition else Table.FUNDING
    bounds = [close_of(day) if day else None for day in (start, end)]
    selection = Selection(table, interval=interval, start=bounds[0], end=bounds[1])
    assert layout.covers(partition, selection) is expected
