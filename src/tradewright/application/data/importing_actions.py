"""Splits and dividends as people write them: kinds in words, ratios as 2, 2.0, 2:1, 2/1 or 2 for 1, nothing as zero.

A ratio is new shares to old ones, so 1:10 is a reverse split. A row without an action (a dividend of 0, a split of 1)
is no row. Where two rows tell different dividends of one ex-date, they add up; splits multiply. A split that prices do
not show is in them already and must not be counted again.
"""

from collections.abc import Iterable, Mapping

import polars as pl

from tradewright.application.data.importing_numbers import MISSING, NumberPlan, divided
from tradewright.application.data.importing_times import TimePlan
from tradewright.ports.files import Chunk

DIVIDENDS = (
    *("dividend", "dividends", "div", "cash", "cashdividend", "dividendcash", "regulardividend", "interimdividend"),
    *("finaldividend", "specialdividend", "specialcashdividend", "distribution", "capitalgain", "capitalgains"),
)
SPLITS = ("split", "splits", "stocksplit", "sharesplit", "forwardsplit")
REVERSE_SPLITS = ("reversesplit", "reversestocksplit", "consolidation", "shareconsolidation")
RATIO = r"^\s*([\d.]+)\s*(?::|/|-?\s*for\s*-?)\s*([\d.]+)\s*$"
LARGE_RATIO = 1.5
"""From here on, either way, a split is larger than what prices do overnight without one."""


def without_none(raw: pl.DataFrame, numbers: NumberPlan, *, has_kinds: bool) -> tuple[pl.DataFrame, dict[str, int]]:
    """Only rows that tell an action, and how many lines tell none.

    An empty cell is none in a column of dividends or splits; beside a kind that is told (`has_kinds`) it is a fault.
    """
    lines = raw["position"].n_unique()
    value = _value(raw, numbers)
    is_none = (value == 0) | ((_kind() == "split") & (value == 1))
    if not has_kinds:
        is_none = is_none.fill_null(False) | _is_empty("value")
    kept = raw.filter(~is_none.fill_null(False))
    return kept, {"lines without a split or a dividend": lines - kept["position"].n_unique()}


def converted_actions(
    raw: pl.DataFrame, *, times: TimePlan, numbers: NumberPlan, instrument: pl.Expr, price_scale: float
) -> pl.DataFrame:
    """position, time (midnight UTC of the ex-date), session, instrument, kind, value, paid, is_unclear, is_unread.

    Null where nothing can be read; `is_unclear` marks a reverse split that would make more shares, `is_unread` a pay
    date that is none. Without a pay date `paid` is null.
    """
    kind, value = _kind(), _value(raw, numbers)
    has_paid = "paid" in raw.columns
    paid = times.dates("paid") if has_paid else pl.lit(None, pl.Date)
    return raw.select(
        "position",
        times.dates().cast(pl.Datetime("ns"), strict=False).dt.replace_time_zone("UTC").alias("time"),
        times.dates().alias("session"),
        instrument.alias("instrument"),
        kind.alias("kind"),
        pl.when(kind == "dividend").then(divided(value, price_scale)).otherwise(value).alias("value"),
        pl.when(kind == "dividend").then(paid).alias("paid"),
        (_word().is_in(REVERSE_SPLITS) & (value > 1)).alias("is_unclear"),
        (~_is_empty("paid") & paid.is_null() if has_paid else pl.lit(False)).alias("is_unread"),
    )


