"""The folder that a confined process gets: made for it alone, bounded, and gone after it.

This file decides how a folder is removed in which a stranger could write: without following anything, and without being
led deep, however many folders lie in one another.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

PREFIX: Final = "tradewright-confined-"
MOST_FILES: Final = 2_000
MOST_BYTES: Final = 256 << 20
"""Of all files together; compiled code takes a few MiB."""
LEFT_AFTER_S: Final = 86_400
"""From then on a folder is taken for left behind: its maker may live where we do not see it, in another container."""


@dataclass(frozen=True, slots=True)
class Base:
    """The folder and what is in it: `own` can be written, `stage` is empty, `outside` must not be readable."""

    path: Path

    @classmethod
    def made(cls, *, kernels: Path | None) -> "Base":
        """A new one, with a copy of the compiled code that is at hand; remove what was left behind long ago."""
        for left in _left_behind():
            cls(left).remove()
        made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        made.chmod(0o711)  # another user passes through, and sees nothing
        own = made / "own"
        own.mkdir(mode=0o700)
        (made / "stage").mkdir(mode=0o700)
        (made / "outside").write_text("nobody confined reads this\n", encoding="ascii")
        if kernels is not None and kernels.is_dir():
            shutil.copytree(kernels, own / "kernels" / kernels.name, ignore_dangling_symlinks=True)
        return cls(made)

    def trouble(self) -> str:
        """What the process has put into its folder beyond what is allowed; empty: nothing."""
        files = size = 0
        waiting = [str(self.path / "own")]
        while waiting and files <= MOST_FILES and size <= MOST_BYTES:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        files += 1
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        else:
                            size += entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue  # removed while one looks
            except OSError:
                return "the strategy made folders that nobody can look into"
        if files > MOST_FILES:
            return f"the strategy made more than {MOST_FILES:,} files"
        if size > MOST_BYTES:
            return f"the strategy wrote more than {MOST_BYTES >> 20:,} MiB of files"
        return ""

    def remove(self) -> None:
        """Remove it with all that is in it. Folders in folders are pulled up first, so no path grows long."""
        with suppress(OSError):  # a folder that cannot be removed now is removed by whoever comes next
            names = (f".up{number}" for number in count())
            for _ in range(MOST_FILES * MOST_FILES):
                folders = _emptied_of_files(self.path)
                if not folders:
                    break
                for folder in folders:
                    self._pull_up(folder, names)
            self.path.rmdir()

    def _pull_up(self, folder: Path, names: Iterator[str]) -> None:
        for inner in _emptied_of_files(folder):
            inner.rename(next(name for name in (self.path / one for one in names) if not name.exists()))
        folder.rmdir()


def _emptied_of_files(folder: Path) -> list[Path]:
    """Remove what is no folder; the folders that are left."""
    found = []
    folder.chmod(0o700)
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                found.append(Path(entry.path))
            else:
                Path(entry.path).unlink()
    return found


def _left_behind() -> list[Path]:
    """Folders of a day ago whose makers are gone and that are ours to remove."""
    found, long_ago = [], time.time() - LEFT_AFTER_S
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        maker = path.name.removeprefix(PREFIX).partition("-")[0]
        with suppress(OSError):
            known = path.lstat()
            is_old = known.st_mtime < long_ago and known.st_uid == os.getuid()
            if is_old and maker.isdigit() and not Path(f"/proc/{maker}").exists():
                found.append(path)
    return found
