"""What a row must be to be kept: rules per table, applied to whole columns at once.

A row that breaks a rule is rejected with the column and the reason; a bar whose high or low is off by rounding noise
only is widened, and counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tradewright.ports.stores import Table

NOISE = 1e-6
"""How far, relative to the price, an open or close may lie outside high and low: vendors round."""

MOST = 1e15
"""From here on a 64-bit float no longer tells eighths apart; no price and no quantity of a bar is that large."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to be wrong."""

    column: str
    broken: pl.Expr
    reason: str


def _number(role: str, *, above_zero: bool) -> tuple[Rule, ...]:
    value = pl.col(role)
    wrong = Rule(role, value <= 0, "is not positive") if above_zero else Rule(role, value < 0, "is negative")
    return (
        Rule(role, value.is_null(), "is no number"),
        Rule(role, ~value.is_finite(), "is not finite"),
        wrong,
        Rule(role, value >= MOST, "is too large to be counted exactly"),
    )


def _optional(role: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in _number(role, above_zero=False) if rule.reason != "is no number")


_OPEN, _HIGH, _LOW, _CLOSE = (pl.col(name) for name in ("open", "high", "low", "close"))
_COMMON = (
    Rule("symbol", pl.col("instrument").is_null(), "is no symbol"),
    Rule("time", pl.col("time").is_null(), "is no such time"),
)
_BARS = (
    *(rule for role in ("open", "high", "low", "close") for rule in _number(role, above_zero=True)),
    *_number("volume", above_zero=False),
    Rule("high", _HIGH < _LOW * (1 - NOISE), "is below low"),
    Rule("open", _OPEN > _HIGH * (1 + NOISE), "is above high"),
    Rule("open", _OPEN < _LOW * (1 - NOISE), "is below low"),
    Rule("close", _CLOSE > _HIGH * (1 + NOISE), "is above high"),
    Rule("close", _CLOSE < _LOW * (1 - NOISE), "is below low"),
)
RULES: Mapping[Table, Sequence[Rule]] = {
    Table.BARS: (*_COMMON, *_BARS),
    Table.TRADES: (*_COMMON, *_number("price", above_zero=True), *_number("quantity", above_zero=True)),
    Table.QUOTES: (
        *_COMMON,
        *(rule for role in ("bid", "ask") for rule in _number(role, above_zero=True)),
        *(rule for role in ("bid_quantity", "ask_quantity") for rule in _optional(role)),
        Rule("bid", pl.col("bid") > pl.col("ask"), "is above ask"),
    ),
    Table.BOOK: (
        *_COMMON,
        Rule("side", pl.col("side").is_null(), "is neither bid nor ask"),
        *_number("price", above_zero=True),
        *_number("quantity", above_zero=False),
    ),
    Table.FUNDING: (
        *_COMMON,
        Rule("rate", pl.col("rate").is_null(), "is no number"),
        Rule("rate", ~pl.col("rate").is_finite(), "is not finite"),
        Rule("rate", pl.col("rate").abs() >= 1, "is no fraction: 1 would be 100% a period"),
        *_optional("mark_price"),
    ),
    Table.ACTIONS: (
        *_COMMON,
        Rule("kind", pl.col("kind").is_null(), "is neither a split nor a cash dividend"),
        Rule("value", pl.col("value").is_null() & (pl.col("kind") == "split"), "is no ratio, as 2 or 2:1"),
        *_number("value", above_zero=True),
        Rule("value", pl.col("is_unclear"), "of a reverse split is above 1: write 1:10"),
        Rule("paid", pl.col("is_unread"), "is no date on which a dividend is paid"),
        Rule("paid", pl.col("paid") < pl.col("session"), "is before the ex-date"),
    ),
}


def judged(rows: pl.DataFrame, table: Table) -> pl.Series:
    """For each row the number of the first rule it breaks, null for a good one."""
    rules = RULES[table]
    flags = rows.select(rule.broken.fill_null(False).alias(str(number)) for number, rule in enumerate(rules))
    broken = [number for number in range(len(rules)) if flags[str(number)].any()]
    if not broken:
        return pl.repeat(None, rows.height, dtype=pl.Int8, eager=True)
    verdict = pl.coalesce(pl.when(pl.col(str(number))).then(pl.lit(number, dtype=pl.Int8)) for number in broken)
    return flags.select(verdict.alias("rule"))["rule"]


def widened(bars: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Bars whose high and low hold open and close, and how many had to be widened by rounding noise."""
    high = pl.max_horizontal("open", "high", "low", "close")
    low = pl.min_horizontal("open", "high", "low", "close")
    noisy = bars.select(((high != _HIGH) | (low != _LOW)).sum()).item()
    return (bars.with_columns(high=high, low=low), int(noisy)) if noisy else (bars, 0)
