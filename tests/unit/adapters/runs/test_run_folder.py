from pathlib import Path

import polars as pl
import pytest

from tradewright.adapters.runs.folder import FACTS, RunFolder
from tradewright.domain.errors import StorageError
from tradewright.ports.runs import RunRecord


def record(run_id: str = "abc123", *, created_at: str = "2026-01-01T00:00:00Z", rows: int = 3) -> RunRecord:
    return RunRecord(
        run_id,
        {"strategy": "moving_average", "stats": {"sharpe": 1.5, "alpha": None}},
        {"created_at": created_at, "duration_s": 0.1},
        {
            "equity": pl.DataFrame({"equity": [float(row) for row in range(rows)]}),
            "fills": pl.DataFrame({"side": ["BUY"]}),
        },
    )


def test_a_saved_run_comes_back_as_it_was(tmp_path: Path) -> None:
    store = RunFolder(tmp_path / "runs")
    store.save(record())
    loaded = store.load("abc123")
    assert loaded.facts == record().facts
    assert loaded.circumstances["created_at"] == "2026-01-01T00:00:00Z"
    assert loaded.tables["equity"].equals(record().tables["equity"])
    assert loaded.tables["fills"].equals(record().tables["fills"])


def test_saving_the_same_run_again_keeps_one_with_the_same_bytes(tmp_path: Path) -> None:
    store = RunFolder(tmp_path)
    store.save(record())
    before = {path.name: path.read_bytes() for path in (tmp_path / "abc123").iterdir()}
    store.save(record(created_at="2027-01-01T00:00:00Z"))
    after = {path.name: path.read_bytes() for path in (tmp_path / "abc123").iterdir()}
    assert list(store.ids()) == ["abc123"]
    assert {name for name in before if before[name] != after[name]} == {"made.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["abc123"]


def test_newest_run_is_listed_first_and_damaged_ones_are_left_out(tmp_path: Path) -> None:
    store = RunFolder(tmp_path)
    store.save(record("old", created_at="2026-01-01T00:00:00Z"))
    store.save(record("new", created_at="2026-02-01T00:00:00Z"))
    store.save(record("bad"))
    (tmp_path / "bad" / FACTS).write_text("[]")
    assert [found.run_id for found in store.summaries()] == ["new", "old"]


def test_a_run_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    store = RunFolder(tmp_path / "nothing")
    assert list(store.summaries()) == []
    with pytest.raises(KeyError):
        store.load("abc123")


def test_a_damaged_table_is_told_with_the_remedy(tmp_path: Path) -> None:
    store = RunFolder(tmp_path)
    store.save(record())
    (tmp_path / "abc123" / "equity.parquet").write_bytes(b"not a table")
    with pytest.raises(StorageError, match="run the backtest again"):
        store.load("abc123")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_the_older_run_and_no_half_of_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunFolder(tmp_path)
    store.save(record(rows=3))
    write = pl.DataFrame.write_parquet
    monkeypatch.setattr(
        pl.DataFrame, "write_parquet", lambda self, _file, **options: write(self, "/dev/full", **options)
    )
    with pytest.raises(StorageError, match="No space left"):
        store.save(record(rows=4))
    monkeypatch.undo()
    assert store.load("abc123").tables["equity"].height == 3
    assert [path.name for path in tmp_path.iterdir()] == ["abc123"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        RunFolder(tmp_path / "file" / "runs").save(record())


def test_a_run_that_is_removed_leaves_nothing_and_the_others(tmp_path: Path) -> None:
    store = RunFolder(tmp_path)
    store.save(record("one"))
    store.save(record("two"))
    store.remove("one")
    assert [path.name for path in tmp_path.iterdir()] == ["two"]
    with pytest.raises(KeyError):
        store.remove("one")
    store.save(record("one"))
    assert sorted(store.ids()) == ["one", "two"]
