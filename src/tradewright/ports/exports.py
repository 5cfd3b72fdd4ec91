"""What we ask of a place that takes tables out of the house: a frame, written whole or not at all."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import polars as pl


class ExportFormat(StrEnum):
    """How a table is written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON_LINES = "jsonl"
    FEATHER = "feather"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that is there now."""

    path: str
    """Absolute."""
    bytes: int


class Exporter(Protocol):
    """Writes tables to files for other programs."""

    def write(self, frame: pl.DataFrame, path: str, *, form: ExportFormat, overwrite: bool = False) -> WrittenFile:
        """Write the frame, making folders; stamps in text files are ISO 8601 in UTC.

        A file that is there already is an InputError unless `overwrite`; a failing disk is a StorageError, and then
        neither a half-written file stays nor a former one is harmed.
        """
        ...
