"""Tables stay open between writes; what changed behind a writer's back is seen before the next write."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.contracts.store_rows import DAY, KNOWN, bars

from tradewright.adapters.stores import handles, layout
from tradewright.adapters.stores.commits import opened_for_writing
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.adapters.stores.revisions import compare
from tradewright.adapters.stores.spool import Spool
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import NS, Selection, Table

FIRST = bars("A.XNAS", [1.0, 2.0])


def later(rows: pl.DataFrame, days: int) -> pl.DataFrame:
    return rows.with_columns(
        (pl.col("time") + pl.duration(days=days)).cast(NS), (pl.col("session") + pl.duration(days=days)).cast(pl.Date)
    )


def test_a_second_write_uses_the_handle_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, FIRST)
    monkeypatch.setattr(handles, "opened_for_writing", lambda *_: pytest.fail("opened anew"))
    assert store.append(Table.BARS, later(FIRST, 7)).added == 2
    assert store.append(Table.BARS, FIRST).unchanged == 2


def test_what_another_store_wrote_in_between_is_known(tmp_path: Path) -> None:
    one, other = DeltaStore(tmp_path), DeltaStore(tmp_path)
    one.append(Table.BARS, FIRST)
    other.append(Table.BARS, later(FIRST, 7))
    assert one.append(Table.BARS, later(FIRST, 7)).unchanged == 2
    corrected = later(FIRST, 7).with_columns(close=pl.col("close") + 1, known_at=pl.lit(KNOWN + DAY).cast(NS))
    assert other.append(Table.BARS, corrected).corrected == 2


def test_a_folder_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path / "store")
    for days in (0, 7, 14):
        store.append(Table.BARS, later(FIRST, days))
    DeltaStore(tmp_path / "copy").append(Table.BARS, later(FIRST, 21))
    shutil.rmtree(tmp_path / "store")
    (tmp_path / "copy").rename(tmp_path / "store")
    assert store.append(Table.BARS, FIRST).added == 2
    assert len(store.read(Selection(Table.BARS))) == 4


def test_a_folder_that_is_gone_begins_anew(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, FIRST)
    shutil.rmtree(tmp_path / "bars")
    assert store.append(Table.BARS, FIRST) == DeltaStore(tmp_path / "other").append(Table.BARS, FIRST)


def test_a_write_that_fails_leaves_no_handle_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, FIRST)
    with monkeypatch.context() as patch:
        patch.setattr("tradewright.adapters.stores.delta.commit", _full)
        with pytest.raises(StorageError, match="appending"):
            store.append(Table.BARS, later(FIRST, 7))
    assert store.append(Table.BARS, later(FIRST, 7)).added == 2


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_files_of_another_time_are_not_looked_into(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, FIRST)
    table = opened_for_writing(Table.BARS, tmp_path / "bars")
    partitions = layout.partition_names(Table.BARS, layout.to_stored(Table.BARS, FIRST))
    stamps = FIRST["time"].to_physical().to_list()

    def found(first: int, last: int) -> int:
        return len(layout.files_within(Table.BARS, table, partitions=partitions, span=(first, last)))

    assert found(stamps[0], stamps[0]) == found(stamps[-1], stamps[-1] + DAY) == 1
    assert found(stamps[-1] + 1, stamps[-1] + DAY) == found(stamps[0] - DAY, stamps[0] - 1) == 0
    assert layout.files_within(Table.BARS, table, partitions=[], span=(stamps[0], stamps[-1])) == []


def test_rows_in_order_are_handed_on_and_parted_without_a_copy() -> None:
    many = pl.concat([bars("A.XNAS", [1.0] * 10_000)])
    stored = layout.to_stored(Table.BARS, many)
    assert layout.sorted_rows(Table.BARS, stored) is stored
    assert layout.sorted_rows(Table.BARS, stored.reverse()).equals(stored)
    parts = list(layout.parted(Table.BARS, stored))
    assert pl.concat(parts).equals(stored)
    assert [part["period"].n_unique() for part in parts] == [1] * len(parts)
    assert len(parts) > 20


def test_a_partition_too_large_for_memory_becomes_several_sorted_files(tmp_path: Path) -> None:
    chunks = [bars("A.XNAS", [1.0] * 5, first=f"2020-01-{first:02}") for first in (11, 6, 1)]
    with Spool(Table.BARS, tmp_path, most_rows=10) as spool:
        for chunk in chunks:
            stored = layout.to_stored(Table.BARS, chunk)
            spool.add(["timeframe=1d/period=2020"], compare(Table.BARS, stored, known=stored.clear()))
        parts = list(spool.parts())
    assert [len(part) for part in parts] == [10, 5]
    assert all(part["time"].is_sorted() for part in parts)
    assert pl.concat(parts).sort("time").equals(layout.to_stored(Table.BARS, pl.concat(chunks)))
    assert list(parts[0].columns) == list(layout.stored_schema(Table.BARS))
