from pathlib import Path

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError
from tests.contracts.store_rows import bars

from tradewright.adapters.stores import commits, delta
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import Selection, Table


def test_a_commit_that_loses_is_made_again_until_it_wins(tmp_path: Path) -> None:
    turns: list[int] = []

    def attempt() -> str:
        turns.append(1)
        if len(turns) < 4:
            raise CommitFailedError("another was faster")
        return "won"

    assert commits.committed("appending", tmp_path, attempt=attempt) == "won"
    assert len(turns) == 4


def test_a_commit_that_always_loses_gives_up_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "ATTEMPTS", 3)

    def attempt() -> str:
        raise CommitFailedError("another was faster")

    with pytest.raises(
        StorageError, match=r"lost the race against other writers 3 times.*another was faster.*run it again"
    ):
        commits.committed("appending", tmp_path, attempt=attempt)


@pytest.mark.parametrize(
    ("problem", "remedy"),
    [
        (OSError(28, "No space left on device"), "free some space"),
        (DeltaError("Generic LocalFileSystem error: File too large (os error 27)"), "free some space"),
        (OSError(30, "Read-only file system"), "who may read and write"),
        (PermissionError(13, "Permission denied"), "who may read and write"),
        (DeltaError(""), "see `tradewright doctor`"),
    ],
)
def test_a_failing_disk_is_named_with_what_to_do_and_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception, remedy: str
) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, bars("OLD.XNAS", [1.0]))
    calls: list[object] = []

    def broken(*arguments: object, **named: object) -> None:
        calls.append(arguments)
        raise problem

    monkeypatch.setattr(delta, "commit", broken)
    with pytest.raises(StorageError, match=remedy) as raised:
        store.append(Table.BARS, bars("NEW.XNAS", [1.0]))
    assert str(tmp_path) in str(raised.value)
    assert len(calls) == 1
    assert store.instruments() == ("OLD.XNAS",)


def test_a_table_that_another_made_first_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bars"
    commits.opened_for_writing(Table.BARS, folder)
    answers = iter([None, commits.opened(folder)])
    monkeypatch.setattr(commits, "opened", lambda _: next(answers))
    assert commits.opened_for_writing(Table.BARS, folder).version() == 0


def test_a_table_that_cannot_be_made_is_a_failure_of_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise DeltaError("cannot create")

    monkeypatch.setattr(DeltaTable, "create", broken)
    with pytest.raises(StorageError, match="cannot create"):
        DeltaStore(tmp_path).append(Table.BARS, bars("NEW.XNAS", [1.0]))


def test_a_damaged_log_is_a_failure_of_storage(tmp_path: Path) -> None:
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, bars("OLD.XNAS", [1.0]))
    for path in (tmp_path / "bars" / "_delta_log").glob("*.json"):
        path.write_text("{ this is no commit")
    with pytest.raises(StorageError, match="reading bars failed in"):
        store.read(Selection(Table.BARS))


def test_a_store_whose_folder_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "bars").write_text("not a folder")
    with pytest.raises(StorageError, match="appending to bars failed"):
        DeltaStore(tmp_path).append(Table.BARS, bars("NEW.XNAS", [1.0]))
