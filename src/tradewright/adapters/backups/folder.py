"""A folder that is backed up: its files as they are, and how others take their place in one go.

This file decides that nothing is deleted before everything new is in place: the old files are moved aside by renames
within the folder, and back by the same.
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tradewright.domain.errors import StorageError, way_out
from tradewright.ports.backups import Piece
from tradewright.ports.randomness import Randomness

_CHUNK: Final = 1 << 20


@dataclass(slots=True)
class RenamedFiles:
    """`Swap`: what was moved, in order."""

    aside: Path
    stage: Path
    moves: list[tuple[Path, Path]] = field(default_factory=list)

    def move(self, source: Path, target: Path) -> None:
        """Move, and remember how to move back."""
        source.rename(target)
        self.moves.append((source, target))

    def undo(self) -> None:
        """In the opposite order."""
        with _told("put back", self.aside):
            while self.moves:
                source, target = self.moves.pop()
                target.rename(source)
            self.aside.rmdir()

    def settle(self) -> None:
        """The old files go."""
        with _told("removed", self.aside):
            shutil.rmtree(self.aside)
            shutil.rmtree(self.stage)


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """`BackedFolder` on the machine's disk."""

    root: Path
    randomness: Randomness

    def names(self, under: str = "") -> Iterator[str]:
        """Folders that vanish meanwhile are passed over."""
        for folder, folders, files in os.walk(self.root / under):
            folders.sort()
            for name in sorted(files):
                path = Path(folder) / name
                if _is_regular(path):
                    yield path.relative_to(self.root).as_posix()

    def size(self, name: str) -> int:
        """As it is now."""
        try:
            return (self.root / name).stat().st_size
        except FileNotFoundError:
            return 0

    def content(self, name: str) -> bytes | None:
        """One read."""
        path = self.root / name
        with _told("read", path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def piece(self, name: str, *, limit: int | None = None) -> Piece | None:
        """What is written behind that size meanwhile is not in it."""
        path = self.root / name
        with _told("read", path):
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                return None
        wanted = size if limit is None else min(size, limit)
        return Piece(name, wanted, lambda: _chunks(path, wanted))

    def put(self, name: str, content: bytes | None) -> None:
        """Beside it first."""
        path = self.root / name
        with _told("written", path):
            if content is None:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.{self.randomness.token(8)}.writing")
            try:
                beside.write_bytes(content)
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)

    def stage(self, label: str) -> Path:
        """With a name that nobody has."""
        place = self.root / f".{label}-{self.randomness.token(8)}"
        with _told("made", place):
            place.mkdir(parents=True, mode=0o700)
        return place

    def swap(self, stage: Path, *, leaves: Callable[[str], bool]) -> RenamedFiles:
        """First the old ones aside, then the new ones in; a failure puts the old ones back."""
        swap = RenamedFiles(self.stage("replaced"), stage)
        try:
            with _told("put in place", self.root):
                for one in sorted(self.root.iterdir()):
                    if one not in {stage, swap.aside} and not leaves(one.name):
                        swap.move(one, swap.aside / one.name)
                for one in sorted(stage.iterdir()):
                    swap.move(one, self.root / one.name)
        except StorageError:
            swap.undo()
            raise
        return swap

    def discard(self, stage: Path) -> None:
        """What cannot be removed is told."""
        with _told("removed", stage):
            if stage.exists():
                shutil.rmtree(stage)


def _chunks(path: Path, size: int) -> Iterator[bytes]:
    left = size
    with _told("read", path), path.open("rb") as file:
        while left:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                raise StorageError(
                    f"{path} became shorter while it was copied", expected=f"{size} bytes", remedy="try again"
                )
            left -= len(chunk)
            yield chunk


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


@contextmanager
def _told(doing: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise StorageError(
            f"{path} cannot be {doing}", found=problem.strerror or str(problem), remedy=way_out(problem)
        ) from problem
