from pathlib import Path

import pytest

from tradewright.adapters.workspace.folder import FolderWorkspace
from tradewright.domain.errors import StorageError


def test_a_folder_that_is_not_there_is_judged_by_its_nearest_parent(tmp_path: Path) -> None:
    facts = FolderWorkspace(tmp_path / "a" / "b").facts()
    assert not facts.exists
    assert facts.is_writable
    assert facts.free_bytes > 0


def test_a_file_is_written_once_and_never_over_another(tmp_path: Path) -> None:
    workspace = FolderWorkspace(tmp_path / "project")
    place = workspace.write("notes/one.txt", "first")
    assert place.read_text() == "first"
    assert workspace.has("notes/one.txt")
    with pytest.raises(FileExistsError):
        workspace.write("notes/one.txt", "second")
    assert place.read_text() == "first"
    assert [path.name for path in place.parent.iterdir()] == ["one.txt"]


def test_a_place_that_is_no_folder_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    workspace = FolderWorkspace(tmp_path / "file")
    assert not workspace.facts().is_writable
    with pytest.raises(StorageError, match="choose another folder"):
        workspace.write("x/one.txt", "text")


def test_the_size_of_a_sub_folder_counts_its_files(tmp_path: Path) -> None:
    workspace = FolderWorkspace(tmp_path)
    assert workspace.size("runs") == (0, 0)
    workspace.write("runs/a/run.json", "{}")
    workspace.write("runs/b/run.json", "{}")
    assert workspace.size("runs") == (2, 4)
