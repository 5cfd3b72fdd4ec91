"""When a bar of a file closed, and to which session it belongs.

Decides how long its bars are and whether a stamp names their open or their close (vendors do both); a bar of a day or
longer is stamped by the regular close of its last session.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time as midnight
from enum import StrEnum

import polars as pl

from tradewright.domain.calendars import TradingHours, trading_hours
from tradewright.domain.errors import InputError
from tradewright.domain.timeframe import DAILY, NANOSECONDS, Timeframe

NS = pl.Datetime("ns", "UTC")
DAY = NANOSECONDS["d"]
MINUTE = NANOSECONDS["m"]
_USUAL = tuple(
    Timeframe(count * NANOSECONDS[unit])
    for unit, counts in (
        ("s", (1, 5, 10, 15, 30)),
        ("m", (1, 2, 3, 5, 10, 15, 20, 30, 45)),
        ("h", (1, 2, 3, 4, 6, 8, 12)),
    )
    for count in counts
)


class Stamps(StrEnum):
    """What the time of a bar in a file names."""

    OPEN = "open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class BarPlan:
    """How the stamps of one file become closes and sessions."""

    timeframe: Timeframe
    stamps: Stamps
    shift_days: int = 0
    """From the date that is written to the last session of a bar of a day or longer."""
    notes: tuple[str, ...] = ()


def plan_bars(
    sample: pl.DataFrame,
    *,
    hours: TradingHours,
    interval: str | None,
    stamps: Stamps | None,
    is_date_only: bool,
    zone: str,
    time_column: str,
    path: str,
) -> BarPlan:
    """Conclude it from the first rows: `time` (UTC), `date` and `symbol`."""
    timeframe, notes = _timeframe(sample, interval, is_date_only=is_date_only, path=path)
    if stamps is None:
        stamps, why = _stamps(sample, timeframe, hours, time_column)
        notes.append(f"stamps taken as the {stamps} of each bar: {why}")
    if stamps is Stamps.OPEN:
        shift = max(timeframe.nanoseconds // DAY - 1, 0)
    else:  # a day that closes at the midnight after it is written as the next date
        shift = 0 if is_date_only or not _closes_at_midnight(sample, zone) else -1
    return BarPlan(timeframe, stamps, shift, tuple(notes))


def _closes_at_midnight(sample: pl.DataFrame, zone: str) -> bool:
    local = sample.select(pl.col("time").dt.convert_time_zone(zone).dt.time().alias("clock"))["clock"]
    return local.drop_nulls().unique().to_list() == [midnight()]


def _timeframe(
    sample: pl.DataFrame, interval: str | None, *, is_date_only: bool, path: str
) -> tuple[Timeframe, list[str]]:
    steps = sample.select(pl.col("time").sort().diff().over("symbol").dt.total_nanoseconds().alias("step"))["step"]
    counted = Counter(step for step in steps.drop_nulls().to_list() if step > 0)
    if interval is not None:
        return _told(interval, counted, is_date_only=is_date_only, path=path), []
    if not counted:
        if is_date_only:
            return DAILY, ["bars taken as 1d: dates without a time"]
        raise InputError(
            f"{path}: one bar does not tell its length", expected="the interval", remedy="give it: interval=1d"
        )
    usual, times = max(counted.items(), key=lambda item: (item[1], -item[0]))
    days = round(usual / DAY)
    if usual >= 20 * NANOSECONDS["h"]:  # a clock change makes one step between local midnights 23 or 25 hours
        if days not in {1, 7}:
            raise InputError(
                f"{path}: bars {days} days apart are not understood",
                expected="the interval",
                remedy="give it: interval=1d",
            )
        timeframe = Timeframe(days * DAY)
    elif Timeframe(usual) in _USUAL:
        timeframe = Timeframe(usual)
    else:
        raise InputError(
            f"{path}: bars {usual / 1e9:g} seconds apart are not understood",
            expected="the interval",
            remedy="give it: interval=1m",
        )
    return timeframe, [f"bars taken as {timeframe}: {times} of {sum(counted.values())} steps are that long"]


def _told(interval: str, steps: Counter[int], *, is_date_only: bool, path: str) -> Timeframe:
    """The length a person gives, unless the file shows that its bars are shorter, or that they are days."""
    try:
        told = Timeframe.parse(interval)
    except ValueError as wrong:
        raise InputError(str(wrong)) from wrong
    if is_date_only and told.is_intraday:
        raise InputError(
            f"{path} cannot hold bars of {told}",
            expected="times of day",
            found="dates only",
            remedy="leave the interval out, or give it: interval=1d",
        )
    usual = max(steps.items(), key=lambda item: (item[1], -item[0]))[0] if steps else told.nanoseconds
    if usual * 2 <= told.nanoseconds:
        found = str(Timeframe(usual)) if usual % 1_000_000_000 == 0 else f"{usual / 1e9:g} seconds"
        raise InputError(
            f"{path} cannot hold bars of {told}", expected=f"rows about {told} apart", found=f"rows {found} apart",
            remedy="give the interval of the file",
        )  # fmt: skip
    return told


def _stamps(sample: pl.DataFrame, timeframe: Timeframe, hours: TradingHours, column: str) -> tuple[Stamps, str]:
    name = column.lower().replace("_", "").replace(" ", "")
    if name in {"closetime", "barend"}:
        return Stamps.CLOSE, f"the column is called {column}"
    if name in {"opentime", "barstart"}:
        return Stamps.OPEN, f"the column is called {column}"
    if not timeframe.is_intraday:
        return Stamps.OPEN, "a date names the day itself"
    regular = hours.hours[-1]
    if not (hours.is_continuous or hours.opens_the_evening_before):
        local = sample.select(pl.col("time").dt.convert_time_zone(hours.timezone).alias("local"))
        minutes = local.select(
            pl.col("local").dt.hour().cast(pl.Int32) * 60 + pl.col("local").dt.minute(),
            pl.col("local").dt.date().alias("d"),
        )
        firsts = minutes.group_by("d").agg(pl.col("local").min(), pl.col("local").max().alias("last"))
        length = timeframe.nanoseconds // MINUTE
        opening = int((firsts["local"] == regular.open_minutes).sum())
        after = int((firsts["local"] == regular.open_minutes + length).sum())
        if opening > after:
            return Stamps.OPEN, f"most days begin at the open of {hours.venue}"
        if after > opening:
            return Stamps.CLOSE, f"most days begin one bar after the open of {hours.venue}"
    return Stamps.OPEN, "most vendors stamp by the open; say stamps=close if these are closes"


def close_stamps(rows: pl.DataFrame, plan: BarPlan, *, venues: Sequence[str]) -> pl.DataFrame:
    """Replace `time` by the close and set `session`; `rows` have `time`, `venue` and, for days, the `date` written."""
    length = plan.timeframe.nanoseconds
    if plan.timeframe.is_intraday:
        if plan.stamps is Stamps.OPEN:
            rows = rows.with_columns(pl.col("time") + pl.duration(nanoseconds=length))
        session = _by_venue(venues, lambda hours: session_of_close(pl.col("time"), hours))
        return rows.with_columns(session.alias("session"))
    date = (pl.col("date") + pl.duration(days=plan.shift_days)).cast(pl.Date)
    rows = rows.with_columns(date.alias("session"))
    if length > DAY:
        last = _by_venue(venues, lambda hours: _last_weekday(pl.col("session"), hours))
        rows = rows.with_columns(last.alias("session"))
    close = _by_venue(venues, lambda hours: close_of_session(pl.col("session"), hours))
    return rows.with_columns(close.alias("time"))


def _by_venue(venues: Sequence[str], rule: Callable[[TradingHours], pl.Expr]) -> pl.Expr:
    expression = rule(trading_hours(venues[0]))
    for venue in venues[1:]:
        expression = pl.when(pl.col("venue") == venue).then(rule(trading_hours(venue))).otherwise(expression)
    return expression


def session_of_close(time: pl.Expr, hours: TradingHours) -> pl.Expr:
    """The session a bar's close belongs to: `calendars.sessions_of` for columns."""
    local = (time - pl.duration(nanoseconds=1)).dt.convert_time_zone(hours.timezone).dt.replace_time_zone(None)
    shift = min(0, hours.hours[-1].open_minutes)
    date = (local - pl.duration(minutes=shift)).dt.date()
    return _next_weekday(date, hours) if hours.opens_the_evening_before else date


