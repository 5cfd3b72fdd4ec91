"""Where rows wait or end up that are not in the store: the quarantine of rejected ones, the stage of accepted ones."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from tradewright.domain.errors import StorageError, way_out

PIECE_ROWS = 1_000_000


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
    """Frames in memory up to one piece's worth, the rest as Arrow files in a temporary folder."""

    def __init__(self, folder: Path | None = None, *, piece_rows: int = PIECE_ROWS) -> None:
        self._base = folder
        self._piece_rows = piece_rows
        self._pending: list[pl.DataFrame] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: list[Path] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Keep rows, in order; spills to disk when there are more than fit in one piece."""
        if self._pending and self._height() + rows.height > self._piece_rows:
            self._spill()
        self._pending.append(rows)

    def _height(self) -> int:
        return sum(frame.height for frame in self._pending)

    def _spill(self) -> None:
        try:
            if self._folder is None:
                if self._base is not None:
                    self._base.mkdir(parents=True, exist_ok=True)
                self._folder = tempfile.TemporaryDirectory(prefix="import-", dir=self._base)
            path = Path(self._folder.name) / f"{len(self._files):05}.arrow"
            pl.concat(self._pending).write_ipc(path, compression="lz4")
        except OSError as failed:
            raise _failed("the staging folder", self._base or Path(tempfile.gettempdir()), failed) from failed
        self._files.append(path)
        self._pending = []

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
