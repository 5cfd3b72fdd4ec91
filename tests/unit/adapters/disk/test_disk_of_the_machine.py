import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tradewright.adapters.disk.disk import RealDisk
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.disk import Disk, OpenFile


def test_the_adapter_is_the_port(tmp_path: Path) -> None:
    disk: Disk = RealDisk(tmp_path)
    file: OpenFile = disk.open("a", create=True)
    file.close()


def test_a_file_is_written_read_and_cut(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    file = disk.open("journal/0001.seg", create=True)
    file.preallocate(4096)
    file.preallocate(10)
    assert file.length() == 4096
    file.write(0, b"hello ")
    file.write(6, b"world")
    file.sync()
    assert file.read(3, 5) == b"lo wo"
    file.truncate(11)
    assert file.read(6, 100) == b"world"
    assert file.read(11, 100) == b""
    file.close()
    file.close()
    assert disk.read("journal/0001.seg") == b"hello world"


def test_a_short_write_of_the_system_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = RealDisk(tmp_path).open("a", create=True)
    whole, whole_read = os.pwrite, os.pread
    monkeypatch.setattr(os, "pwrite", lambda descriptor, content, offset: whole(descriptor, content[:2], offset))
    monkeypatch.setattr(os, "pread", lambda descriptor, count, offset: whole_read(descriptor, min(count, 3), offset))
    file.write(0, b"0123456789")
    assert file.read(0, 10) == b"0123456789"
    file.close()


def test_replace_gives_the_new_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    disk.replace("runs/run.json", b"old and long")
    disk.replace("runs/run.json", b"new")
    assert disk.read("runs/run.json") == b"new"
    assert disk.list("runs") == ["run.json"]


@pytest.mark.parametrize("broken", ["pwrite", "fsync", "ftruncate"])
def test_a_replace_that_fails_keeps_the_old_content(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = RealDisk(tmp_path)
    disk.replace("a", b"old")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, full)
        with pytest.raises(StorageError, match="No space left on device"):
            disk.replace("a", b"new")
    assert disk.read("a") == (b"new" if broken == "fsync" else b"old")
    assert disk.list() == ["a"]


def test_a_failed_sync_is_told_and_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def broken(descriptor: int) -> None:
        tried.append(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("tradewright.adapters.disk.disk._sync_content", broken)
    file = RealDisk(tmp_path).open("a", create=True)
    with pytest.raises(StorageError, match="cannot be made durable: found Input/output error"):
        file.sync()
    assert len(tried) == 1
    file.close()


def test_names_are_moved_listed_and_removed(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    disk.replace("b", b"1")
    disk.replace("a", b"2")
    disk.rename("a", "b")
    disk.sync_folder()
    assert disk.read("b") == b"2"
    assert disk.exists("b")
    assert not disk.exists("a")
    assert disk.list() == ["b"]
    assert disk.list("nowhere") == []
    disk.remove("b")
    disk.remove("b")
    assert disk.list() == []


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x"])
def test_no_path_leads_out(path: str, tmp_path: Path) -> None:
    disk = RealDisk(tmp_path / "root")
    for use in (disk.read, disk.open, disk.remove, disk.list):
        with pytest.raises(InputError, match="leads out"):
            use(path)


def test_what_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    uses: list[Callable[[], object]] = [
        lambda: disk.read("a"),
        lambda: disk.open("a"),
        lambda: disk.rename("a", "b"),
        lambda: disk.sync_folder("a"),
    ]
    for use in uses:
        with pytest.raises(StorageError, match="check the folder"):
            use()


def test_free_space_is_known_before_the_folder_is_made(tmp_path: Path) -> None:
    assert RealDisk(tmp_path / "not" / "yet").free_bytes() > 0


def test_a_file_knows_whether_its_name_still_leads_to_it(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    file = disk.open("a", create=True)
    assert file.is_in_place()
    disk.replace("a", b"another")
    assert not file.is_in_place()
    disk.remove("a")
    assert not file.is_in_place()
    file.close()


def test_a_path_is_held_once_and_again_after_its_release(tmp_path: Path) -> None:
    disk: Disk = RealDisk(tmp_path)
    hold = disk.hold("session/lock")
    with pytest.raises(StorageError, match=rf"expected a single writer, found process {os.getpid()}; stop that"):
        disk.hold("session/lock")
    assert hold.is_in_place()
    hold.release()
    hold.release()
    again = disk.hold("session/lock")
    disk.remove("session/lock")
    assert not again.is_in_place()
    again.release()


def test_a_holder_that_has_not_told_its_number_yet_is_refused_too(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    hold = disk.hold("lock")
    hold.file.truncate(0)
    with pytest.raises(StorageError, match="found a process that has not told its number"):
        disk.hold("lock")
    hold.release()


def test_a_system_without_such_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewright.adapters.disk.disk.sys.platform", "win32")
    with pytest.raises(StorageError, match="found Windows; use Linux or macOS for trading"):
        RealDisk(tmp_path).hold("lock")


def test_folders_made_on_the_way_are_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(RealDisk, "_sync_names", lambda _, folder: synced.append(folder))
    disk = RealDisk(tmp_path / "sessions" / "one")
    disk.open("journal/a", create=True).close()
    root = tmp_path.resolve()
    assert synced == [root, root / "sessions", root / "sessions" / "one"]
    disk.open("journal/b", create=True).close()
    assert len(synced) == 3
