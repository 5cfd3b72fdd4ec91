import csv
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.shared_file_mappings import EXPLICIT, NO_MARKET_DATA, RECORDINGS, Case, lean_case
from tests.shared_data import FOLDER, shared

from tradewright.adapters.files.local import LocalFiles
from tradewright.application.data.importing import read_file


def manifest() -> dict[str, int]:
    """Files of the shared data folder and their rows."""
    path = FOLDER / "data" / "MANIFEST.csv"
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {row["file"]: int(row["rows"] or 0) for row in csv.DictReader(file)}


LEAN = [
    lean_case(file, rows)
    for file, rows in manifest().items()
    if "/lean/forex/" in file or file.startswith("crypto_lean/")
]


def check(case: Case, folder: Path) -> None:
    message = replace(case.message, path=str(shared(f"data/{case.file}")))
    rows, report = read_file(message, files=LocalFiles(folder))
    assert rows.height + report.rows_rejected == case.rows
    assert set(report.rejected_by_reason) <= case.reasons
    assert report.rows_rejected < case.rows * 0.05
    assert rows["time"].null_count() == 0


@pytest.mark.parametrize("case", EXPLICIT, ids=lambda case: case.file)
def test_every_shared_file_imports_with_the_options_of_the_table(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize("case", LEAN, ids=lambda case: case.file)
def test_every_lean_file_imports_as_its_path_says(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", RECORDINGS, ids=lambda case: f"{case.file}:{case.label}")
def test_recordings_of_a_stream_import_by_kind(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


def test_the_table_covers_every_shared_file_of_market_data() -> None:
    covered = {case.file for case in (*EXPLICIT, *LEAN, *RECORDINGS)}
    assert set(manifest()) - covered == NO_MARKET_DATA & set(manifest())
