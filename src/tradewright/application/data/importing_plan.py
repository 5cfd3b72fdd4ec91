"""How one file is to be read: all conclusions from its first rows in one place, each with its reason."""

import re

import polars as pl

from tradewright.application.data.importing_actions import RATIO
from tradewright.application.data.importing_bars import plan_bars
from tradewright.application.data.importing_columns import ColumnPlan, plan_columns
from tradewright.application.data.importing_numbers import plan_numbers
from tradewright.application.data.importing_request import ImportFile
from tradewright.application.data.importing_rows import RowPlan, raw_rows
from tradewright.application.data.importing_times import TimePlan, plan_times
from tradewright.domain.calendars import VENUES, trading_hours, venue_of
from tradewright.domain.errors import InputError, UnknownVenue
from tradewright.domain.identifiers import near_matches, with_venue
from tradewright.ports.files import FileHead
from tradewright.ports.stores import Table

_NUMBER_ROLES = ("open", "high", "low", "close", "volume", "price", "quantity", "bid", "ask", "bid_quantity",
                 "ask_quantity", "rate", "mark_price", "value")  # fmt: skip

_LEAST_VENUE = 4
"""Letters of the shortest code that is taken for a misspelled venue; shorter endings are classes of shares."""


def plan_import(head: FileHead, message: ImportFile, *, default_venue: str) -> tuple[RowPlan, tuple[str, ...]]:
    """The plan for a file, and what a person should know about it."""
    _check(message)
    columns = plan_columns(
        head.columns,
        table=message.table,
        mapping=message.mapping,
        wide=message.wide,
        has_header=head.has_header,
        path=head.path,
    )
    sample = raw_rows(head.sample, columns)
    instruments, notes = _instruments(sample, columns, message, default_venue=default_venue)
    zone = _zone(instruments.values(), message, are_dates=columns.table is Table.ACTIONS)
    times = plan_times(
        sample,
        zone=message.timezone,
        venue_zone=zone,
        time_format=message.time_format,
        day_first=message.day_first,
        date=message.date,
        path=head.path,
    )
    numbers = plan_numbers(_texts(sample), given=message.numbers, path=head.path)
    plan = RowPlan(
        columns, times, numbers, None, message.source, price_scale=message.price_scale, instruments=instruments
    )
    notes += [*head.notes, *times.notes, *_zone_note(times, message)]
    if columns.table is Table.BARS:
        plan, more = _with_bars(plan, sample, message, head)
        notes += more
    if columns.unused:
        notes.append(f"columns not used: {', '.join(columns.unused)}")
    return plan, tuple(notes)


def _check(message: ImportFile) -> None:
    if message.wide and message.table is Table.ACTIONS:
        raise InputError(
            "splits and dividends with a column per instrument are not understood", expected="a column of symbols"
        )
    if not 0 < message.price_scale < float("inf"):
        raise InputError("the price scale cannot be used", expected="a positive number", found=str(message.price_scale))
    if not 0 <= message.max_rejected <= 1:
        raise InputError("max_rejected cannot be used", expected="a fraction, 0 to 1", found=str(message.max_rejected))
    if not message.source.strip():
        raise InputError("the source has no name", expected="a name under which the rows are kept")


def _instruments(
    sample: pl.DataFrame, columns: ColumnPlan, message: ImportFile, *, default_venue: str
) -> tuple[dict[str, str], list[str]]:
    """Symbols of the first rows to instruments; the key "" is the one of a file without a column of symbols."""
    notes: list[str] = []
    if message.venue is None and not message.venues:
        told = [message.symbol] if message.symbol else list(message.wide)
        if not told or any(with_venue(_clean(one), "XNYS", venues=VENUES) != _clean(one).upper() for one in told):
            notes.append(f"no venue was given: {default_venue} assumed")
    if "symbol" not in sample.columns:
        if message.symbol is None:
            raise InputError(
                f"{message.path} names no instrument",
                expected="a column of symbols, or to be told the symbol",
                remedy="give it: symbol=SPY",
            )
        instrument = _instrument(message.symbol, message, default_venue)
        if _clean(message.symbol).upper() != message.symbol.strip().upper():
            notes.append(f"the symbol {message.symbol.strip()} is kept as {instrument}")
        return {"": instrument}, notes
    written = sample["symbol"].drop_nulls().cast(pl.String).unique(maintain_order=True).to_list()
    if message.symbol is not None:
        if len(written) > 1:
            raise InputError(
                f"{message.path} holds several symbols",
                expected="one, since a symbol was given",
                found=", ".join(written[:5]),
                remedy="leave the symbol out",
            )
        return dict.fromkeys(written, _instrument(message.symbol, message, default_venue)), notes
    changed = sorted(one for one in written if "/" in one)
    if changed:
        notes.append(f"symbols are kept without the slash: {', '.join(changed[:5])}")
    return _usable(written, message, default_venue), notes


def _usable(written: list[str], message: ImportFile, default_venue: str) -> dict[str, str]:
    """Symbols to instruments; rows of one that cannot be a symbol are rejected later, unless there is no other."""
    found: dict[str, str] = {}
    wrong: InputError | None = None
    for one in filter(str.strip, written):
        try:
            found[one] = _instrument(one, message, default_venue)
        except UnknownVenue:
            raise
        except InputError as problem:
            wrong = wrong or problem
    if wrong is not None and not found:
        raise wrong
    return found


