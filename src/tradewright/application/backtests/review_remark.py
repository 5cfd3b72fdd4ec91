"""One remark of a review: what was found, how grave it is, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Severity(StrEnum):
    """How grave, the gravest first."""

    SERIOUS = "serious"
    """As it stands the result should not be believed."""
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ReviewRemark:
    """One thing to know before the numbers are believed."""

    code: str
    severity: Severity
    found: str
    remedy: str
    facts: Mapping[str, float]
    """The numbers in it."""


def column(table: pl.DataFrame, name: str) -> pl.Series:
    """A column of a table, empty where the table has none (a run without fills, a view without tables)."""
    return table.get_column(name) if name in table.columns else pl.Series(name, [], dtype=pl.Float64)
