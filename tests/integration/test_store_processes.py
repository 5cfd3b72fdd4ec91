"""Several processes and one store: nothing is lost, torn or stored twice; a killed import leaves nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from tests.contracts.store_rows import KNOWN, bars

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.ports.stores import Selection, Table

WORKER = Path(__file__).with_name("store_worker.py")
BARS = Selection(Table.BARS)


def started(root: Path, *task: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [sys.executable, str(WORKER), str(root), *task],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def answer(process: subprocess.Popen[str]) -> dict[str, int]:
    out, problems = process.communicate(timeout=600)
    assert process.returncode == 0, problems
    found: dict[str, int] = json.loads(out.splitlines()[-1])
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def test_four_writers_and_a_reader_lose_nothing_and_see_nothing_torn(root: Path) -> None:
    done = root.with_name("done")
    reader = started(root, "watch", str(done))
    writers = [started(root, "write", f"W{n}-", "5") for n in range(4)]
    assert [answer(writer)["added"] for writer in writers] == [200] * 4
    done.touch()
    watched = answer(reader)
    assert (watched["torn"], watched["shrunk"]) == (0, 0)
    assert watched["reads"] > 0
    store = DeltaStore(root)
    assert len(store.read(BARS)) == 800
    assert store.query("SELECT count(*) AS rows FROM bars_raw")["rows"].item() == 800


def test_two_imports_of_the_same_file_at_once_store_every_row_once(root: Path) -> None:
    imports = [started(root, "same", "3000") for _ in range(3)]
    answers = [answer(each) for each in imports]
    assert sorted(each["added"] for each in answers) == [0, 0, 3000]
    assert sorted(each["unchanged"] for each in answers) == [0, 3000, 3000]
    assert DeltaStore(root).query("SELECT count(*) AS rows FROM bars_raw")["rows"].item() == 3000


def test_compaction_racing_appenders_loses_nothing(root: Path) -> None:
    store = DeltaStore(root)
    store.append(Table.BARS, bars("OLD.XNAS", range(400), first="2019-06-01"))
    store.append(Table.BARS, bars("OLD.XNAS", [-1.0], first="2019-06-01", known_at=KNOWN + 1))
    writers = [started(root, "write", f"W{n}-", "12") for n in range(2)]
    compactions = 0
    while any(writer.poll() is None for writer in writers):
        store.compact()
        compactions += 1
    assert [answer(writer)["added"] for writer in writers] == [480, 480]
    assert compactions > 1
    assert len(store.read(BARS)) == 400 + 2 * 480
    assert store.query("SELECT count(*) AS rows FROM bars_raw")["rows"].item() == 401 + 2 * 480
    assert len(store.read(Selection(Table.BARS, ("OLD.XNAS",), as_of=KNOWN))) == 400
    kinds = {version.operation for version in store.versions(Table.BARS, limit=10_000)}
    assert kinds == {"create", "append", "compact"}


@pytest.mark.parametrize(
    "chunks", [1, 12, None], ids=["while parking rows", "near the end", "while writing the commit"]
)
def test_an_import_killed_in_the_middle_leaves_the_store_as_it_was(root: Path, chunks: int | None) -> None:
    store = DeltaStore(root)
    before = bars("OLD.XNAS", range(40), first="2019-12-12")
    store.append(Table.BARS, before)
    files = set(root.rglob("*.parquet"))
    process = started(root, "flood", "25")
    assert process.stdout is not None
    if chunks is None:
        for _ in range(25):
            process.stdout.readline()
        while process.poll() is None and not [path for path in root.rglob("part-*.parquet") if path not in files]:
            time.sleep(0.001)
    else:
        for _ in range(chunks):
            assert process.stdout.readline().strip() == "chunk"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = store.read(BARS)
    assert len(found) in ({40} if chunks is not None else {40, 40 + 25 * 2000}), "all of it or nothing"
    assert found.filter(pl.col("instrument") == "OLD.XNAS").equals(before)
    again = answer(started(root, "flood", "25"))
    assert again["added"] == 40 + 25 * 2000 - len(found)
    _age(root, hours=3)
    assert store.clean(keep_hours=2) >= 1
    assert not list((root / ".spool").iterdir())
    assert len(store.read(BARS)) == 40 + 25 * 2000


def _age(root: Path, *, hours: int) -> None:
    past = time.time() - hours * 3600
    for path in root.rglob("*"):
        os.utime(path, (past, past))


@pytest.mark.parametrize("method", ["append", "append_chunks"])
def test_a_full_disk_is_a_clear_error_and_nothing_is_lost(root: Path, method: str) -> None:
    store = DeltaStore(root)
    before = bars("OLD.XNAS", range(40), first="2019-12-12")
    store.append(Table.BARS, before)
    process = started(root, "full_disk", method)
    error = str(answer(process)["error"])
    assert "appending to bars failed" in error
    assert "free some space" in error
    assert store.read(BARS).equals(before)
    assert store.append(Table.BARS, bars("NEW.XNAS", [1.0])).added == 1


@pytest.fixture
def public_root() -> Iterator[Path]:
    """A folder that everybody may enter and only its owner may write to."""
    folder = Path(tempfile.mkdtemp(prefix="tradewright-test-"))
    folder.chmod(0o755)
    yield folder / "store"
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def test_a_store_that_may_only_be_read_is_read_and_says_why_it_is_not_written(public_root: Path) -> None:
    store = DeltaStore(public_root)
    store.append(Table.BARS, bars("OLD.XNAS", range(40), first="2019-12-12"))
    for path in [public_root, *public_root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    found = answer(started(public_root, "no_rights"))
    assert found["read"] == 40
    assert "check who may read and write" in str(found["error"])
    assert store.instruments() == ("OLD.XNAS",)
