"""The folder of a confined process is bounded, and removed whatever was put into it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tradewright.adapters.sandbox import base
from tradewright.adapters.sandbox.base import Base


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_has_a_copy_of_compiled_code_and_nothing_of_ours_can_be_written(tmp_path: Path) -> None:
    kernels = tmp_path / "kernels" / "key"
    kernels.mkdir(parents=True)
    (kernels / "a.nbi").write_bytes(b"compiled")
    made = Base.made(kernels=kernels)
    copy = made.path / "own" / "kernels" / "key" / "a.nbi"
    assert copy.read_bytes() == b"compiled"
    copy.write_bytes(b"other")
    assert (kernels / "a.nbi").read_bytes() == b"compiled"
    made.remove()
    assert not made.path.exists()


def test_without_compiled_code_it_is_empty(tmp_path: Path) -> None:
    made = Base.made(kernels=tmp_path / "none")
    assert list((made.path / "own").iterdir()) == []
    assert made.trouble() == ""


def test_folders_in_folders_are_removed_however_deep_they_lie() -> None:
    made = Base.made(kernels=None)
    here = os.open(made.path / "own", os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assert made.trouble() in {
        "the strategy made more than 2,000 files",
        "the strategy made folders that nobody can look into",
    }
    made.remove()
    assert not made.path.exists()


def test_a_link_out_of_the_folder_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("kept")
    made = Base.made(kernels=None)
    (made.path / "own" / "link").symlink_to(tmp_path / "kept")
    (made.path / "own" / "broken").symlink_to("nowhere")
    assert made.trouble() == ""
    made.remove()
    assert (tmp_path / "kept" / "file").read_text() == "kept"


def test_more_files_or_bytes_than_allowed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MOST_FILES", 5)
    monkeypatch.setattr(base, "MOST_BYTES", 1 << 20)
    made = Base.made(kernels=None)
    (made.path / "own" / "big").write_bytes(bytes((1 << 20) + 1))
    assert made.trouble() == "the strategy wrote more than 1 MiB of files"
    (made.path / "own" / "big").unlink()
    for number in range(6):
        (made.path / "own" / str(number)).touch()
    assert made.trouble() == "the strategy made more than 5 files"
    made.remove()


def test_what_a_killed_engine_left_is_removed_a_day_later() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    left = Path(tempfile.mkdtemp(prefix=f"{base.PREFIX}{gone.pid}-"))
    (left / "own").mkdir()
    young = Path(tempfile.mkdtemp(prefix=f"{base.PREFIX}{gone.pid}-"))
    alive = Path(tempfile.mkdtemp(prefix=f"{base.PREFIX}{os.getpid()}-"))
    for old in (left, alive):
        os.utime(old, (1e9, 1e9))
    Base.made(kernels=None)
    assert not left.exists()
    assert young.exists()
    assert alive.exists()
