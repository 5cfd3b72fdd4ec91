"""A project folder on the local disk; files appear in it whole or not at all."""

import errno
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tradewright.domain.errors import StorageError, way_out
from tradewright.ports.workspace import FolderFacts


@dataclass(frozen=True, slots=True)
class FolderWorkspace:
    """The project folder at `folder`, which need not be there yet."""

    folder: Path

    def facts(self) -> FolderFacts:
        """Asks the disk; a folder that is not there is judged by the nearest parent that is."""
        nearest = self.folder
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        is_writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
        return FolderFacts(self.folder, self.folder.is_dir(), is_writable, shutil.disk_usage(nearest).free)

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return (self.folder / name).exists()

    def write(self, name: str, text: str) -> Path:
        """Written beside and linked into place: an existing file is never touched."""
        place = self.folder / name
        beside = place.with_name(f".{place.name}.{os.getpid()}.writing")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            try:
                os.link(beside, place)
            except OSError as problem:
                if problem.errno == errno.EEXIST or place.exists():
                    raise
                beside.rename(place)  # a file system without hard links
        except FileExistsError:
            raise
        except OSError as problem:
            raise StorageError(
                f"{place} cannot be written",
                found=problem.strerror or str(problem),
                remedy=way_out(problem),
            ) from problem
        finally:
            with suppress(OSError):
                beside.unlink()
        return place

    def size(self, name: str) -> tuple[int, int]:
        """Counts the files below the sub-folder."""
        sizes = [path.stat().st_size for path in (self.folder / name).rglob("*") if path.is_file()]
        return len(sizes), sum(sizes)