def instruments_of(rows: pl.DataFrame, plan: RowPlan, *, message: ImportFile, default_venue: str) -> dict[str, str]:
    """Symbols of a later piece that were not seen before; one that cannot be a symbol is left out."""
    column = plan.columns.described()["symbol"]
    found: dict[str, str] = {}
    for written in rows[column].drop_nulls().cast(pl.String).unique().to_list():
        if written in plan.instruments or not written.strip():
            continue
        if message.symbol is not None:
            raise InputError(
                f"{message.path} holds several symbols",
                expected="one, since a symbol was given",
                found=written,
                remedy="leave the symbol out",
            )
        try:
            found[written] = _instrument(written, message, default_venue)
        except UnknownVenue:
            raise
        except InputError:
            continue  # the rows of this symbol are rejected one by one
    return found


def _clean(symbol: str) -> str:
    return symbol.strip().replace("/", "").replace(" ", "-")


def _instrument(symbol: str, message: ImportFile, default_venue: str) -> str:
    name = _clean(symbol)
    told = message.venues.get(symbol) or message.venues.get(name.upper()) or message.venue
    instrument = with_venue(name, told or default_venue, venues=VENUES)
    ending = name.upper().rpartition(".")[2]
    if told is None and "." in name and len(ending) >= _LEAST_VENUE and ending not in VENUES:
        near = near_matches(ending, VENUES)
        if near:  # `SPY.NYSE` is a venue misspelled; `BRK.PREF` is a symbol
            raise UnknownVenue(ending, near=near)
    trading_hours(venue_of(instrument))
    return instrument


def _zone(instruments: object, message: ImportFile, *, are_dates: bool) -> str:
    """The zone of the venues; several are only fine where the file itself tells the zone, or a person does."""
    names = list(instruments) if not isinstance(instruments, str) else [instruments]  # type: ignore[call-overload]
    zones = sorted({trading_hours(venue_of(name)).timezone for name in names})
    if len(zones) > 1 and message.timezone is None and not are_dates:
        raise InputError(
            f"{message.path} holds instruments of several time zones",
            expected="to be told the zone of the times",
            found=", ".join(zones),
            remedy="give it: timezone=UTC",
        )
    return zones[0]


def _zone_note(times: TimePlan, message: ImportFile) -> list[str]:
    if times.is_zoned or times.is_date_only or message.timezone is not None:
        return []
    return [f"times tell no zone: {times.zone}, the venue's, assumed"]


def _texts(sample: pl.DataFrame) -> list[str]:
    """Numbers as written that have more than digits and one dot, where they came as text; ratios are none."""
    columns = [name for name in _NUMBER_ROLES if sample.schema.get(name) == pl.String]
    if not columns:
        return []
    odd = pl.col(columns).filter(pl.col(columns).str.contains(r",|\.[^.]*\."))
    found = [value for values in sample.select(odd.implode()).row(0) for value in values]
    return [value for value in found if re.fullmatch(RATIO, value.lower()) is None]


def _with_bars(plan: RowPlan, sample: pl.DataFrame, message: ImportFile, head: FileHead) -> tuple[RowPlan, list[str]]:
    """The plan with how bars are stamped."""
    times = plan.times
    if times.kind == "text" or "clock" in sample.columns or sample.schema["time"] == pl.String:
        sample = sample.with_columns(times.texts("clock" in sample.columns).alias("time"))
    symbol = pl.col("symbol") if "symbol" in sample.columns else pl.lit("")
    seen = sample.select(times.moments().alias("time"), times.dates().alias("date"), symbol.alias("symbol"))
    seen = seen.filter(pl.col("time").is_not_null())
    if seen.is_empty():
        raise InputError(f"{message.path}: no time is understood", expected=f"times as {times.format or times.kind}")
    columns = plan.columns.described()
    hours = trading_hours(venue_of(next(iter(plan.instruments.values()))))
    bars = plan_bars(
        seen,
        hours=hours,
        interval=message.interval,
        stamps=message.stamps,
        is_date_only=times.is_date_only,
        zone=times.zone,
        time_column=columns.get("time", columns.get("date", "")),
        path=head.path,
    )
    if message.venue is None and not message.venues and not bars.timeframe.nanoseconds > 86_400_000_000_000:
        _refuse_weekend(seen, hours.venue, message)
    knowing = RowPlan(plan.columns, times, plan.numbers, bars, plan.source, plan.price_scale, plan.instruments)
    return knowing, list(bars.notes)


def _refuse_weekend(seen: pl.DataFrame, venue: str, message: ImportFile) -> None:
    """Bars of a Saturday do not come from the venue that was assumed: it must be told."""
    if trading_hours(venue).can_trade_on(2) and message.symbol and message.symbol.upper().endswith(f".{venue}"):
        return
    saturdays = seen.filter(pl.col("date").dt.weekday() == 6)
    if saturdays.height and not trading_hours(venue).weekdays[5]:
        raise InputError(
            f"{message.path} has bars on a Saturday, when {venue} is closed",
            expected="to be told the venue",
            found=str(saturdays["date"][0]),
            remedy="give it: venue=BINANCE, COINBASE, FX ...",
        )
