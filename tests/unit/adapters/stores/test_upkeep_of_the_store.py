import json
import os
import time
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.contracts.store_rows import DAY, KNOWN, bars, frame

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.messages import CleanStore, CompactStore, LoadBars, SqlQuestion
from tradewright.application.data.reading import clean_store, compact_store, load_bars, sql_answer
from tradewright.domain.errors import InputError
from tradewright.ports.stores import Selection, Table


@pytest.fixture
def store(tmp_path: Path) -> DeltaStore:
    filled = DeltaStore(tmp_path)
    for close in range(5):
        filled.append(Table.BARS, bars(f"S{4 - close}.XNAS", range(20), first="2019-12-22"))
    filled.append(Table.BARS, bars("S0.XNAS", [-1.0], first="2019-12-22", known_at=KNOWN + DAY))
    filled.append(Table.TRADES, frame(Table.TRADES, [{"trade_id": "2"}, {"trade_id": "1"}]))
    return filled


def data_files(root: Path) -> list[Path]:
    return sorted(root.rglob("part-*.parquet"))


def age(root: Path, *, hours: int) -> None:
    """Make everything that happened so far happen earlier, in the file system and in the commit log."""
    past = time.time() - hours * 3600
    for path in root.rglob("*.json"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for line in lines:
            if "remove" in line:
                line["remove"]["deletionTimestamp"] = int(past * 1000)
        path.write_text("\n".join(json.dumps(line) for line in lines))
    for path in root.rglob("*"):
        os.utime(path, (past, past))


def test_compaction_makes_one_sorted_file_of_a_partition_and_keeps_every_row(store: DeltaStore, tmp_path: Path) -> None:
    before = [store.read(Selection(Table.BARS, as_of=moment)) for moment in (None, KNOWN)]
    raw = store.query("SELECT * FROM bars_raw ORDER BY ALL")
    view = compact_store(CompactStore(), store=store)
    assert (view.files_before, view.files_after) == (12, 3)
    for moment, rows in zip((None, KNOWN), before, strict=True):
        assert_frame_equal(store.read(Selection(Table.BARS, as_of=moment)), rows)
    assert_frame_equal(store.query("SELECT * FROM bars_raw ORDER BY ALL"), raw)
    assert store.read(Selection(Table.TRADES))["trade_id"].to_list() == ["2", "1"]
    assert store.compact() == {"before": 3, "after": 3}, "what is compact stays as it is"
    newest = store.versions(Table.BARS)[0]
    assert (newest.operation, newest.note) == ("compact", "timeframe=1d/period=2020")


def test_one_table_can_be_compacted_alone(store: DeltaStore) -> None:
    assert store.compact(Table.TRADES) == {"before": 1, "after": 1}
    assert store.compact(Table.BARS) == {"before": 11, "after": 2}


def test_after_compaction_and_cleaning_a_stored_backtest_reads_what_it_read(store: DeltaStore, tmp_path: Path) -> None:
    then = load_bars(LoadBars(("S0", "S3"), as_of=KNOWN), store=store)
    store.compact()
    assert len(data_files(tmp_path)) == 14
    assert clean_store(CleanStore(keep_hours=2), store=store).deleted == 0, "young files are kept"
    age(tmp_path, hours=3)
    assert clean_store(CleanStore(keep_hours=2), store=store).deleted == 11
    assert len(data_files(tmp_path)) == 3
    assert load_bars(LoadBars(("S0", "S3"), as_of=KNOWN), store=store).digest == then.digest
    assert sql_answer(SqlQuestion("SELECT count(*) AS n FROM bars"), store=store)["n"].item() == 100
    assert store.append(Table.BARS, bars("NEW.XNAS", [1.0])).added == 1


def test_leftovers_of_interrupted_imports_are_deleted_once_they_are_old(store: DeltaStore, tmp_path: Path) -> None:
    leftover = tmp_path / "bars" / "timeframe=1d" / "period=2019" / "part-left-over.parquet"
    leftover.write_bytes(b"half a file")
    parked = tmp_path / ".spool" / "bars-abc" / "1.parquet"
    parked.parent.mkdir(parents=True)
    parked.write_bytes(b"half a file")
    assert store.clean(keep_hours=2) == 0
    age(tmp_path, hours=3)
    assert store.clean(keep_hours=2) == 2
    assert not leftover.exists() and not parked.parent.exists()
    assert len(store.read(Selection(Table.BARS))) == 100


def test_files_younger_than_an_hour_are_never_deleted(store: DeltaStore) -> None:
    with pytest.raises(InputError, match="expected 1 or more"):
        store.clean(keep_hours=0)


def test_many_commits_are_folded_into_checkpoints_and_stay_readable(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    for step in range(30):
        store.append(Table.BARS, bars("A.XNAS", [float(step)], first=f"2020-01-{step + 1:02d}"), note=str(step))
    assert list((tmp_path / "bars" / "_delta_log").glob("*.checkpoint*.parquet"))
    assert DeltaStore(tmp_path).read(Selection(Table.BARS))["close"].to_list() == list(range(30))
    assert len(store.versions(Table.BARS, limit=100)) == 31
    corrected = store.append(Table.BARS, bars("A.XNAS", [7.0], first="2020-01-01", known_at=KNOWN + 1))
    assert corrected.corrected == 1
    assert store.read(Selection(Table.BARS)).filter(pl.col("close") == 7.0).height == 2
