"""Tables as files for other programs: written beside their place under another name, then moved there in one step."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import polars as pl

from tradewright.adapters.stores.commits import storage_errors
from tradewright.domain.errors import InputError
from tradewright.ports.exports import ExportFormat, WrittenFile

_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%:z"


class FileExporter:
    """Writes to paths of this machine; relative ones are below `folder`, or the working folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path()

    def write(self, frame: pl.DataFrame, path: str, *, form: ExportFormat, overwrite: bool = False) -> WrittenFile:
        """Write the frame whole or not at all; see the port."""
        target = (self._folder / path).absolute()
        if target.is_dir():
            raise InputError(f"{target} cannot be written", expected="a file", found="a folder")
        if target.exists() and not overwrite:
            raise InputError(f"{target} is there already", remedy="choose another name, or replace it: overwrite=True")
        with storage_errors("exporting", target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as file:
                unfinished = Path(file.name)
            try:
                _write(frame, unfinished, form)
                _to_disk(unfinished)
                unfinished.replace(target)
            finally:
                unfinished.unlink(missing_ok=True)
            return WrittenFile(str(target), target.stat().st_size)


def _write(frame: pl.DataFrame, path: Path, form: ExportFormat) -> None:
    match form:
        case ExportFormat.CSV:
            _with_text_stamps(frame).write_csv(path)
        case ExportFormat.JSON_LINES:
            _with_text_stamps(frame).write_ndjson(path)
        case ExportFormat.PARQUET:
            frame.write_parquet(path, compression="zstd")
        case ExportFormat.FEATHER:
            frame.write_ipc(path, compression="lz4")


def _with_text_stamps(frame: pl.DataFrame) -> pl.DataFrame:
    stamps = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(pl.col(name).dt.strftime(_TIME_FORMAT) for name in stamps)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
