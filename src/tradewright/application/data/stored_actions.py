"""Corporate actions as the store keeps them, and as runs take them.

A dividend that is paid after its ex-date has a second row of its ex-date: of kind `payment`, with the pay date as its
session. So a table of splits and dividends that knows no pay dates is read as ever.
"""

from datetime import date

import polars as pl

from tradewright.domain.market.actions import ActionKind, CorporateAction

PAYMENT = "payment"


def with_payments(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `paid` (the pay date, or null) become rows of the table: one more a dividend that is paid later.

    Of several dividends of one ex-date the last pay date counts.
    """
    later = (
        rows.filter((pl.col("kind") == ActionKind.DIVIDEND.value) & (pl.col("paid") > pl.col("session")))
        .sort("paid")
        .unique(["instrument", "time"], keep="last", maintain_order=True)
        .with_columns(pl.lit(PAYMENT).alias("kind"), pl.col("paid").alias("session"))
    )
    return pl.concat([rows, later]).drop("paid").sort("position", maintain_order=True)


def actions_of(
    rows: pl.DataFrame, *, first: date | None = None, last: date | None = None
) -> tuple[CorporateAction, ...]:
    """The actions with an ex-date from `first` to `last`, dividends with their pay date, sorted."""
    ex_date = pl.col("time").dt.date()
    is_payment = pl.col("kind") == PAYMENT
    paid = rows.filter(is_payment).select("instrument", "time", paid=pl.col("session").to_physical())
    told = rows.filter(~is_payment)
    if first is not None and last is not None:
        told = told.filter(ex_date.is_between(first, last))
    joined = told.join(paid.unique(["instrument", "time"], keep="last"), on=["instrument", "time"], how="left")
    columns = joined.select(pl.col("session").to_physical(), "instrument", "kind", "value", pl.col("paid").fill_null(0))
    return tuple(
        sorted(
            CorporateAction(day, name, ActionKind(kind), value, pays if kind == ActionKind.DIVIDEND.value else 0)
            for day, name, kind, value, pays in columns.iter_rows()
        )
    )
