"""What an import did and what it concluded: nothing is guessed or left out without being told here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from tradewright.ports.stores import Table

SHOWN = 1000
REJECTED_SCHEMA = {"line": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String}


@dataclass(frozen=True, slots=True)
class ImportedSeries:
    """What came of one instrument."""

    instrument: str
    rows: int
    first: str
    """ISO, UTC; of daily bars the session date."""
    last: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ImportReport:
    """What every door shows of an import."""

    path: str
    table: Table
    source: str
    interval: str | None
    mapping: Mapping[str, str]
    """Role to the column it was read from."""
    unused_columns: tuple[str, ...]
    conclusions: tuple[str, ...]
    """What was guessed, with the reason; each can be overruled by an option."""
    series: tuple[ImportedSeries, ...]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    skipped: Mapping[str, int]
    """Rows that are no data, and small repairs, by what they are."""
    backwards: int
    """Rows that stood after a later one of their instrument; they were sorted."""
    added: int
    corrected: int
    unchanged: int
    """Rows the store knew already."""
    version: int | None
    """Of the table after the import; None where nothing was stored."""
    rejected: pl.DataFrame
    """line, column, value, reason: the first thousand."""
    rejected_by_reason: Mapping[str, int]
    quarantine: str | None
    """The file that keeps every rejected row as it stood."""
    actions_beside: int = 0
    """How many splits and dividends stand beside the bars of the file and were not asked for."""
    actions: "ImportReport | None" = None
    """The splits and dividends that came with the bars of the file, where they were asked for."""

    def __repr__(self) -> str:
        """A line for a notebook: `ImportReport(spy.csv: 754 bars of SPY.ARCX, 754 new, 0 corrected ...)`."""
        names = ", ".join(one.instrument for one in self.series[:3]) + (", ..." if len(self.series) > 3 else "")
        counts = f"{self.added:,} new, {self.corrected:,} corrected, {self.unchanged:,} known"
        told = f"{self.path}: {self.rows_accepted:,} {self.table} of {names}, {counts}, {self.rows_rejected:,} rejected"
        return f"ImportReport({told}; {self.actions!r})" if self.actions else f"ImportReport({told})"


@dataclass(slots=True)
class Tally:
    """Counts while an import runs."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    backwards: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    shown: list[tuple[int, str, str, str]] = field(default_factory=list)
    _spans: list[pl.DataFrame] = field(default_factory=list)

    def reject(
        self, lines: Sequence[int], reasons: Sequence[str], *, columns: Sequence[str], values: Sequence[str]
    ) -> None:
        """Count rejected rows and keep the first thousand to show."""
        self.rejected += len(lines)
        self.reasons.update(f"{column} {reason}".strip() for column, reason in zip(columns, reasons, strict=True))
        free = SHOWN - len(self.shown)
        if free > 0:
            self.shown.extend(zip(lines[:free], columns[:free], values[:free], reasons[:free], strict=True))

    def accept(self, rows: pl.DataFrame) -> None:
        """Count good rows by instrument."""
        self.accepted += rows.height
        stamp = "session" if "session" in rows.columns else "time"
        columns = [pl.len().alias("rows"), pl.col("time").min().alias("first"), pl.col("time").max().alias("last")]
        if stamp == "session":
            columns += [pl.col(stamp).min().alias("from"), pl.col(stamp).max().alias("to")]
        self._spans.append(rows.group_by("instrument").agg(columns))

    def series(self, *, is_daily: bool) -> tuple[ImportedSeries, ...]:
        """What came of each instrument."""
        if not self._spans:
            return ()
        names = ("from", "to") if is_daily else ("first", "last")
        spans = (
            pl.concat(self._spans)
            .group_by("instrument")
            .agg(pl.col("rows").sum(), pl.col(names[0]).min().alias("a"), pl.col(names[1]).max().alias("b"))
            .sort("instrument")
        )
        return tuple(
            ImportedSeries(name, int(rows), _iso(first), _iso(last)) for name, rows, first, last in spans.iter_rows()
        )

    @property
    def latest_ns(self) -> int | None:
        """The latest stamp of all, nanoseconds UTC; None without rows."""
        return max((int(span["last"].to_physical().max()) for span in self._spans if span.height), default=None)  # type: ignore[arg-type]

    def rejected_frame(self) -> pl.DataFrame:
        """The first thousand rejected rows by line."""
        return pl.DataFrame(self.shown, schema=REJECTED_SCHEMA, orient="row").sort("line", maintain_order=True)


def _iso(moment: object) -> str:
    return str(moment).replace("+00:00", "Z").replace(" ", "T")
