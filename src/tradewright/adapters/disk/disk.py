"""The machine's disk below one folder.

`replace` writes beside, syncs, renames and syncs the folder, so that a crash leaves the old content or the new. A
failed sync is never tried again: the kernel may have dropped the pages and would report success without the data.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tradewright.domain.errors import InputError, StorageError

if sys.platform != "win32":
    import fcntl

_REMEDY = "check the folder's free space, its rights and whether it still exists"
_MODE = 0o644
_sync_content = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


@contextmanager
def _told(doing: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise StorageError(
            f"{path} cannot be {doing}", found=problem.strerror or type(problem).__name__, remedy=_REMEDY
        ) from problem


@dataclass(slots=True)
class RealFile:
    """An open file of the operating system."""

    path: Path
    descriptor: int

    def read(self, offset: int, count: int) -> bytes:
        """Read until `count` bytes or the end."""
        parts, wanted = [], count
        with _told("read", self.path):
            while wanted > 0 and (part := os.pread(self.descriptor, wanted, offset + count - wanted)):
                parts.append(part)
                wanted -= len(part)
        return b"".join(parts)

    def write(self, offset: int, content: bytes) -> None:
        """Write everything: the system may take less at a time."""
        rest = memoryview(content)
        with _told("written", self.path):
            while rest:
                done = os.pwrite(self.descriptor, rest, offset)
                offset, rest = offset + done, rest[done:]

    def preallocate(self, length: int) -> None:
        """Reserve real blocks."""
        with _told("enlarged", self.path):
            if length > os.fstat(self.descriptor).st_size:
                os.posix_fallocate(self.descriptor, 0, length)

    def truncate(self, length: int) -> None:
        """Cut."""
        with _told("truncated", self.path):
            os.ftruncate(self.descriptor, length)

    def length(self) -> int:
        """Bytes in the file."""
        with _told("looked at", self.path):
            return os.fstat(self.descriptor).st_size

    def sync(self) -> None:
        """Content and length; the time stamps may wait."""
        with _told("made durable", self.path):
            _sync_content(self.descriptor)

    def is_in_place(self) -> bool:
        """Same device, same inode."""
        with _told("looked at", self.path):
            ours = os.fstat(self.descriptor)
            try:
                there = self.path.stat()
            except FileNotFoundError:
                return False
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)

    def close(self) -> None:
        """Close once."""
        if self.descriptor >= 0:
            descriptor, self.descriptor = self.descriptor, -1
            with _told("closed", self.path):
                os.close(descriptor)


@dataclass(slots=True)
class RealHold:
    """A lock of the operating system on a small file that tells the holder's process number."""

    file: RealFile

    def is_in_place(self) -> bool:
        """Same device, same inode."""
        return self.file.is_in_place()

    def release(self) -> None:
        """Closing the descriptor lets go."""
        self.file.close()


@dataclass(frozen=True, slots=True)
class RealDisk:
    """A folder of the machine; no path leads out of it."""

    root: Path

    def _place(self, path: str) -> Path:
        place = (self.root / path).resolve()
        if not place.is_relative_to(self.root.resolve()):
            raise InputError(f"path {path!r} leads out of {self.root}", expected="a path below that folder")
        return place

    def open(self, path: str, *, create: bool = False) -> RealFile:
        """Open for reading and writing."""
        place = self._place(path)
        with _told("opened", place):
            if create:
                self._make(place.parent)
            flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0)
            return RealFile(place, os.open(place, flags, _MODE))

    def read(self, path: str) -> bytes:
        """All bytes."""
        place = self._place(path)
        with _told("read", place):
            return place.read_bytes()

    def replace(self, path: str, content: bytes) -> None:
        """Beside, sync, rename, sync the folder."""
        place = self._place(path)
        beside = f"{path}.{os.getpid()}.writing"
        try:
            file = self.open(beside, create=True)
            try:
                file.truncate(0)
                file.write(0, content)
                file.sync()
            finally:
                file.close()
            self.rename(beside, path)
        finally:
            self.remove(beside)
        self._sync_names(place.parent)

    def rename(self, path: str, target: str) -> None:
        """Move, over what is there."""
        place = self._place(path)
        with _told("renamed", place):
            place.replace(self._place(target))

    def remove(self, path: str) -> None:
        """Delete."""
        place = self._place(path)
        with _told("deleted", place):
            place.unlink(missing_ok=True)

    def exists(self, path: str) -> bool:
        """File or folder."""
        return self._place(path).exists()

    def list(self, path: str = "") -> Sequence[str]:
        """Sorted names."""
        place = self._place(path)
        with _told("listed", place):
            return sorted(one.name for one in place.iterdir()) if place.is_dir() else []

    def sync_folder(self, path: str = "") -> None:
        """Make names durable."""
        self._sync_names(self._place(path))

    def hold(self, path: str) -> RealHold:
        """An exclusive `flock`, so that a second opening in this process is refused too.

        A process made by fork without exec shares it, and keeps it after its parent's end: spawn workers instead.
        """
        file = self.open(path, create=True)
        try:
            _lock(file)
            file.truncate(0)
            file.write(0, f"{os.getpid()}\n".encode("ascii"))
        except StorageError:
            file.close()
            raise
        return RealHold(file)

    def free_bytes(self) -> int:
        """Space left for us."""
        place = self.root.resolve()
        while not place.exists():
            place = place.parent
        with _told("looked at", place):
            return shutil.disk_usage(place).free

    def _make(self, folder: Path) -> None:
        """A folder, and its name and those above it durable: nobody else could sync what lies above the root."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for made in reversed(missing):
            self._sync_names(made.parent)

    def _sync_names(self, folder: Path) -> None:
        with _told("made durable", folder):
            descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _lock(file: RealFile) -> None:
    if sys.platform == "win32":
        raise StorageError(
            f"{file.path} cannot be held for one process", found="Windows", remedy="use Linux or macOS for trading"
        )
    with _told("held for one process", file.path):
        try:
            fcntl.flock(file.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            holder = file.read(0, 20).decode("ascii", "replace").strip()
            raise StorageError(
                f"{file.path} is held by another process",
                expected="a single writer",
                found=f"process {holder}" if holder else "a process that has not told its number",
                remedy="stop that process, or choose another session",
            ) from held
