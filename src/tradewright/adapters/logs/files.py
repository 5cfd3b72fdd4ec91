"""A file of the log that several processes add to, and that turns over when it is full.

This file decides how they do not step on each other: each line is one write at the end of the file; who finds the file
full takes a lock, looks again, and gives it a number; the others see by the file's identity that it is another one.
The oldest files go when all together are larger than the bound. A disk that takes nothing never stops whoever speaks.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIX: Final = ".log"
LOCK: Final = ".lock"
_TURNED: Final = re.compile(r"(?P<name>[\w-]+\.log)\.(?P<number>\d{1,9})")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large files of a log become."""

    file_bytes: int
    """One file, before it turns over; it may exceed this by a line of each process."""
    total_bytes: int
    """All files of the folder together."""


class TurningFile:
    """One file of the log, as one process has it; not for several threads at once."""

    def __init__(self, path: Path, bounds: Bounds) -> None:
        self.path, self.bounds = path, bounds
        self.lost = 0
        """Lines that the disk did not take since the last one that it took."""
        self._file: int | None = None

    def write(self, line: bytes) -> bool:
        """Add a line, which ends with a line break; False where the disk does not take it."""
        try:
            file = self._current()
            taken = os.write(file, line)
            if taken != len(line):
                os.write(file, line[taken:])
            if os.fstat(file).st_size >= self.bounds.file_bytes:
                self._turn()
        except OSError:
            self.lost += 1
            self.close()
            return False
        return True

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None

    def _current(self) -> int:
        """The file that the name leads to now."""
        if self._file is not None:
            mine = os.fstat(self._file)
            with contextlib.suppress(FileNotFoundError):
                there = self.path.stat()
                if (mine.st_ino, mine.st_dev) == (there.st_ino, there.st_dev):
                    return self._file
            self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(self.path, flags, 0o600)
        return self._file

    def _turn(self) -> None:
        with _locked(self.path.parent):
            with contextlib.suppress(FileNotFoundError):
                if self.path.stat().st_size >= self.bounds.file_bytes:  # nobody was quicker
                    numbers = [number for number, _ in turned(self.path)]
                    self.path.rename(self.path.with_name(f"{self.path.name}.{max(numbers, default=0) + 1}"))
            self.close()
            prune(self.path.parent, self.bounds.total_bytes)


def turned(path: Path) -> list[tuple[int, Path]]:
    """Files that a file has turned over to, oldest first, with their numbers."""
    found = ((_TURNED.fullmatch(one.name), one) for one in path.parent.glob(f"{path.name}.*"))
    return sorted((int(match["number"]), one) for match, one in found if match and match["name"] == path.name)


def prune(folder: Path, total_bytes: int) -> None:
    """Delete the oldest of the files that have turned over, until all together fit the bound."""
    sizes = {one: one.stat() for one in folder.iterdir() if one.is_file()}
    total = sum(one.st_size for one in sizes.values())
    oldest = sorted((one for one in sizes if _TURNED.fullmatch(one.name)), key=lambda one: sizes[one].st_mtime_ns)
    for one in oldest:
        if total <= total_bytes:
            return
        one.unlink(missing_ok=True)
        total -= sizes[one].st_size


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
