"""Numbers as people write them: 1234.56, 1,234.56, 1.234,56, 1 234,56, 1.2M, 4.5%, $12.

The format is concluded from the first rows; where both readings are possible nothing is guessed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from tradewright.domain.errors import InputError


class NumberFormat(StrEnum):
    """How decimals and thousands are set apart, shown by an example."""

    PLAIN = "1234.56"
    COMMA_THOUSANDS = "1,234.56"
    COMMA_DECIMALS = "1.234,56"


_GROUPS_COMMA = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_GROUPS_DOT = re.compile(r"\d{1,3}(\.\d{3})+(,\d*)?")
MISSING = ("", "-", "--", "na", "n/a", "null", "none", "nan", "#n/a", ".")


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """How the numbers of one file are read."""

    format: NumberFormat = NumberFormat.PLAIN

    def number(self, column: str, dtype: pl.DataType) -> pl.Expr:
        """The column as Float64; null where no number stands."""
        value = pl.col(column)
        if dtype.is_numeric():
            return value.cast(pl.Float64)
        if dtype.is_decimal():
            return value.cast(pl.Float64)
        text = (
            value.cast(pl.String)
            .str.replace_all(r"[\s$€£¥'\x{a0}\x{2019}]", "")
            .str.replace("\u2212", "-", literal=True)
        )
        if self.format is NumberFormat.COMMA_THOUSANDS:
            text = text.str.replace_all(r"^([-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?[%kKmMbB]?)$", "${1}\u0000")
            text = pl.when(text.str.ends_with("\u0000")).then(text.str.replace_all("[,\u0000]", "")).otherwise(text)
        elif self.format is NumberFormat.COMMA_DECIMALS:
            text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        factor = (
            pl.when(text.str.ends_with("%"))
            .then(0.01)
            .when(text.str.contains("[kK]$"))
            .then(1e3)
            .when(text.str.contains("[mM]$"))
            .then(1e6)
            .when(text.str.contains(r"\d\.?[bB]$"))
            .then(1e9)
            .otherwise(1.0)
        )
        return text.str.replace(r"[%kKmMbB]$", "").cast(pl.Float64, strict=False) * factor


def is_missing(text: str | None) -> bool:
    """True for the ways to write that there is no value."""
    return text is None or text.strip().lower() in MISSING


def plan_numbers(samples: Sequence[str], *, given: NumberFormat | None, path: str) -> NumberPlan:
    """Conclude the format from values as written; an InputError where `1,234` could be either."""
    if given is not None:
        return NumberPlan(given)
    values = [re.sub(r"^[-+]|[\s$€£¥%']", "", value) for value in samples if "," in value or value.count(".") > 1]
    if not values:
        return NumberPlan()
    comma_last = any("," in value and "." in value and value.rindex(",") > value.rindex(".") for value in values)
    dot_last = any("," in value and "." in value and value.rindex(",") < value.rindex(".") for value in values)
    if comma_last or (not dot_last and any(value.count(".") > 1 and _GROUPS_DOT.fullmatch(value) for value in values)):
        return NumberPlan(NumberFormat.COMMA_DECIMALS)
    if dot_last or any(value.count(",") > 1 and _GROUPS_COMMA.fullmatch(value) for value in values):
        return NumberPlan(NumberFormat.COMMA_THOUSANDS)
    if any("," in value and not _GROUPS_COMMA.fullmatch(value) for value in values):
        return NumberPlan(NumberFormat.COMMA_DECIMALS)
    raise InputError(
        f"{path}: the number {values[0]!r} can be read in two ways",
        expected="to be told the format",
        remedy=f'numbers="{NumberFormat.COMMA_THOUSANDS}" for {values[0].replace(",", "")}, '
        f'"{NumberFormat.COMMA_DECIMALS}" for {values[0].replace(",", ".")}',
    )


def divided(number: pl.Expr, scale: float) -> pl.Expr:
    """The number over `scale`, correctly rounded; Polars takes the reciprocal times, which misses 0.47 for 4700."""
    quotient = number.map_batches(
        lambda values: pl.Series(values.name, values.cast(pl.Float64).to_numpy() / scale), return_dtype=pl.Float64
    )
    return pl.when(number.is_not_null()).then(quotient)
