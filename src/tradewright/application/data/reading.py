"""Answers about the bar store: load bars for a strategy; list, show and query what is there; keep it tidy."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl

from tradewright.application.data.adjust import adjusted
from tradewright.application.data.columns import Provenance, bars_from_rows
from tradewright.application.data.dates import SessionRange, known_by, session_range
from tradewright.application.data.messages import (
    CleanStore,
    CompactStore,
    LoadBars,
    SqlQuestion,
    StoredData,
    StoredRows,
    StoreVersions,
)
from tradewright.application.data.stored_actions import actions_of
from tradewright.application.data.views import SeriesView, UpkeepView
from tradewright.domain.calendars import DAY
from tradewright.domain.currencies import currency_of
from tradewright.domain.errors import DataError, InputError, UnknownInstrument
from tradewright.domain.identifiers import resolve
from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.ports.stores import MarketStore, Selection, Table, Version
from tradewright.quant.adjustment import DividendConvention
from tradewright.trading.bars import Bars

_FEW = 4
"""Up to so many symbols are looked for one by one, by the statistics of the files; more by one look at all names."""


def load_bars(query: LoadBars, *, store: MarketStore) -> Bars:
    """Bars of the asked instruments in the asked order, with the corporate actions of their time where prices are raw.

    Raises UnknownInstrument with near matches, InputError for dates, timeframe or prices that cannot be used, DataError
    naming what is there when there are no bars for what was asked.
    """
    timeframe = _timeframe(query.timeframe)
    dates = session_range(query.start, query.end)
    as_of = known_by(query.as_of)
    convention = _checked_prices(query)
    if not query.symbols:
        raise InputError("no bars to load", expected="at least one symbol", found="none")
    names = all_resolved(query.symbols, store=store)
    frame = _read(store, Selection(Table.BARS, names, str(timeframe), query.source, as_of=as_of), dates)
    missing = set(names) - set(frame["instrument"].unique())
    if missing:
        asked = Selection(Table.BARS, (min(missing),), str(timeframe), query.source, as_of=as_of)
        raise _nothing_there(asked, dates, store=store)
    sources = tuple(frame["source"].unique().sort())
    actions = _actions(store, names, frame, as_of=as_of, prefer=sources)
    provenance = Provenance(source=",".join(sources), as_of=as_of, currency=currency_of(names[0]))
    bars = bars_from_rows(frame, timeframe, instruments=names, actions=actions, provenance=provenance)
    return adjusted(bars, dividends=convention) if query.prices == "adjusted" else bars


def resolved(symbol: str, *, store: MarketStore, table: Table = Table.BARS) -> str:
    """The id of the one instrument in the table that is meant; UnknownInstrument names those that look like it."""
    wanted = symbol.strip().upper()
    bare, dot, _ = wanted.rpartition(".")
    near = store.instruments(table, symbol=wanted) + (store.instruments(table, symbol=bare) if dot else ())
    if wanted in near or any(name.rpartition(".")[0] == wanted for name in near):
        return resolve(wanted, near)
    return resolve(wanted, store.instruments(table))


def all_resolved(symbols: Sequence[str], *, store: MarketStore) -> tuple[str, ...]:
    """The ids of several symbols, each once, in the order of the first mention."""
    if len(symbols) <= _FEW:
        return tuple(dict.fromkeys(resolved(symbol, store=store) for symbol in symbols))
    known = store.instruments()
    by_symbol: dict[str, list[str]] = {}
    for name in known:
        by_symbol.setdefault(name.rpartition(".")[0], []).append(name)
    found: dict[str, None] = {}
    for symbol in symbols:
        wanted = symbol.strip().upper()
        near = [*by_symbol.get(wanted, []), *by_symbol.get(wanted.rpartition(".")[0], [])]
        found[resolve(wanted, near if wanted in near or wanted in by_symbol else known)] = None
    return tuple(found)


def stored_data(query: StoredData, *, store: MarketStore) -> tuple[SeriesView, ...]:
    """What is there: one entry per table, instrument, timeframe and source."""
    found: list[SeriesView] = []
    for table in [query.table] if query.table else Table:
        coverage = store.coverage(table)
        if query.symbol is not None and not coverage.is_empty():
            name = query.symbol.strip().upper()
            symbol = pl.col("instrument").str.replace(r"\.[^.]*$", "")
            coverage = coverage.filter((pl.col("instrument") == name) | (symbol == name))
        found += [SeriesView(str(table), **row) for row in coverage.iter_rows(named=True)]
    if query.symbol is not None and not found:
        known = {name for table in ([query.table] if query.table else Table) for name in store.instruments(table)}
        resolve(query.symbol, known)
    return tuple(found)


def stored_rows(query: StoredRows, *, store: MarketStore) -> pl.DataFrame:
    """Rows of one instrument, as known by `as_of`; an empty answer is a DataError that names what is there."""
    dates = session_range(query.start, query.end)
    interval = None if query.timeframe is None else str(_timeframe(query.timeframe))
    try:
        name = resolved(query.symbol, store=store, table=query.table)
    except UnknownInstrument:
        name = _elsewhere(query, store=store)
        raise _nothing_there(
            Selection(query.table, (name,)), dates, store=store, there=StoredData(symbol=name)
        ) from None
    selection = Selection(query.table, (name,), interval, query.source, as_of=known_by(query.as_of))
    frame = _read(store, selection, dates)
    if frame.is_empty():
        raise _nothing_there(selection, dates, store=store)
    return frame


def store_versions(query: StoreVersions, *, store: MarketStore) -> tuple[Version, ...]:
    """Commits of a table, newest first."""
    return tuple(store.versions(query.table, limit=query.limit))


def sql_answer(query: SqlQuestion, *, store: MarketStore) -> pl.DataFrame:
    """The rows that one read-only statement asks for."""
    return store.query(query.sql)


def compact_store(command: CompactStore, *, store: MarketStore) -> UpkeepView:
    """Rewrite small files into sorted ones; no row is lost."""
    counts = store.compact(command.table)
    return UpkeepView(counts["before"], counts["after"])


def clean_store(command: CleanStore, *, store: MarketStore) -> UpkeepView:
    """Delete files that nothing names any more; no row is lost."""
    return UpkeepView(0, 0, deleted=store.clean(keep_hours=command.keep_hours))


def _read(store: MarketStore, selection: Selection, dates: SessionRange) -> pl.DataFrame:
    """Rows of the sessions; tables without sessions are cut by the UTC date of the stamp."""
    bounded = Selection(
        selection.table,
        selection.instruments,
        selection.interval,
        selection.source,
        start=dates.start_ns,
        end=dates.end_ns,
        as_of=selection.as_of,
    )
    frame = store.read(bounded)
    day = pl.col("session") if "session" in frame.columns else pl.col("time").dt.date()
    if dates.first is not None:
        frame = frame.filter(day >= dates.first)
    if dates.last is not None:
        frame = frame.filter(day <= dates.last)
    return frame


def _actions(
    store: MarketStore, names: tuple[str, ...], frame: pl.DataFrame, *, as_of: int | None, prefer: tuple[str, ...]
) -> tuple[CorporateAction, ...]:
    """Splits and dividends with an ex-date among the sessions of the bars, known by `as_of`."""
    first, last = frame["session"].min(), frame["session"].max()
    assert isinstance(first, date) and isinstance(last, date)
    selection = Selection(Table.ACTIONS, names, as_of=as_of, prefer=prefer)
    return actions_of(store.read(selection), first=first, last=last)


def _timeframe(text: str) -> Timeframe:
    try:
        return Timeframe.parse(text)
    except ValueError as problem:
        raise InputError(str(problem)) from problem


def _checked_prices(query: LoadBars) -> DividendConvention:
    if query.prices not in {"raw", "adjusted"}:
        raise InputError("prices cannot be used", expected="raw or adjusted", found=repr(query.prices))
    try:
        return DividendConvention(query.dividends)
    except ValueError as problem:
        known = " or ".join(DividendConvention)
        raise InputError("dividends cannot be used", expected=known, found=repr(query.dividends)) from problem


def _elsewhere(query: StoredRows, *, store: MarketStore) -> str:
    """The instrument that is meant, where other tables know it; else UnknownInstrument."""
    known = {name for table in Table if table is not query.table for name in store.instruments(table)}
    known |= set(store.instruments(query.table))
    return resolve(query.symbol, known)


def _nothing_there(
    asked: Selection, dates: SessionRange, *, store: MarketStore, there: StoredData | None = None
) -> DataError:
    """Says what there is of the instrument instead, and since when it is known."""
    name, table = asked.instruments[0], asked.table
    series = stored_data(there or StoredData(table, name), store=store)
    held = [
        f"{each.rows} {f'{each.interval} ' if each.interval else ''}{each.table} from {each.source}, "
        f"{_day(each.first)} to {_day(each.last)}"
        for each in series
    ]
    found, known = "; ".join(held), ""
    if asked.as_of is not None:
        told = store.read(Selection(table, asked.instruments))["known_at"].min()
        known = f" as known by {_moment(asked.as_of)}"
        found += f"; none of it known before {told:%Y-%m-%d %H:%M:%S} UTC" if isinstance(told, datetime) else ""
    kind = f"{asked.interval} {table}" if asked.interval and table is Table.BARS else str(table)
    return DataError(
        f"no {kind} of {name} from {dates}{known}",
        expected="dates, timeframe and source within what is stored" + (", and a later as-of" if known else ""),
        found=found,
        remedy="choose among these, or import what is missing with `tradewright data import`",
    )


def _moment(time_ns: int) -> str:
    """`2012-06-30` for the end of a day, as a person writes it, else to the minute."""
    moment = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC)
    return moment.strftime("%Y-%m-%d" if (time_ns + 1) % DAY == 0 else "%Y-%m-%d %H:%M:%S UTC")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
