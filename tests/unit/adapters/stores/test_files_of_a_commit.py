"""Files that a commit names are there; files of a commit that failed are gone."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from tests.contracts.store_rows import bars

from tradewright.adapters.stores import writing
from tradewright.adapters.stores.commits import opened
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import Selection, Table

OLD, NEW = "OLD.XNAS", "NEW.XNAS"


def files(root: Path) -> set[str]:
    return {path.name for path in root.rglob("*.parquet")}


@pytest.fixture
def store(tmp_path: Path) -> DeltaStore:
    made = DeltaStore(tmp_path)
    made.append(Table.BARS, bars(OLD, [1.0]))
    return made


def test_a_file_that_cannot_be_written_whole_leaves_nothing(
    store: DeltaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(tmp_path)

    def half(frame: pl.DataFrame, place: Path, **named: object) -> None:
        Path(place).write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", half)
    with pytest.raises(StorageError, match="free some space"):
        store.append(Table.BARS, bars(NEW, [1.0]))
    assert files(tmp_path) == before
    assert store.instruments() == (OLD,)


def test_a_commit_that_fails_takes_its_files_away(
    store: DeltaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(tmp_path)

    def broken(*arguments: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", broken)
    with pytest.raises(StorageError, match="free some space"):
        store.append(Table.BARS, bars(NEW, [1.0]))
    assert files(tmp_path) == before


def test_a_commit_that_was_made_and_failed_afterwards_keeps_its_files(
    store: DeltaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = DeltaTable.create_write_transaction

    def made_then_broken(*arguments: object, **named: object) -> None:
        make(*arguments, **named)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", made_then_broken)
    with pytest.raises(StorageError):
        store.append(Table.BARS, bars(NEW, [1.0]))
    monkeypatch.undo()
    rows = DeltaStore(tmp_path).read(Selection(Table.BARS))
    assert rows["instrument"].to_list() == [NEW, OLD]
    again = store.append(Table.BARS, bars(NEW, [1.0]))
    assert (again.added, again.unchanged) == (0, 1)


def test_files_stay_where_nobody_can_tell_whether_they_are_named(
    store: DeltaStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(tmp_path)

    def broken(*arguments: object, **named: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", broken)
    monkeypatch.setattr(writing, "opened", broken)
    with pytest.raises(StorageError):
        store.append(Table.BARS, bars(NEW, [1.0]))
    assert len(files(tmp_path) - before) == 1


def test_one_sorted_file_a_partition_is_named_with_its_rows(store: DeltaStore, tmp_path: Path) -> None:
    handle = opened(tmp_path / "bars")
    assert handle is not None
    actions = pl.DataFrame(handle.get_add_actions(flatten=True))
    assert actions["num_records"].to_list() == [1]
    assert actions["size_bytes"].to_list() == [path.stat().st_size for path in tmp_path.rglob("*.parquet")]


def test_a_full_disk_says_one_thing_and_leaves_no_file(tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from tests.contracts.store_rows import bars\n"
        "from tradewright.adapters.stores.delta import DeltaStore\n"
        "from tradewright.domain.errors import StorageError\n"
        "from tradewright.ports.stores import Table\n"
        "import random\n"
        "store = DeltaStore(Path(sys.argv[1]))\n"
        "store.append(Table.BARS, bars('OLD.XNAS', [1.0]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    store.append(Table.BARS, bars('NEW.XNAS', [random.random() + 1 for _ in range(20_000)]))\n"
        "except StorageError as told:\n"
        "    print(told)\n"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "free some space" in done.stdout
    assert done.stderr == ""
    assert len(files(tmp_path)) == 1
    assert DeltaStore(tmp_path).instruments() == (OLD,)


def test_data_without_its_log_is_damage_and_not_an_empty_store(store: DeltaStore, tmp_path: Path) -> None:
    (tmp_path / "bars" / "_delta_log").rename(tmp_path / "log")
    fresh = DeltaStore(tmp_path)
    with pytest.raises(StorageError, match="damaged"):
        fresh.coverage()
    with pytest.raises(StorageError, match="damaged"):
        fresh.append(Table.BARS, bars(NEW, [1.0]))
    (tmp_path / "log").rename(tmp_path / "bars" / "_delta_log")
    assert fresh.instruments() == (OLD,)
