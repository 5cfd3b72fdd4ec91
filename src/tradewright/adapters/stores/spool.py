"""Rows on their way into one commit that are too many for memory: parked in temporary files, a folder per partition."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import polars as pl

from tradewright.adapters.stores.layout import partition_columns, partition_name, partition_names, sorted_rows
from tradewright.adapters.stores.revisions import News
from tradewright.ports.stores import Table

FOLDER = ".spool"
"""Below the store's root, so that a full disk shows itself before the commit; `clean` removes what a crash left."""


class Spool:
    """Collects news chunk by chunk, then reads them back sorted, one partition in memory at a time."""

    def __init__(self, table: Table, root: Path) -> None:
        parent = root / FOLDER
        parent.mkdir(parents=True, exist_ok=True)
        self._table = table
        self._temporary = TemporaryDirectory(dir=parent, prefix=f"{table}-")
        self._folder = Path(self._temporary.name)
        self._pieces: dict[str, list[Path]] = {}
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
        for values, rows in news.rows.partition_by(columns, as_dict=True).items():
            name = partition_name(dict(zip(columns, map(str, values), strict=True)))
            pieces = self._pieces.setdefault(name, [])
            path = self._folder / f"{self._written:09d}.parquet"
            self._written += 1
            rows.write_parquet(path, compression="lz4", statistics=False)
            pieces.append(path)

    def parts(self) -> Iterator[pl.DataFrame]:
        """Everything parked, one partition after the other, sorted within; what was read is deleted."""
        for name in sorted(self._pieces):
            rows = pl.concat([pl.read_parquet(path, hive_partitioning=False) for path in self._pieces[name]])
            yield sorted_rows(self._table, rows)
            for path in self._pieces.pop(name):
                path.unlink()
