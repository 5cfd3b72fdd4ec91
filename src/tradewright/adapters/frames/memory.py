"""Tables in memory behind the port of files, so that a frame is read by the same rules as the file it could have been.

A table is known by a name in place of a path. Rejected rows are not kept: they are still where they came from.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tradewright.domain.errors import InputError
from tradewright.ports.files import Chunk, DataFile, DataFiles, FileFormat, FileHead, Quarantine, ReadOptions, Stage

SAMPLE_ROWS = 2000
CHUNK_ROWS = 131_072


@dataclass(frozen=True, slots=True, eq=False)
class FrameFile:
    """One table."""

    name: str
    frame: pl.DataFrame

    @property
    def head(self) -> FileHead:
        """What the table says of itself."""
        names = tuple(self.frame.columns)
        return FileHead(self.name, FileFormat.ARROW, names, True, self.frame.head(SAMPLE_ROWS), self.frame.height)

    def chunks(self, *, columns: Sequence[str], numeric: Sequence[str]) -> Iterator[Chunk]:
        """The rows in pieces, so that what is made of them on the way stays small."""
        del numeric  # the frame says what is a number
        for first in range(0, self.frame.height, CHUNK_ROWS):
            piece = self.frame.slice(first, CHUNK_ROWS)
            fraction = min(first + CHUNK_ROWS, self.frame.height) / self.frame.height
            yield Chunk(piece.select(columns), first + 1, fraction, _as_text(piece))


def _as_text(rows: pl.DataFrame) -> Callable[[Sequence[int]], list[str]]:
    return lambda positions: rows[list(positions)].write_csv(include_header=False).splitlines()


class NoQuarantine:
    """Keeps nothing."""

    def add(self, *, lines: Sequence[int], reasons: Sequence[str], originals: Sequence[str]) -> None:
        """The rows stay in the frame they came from."""

    def close(self) -> str | None:
        """There is no file."""
        return None


@dataclass(slots=True)
class FrameStage:
    """Rows that wait in memory."""

    pieces: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Keep rows, in order."""
        self.pieces.append(rows)

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        return iter(self.pieces)

    def discard(self) -> None:
        """Forget everything."""
        self.pieces = []


@dataclass(frozen=True, slots=True, eq=False)
class MemoryFiles:
    """Tables by name; what is no table is asked of the files of the machine."""

    frames: Mapping[str, pl.DataFrame]
    beside: Callable[[], DataFiles]

    def open(self, path: str, options: ReadOptions) -> DataFile:
        """The table of that name; InputError when it has no rows."""
        if path not in self.frames:
            return self.beside().open(path, options)
        frame = self.frames[path]
        if frame.is_empty():
            raise InputError(f"{path} has no rows", expected="rows of market data", found=", ".join(frame.columns))
        return FrameFile(path, frame)

    def quarantine(self, path: str) -> Quarantine:
        """Nothing is kept of a table."""
        return NoQuarantine() if path in self.frames else self.beside().quarantine(path)

    def stage(self) -> Stage:
        """A new, empty stage."""
        return FrameStage()
