import gzip
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from tests.integration.import_tools import DAYS, HEADER, StoppedClock, into, lines, write

from tradewright.adapters.files.local import LocalFiles
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.importing import import_file
from tradewright.application.data.importing_request import ImportFile
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.stores import Selection, Table, Written


@pytest.fixture
def store(tmp_path: Path) -> DeltaStore:
    return DeltaStore(tmp_path / "store")


def minutes(count: int, *, start: int = 1_704_196_800) -> str:
    rows = (f"{start + 60 * n},{10 + n % 7},{20 + n % 7},{5 + n % 7},{11 + n % 7},{n}" for n in range(count))
    return lines("time,open,high,low,close,volume", *rows)


class FullDisk:
    """A store whose disk is full."""

    def append(self, table: Table, rows: pl.DataFrame, *, note: str = "") -> Written:
        del table, rows, note
        raise StorageError("the bar store cannot be written", found="no space left")

    def append_chunks(self, table: Table, chunks: Iterable[pl.DataFrame], *, note: str = "") -> Written:
        next(iter(chunks))
        return self.append(table, pl.DataFrame(), note=note)


def test_an_import_stores_the_rows_with_the_moment_they_are_known(tmp_path: Path, store: DeltaStore) -> None:
    report = into(store, write(tmp_path, lines(HEADER, *DAYS)), tmp_path, source="vendor")
    rows = store.read(Selection(Table.BARS, ("T.XNYS",)))
    assert rows["close"].to_list() == [11.0, 12.0, 13.0]
    assert rows["source"].unique().to_list() == ["vendor"]
    assert rows["known_at"].to_physical().unique().to_list() == [StoppedClock().now]
    assert (report.added, report.corrected, report.unchanged) == (3, 0, 0)


def test_importing_again_adds_nothing_and_a_corrected_file_corrects(tmp_path: Path, store: DeltaStore) -> None:
    path = write(tmp_path, lines(HEADER, *DAYS))
    into(store, path, tmp_path)
    again = into(store, path, tmp_path, clock=StoppedClock(1_700_000_000_000_000_001))
    assert (again.added, again.corrected, again.unchanged) == (0, 0, 3)
    write(tmp_path, lines(HEADER, *DAYS[:2], DAYS[2].replace("13,120", "12.5,120")))
    corrected = into(store, path, tmp_path, clock=StoppedClock(1_700_000_000_000_000_002))
    assert (corrected.added, corrected.corrected, corrected.unchanged) == (0, 1, 2)
    assert store.read(Selection(Table.BARS))["close"].to_list() == [11.0, 12.0, 12.5]
    before = Selection(Table.BARS, as_of=1_700_000_000_000_000_001)
    assert store.read(before)["close"].to_list() == [11.0, 12.0, 13.0]


def test_a_large_file_is_one_commit_whatever_its_pieces(tmp_path: Path, store: DeltaStore) -> None:
    told: list[tuple[int, int | None]] = []
    path = write(tmp_path, minutes(5000))
    report = into(
        store,
        path,
        tmp_path,
        symbol="T.BINANCE",
        block_bytes=10_000,
        memory_rows=1500,
        progress=lambda done, total: told.append((done, total)),
    )
    assert report.added == 5000
    assert [version.rows for version in store.versions(Table.BARS) if version.rows] == [5000]
    assert told[-1] == (5000, 5000)
    assert all(done <= (total or done) for done, total in told)
    assert list((tmp_path / "staging").iterdir()) == []
    whole = DeltaStore(tmp_path / "whole")
    into(whole, path, tmp_path, symbol="T.BINANCE")
    assert store.read(Selection(Table.BARS)).equals(whole.read(Selection(Table.BARS)))


@pytest.mark.parametrize("memory_rows", [1_000_000, 1500])
def test_a_full_disk_stores_nothing_and_leaves_no_staged_rows(tmp_path: Path, memory_rows: int) -> None:
    path = write(tmp_path, minutes(5000))
    files = LocalFiles(tmp_path / "q", staging=tmp_path / "staging", block_bytes=10_000, memory_rows=memory_rows)
    message = ImportFile(path, symbol="T.BINANCE")
    with pytest.raises(StorageError, match="no space left"):
        import_file(message, store=FullDisk(), files=files, clock=StoppedClock())  # type: ignore[arg-type]
    assert not (tmp_path / "staging").exists() or list((tmp_path / "staging").iterdir()) == []


def test_a_file_that_breaks_off_in_the_middle_stores_nothing(tmp_path: Path, store: DeltaStore) -> None:
    whole = gzip.compress(minutes(50_000).encode())
    path = write(tmp_path, whole[: len(whole) * 3 // 4], "cut.csv.gz")
    with pytest.raises(InputError, match=r"is damaged.*nothing was imported"):
        into(store, path, tmp_path, symbol="T.BINANCE", block_bytes=100_000)
    assert store.coverage(Table.BARS).is_empty()
    write(tmp_path, whole, "cut.csv.gz")
    assert into(store, path, tmp_path, symbol="T.BINANCE").added == 50_000


def test_a_file_that_was_misunderstood_stores_nothing(tmp_path: Path, store: DeltaStore) -> None:
    bad = [row.replace("12,9", "9,12") for row in DAYS]
    with pytest.raises(InputError, match="was not imported"):
        into(store, write(tmp_path, lines(HEADER, *bad, *DAYS[:1])), tmp_path, max_rejected=0.1)
    assert store.coverage(Table.BARS).is_empty()


WORKER = """
import sys
from pathlib import Path
from tests.integration.import_tools import into
from tradewright.adapters.stores.delta import DeltaStore
path, folder, symbol = sys.argv[1:]
print(into(DeltaStore(Path(folder) / "store"), path, Path(folder), symbol=symbol).added)
"""


def test_two_imports_at_once_both_arrive(tmp_path: Path, store: DeltaStore) -> None:
    path = write(tmp_path, minutes(3000))
    command = [sys.executable, "-c", WORKER, path, str(tmp_path)]
    root = Path(__file__).resolve().parents[2]
    workers = [
        subprocess.Popen([*command, f"{name}.BINANCE"], stdout=subprocess.PIPE, text=True, cwd=root) for name in "AB"
    ]
    assert [worker.communicate(timeout=600)[0].strip() for worker in workers] == ["3000", "3000"]
    assert store.coverage(Table.BARS)["rows"].to_list() == [3000, 3000]


HUGE = """
import sys
from pathlib import Path
from tests.integration.import_tools import into
from tradewright.adapters.stores.delta import DeltaStore
path, folder = sys.argv[1], Path(sys.argv[2])
print(into(DeltaStore(folder / "store"), path, folder, symbol="T.BINANCE").added)
status = Path("/proc/self/status").read_text(encoding="ascii")  # a parent's memory counts in getrusage
print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is told by Linux only")
def test_ten_million_rows_are_imported_in_bounded_memory(tmp_path: Path) -> None:
    """Measured: 520 MB for ten million rows, 290 MB for one million."""
    block = "".join(f",{10 + n % 7},{20 + n % 7},{5 + n % 7},{11 + n % 7},{n % 999}\n" for n in range(1000)).split("\n")
    path = tmp_path / "huge.csv"
    with path.open("w") as file:
        file.write("time,open,high,low,close,volume\n")
        for start in range(0, 10_000_000, 1000):
            file.writelines(f"{1_600_000_000 + start + n}{block[n]}\n" for n in range(1000))
    done = subprocess.run(
        [sys.executable, "-c", HUGE, str(path), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    rows, megabytes = map(int, done.stdout.split())
    assert rows == 10_000_000
    assert megabytes < 600, megabytes
