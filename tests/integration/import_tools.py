"""Short ways to write a file and import it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from tradewright.adapters.files.local import LocalFiles
from tradewright.application.data.importing import import_file, read_file
from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.ports.stores import MarketStore

HEADER = "Date,Open,High,Low,Close,Volume"
DAYS = (
    "2024-01-02,10,12,9,11,100",
    "2024-01-03,11,13,10,12,110",
    "2024-01-04,12,14,11,13,120",
)


class StoppedClock:
    """A clock that moves only when it is told to."""

    def __init__(self, now: int = 1_700_000_000_000_000_000) -> None:
        self.now = now

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return self.now


def write(folder: Path, text: str | bytes, name: str = "prices.csv") -> str:
    """A file with this content; its path."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def read(
    folder: Path, text: str | bytes, *, name: str = "prices.csv", **options: Any
) -> tuple[pl.DataFrame, ImportReport]:
    """Rows and report of a file, without a store; the symbol is T.XNYS unless the options say otherwise."""
    options.setdefault("symbol", "T.XNYS")
    block_bytes = options.pop("block_bytes", None)
    files = LocalFiles(folder / "quarantine", block_bytes=block_bytes)
    return read_file(ImportFile(write(folder, text, name), **options), files=files)


def into(
    store: MarketStore,
    path: str,
    folder: Path,
    *,
    progress: Callable[[int, int | None], None] | None = None,
    **options: Any,
) -> ImportReport:
    """Import a file into a store."""
    options.setdefault("symbol", "T.XNYS")
    block_bytes, memory_rows = options.pop("block_bytes", None), options.pop("memory_rows", 1_000_000)
    clock = options.pop("clock", StoppedClock())
    files = LocalFiles(
        folder / "quarantine", staging=folder / "staging", block_bytes=block_bytes, memory_rows=memory_rows
    )
    return import_file(ImportFile(path, **options), store=store, files=files, clock=clock, progress=progress)
