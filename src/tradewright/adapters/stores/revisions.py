"""What was known when: a bar may be told twice, and the later telling corrects the earlier one.

This file compares new rows with known ones, and finds in a pile of tellings the newest of each key. Pure functions over
frames, shared by every store.
"""

from dataclasses import dataclass

import polars as pl

from tradewright.domain.errors import DataError
from tradewright.ports.stores import KEYS, NS, TABLES, Table

MANY = 10_000
"""Rows from which it pays to look before sorting, which takes as much memory again."""
_NEW, _ROW, _GROUP = "_new", "_row", "_group"


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """The rows that say something new, and how many of each sort there were."""

    rows: pl.DataFrame
    corrects: pl.Series
    """For each of `rows`, whether it corrects an older one."""
    unchanged: int

    @property
    def corrected(self) -> int:
        """Rows that correct an older one."""
        return int(self.corrects.sum())

    @property
    def added(self) -> int:
        """Rows of new keys."""
        return len(self.rows) - self.corrected


def compare(table: Table, rows: pl.DataFrame, *, known: pl.DataFrame) -> News:
    """Sort `rows` into new keys, corrections of `known` (or of each other) and what is known already.

    Both frames have the table's columns with stamps of one type. A row equal to the one known at its
    `known_at` says nothing new; any other row of a key that is told already counts as a correction of it.
    """
    key, columns = list(KEYS[table]), list(TABLES[table])
    if known.is_empty() and (is_rising(rows) or not rows.select(pl.struct(key).is_duplicated().any()).item()):
        return News(rows, pl.repeat(False, len(rows), dtype=pl.Boolean, eager=True), 0)
    both = pl.concat(
        [
            known.select(*columns, pl.lit(False).alias(_NEW), pl.lit(None, dtype=pl.UInt32).alias(_ROW)),
            rows.select(*columns, pl.lit(True).alias(_NEW), pl.int_range(pl.len(), dtype=pl.UInt32).alias(_ROW)),
        ]
    ).sort(*key, "known_at", _NEW, maintain_order=True)
    same_key = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in key)
    values = [name for name in columns if name not in key and name != "known_at"]
    both = both.with_columns(
        same_key=same_key.fill_null(False),
        same_values=pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in values),
        same_moment=pl.col("known_at").eq_missing(pl.col("known_at").shift(1)),
    ).with_columns(pl.col("same_key").not_().cum_sum().alias(_GROUP))
    _refuse_contradictions(table, both)
    was_known = pl.col(_NEW).not_().any().over(_GROUP)
    unchanged = pl.col("same_key") & pl.col("same_values")
    judged = both.with_columns(unchanged=unchanged, corrects=pl.col("same_key") | was_known).filter(_NEW).sort(_ROW)
    says_news = ~judged["unchanged"]
    return News(rows.filter(says_news), judged["corrects"].filter(says_news), int(judged["unchanged"].sum()))


def is_rising(rows: pl.DataFrame) -> bool:
    """True for many rows of one series that are strictly in order of time: they are sorted, no key is there twice.

    Of few rows it is not asked: to sort and to compare them takes no longer.
    """
    if rows.height < MANY:
        return False
    series = [name for name in ("instrument", "interval") if name in rows.columns]
    is_later = (pl.col("time") > pl.col("time").shift(1)).all()
    *counts, in_order = rows.select(pl.col(series).n_unique(), is_later).row(0)
    return all(count == 1 for count in counts) and bool(in_order)


def _refuse_contradictions(table: Table, both: pl.DataFrame) -> None:
    clash = both.filter(pl.col("same_key") & pl.col("same_moment") & pl.col("same_values").not_())
    if clash.is_empty():
        return
    first = clash.row(0, named=True)
    stamp = clash.select(pl.col("time").head(1).cast(NS)).item()
    raise DataError(
        f"two different rows of {table} have the same key and the same known_at",
        expected="one row per key and moment; a correction is known later than what it corrects",
        found=f"{len(clash)} such rows, the first of {first['instrument']} at {stamp:%Y-%m-%d %H:%M:%S} UTC",
        remedy="import the correction with a later known_at, or remove the duplicates from the file",
    )


def newest(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Of rows sorted by instrument, time and known_at: the last told of each key, in the same order."""
    return rows.unique(subset=list(KEYS[table]), keep="last", maintain_order=True)


def one_source_each(rows: pl.DataFrame, prefer: tuple[str, ...]) -> pl.DataFrame:
    """Rows of one source for each series: the first in `prefer`, else the first in alphabetical order."""
    if rows["source"].n_unique() <= 1:
        return rows
    series = [name for name in ("instrument", "interval") if name in rows.columns]
    rank = {source: place for place, source in enumerate(prefer)}
    order = sorted(rows["source"].unique(), key=lambda source: (rank.get(source, len(rank)), source))
    place = pl.col("source").replace_strict(order, range(len(order)), return_dtype=pl.Int32)
    return rows.filter(place == place.min().over(series))
