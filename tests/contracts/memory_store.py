"""A store that forgets at the end of the process: the port's rules said as plainly as possible, row by row."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from tradewright.domain.errors import DataError
from tradewright.ports.stores import KEYS, NS, TABLES, Selection, Table, Version, Written

Row = dict[str, Any]


class MemoryStore:
    """For each table and key, the tellings in the order of `known_at`."""

    def __init__(self, *, prefer: tuple[str, ...] = ()) -> None:
        self._told: dict[Table, dict[tuple[object, ...], list[Row]]] = {table: defaultdict(list) for table in Table}
        self._versions: dict[Table, list[Version]] = {table: [] for table in Table}
        self._prefer = prefer

    def append(self, table: Table, rows: pl.DataFrame, *, note: str = "") -> Written:
        columns = TABLES[table]
        if set(rows.columns) != set(columns) or any(rows.schema[name] != kind for name, kind in columns.items()):
            raise DataError("rows do not fit")
        before = {key: [dict(row) for row in tellings] for key, tellings in self._told[table].items()}
        counts = {"added": 0, "corrected": 0, "unchanged": 0}
        physical = rows.with_columns(pl.col("time", "known_at").to_physical()).sort("known_at", maintain_order=True)
        seen: dict[tuple[object, ...], Row] = {}
        try:
            for row in physical.iter_rows(named=True):
                if not _same(row, seen.setdefault((*(row[name] for name in KEYS[table]), row["known_at"]), row)):
                    raise DataError("two different rows have the same key and the same known_at")
                counts[self._tell(table, row)] += 1
        except DataError:
            self._told[table] = defaultdict(list, before)
            raise
        if counts["added"] + counts["corrected"]:
            version = len(self._versions[table]) + 1
            news = counts["added"] + counts["corrected"]
            self._versions[table].append(Version(table, version, 0, "append", news, note))
        return Written(**counts, version=len(self._versions[table]))

    def _tell(self, table: Table, row: Row) -> str:
        key = tuple(row[name] for name in KEYS[table])
        tellings = self._told[table][key]
        earlier = [old for old in tellings if old["known_at"] <= row["known_at"]]
        compared = earlier[-1] if earlier else None
        if compared is not None and _same(compared, row):
            return "unchanged"
        if compared is not None and compared["known_at"] == row["known_at"]:
            raise DataError("two different rows have the same key and the same known_at")
        verdict = "corrected" if tellings else "added"
        tellings.append(row)
        tellings.sort(key=lambda told: told["known_at"])
        return verdict

    def append_chunks(self, table: Table, chunks: Iterable[pl.DataFrame], *, note: str = "") -> Written:
        return self.append(table, pl.concat(list(chunks)), note=note)

    def read(self, selection: Selection) -> pl.DataFrame:
        found = [
            tellings[-1]
            for all_tellings in self._told[selection.table].values()
            if (
                tellings := [
                    row for row in all_tellings if selection.as_of is None or row["known_at"] <= selection.as_of
                ]
            )
            and _wanted(selection, tellings[-1])
        ]
        if selection.source is None:
            found = self._one_source(selection, found)
        found.sort(key=lambda row: (row["instrument"], row["time"], row["known_at"]))
        return _framed(selection.table, found)

    def _one_source(self, selection: Selection, rows: list[Row]) -> list[Row]:
        order = selection.prefer or self._prefer

        def rank(source: str) -> tuple[int, str]:
            return (order.index(source) if source in order else len(order), source)

        best: dict[tuple[object, object], str] = {}
        for row in rows:
            series = (row["instrument"], row.get("interval"))
            best[series] = min(best.get(series, row["source"]), row["source"], key=rank)
        return [row for row in rows if best[(row["instrument"], row.get("interval"))] == row["source"]]

    def instruments(
        self, table: Table = Table.BARS, *, interval: str | None = None, symbol: str | None = None
    ) -> tuple[str, ...]:
        rows = [tellings[-1] for tellings in self._told[table].values()]
        names = {row["instrument"] for row in rows if interval is None or row.get("interval") == interval}
        return tuple(sorted(name for name in names if symbol is None or name.rpartition(".")[0] == symbol))

    def coverage(self, table: Table = Table.BARS) -> pl.DataFrame:
        spans: dict[tuple[str, str | None, str], list[int]] = defaultdict(list)
        for tellings in self._told[table].values():
            row = tellings[-1]
            spans[(row["instrument"], row.get("interval"), row["source"])].append(row["time"])
        rows = [(*series, len(times), min(times), max(times)) for series, times in spans.items()]
        schema = {
            "instrument": pl.String,
            "interval": pl.String,
            "source": pl.String,
            "rows": pl.UInt32,
            "first": pl.Int64,
            "last": pl.Int64,
        }
        found = pl.DataFrame(rows, schema=schema, orient="row")
        return found.sort("instrument", "interval", "source").with_columns(pl.col("first", "last").cast(NS))

    def versions(self, table: Table, *, limit: int = 50) -> Sequence[Version]:
        return self._versions[table][::-1][:limit]

    def query(self, sql: str) -> pl.DataFrame:
        frames = {str(table): self.read(Selection(table)) for table in Table}
        return pl.SQLContext(frames).execute(sql, eager=True)

    def compact(self, table: Table | None = None) -> dict[str, int]:
        return {"before": 0, "after": 0}

    def clean(self, *, keep_hours: int = 168) -> int:
        return 0


def _same(one: Row, other: Row) -> bool:
    return all(
        one[name] == other[name] or (one[name] != one[name] and other[name] != other[name])
        for name in one
        if name != "known_at"
    )


def _wanted(selection: Selection, row: Row) -> bool:
    return (
        (not selection.instruments or row["instrument"] in selection.instruments)
        and (selection.interval is None or row.get("interval", selection.interval) == selection.interval)
        and (selection.source is None or row["source"] == selection.source)
        and (selection.start is None or row["time"] >= selection.start)
        and (selection.end is None or row["time"] <= selection.end)
    )


def _framed(table: Table, rows: list[Row]) -> pl.DataFrame:
    columns = TABLES[table]
    stored = {name: pl.Int64 if name in {"time", "known_at"} else kind for name, kind in columns.items()}
    return pl.DataFrame(rows, schema=stored).with_columns(pl.col("time", "known_at").cast(NS))
