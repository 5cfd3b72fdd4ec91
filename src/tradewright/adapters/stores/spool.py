"""Rows on their way into one commit that are too many for memory: parked in temporary files, a folder per partition."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import polars as pl

from tradewright.adapters.stores.layout import (
    parted,
    partition_columns,
    partition_name,
    partition_names,
    sorted_rows,
    stored_schema,
)
from tradewright.adapters.stores.revisions import News
from tradewright.ports.stores import Table

FOLDER = ".spool"
"""Below the store's root, so that a full disk shows itself before the commit; `clean` removes what a crash left."""

MOST_ROWS = 1_000_000
"""Rows of one part: 100 MB, and some more while they are written. A month of trades can have a hundred times that."""


class Spool:
    """Collects news chunk by chunk, then reads them back sorted, a part of one partition in memory at a time."""

    def __init__(self, table: Table, root: Path, *, most_rows: int = MOST_ROWS) -> None:
        parent = root / FOLDER
        parent.mkdir(parents=True, exist_ok=True)
        self._table = table
        self._temporary = TemporaryDirectory(dir=parent, prefix=f"{table}-")
        self._folder = Path(self._temporary.name)
        self._most_rows = most_rows
        self._pieces: dict[str, list[Path]] = {}
        self._values: dict[str, dict[str, str]] = {}
        self._counts = [0, 0, 0]
        self._written = 0
        self.touched: set[str] = set()
        """Names of the partitions that were compared."""
        self.corrected: set[str] = set()
        """Names of the partitions that will hold superseded rows."""

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._temporary.cleanup()

    @property
    def counts(self) -> tuple[int, int, int]:
        """Rows added, corrected, unchanged so far."""
        added, corrected, unchanged = self._counts
        return added, corrected, unchanged

    def add(self, touched: Iterable[str], news: News) -> None:
        """Park the news of one chunk; `touched` names the partitions of all that the chunk held."""
        self.touched.update(touched)
        if news.corrected:
            self.corrected.update(partition_names(self._table, news.rows.filter(news.corrects)))
        for place, count in enumerate((news.added, news.corrected, news.unchanged)):
            self._counts[place] += count
        columns = partition_columns(self._table)
        for rows in parted(self._table, news.rows):
            values = {column: rows.item(0, column) for column in columns}
            name = partition_name(values)
            self._values[name] = values
            path = self._folder / f"{self._written:09d}.parquet"
            self._written += 1
            rows.drop(columns).write_parquet(path, compression="lz4", statistics=False)
            self._pieces.setdefault(name, []).append(path)

    def parts(self) -> Iterator[pl.DataFrame]:
        """Everything parked, one partition after the other, sorted within; what was read is deleted.

        A partition that is too large for memory comes in several parts, each sorted for itself.
        """
        for name in sorted(self._pieces):
            pieces: list[pl.DataFrame] = []
            for path in self._pieces.pop(name):
                pieces.append(pl.read_parquet(path, hive_partitioning=False))
                path.unlink()
                if sum(piece.height for piece in pieces) >= self._most_rows:
                    yield self._part(name, pieces)
                    pieces = []
            if pieces:
                yield self._part(name, pieces)

    def _part(self, name: str, pieces: list[pl.DataFrame]) -> pl.DataFrame:
        """The pieces as one, with the columns that are the same in all of the partition."""
        rows = pl.concat(pieces).with_columns(pl.lit(value).alias(key) for key, value in self._values[name].items())
        return sorted_rows(self._table, rows.select(list(stored_schema(self._table))))
