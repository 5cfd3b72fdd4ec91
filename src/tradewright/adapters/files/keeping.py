"""Where rows wait or end up that are not in the store: the quarantine of rejected ones, the stage of accepted ones."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from tradewright.domain.errors import StorageError, way_out

MEMORY_ROWS = 1_000_000
"""Rows that are kept in memory and handed on at once: 60 MB."""
PIECE_ROWS = 125_000
"""Rows of a piece of what is more: storing makes several copies of a piece on the way."""


class _Writer(Protocol):
    def writerows(self, rows: Iterator[tuple[int, str, str]]) -> object: ...


class QuarantineFile:
    """A CSV file: line, reason and the row as it stood in the file. Made on the first rejection."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._file: IO[str] | None = None
        self._writer: _Writer | None = None

    def add(self, *, lines: Sequence[int], reasons: Sequence[str], originals: Sequence[str]) -> None:
        """Keep these rows as they stand in the file, each with its line and reason."""
        if not lines:
            return
        try:
            if self._writer is None:
                self._file = self._create()
                self._writer = csv.writer(self._file, lineterminator="\n")
                self._file.write("line,reason,row\n")
            self._writer.writerows(zip(lines, reasons, originals, strict=True))
        except OSError as failed:
            raise _failed("the quarantine file", self._folder, failed) from failed

    def _create(self) -> IO[str]:
        """The first free name: an earlier quarantine is never overwritten."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            suffix = "" if number == 1 else f"-{number}"
            try:
                return (self._folder / f"{self._name}.rejected{suffix}.csv").open("x", encoding="utf-8", newline="")
            except FileExistsError:
                number += 1

    def close(self) -> str | None:
        """Finish; the path of the quarantine file, None when nothing was rejected."""
        if self._file is None:
            return None
        try:
            self._file.close()
        except OSError as failed:
            raise _failed("the quarantine file", self._folder, failed) from failed
        return self._file.name


class StagedFrames:
    """Frames in memory while they are few, else as Arrow files in a temporary folder."""

    def __init__(
        self, folder: Path | None = None, *, memory_rows: int = MEMORY_ROWS, piece_rows: int = PIECE_ROWS
    ) -> None:
        self._base = folder
        self._memory_rows = memory_rows
        self._piece_rows = piece_rows
        self._pending: list[pl.DataFrame] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: list[Path] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Keep rows, in order; spills to disk when there are more than memory should hold."""
        self._pending.append(rows)
        if sum(frame.height for frame in self._pending) > self._memory_rows:
            self._spill()

    def _spill(self) -> None:
        try:
            if self._folder is None:
                if self._base is not None:
                    self._base.mkdir(parents=True, exist_ok=True)
                self._folder = tempfile.TemporaryDirectory(prefix="import-", dir=self._base)
            for piece in self._pieces():
                path = Path(self._folder.name) / f"{len(self._files):05}.arrow"
                piece.write_ipc(path, compression="lz4")
                self._files.append(path)
        except OSError as failed:
            raise _failed("the staging folder", self._base or Path(tempfile.gettempdir()), failed) from failed
        self._pending = []

    def _pieces(self) -> Iterator[pl.DataFrame]:
        """What is in memory, in pieces of at least `piece_rows` rows but for the last."""
        piece: list[pl.DataFrame] = []
        for frame in self._pending:
            piece.append(frame)
            if sum(part.height for part in piece) >= self._piece_rows:
                yield pl.concat(piece)
                piece = []
        if piece:
            yield pl.concat(piece)

    def __len__(self) -> int:
        return len(self._files) + bool(self._pending)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """The kept rows in order, in pieces fit for memory; as often as asked."""
        for path in self._files:
            yield pl.read_ipc(path)
        if self._pending:
            yield pl.concat(self._pending)

    def discard(self) -> None:
        """Forget everything and free the disk; safe to call twice."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder, self._files, self._pending = None, [], []


def _failed(what: str, folder: Path, cause: OSError) -> StorageError:
    return StorageError(
        f"{what} in {folder} cannot be written",
        found=cause.strerror or str(cause),
        remedy=f"{way_out(cause)}; nothing was imported",
    )
