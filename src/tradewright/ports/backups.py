"""Backups: many files of a folder in one archive, each with its digest, and back again.

This port decides when an archive counts: its last entry is the manifest, so one that was cut off has none, and nothing
of an archive is put in place before every digest in it was compared.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Told = Callable[[int], None]
"""Is told bytes as they are done."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an archive, and where its bytes come from."""

    name: str
    """With forward slashes."""
    size: int
    chunks: Callable[[], Iterator[bytes]]
    """Exactly `size` bytes."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """An archive as a file."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive."""

    path: Path
    size: int
    files: int
    about: Mapping[str, object]
    """What the manifest says of the whole."""


class Archives(Protocol):
    """Writes and reads archives. StorageError where a disk fails or an archive is damaged."""

    def write(self, path: Path, pieces: Iterable[Piece], *, about: Callable[[], Mapping[str, object]]) -> Archived:
        """Write an archive under its name once it is whole and durable; Conflict where there is one.

        `about` is asked when all pieces are written.
        """
        ...

    def unpack(self, path: Path, into: Path, *, told: Told) -> Archived:
        """Unpack all files into an empty folder and compare every digest; StorageError where one is not as written."""
        ...

    def list(self, folder: Path) -> Sequence[ArchiveFile]:
        """Archives in a folder, newest first, unread."""
        ...

    def remove(self, path: Path) -> None:
        """Take one away; one that is gone already is no failure."""
        ...


class Swap(Protocol):
    """Files that took the place of others, which are still there."""

    def undo(self) -> None:
        """Put the old ones back."""
        ...

    def settle(self) -> None:
        """Remove the old ones."""
        ...


class BackedFolder(Protocol):
    """A folder, as far as backups need it. StorageError where its disk fails."""

    @property
    def root(self) -> Path:
        """Where it is."""
        ...

    def names(self, under: str = "") -> Iterator[str]:
        """Regular files below it, or below one of its folders, sorted; links and sockets are passed over."""
        ...

    def size(self, name: str) -> int:
        """Bytes of a file as it is now; 0 where it is gone."""
        ...

    def content(self, name: str) -> bytes | None:
        """All bytes of a small file; None where it is gone."""
        ...

    def piece(self, name: str, *, limit: int | None = None) -> Piece | None:
        """A file as it is now, or as far as `limit`; None where it is gone."""
        ...

    def put(self, name: str, content: bytes | None) -> None:
        """Give a small file this content at once, or remove it where that is None."""
        ...

    def stage(self, label: str) -> Path:
        """A new empty folder in it, for its owner alone."""
        ...

    def swap(self, stage: Path, *, leaves: Callable[[str], bool]) -> Swap:
        """Put what is in `stage` in place of everything but what `leaves` names, a top-level name each."""
        ...

    def discard(self, stage: Path) -> None:
        """Remove a stage with all that is in it."""
        ...
