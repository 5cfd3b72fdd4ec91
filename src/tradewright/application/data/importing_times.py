"""What a column of times means: the unit of a count, the zone of a clock, whether a stamp names a day or a moment.

Gives moments as nanoseconds UTC and, for bars of a day or longer, the date that is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date  # noqa: N812 - a field is called date
from datetime import time
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from tradewright.application.data.importing_stamps import Spelling, conclude_spelling, spelling_of
from tradewright.domain.errors import InputError

NS = pl.Datetime("ns", "UTC")
DAY_MS = 86_400_000
MIDNIGHT = time(0)
_FURTHEST = 9.2e18
"""Nanoseconds since 1970 that 64 bits hold: up to the year 2261."""
_UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


class TimeKind(StrEnum):
    """What stands in the column of times."""

    TEXT = "text"
    EPOCH = "epoch"
    MIDNIGHT = "midnight"
    """Milliseconds since midnight of a day that the person tells."""
    MOMENT = "moment"
    """A typed column of date-times or dates."""


@dataclass(frozen=True, slots=True)
class TimePlan:
    """How the times of one file are read."""

    kind: TimeKind
    zone: str
    """The zone of clocks that tell none; moments of the venue's days are dated in it, too."""
    format: str = ""
    date_format: str = ""
    is_zoned: bool = False
    is_date_only: bool = False
    unit: str = "ns"
    date: Date | None = None
    dated_in_utc: bool = False
    """True where counts stand at midnight UTC and so name that date."""
    notes: tuple[str, ...] = ()

    def texts(self, has_clock: bool) -> pl.Expr:
        """The time as one text, date and clock joined."""
        if not has_clock:
            return pl.col("time").cast(pl.String).str.strip_chars()
        clock = pl.col("clock").cast(pl.String).str.strip_chars()
        return pl.concat_str(pl.col("date").cast(pl.String).str.strip_chars(), pl.lit(" "), clock)

    def moments(self, text: str = "time") -> pl.Expr:
        """Nanoseconds UTC as a date-time; null where the text is no such time."""
        column = pl.col(text)
        if self.kind is TimeKind.EPOCH:
            return self._counted(column, _UNITS[self.unit]).cast(NS)
        if self.kind is TimeKind.MIDNIGHT:
            assert self.date is not None
            return self._zoned(
                pl.lit(self.date).cast(pl.Datetime("ns")) + self._counted(column, 1_000_000).cast(pl.Duration("ns"))
            )
        if self.kind is TimeKind.MOMENT:
            naive = column.cast(pl.Datetime("ns"), strict=False)  # null before 1678 and after 2261
            return column.cast(NS, strict=False) if self.is_zoned else self._zoned(naive)
        parsed = self._parsed(_spelled(column, self.format))
        if self.is_zoned and self.format.endswith(("Z", "UTC", "GMT")) and "%" not in self.format[-3:]:
            return parsed.dt.replace_time_zone("UTC")
        return parsed.cast(NS) if self.is_zoned else self._zoned(parsed)

    def _parsed(self, text: pl.Expr) -> pl.Expr:
        """By the format; null for what 64 bits of nanoseconds do not reach, which the parser lets overflow."""
        rough = text.str.to_datetime(self.format, time_unit="us", strict=False).cast(
            pl.Datetime("ns", "UTC" if "z" in self.format else None), strict=False
        )
        if "f" not in self.format:
            return rough
        exact = text.str.to_datetime(self.format, time_unit="ns", strict=False)
        return pl.when(rough.is_not_null()).then(exact)

    def _counted(self, column: pl.Expr, nanoseconds: int) -> pl.Expr:
        """A count as integer nanoseconds; whole numbers stay exact, decimals are rounded to the microsecond."""
        whole = column.cast(pl.Int64, strict=False)
        rounded = (column.cast(pl.Float64, strict=False) * (nanoseconds / 1e3)).round().cast(
            pl.Int64, strict=False
        ) * 1000
        count = column.cast(pl.Float64, strict=False)
        exact = pl.coalesce(pl.when(count == whole).then(whole) * nanoseconds, rounded)
        return pl.when(count.abs() * nanoseconds < _FURTHEST).then(exact)

    def _zoned(self, naive: pl.Expr) -> pl.Expr:
        if self.zone == "UTC":
            return naive.dt.replace_time_zone("UTC")
        local = naive.dt.replace_time_zone(self.zone, ambiguous="null", non_existent="null")
        return local.dt.convert_time_zone("UTC")

    def dates(self, text: str = "time") -> pl.Expr:
        """The date that is written; for counts and typed moments the date in UTC at midnight, else in the zone."""
        column = pl.col(text)
        if self.kind is TimeKind.TEXT:
            if self.is_date_only:
                return column.str.to_date(self.date_format, strict=False)
            written = column.str.extract(_date_pattern(self.date_format), 1)
            return written.str.to_date(self.date_format, strict=False)
        if self.kind is TimeKind.MIDNIGHT:
            return pl.lit(self.date)
        if self.kind is TimeKind.MOMENT and not self.is_zoned:
            return column.cast(pl.Date)
        zone = "UTC" if self.dated_in_utc else self.zone
        return self.moments(text).dt.convert_time_zone(zone).dt.date()


