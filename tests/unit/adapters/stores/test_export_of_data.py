from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.contracts.memory_store import MemoryStore
from tests.contracts.store_rows import KNOWN, bars

from tradewright.adapters.stores import exports
from tradewright.adapters.stores.exports import FileExporter
from tradewright.application.data.exporting import export_data
from tradewright.application.data.messages import ExportData, StoredRows
from tradewright.domain.errors import DataError, InputError, StorageError
from tradewright.ports.exports import ExportFormat
from tradewright.ports.stores import NS, Table

ROWS = bars("AAPL.XNAS", [1.5, 2, 3], first="2020-01-01").with_columns(
    volume=pl.Series([1.0, None, 3.0]), known_at=pl.lit(KNOWN + 1).cast(NS)
)


@pytest.fixture
def store() -> MemoryStore:
    filled = MemoryStore()
    filled.append(Table.BARS, ROWS)
    return filled


def command(path: str, **more: object) -> ExportData:
    return ExportData(path, StoredRows("AAPL"), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["bars.parquet", "deep/er/bars.feather", "bars.arrow"])
def test_binary_files_hold_exactly_the_rows(store: MemoryStore, tmp_path: Path, path: str) -> None:
    view = export_data(command(path), store=store, exporter=FileExporter(tmp_path))
    read = pl.read_parquet if path.endswith("parquet") else pl.read_ipc
    assert_frame_equal(read(tmp_path / path), ROWS)
    assert (view.rows, view.path) == (3, str(tmp_path / path))
    assert view.bytes == (tmp_path / path).stat().st_size


def test_text_files_hold_stamps_in_utc_to_the_nanosecond(store: MemoryStore, tmp_path: Path) -> None:
    exporter = FileExporter(tmp_path)
    assert export_data(command("bars.csv"), store=store, exporter=exporter).format == "csv"
    lines = (tmp_path / "bars.csv").read_text().splitlines()
    assert lines[0] == ",".join(ROWS.columns)
    assert lines[2].split(",")[2:5] == ["2020-01-02T21:00:00+00:00", "1d", "2020-01-02"]
    assert lines[2].split(",")[5:10] == ["2.0", "3.0", "1.0", "2.0", ""]
    assert lines[2].split(",")[10] == "2023-11-14T22:13:20.000000001+00:00"
    assert export_data(command("bars.txt", format="jsonl"), store=store, exporter=exporter).format == "jsonl"
    back = pl.read_ndjson(tmp_path / "bars.txt").with_columns(
        pl.col("time", "known_at").str.to_datetime(time_unit="ns", time_zone="UTC").cast(NS),
        pl.col("session").str.to_date(),
    )
    assert_frame_equal(back, ROWS)


def test_a_file_that_is_there_is_kept_unless_it_may_be_overwritten(store: MemoryStore, tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text("mine")
    with pytest.raises(InputError, match=r"is there already; .*overwrite=True"):
        export_data(command("bars.csv"), store=store, exporter=FileExporter(tmp_path))
    assert (tmp_path / "bars.csv").read_text() == "mine"
    export_data(command("bars.csv", overwrite=True), store=store, exporter=FileExporter(tmp_path))
    assert len((tmp_path / "bars.csv").read_text().splitlines()) == 4


def test_a_failing_disk_leaves_the_former_file_and_no_half_of_a_new_one(
    store: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bars.csv").write_text("mine")

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "_to_disk", full)
    with pytest.raises(StorageError, match="free some space"):
        export_data(command("bars.csv", overwrite=True), store=store, exporter=FileExporter(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["bars.csv"]
    assert (tmp_path / "bars.csv").read_text() == "mine"


def test_what_cannot_be_written_is_said_before_anything_is_read(store: MemoryStore, tmp_path: Path) -> None:
    exporter = FileExporter(tmp_path)
    with pytest.raises(
        InputError, match=r"format of bars.xlsx is not known: expected .*csv, parquet, jsonl, feather, found xlsx"
    ):
        export_data(command("bars.xlsx"), store=store, exporter=exporter)
    with pytest.raises(InputError, match="found none"):
        export_data(command("bars"), store=store, exporter=exporter)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="found a folder"):
        export_data(command("folder.csv"), store=store, exporter=exporter)
    with pytest.raises(DataError, match="no bars of AAPL"):
        export_data(ExportData("x.csv", StoredRows("AAPL", start="2030")), store=store, exporter=exporter)
    assert {path.name for path in tmp_path.iterdir()} == {"folder.csv"}


def test_every_format_has_an_ending() -> None:
    for form in ExportFormat:
        assert str(form) in {"csv", "parquet", "jsonl", "feather"}