def _next_weekday(date: pl.Expr, hours: TradingHours) -> pl.Expr:
    """The date, or the next one on which the venue can trade."""
    for _ in range(hours.weekdays.count(False)):
        date = pl.when(_can_trade(date, hours)).then(date).otherwise(date + pl.duration(days=1)).cast(pl.Date)
    return date


def _last_weekday(date: pl.Expr, hours: TradingHours) -> pl.Expr:
    """The date, or the last one before it on which the venue can trade."""
    for _ in range(hours.weekdays.count(False)):
        date = pl.when(_can_trade(date, hours)).then(date).otherwise(date - pl.duration(days=1)).cast(pl.Date)
    return date


def _can_trade(date: pl.Expr, hours: TradingHours) -> pl.Expr:
    return date.dt.weekday().is_in([number for number, trades in enumerate(hours.weekdays, start=1) if trades])


def close_of_session(session: pl.Expr, hours: TradingHours) -> pl.Expr:
    """When the sessions close by regular hours: `calendars.session_close_ns` for columns."""
    minutes: pl.Expr = pl.lit(hours.hours[0].close_minutes)
    for later in hours.hours[1:]:
        since = session.cast(pl.Int32) >= later.first_session
        minutes = pl.when(since).then(later.close_minutes).otherwise(minutes)
    local = session.cast(pl.Datetime("ns"), strict=False) + pl.duration(minutes=minutes, time_unit="ns")
    zoned = local.dt.replace_time_zone(hours.timezone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC")
