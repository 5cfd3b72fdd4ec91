"""The market store on Delta tables: Parquet files with a commit log, safe for several processes without a server.

This file decides how the port's verbs are said to the tables; partitions and types are `layout.py`, corrections are
`revisions.py`, races are `commits.py`, SQL is `sql.py`, rewriting and deleting files is `upkeep.py` (ADR 7).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from deltalake import DeltaTable

from tradewright.adapters.stores import layout, revisions, upkeep
from tradewright.adapters.stores.commits import (
    commit_properties,
    committed,
    opened,
    storage_errors,
)
from tradewright.adapters.stores.handles import Handles
from tradewright.adapters.stores.snapshots import Snapshot, Snapshots
from tradewright.adapters.stores.spool import Spool
from tradewright.adapters.stores.sql import Relation, answered
from tradewright.adapters.stores.writing import commit
from tradewright.domain.errors import StorageError
from tradewright.ports.stores import KEYS, NS, TABLES, Selection, Table, Version, Written


class DeltaStore:
    """Keeps each table in a folder of its name below `root`. Cheap to make: nothing is opened before it is needed."""

    def __init__(self, root: Path, *, prefer: tuple[str, ...] = ()) -> None:
        """`prefer`: sources in order of preference, for selections that name none."""
        self._root = root
        self._prefer = prefer
        self._snapshots = Snapshots(root)
        self._handles = Handles(root)

    def append(self, table: Table, rows: pl.DataFrame, *, note: str = "") -> Written:
        """Add rows in one atomic commit; see the port."""
        stored = layout.to_stored(table, layout.checked(table, rows))
        touched = layout.partition_names(table, stored)
        folder = self._folder(table)

        def attempt() -> Written:
            handle = self._handles.taken(table)
            known = self._known(table, handle, stored, touched=touched)
            news = revisions.compare(table, stored, known=known)
            names = layout.partition_names(table, news.rows.filter(news.corrects)) if news.corrected else []
            counts = (news.added, news.corrected, news.unchanged)
            if not news.rows.is_empty():
                facts = _facts(counts, note)
                made = commit_properties(touched, corrected=names, version=handle.version() + 1, facts=facts)
                commit(handle, table, folder=folder, parts=layout.parted(table, news.rows), properties=made)
            self._handles.back(table, handle)
            return Written(*counts, version=handle.version())

        return committed(f"appending to {table}", folder, attempt=attempt)

    def append_chunks(self, table: Table, chunks: Iterable[pl.DataFrame], *, note: str = "") -> Written:
        """The same for more rows than memory holds; see the port.

        News are spooled to temporary files by partition, then streamed into one commit, sorted partition by partition.
        """
        folder = self._folder(table)

        def attempt() -> Written:
            handle = self._handles.taken(table)
            with Spool(table, self._root) as spool:
                for chunk in chunks:
                    stored = layout.to_stored(table, layout.checked(table, chunk))
                    touched = layout.partition_names(table, stored)
                    known = self._known(table, handle, stored, touched=touched)
                    spool.add(touched, revisions.compare(table, stored, known=known))
                if spool.counts[:2] != (0, 0):
                    made = commit_properties(
                        sorted(spool.touched),
                        corrected=sorted(spool.corrected),
                        version=handle.version() + 1,
                        facts=_facts(spool.counts, note),
                    )
                    commit(handle, table, folder=folder, parts=spool.parts(), properties=made)
                self._handles.back(table, handle)
                return Written(*spool.counts, version=handle.version())

        return committed(f"appending to {table}", folder, attempt=attempt)

    def read(self, selection: Selection) -> pl.DataFrame:
        """The rows as known by `as_of`, sorted by instrument, then time; see the port."""
        table = selection.table
        with self._reading(table) as snapshot:
            files = snapshot.chosen(selection)
            if not files:
                return pl.DataFrame(schema=TABLES[table])
            frame = layout.from_stored(table, layout.scanned(table, files).filter(*_conditions(selection))).collect()
        if not _is_sorted(frame):
            has_corrections = snapshot.has_corrections(table, files)
            order = layout.ROW_ORDER if has_corrections else layout.ROW_ORDER[:-1]
            frame = frame.sort(*order, maintain_order=True)
            if has_corrections:
                frame = revisions.newest(table, frame)
        if selection.source is None:
            frame = revisions.one_source_each(frame, selection.prefer or self._prefer)
        return frame

    def instruments(
        self, table: Table = Table.BARS, *, interval: str | None = None, symbol: str | None = None
    ) -> tuple[str, ...]:
        """Ids of the instruments there are, sorted; see the port."""
        with self._reading(table) as snapshot:
            files = snapshot.chosen(Selection(table, interval=interval))
            if not files:
                return ()
            scan = layout.scanned(table, files)
            if symbol is not None:
                # the range lets row groups be skipped by their statistics; "/" is the character after "."
                first, last = f"{symbol}.", f"{symbol}/"
                scan = scan.filter(pl.col("instrument").is_between(pl.lit(first), pl.lit(last), closed="left"))
            names = scan.select(pl.col("instrument").unique()).collect()["instrument"].to_list()
        return tuple(sorted(name for name in names if symbol is None or name.rpartition(".")[0] == symbol))

    def coverage(self, table: Table = Table.BARS) -> pl.DataFrame:
        """instrument, interval, source, rows, first, last; see the port."""
        series = ["instrument", "interval", "source"]
        with self._reading(table) as snapshot:
            files = list(snapshot.files)
            if not files:
                names = dict.fromkeys(series, pl.String)
                return pl.DataFrame(schema={**names, "rows": pl.UInt32, "first": NS, "last": NS})
            scan = layout.from_stored(table, layout.scanned(table, files))
            if not layout.has_interval(table):
                scan = scan.with_columns(interval=pl.lit(None, dtype=pl.String))
            has_corrections = snapshot.has_corrections(table, files)
            count = pl.struct(KEYS[table]).n_unique() if has_corrections else pl.len()
            spans = scan.group_by(series).agg(rows=count, first=pl.col("time").min(), last=pl.col("time").max())
            return spans.sort(series).collect().cast({"rows": pl.UInt32})

    def versions(self, table: Table, *, limit: int = 50) -> Sequence[Version]:
        """Commits of the table, newest first; see the port."""
        folder = self._folder(table)
        with storage_errors(f"reading the versions of {table}", folder):
            handle = opened(folder)
            return [_version(table, entry) for entry in handle.history(limit)] if handle is not None else []

    def query(self, sql: str) -> pl.DataFrame:
        """One read-only SQL statement over every table by its name; see the port."""
        return answered(sql, [self._relation(table) for table in Table])

    def compact(self, table: Table | None = None) -> dict[str, int]:
        """Rewrite small files into sorted ones; returns `before` and `after`, the numbers of files."""
        counts = [upkeep.compact(each, self._folder(each)) for each in ([table] if table else Table)]
        return {"before": sum(before for before, _ in counts), "after": sum(after for _, after in counts)}

    def clean(self, *, keep_hours: int = 168) -> int:
        """Delete files no version newer than `keep_hours` names; see the port."""
        files = sum(upkeep.clean(self._folder(table), keep_hours=keep_hours) for table in Table)
        return files + upkeep.clean_spool(self._root, keep_hours=keep_hours)

    @contextmanager
    def _reading(self, table: Table) -> Iterator[Snapshot]:
        """The newest version; when it cannot be read, the next read opens the table anew."""
        try:
            with storage_errors(f"reading {table}", self._folder(table)):
                yield self._snapshots.newest(table)
        except StorageError:
            self._snapshots.forget(table)
            raise

    def _folder(self, table: Table) -> Path:
        return self._root / str(table)

    def _known(self, table: Table, handle: DeltaTable, stored: pl.DataFrame, *, touched: Sequence[str]) -> pl.DataFrame:
        """What the table tells of the instruments and times of these rows, superseded rows included."""
        columns = [*TABLES[table]]
        first, last = stored.select(pl.col("time").min(), pl.col("time").max().alias("last")).row(0)
        files = layout.files_within(table, handle, partitions=touched, span=(first, last))
        if not files:
            return stored.select(columns).clear()
        names = stored["instrument"].unique()
        return (
            layout.scanned(table, files)
            .filter(pl.col("instrument").is_in(names.implode()) & pl.col("time").is_between(first, last))
            .select(columns)
            .collect()
        )

    def _relation(self, table: Table) -> Relation:
        with self._reading(table) as snapshot:
            files = list(snapshot.files)
            return Relation(table, snapshot.files, snapshot.has_corrections(table, files))


def _conditions(selection: Selection) -> list[pl.Expr]:
    """What rows must fulfil; the interval is a partition, so the choice of files has seen to it."""
    parts: list[pl.Expr] = []
    if len(selection.instruments) == 1:
        parts.append(pl.col("instrument") == selection.instruments[0])
    elif selection.instruments:
        parts.append(pl.col("instrument").is_in(list(selection.instruments)))
    if selection.source is not None:
        parts.append(pl.col("source") == selection.source)
    if selection.start is not None:
        parts.append(pl.col("time") >= selection.start)
    if selection.end is not None:
        parts.append(pl.col("time") <= selection.end)
    if selection.as_of is not None:
        parts.append(pl.col("known_at") <= selection.as_of)
    return parts


def _is_sorted(frame: pl.DataFrame) -> bool:
    """True when rows are sorted by instrument and strictly by time: then nothing is there twice either."""
    name, time = pl.col("instrument"), pl.col("time")
    previous = name.shift(1)
    broken = (name < previous) | ((name == previous) & (time <= time.shift(1)))
    return not frame.select(broken.any()).item()


def _facts(counts: tuple[int, int, int], note: str) -> dict[str, str]:
    names = ("rows_added", "rows_corrected", "rows_unchanged")
    return {name: str(count) for name, count in zip(names, counts, strict=True)} | {"note": note}


def _version(table: Table, entry: dict[str, object]) -> Version:
    facts = {name: str(entry[name]) for name in ("rows_added", "rows_corrected") if name in entry}
    operation = str(entry.get("operation"))
    return Version(
        table=table,
        version=int(str(entry["version"])),
        time=int(str(entry["timestamp"])) * 1_000_000,
        operation=str(entry.get("what", _OPERATIONS.get(operation, operation.lower()))),
        rows=sum(int(count) for count in facts.values()),
        note=str(entry.get("note", "")),
    )


_OPERATIONS = {"CREATE TABLE": "create", "WRITE": "append", "VACUUM START": "clean", "VACUUM END": "clean"}
