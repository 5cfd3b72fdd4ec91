import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.contracts.store_rows import KNOWN, bars

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.adapters.stores.snapshots import NOTHING, Snapshots
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import Selection, Table

BARS = Selection(Table.BARS)


def test_a_store_sees_what_another_one_wrote_since_its_last_read(tmp_path: Path) -> None:
    reader, writer = DeltaStore(tmp_path), DeltaStore(tmp_path)
    assert reader.read(BARS).is_empty()
    for step in range(3):
        writer.append(Table.BARS, bars("A.XNAS", [float(step)], known_at=KNOWN + step))
        assert reader.read(BARS)["close"].to_list() == [float(step)]
    writer.compact()
    assert len(reader.read(BARS)) == 1


def test_a_snapshot_is_made_once_a_version(tmp_path: Path) -> None:
    store, snapshots = DeltaStore(tmp_path), Snapshots(tmp_path)
    assert snapshots.newest(Table.BARS) is NOTHING
    store.append(Table.BARS, bars("A.XNAS", [1.0]))
    first = snapshots.newest(Table.BARS)
    assert snapshots.newest(Table.BARS) is first
    store.append(Table.BARS, bars("A.XNAS", [2.0], known_at=KNOWN + 1))
    second = snapshots.newest(Table.BARS)
    assert (len(first.files), len(second.files)) == (1, 2)
    assert (first.corrected, second.corrected) == (frozenset(), frozenset({"timeframe=1d/period=2020"}))


def test_a_store_whose_folder_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    for step in range(3):
        store.append(Table.BARS, bars(f"OLD{step}.XNAS", [1.0]))
    assert len(store.read(BARS)) == 3
    shutil.rmtree(tmp_path / "bars")
    try:
        assert store.read(BARS).is_empty()
    except StorageError:
        assert store.read(BARS).is_empty(), "the second try opens it anew"
    DeltaStore(tmp_path).append(Table.BARS, bars("NEW.XNAS", [1.0]))
    assert store.read(BARS)["instrument"].to_list() == ["NEW.XNAS"]


def test_files_that_vanish_are_a_failure_and_the_next_read_starts_anew(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, bars("A.XNAS", [1.0]))
    (path,) = tmp_path.rglob("part-*.parquet")
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(StorageError, match="reading bars failed"):
        store.read(BARS)
    path.write_bytes(kept)
    assert len(store.read(BARS)) == 1


def test_several_threads_read_one_store_while_it_grows(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, bars("A.XNAS", range(10)))

    def count(turn: int) -> int:
        if turn % 10 == 0:
            store.append(Table.BARS, bars(f"A{turn}.XNAS", range(10)))
        return len(store.read(BARS))

    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(count, range(60)))
    assert all(found % 10 == 0 for found in counts)
    assert len(store.read(BARS)) == 70
