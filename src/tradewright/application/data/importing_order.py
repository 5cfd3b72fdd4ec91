"""Rows in the order of the market: sorted by time, each moment once.

Rows that repeat the key of an earlier one are rejected, also across the pieces of a large file; trades without a number
get one within their moment, quotes of one moment are set a nanosecond apart, so that their order is kept.
"""

from dataclasses import dataclass, field

import polars as pl

from tradewright.ports.stores import KEYS, Table


@dataclass(frozen=True, slots=True, eq=False)
class Ordered:
    """Rows fit for the store, and what was wrong with their order."""

    rows: pl.DataFrame
    repeats: pl.DataFrame
    """`position` and `reason` of rows that are rejected because an earlier one has their key."""
    backwards: int
    """Rows that stood after a later one of their instrument."""
    parted: int
    """Quotes that were set apart from an earlier one of the same moment."""


@dataclass(slots=True, eq=False)
class Arrivals:
    """What has come so far of one file: enough to see a repeated row in a later piece."""

    table: Table
    _latest: dict[str, int] = field(default_factory=dict)
    _seen: list[pl.Series] = field(default_factory=list)
    _numbered: dict[tuple[str, int], int] = field(default_factory=dict)

    def arrange(self, rows: pl.DataFrame, *, is_last: bool) -> Ordered:
        """Sort a piece; `rows` have the table's columns and `position`, in the order of the file."""
        rows = rows.with_columns(pl.col("time").to_physical().alias("_ns"))
        if self.table is Table.TRADES:
            rows = self._numbered_trades(rows)
        same = rows["instrument"] == rows["instrument"].shift(1)
        step = rows["_ns"].diff()
        backwards = int((same & (step < 0)).sum())
        if backwards or not (same.fill_null(True).all() and (step > 0).fill_null(True).all()):
            backwards = int(rows.select((pl.col("_ns").diff().over("instrument") < 0).sum()).item())
            rows = rows.sort("instrument", "_ns", "position", maintain_order=True)
        rows, repeats = self._without_repeats(rows, is_last=is_last)
        parted = 0
        if self.table is Table.QUOTES:
            turn = rows.select((pl.int_range(pl.len()).over("instrument", "_ns")).alias("turn"))["turn"]
            parted = int((turn > 0).sum())
            if parted:
                rows = rows.with_columns(pl.col("time") + pl.Series(turn).cast(pl.Int64).cast(pl.Duration("ns")))
        return Ordered(rows.drop("_ns"), repeats, backwards, parted)

    def _key(self) -> list[str]:
        """What may not come twice: the store's key; of quotes the whole row, since one moment has several."""
        names = [name for name in KEYS[self.table] if name not in {"source", "interval", "time"}]
        more = ["bid", "bid_quantity", "ask", "ask_quantity"] if self.table is Table.QUOTES else []
        return [*names[:1], "_ns", *names[1:], *more]

    def _without_repeats(self, rows: pl.DataFrame, *, is_last: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
        key = self._key()
        found = [pl.DataFrame(schema={"position": rows.schema["position"], "reason": pl.String})]
        near = [name for name in key if name in {"instrument", "_ns"}]
        doubtful = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in near)
        if rows.height > 1 and rows.select(doubtful.slice(1).any()).item():
            first = rows.select(pl.struct(key).is_first_distinct().alias("first"))["first"]
            found.append(_described(rows, ~first, key))
            rows = rows.filter(first)
        spans = rows.group_by("instrument").agg(pl.col("_ns").min().alias("first"), pl.col("_ns").max().alias("last"))
        overlaps = any(first <= self._latest.get(name, first - 1) for name, first, _ in spans.iter_rows())
        hashes = rows.select(pl.struct(key).hash()).to_series() if overlaps or not is_last else None
        if overlaps and hashes is not None and self._seen:
            known = hashes.is_in(pl.concat(self._seen).unique().implode())
            reason = pl.lit("repeats an earlier row of the same time").alias("reason")
            found.append(rows.filter(known).select("position", reason))
            rows, hashes = rows.filter(~known), hashes.filter(~known)
        if not is_last and hashes is not None:
            self._seen.append(hashes)
            self._latest |= {name: max(last, self._latest.get(name, last)) for name, _, last in spans.iter_rows()}
        return rows, pl.concat(found)

    def _numbered_trades(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Trades without a number get their place within the moment, counted on over the border of two pieces."""
        if not rows["trade_id"].null_count():
            return rows
        rows = rows.with_columns(pl.int_range(pl.len()).over("instrument", "_ns").alias("_turn"))
        border = pl.DataFrame(
            [(name, at, count) for (name, at), count in self._numbered.items()],
            schema={"instrument": pl.String, "_ns": pl.Int64, "_before": pl.Int64},
            orient="row",
        )
        if border.height:
            rows = rows.join(border, on=["instrument", "_ns"], how="left", maintain_order="left").with_columns(
                (pl.col("_turn") + pl.col("_before").fill_null(0)).alias("_turn")
            )
        at_border = (pl.col("_ns") == pl.col("_ns").min().over("instrument")) | (
            pl.col("_ns") == pl.col("_ns").max().over("instrument")
        )
        counts = rows.filter(at_border).group_by("instrument", "_ns").agg(pl.col("_turn").max() + 1)
        self._numbered |= {(name, at): count for name, at, count in counts.iter_rows()}
        numbered = pl.coalesce("trade_id", pl.col("_turn").cast(pl.String)).alias("trade_id")
        return rows.with_columns(numbered).drop("_turn", "_before", strict=False)


def _described(rows: pl.DataFrame, repeated: pl.Series, key: list[str]) -> pl.DataFrame:
    """Whether the repeated rows say the same as the first of their key."""
    values = [name for name in rows.columns if name not in {*key, "position", "time", "source", "known_at"}]
    marked = rows.with_columns(repeated.alias("_repeated"))
    same = (
        pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).first().over(key)) for name in values)
        if values
        else pl.lit(True)
    )
    told = marked.filter(pl.struct(key).is_duplicated()).with_columns(same.alias("_same"))
    reason = (
        pl.when("_same")
        .then(pl.lit("repeats an earlier row"))
        .otherwise(pl.lit("contradicts an earlier row of the same time"))
    )
    return told.filter("_repeated").select("position", reason.alias("reason"))
