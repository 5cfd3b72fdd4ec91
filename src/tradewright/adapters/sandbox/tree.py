"""A file tree of a process's own: only what it may read is there at all, each folder under the path it always had.

Made by a root that may mount, before it becomes another user. Without it a confined process cannot read what lies
elsewhere, but learns names and sizes of files where it knows the path; and folders that only root may enter hide the
interpreter from the other user.
"""

import ctypes
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tradewright.adapters.sandbox.kernel import call

_NEW_MOUNTS: Final = 0x00020000
_READ_ONLY: Final = 1
_NO_SETUID: Final = 2
_NO_DEVICES: Final = 4
_REMOUNT: Final = 32
_BIND: Final = 4096
_RECURSIVE: Final = 16384
_PRIVATE: Final = 1 << 18
_DETACH: Final = 2
_FOLDER_BYTES: Final = 64 << 20
_FOLDER_FILES: Final = 2_000
_PLAIN: Final = _NO_SETUID | _NO_DEVICES


def enter_tree(stage: str, *, readable: Sequence[str], writable: str) -> None:
    """Make a tree at the empty folder `stage` and make it the root of this process; OSError where it cannot be.

    What `writable` holds is copied; what is written there afterwards is seen by nobody else, and gone with the process.
    """
    call("unshare", _NEW_MOUNTS)
    _mount("none", "/", "", _RECURSIVE | _PRIVATE)
    _mount("tmpfs", stage, "tmpfs", _PLAIN, options="size=1m,mode=755")
    for path in _outermost(readable):
        _bind(path, stage, _READ_ONLY)
    _copy_into_memory(writable, stage)
    os.chdir(stage)
    with _Text(".") as here:
        call("pivot_root", here, here)
        call("umount2", here, _DETACH)
    os.chdir("/")
    _mount("none", "/", "", _REMOUNT | _READ_ONLY | _PLAIN)


def show_elsewhere(folder: str, paths: Iterable[str]) -> None:
    """Cover a folder, for this process and those it starts, by one that everybody may enter and that holds only these
    paths below it: how a file tree of a container looks from inside.
    """
    call("unshare", _NEW_MOUNTS)
    _mount("none", "/", "", _RECURSIVE | _PRIVATE)
    held = {path: os.open(path, os.O_PATH) for path in _outermost(paths)}
    _mount("tmpfs", folder, "tmpfs", _PLAIN, options="size=1m,mode=755")
    for path, number in held.items():
        Path(path).mkdir(parents=True)
        _mount(f"/proc/self/fd/{number}", path, "", _BIND)
        os.close(number)


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie below no other of them, shortest first."""
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda one: (len(Path(one).parts), one)):
        if not any(Path(path).is_relative_to(one) for one in kept):
            kept.append(path)
    return kept


def _bind(path: str, stage: str, access: int) -> None:
    """Show a folder or a file under the same path below `stage`."""
    target = Path(stage + path)
    if Path(path).is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(path, str(target), "", _BIND)
    _mount("none", str(target), "", _BIND | _REMOUNT | _PLAIN | access)


def _copy_into_memory(folder: str, stage: str) -> None:
    """Show a folder that can be written: in memory, with bounds that the kernel keeps."""
    target = Path(stage + folder)
    target.mkdir(parents=True)
    _mount("tmpfs", str(target), "tmpfs", _PLAIN, options=f"size={_FOLDER_BYTES},nr_inodes={_FOLDER_FILES},mode=700")
    shutil.copytree(folder, target, dirs_exist_ok=True)


def _mount(source: str, target: str, kind: str, flags: int, *, options: str = "") -> None:
    with _Text(source) as one, _Text(target) as two, _Text(kind) as three, _Text(options) as four:
        call("mount", one, two, three if kind else 0, flags, four if options else 0)


class _Text:
    """A text where the kernel can read it."""

    def __init__(self, text: str) -> None:
        self._kept = ctypes.create_string_buffer(os.fsencode(text))

    def __enter__(self) -> int:
        return ctypes.addressof(self._kept)

    def __exit__(self, *_: object) -> None:
        del self._kept