def _spelled(column: pl.Expr, format_: str) -> pl.Expr:
    """`09-AM` has no minutes, which the parser wants."""
    return column.str.replace(r"(\d{1,2})-([AaPp][Mm])$", "${1}:00-${2}") if "%I:%M-%p" in format_ else column


def _date_pattern(date_format: str) -> str:
    """The date at the start of a text, by its format."""
    return r"^(\d{8})" if date_format == "%Y%m%d" else r"^([^T ]+)" if " " not in date_format else r"^(\S+ \S+ \d{4})"


def plan_times(
    sample: pl.DataFrame,
    *,
    zone: str | None,
    venue_zone: str,
    time_format: str | None,
    day_first: bool | None,
    date: Date | None,
    path: str,
) -> TimePlan:
    """Conclude it from the first rows, which have `time`, or `date` and `clock`."""
    local = checked_zone(zone) if zone else venue_zone
    typed = sample.schema.get("time")
    if typed is not None and (typed.is_temporal()):
        return _typed(sample["time"], typed, local)
    joined = TimePlan(TimeKind.TEXT, local).texts("clock" in sample.columns)
    values = [text for text in sample.select(joined.alias("time"))["time"].to_list() if text]
    if not values:
        raise InputError(f"{path}: the column of times is empty", expected="a time in every row")
    if time_format is not None:
        return _told(time_format, local)
    if date is not None:
        return TimePlan(
            TimeKind.MIDNIGHT, local, date=date, notes=(f"times count milliseconds since midnight of {date}",)
        )
    if "clock" not in sample.columns and _are_counts(values):
        return _count(values, local, path)
    return _text(conclude_spelling(values, day_first=day_first, path=path), values, local)


def _text(spelling: Spelling, values: Sequence[str], local: str) -> TimePlan:
    note = f"times read as {spelling.format}"
    if spelling.date in {"%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y"}:
        note += f" (the {'day' if spelling.date.startswith('%d') else 'month'} comes first)"
    del values
    return TimePlan(
        TimeKind.TEXT,
        local,
        format=spelling.format,
        date_format=spelling.date,
        is_zoned=spelling.is_zoned,
        is_date_only=spelling.is_date_only,
        notes=(note,),
    )


def _told(time_format: str, local: str) -> TimePlan:
    """A format that a person gives; `s`, `ms`, `us`, `ns` are counts since 1970."""
    if time_format in _UNITS:
        return TimePlan(TimeKind.EPOCH, local, unit=time_format, is_zoned=True)
    clock = any(code in time_format for code in ("%H", "%I", "%T", "%R"))
    date_format = re.split("%[HITR]", time_format, maxsplit=1)[0].rstrip(" T")
    zoned = "z" in time_format or time_format.endswith("Z")
    return TimePlan(
        TimeKind.TEXT, local, format=time_format, date_format=date_format, is_zoned=zoned, is_date_only=not clock
    )


def _typed(column: pl.Series, kind: pl.DataType, local: str) -> TimePlan:
    if kind == pl.Date:
        return TimePlan(TimeKind.MOMENT, local, is_date_only=True)
    if not isinstance(kind, pl.Datetime):
        raise InputError("the column of times holds no dates", found=str(kind))
    zoned = kind.time_zone is not None
    plan = TimePlan(TimeKind.MOMENT, local, is_zoned=zoned)
    return replace(plan, dated_in_utc=zoned and _at_midnight(column.dt.convert_time_zone("UTC")))


def _at_midnight(moments: pl.Series) -> bool:
    clocks = moments.drop_nulls().dt.time().unique().to_list()
    return clocks == [MIDNIGHT]


def _are_counts(values: Sequence[str]) -> bool:
    digits = (value.replace(".", "", 1).removeprefix("-") for value in values)
    return all(text.isdigit() for text in digits) and any(spelling_of(value) is None for value in values)


def _count(values: Sequence[str], local: str, path: str) -> TimePlan:
    """Seconds, ms, us or ns by the size of the numbers: a date between 1973 and 2200 is assumed."""
    largest = max(abs(float(value)) for value in values)
    if largest <= DAY_MS:
        raise InputError(
            f"{path}: the times look like milliseconds since midnight",
            expected="the day they belong to",
            found=f"counts up to {largest:.0f}",
            remedy="give the day: date=2020-01-31",
        )
    for unit, nanoseconds in _UNITS.items():
        if 1e17 <= largest * nanoseconds <= 7.3e18:
            plan = TimePlan(
                TimeKind.EPOCH, local, unit=unit, is_zoned=True, notes=(f"times count {unit} since 1970 UTC",)
            )
            moments = pl.DataFrame({"time": list(values)}).select(plan.moments())["time"]
            return replace(plan, dated_in_utc=_at_midnight(moments))
    raise InputError(f"{path}: the time {values[0]!r} is not understood", expected="a date or a count since 1970")


def checked_zone(zone: str) -> str:
    """The zone's name, or an InputError."""
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise InputError(
            f"time zone {zone!r} is not known", expected="a name such as America/New_York or UTC"
        ) from unknown