def added_up(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """One row a dividend or split of an ex-date; a row that says the same again stays, to be rejected as a repeat."""
    key = ["instrument", "session", "kind"]
    marked = rows.with_columns(pl.struct(*key, "value").is_first_distinct().alias("_is_new"))
    new = pl.col("value").filter(pl.col("_is_new"))
    total = pl.when(pl.col("kind") == "split").then(new.product().over(key)).otherwise(new.sum().over(key))
    marked = marked.with_columns(total.alias("value"), pl.struct(key).is_first_distinct().alias("_is_first"))
    kept = marked.filter(pl.col("_is_first") | ~pl.col("_is_new"))
    return kept.drop("_is_new", "_is_first"), {"actions added to another of their ex-date": rows.height - kept.height}


def count_told(chunks: Iterable[Chunk], columns: Mapping[str, str]) -> int:
    """How many cells of these columns (role to column) tell a split or a dividend."""
    count = 0
    for chunk in chunks:
        for role, column in columns.items():
            number = pl.col(column).cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
            none = (number == 0) | ((number == 1) & pl.lit(role != "dividend"))
            count += int(chunk.rows.select((~_is_empty(column) & ~none.fill_null(False)).sum()).item())
    return count


def splits_in_prices(actions: pl.DataFrame, bars: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The splits among `actions` that the prices of `bars` contain already: on the ex-date nothing leaps.

    Only a large split can be told from what a price does overnight; the small ones of an instrument go with its large.
    """
    splits = actions.filter(pl.col("kind") == "split")
    if splits.is_empty():
        return splits
    wanted = ["instrument", "session", "time", "open", "close"]
    named = pl.col("instrument").is_in(splits["instrument"].unique().to_list())
    prices = pl.concat([piece.filter(named).select(wanted) for piece in bars]).sort("instrument", "time")
    opens = (
        prices.with_columns(pl.col("close").shift(1).over("instrument").alias("before"))
        .group_by("instrument", "session", maintain_order=True)
        .agg(pl.col("open", "before").first())
    )
    beside = splits.sort("session").join_asof(
        opens.sort("session"), on="session", by="instrument", strategy="forward", check_sortedness=False
    )
    leap, size = (pl.col("open") / pl.col("before")).log(), pl.col("value").log()
    is_large = (pl.col("value") >= LARGE_RATIO) | (pl.col("value") <= 1 / LARGE_RATIO)
    is_small = leap.abs() < (leap + size).abs()
    large = beside.filter(is_large & is_small)
    small = beside.filter(~is_large & pl.col("instrument").is_in(large["instrument"].to_list()))
    return pl.concat([large, small]).select(splits.columns).sort("instrument", "session")


def described_splits(splits: pl.DataFrame) -> str:
    """`AAPL.XNAS 7 for 1 on 2014-06-09`, the first few."""
    told = [
        f"{name} {f'{ratio:g} for 1' if ratio >= 1 else f'1 for {1 / ratio:g}'} on {session}"
        for name, ratio, session in splits.select("instrument", "value", "session").head(5).iter_rows()
    ]
    more = splits.height - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _word() -> pl.Expr:
    return pl.col("kind").cast(pl.String).str.to_lowercase().str.replace_all("[^a-z]", "")


def _kind() -> pl.Expr:
    said = _word()
    is_split = said.is_in([*SPLITS, *REVERSE_SPLITS])
    return pl.when(said.is_in(DIVIDENDS)).then(pl.lit("dividend")).when(is_split).then(pl.lit("split"))


def _value(raw: pl.DataFrame, numbers: NumberPlan) -> pl.Expr:
    number = numbers.number("value", raw.schema["value"])
    if "split_from" in raw.columns:
        old_shares = numbers.number("split_from", raw.schema["split_from"])
        return pl.when(pl.col("kind") == "split").then(number / old_shares).otherwise(number)
    if raw.schema["value"] != pl.String:
        return number
    written = pl.col("value").str.to_lowercase()
    new, old = (written.str.extract(RATIO, group).cast(pl.Float64, strict=False) for group in (1, 2))
    return pl.when(_kind() == "split").then(pl.coalesce(new / old, number)).otherwise(number)


def _is_empty(column: str) -> pl.Expr:
    said = pl.col(column).cast(pl.String).str.strip_chars().str.to_lowercase()
    return said.is_null() | said.is_in(MISSING)
