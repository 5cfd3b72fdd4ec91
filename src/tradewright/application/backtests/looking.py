"""Kept runs as they are looked at from elsewhere: one at a glance, its statistics, pages of its tables.

This file decides that money and prices leave as the shortest decimal that is the number of the run, and statistics as
numbers: they were never exact.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

import polars as pl

from tradewright.application.backtests.naming import run_named
from tradewright.application.backtests.records import summary_of, view_of
from tradewright.application.backtests.review import review
from tradewright.application.backtests.review_remark import ReviewRemark
from tradewright.application.backtests.summaries import BacktestSummary
from tradewright.application.backtests.views import BacktestView, Number
from tradewright.application.data.showing import exact
from tradewright.application.envelope import Envelope
from tradewright.domain.errors import InputError
from tradewright.ports.jobs import JobQueue
from tradewright.ports.paging import Page
from tradewright.ports.runs import RunStore

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRuns:
    """The runs of the project, newest first. Answer: a page of `BacktestSummary`."""

    strategy: str = ""
    symbol: str = ""
    """An instrument id that the run traded."""
    limit: int = 50
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class RunResults:
    """What a kept run earned. Answer: `RunResultsView`."""

    run_id: str
    """The id, the beginning of one, `latest`, or the id of the job that made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrades:
    """Round trips of a kept run, oldest first. Answer: a page of `RoundTripView`."""

    run_id: str
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFills:
    """Fills of a kept run, oldest first. Answer: a page of `RunFillView`."""

    run_id: str
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEquity:
    """The equity of a kept run, bar by bar. Answer: a page of `EquityPoint`."""

    run_id: str
    limit: int = 1_000
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFactsView:
    """One run: what went into it."""

    run_id: str
    strategy: str
    strategy_expression: str
    parameters: Mapping[str, object]
    symbols: tuple[str, ...]
    timeframe: str
    start: str
    end: str
    currency: str
    cash: Decimal | None
    data_digest: str
    engine: str
    engine_version: str
    fill_rule: str
    assumptions: Mapping[str, object]
    benchmark: str | None
    warnings: tuple[str, ...]
    duration_s: float
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResultsView:
    """What came of a run: statistics by name, null where one is not defined; returns are fractions."""

    run_id: str
    stats: Mapping[str, Number]
    benchmark: str | None
    benchmark_stats: Mapping[str, Number]
    fills: int
    round_trips: int
    rejections: int
    refusals: int
    warnings: tuple[str, ...]
    review: tuple[ReviewRemark, ...]
    """What to know before the numbers are believed, the gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTripView:
    """From flat to flat."""

    symbol: str
    direction: str
    entry_time: str
    exit_time: str
    quantity: Decimal | None
    """The largest that was held."""
    entry_price: Decimal | None
    exit_price: Decimal | None
    pnl: Decimal | None
    """Net of fees."""
    gross_pnl: Decimal | None
    fees: Decimal | None
    return_fraction: float | None
    """On the entry's notional."""
    bars: int
    mae: float | None
    """The worst excursion, a fraction of the entry price."""
    mfe: float | None
    """The best one."""
    entry_reason: str
    exit_reason: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFillView:
    """One fill of a run."""

    fill: int
    time: str
    """Close of the bar in which it happened."""
    symbol: str
    side: str
    quantity: Decimal | None
    price: Decimal | None
    fee: Decimal | None
    slippage: Decimal | None
    """In money; worse is positive."""
    reason: str
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityPoint:
    """The account at the close of one bar."""

    time: str
    session: date
    equity: Decimal | None
    cash: Decimal | None
    gross_exposure: Decimal | None
    net_exposure: Decimal | None
    benchmark: Decimal | None


def kept_runs(query: KeptRuns, *, runs: RunStore) -> Page[BacktestSummary]:
    """A page."""
    every = [summary_of(record) for record in runs.summaries()]
    wanted = [
        one
        for one in every
        if (not query.strategy or one.strategy == query.strategy) and (not query.symbol or query.symbol in one.symbols)
    ]
    return _page(wanted, query.limit, query.cursor, made=lambda one: one)


def facts_of(view: BacktestView) -> RunFactsView:
    """What went into a run."""
    told = {name: getattr(view, name) for name in RunFactsView.__slots__ if name != "cash"}
    return RunFactsView(**told, cash=exact(view.cash))


def run_results(query: RunResults, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> RunResultsView:
    """What came of it."""
    view = _view(query.run_id, runs, jobs=jobs, envelope=envelope)
    return RunResultsView(
        run_id=view.run_id,
        stats=view.stats,
        benchmark=view.benchmark,
        benchmark_stats=view.benchmark_stats,
        fills=view.fills.height,
        round_trips=view.round_trips.height,
        rejections=view.rejections.height,
        refusals=view.refusals.height,
        warnings=view.warnings,
        review=review(view),
    )


def run_trades(query: RunTrades, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> Page[RoundTripView]:
    """A page of round trips."""
    return _rows(
        _view(query.run_id, runs, jobs=jobs, envelope=envelope).round_trips, query.limit, query.cursor, made=_trip
    )


def run_fills(query: RunFills, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> Page[RunFillView]:
    """A page of fills."""
    return _rows(_view(query.run_id, runs, jobs=jobs, envelope=envelope).fills, query.limit, query.cursor, made=_fill)


def run_equity(query: RunEquity, *, runs: RunStore, jobs: JobQueue, envelope: Envelope) -> Page[EquityPoint]:
    """A page of bars."""
    return _rows(_view(query.run_id, runs, jobs=jobs, envelope=envelope).equity, query.limit, query.cursor, made=_point)


def _view(run_id: str, runs: RunStore, *, jobs: JobQueue, envelope: Envelope) -> BacktestView:
    return view_of(runs.load(run_named(run_id, runs=runs, jobs=jobs, envelope=envelope)))


def _rows(frame: pl.DataFrame, limit: int, cursor: str, *, made: Callable[[Mapping[str, object]], Item]) -> Page[Item]:
    first = _place(cursor)
    rows = frame.slice(first, limit)
    last = first + rows.height
    return Page([made(row) for row in rows.iter_rows(named=True)], str(last) if last < frame.height else "")


def _page(items: Sequence[Item], limit: int, cursor: str, *, made: Callable[[Item], Item]) -> Page[Item]:
    first = _place(cursor)
    rows = items[first : first + limit]
    last = first + len(rows)
    return Page([made(one) for one in rows], str(last) if last < len(items) else "")


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 12):
        raise InputError("this is no cursor", expected="the cursor of the page before", found=cursor)
    return int(cursor)


def _trip(row: Mapping[str, object]) -> RoundTripView:
    money = ("quantity", "entry_price", "exit_price", "pnl", "gross_pnl", "fees")
    return RoundTripView(
        symbol=str(row["symbol"]),
        direction=str(row["direction"]),
        entry_time=_time(row["entry_time"]),
        exit_time=_time(row["exit_time"]),
        return_fraction=_number(row["return"]),
        bars=_count(row["bars"]),
        mae=_number(row["mae"]),
        mfe=_number(row["mfe"]),
        entry_reason=str(row["entry_reason"]),
        exit_reason=str(row["exit_reason"]),
        is_open=bool(row["is_open"]),
        **{name: exact(row[name]) for name in money},
    )


def _fill(row: Mapping[str, object]) -> RunFillView:
    return RunFillView(
        fill=_count(row["fill"]),
        time=_time(row["time"]),
        symbol=str(row["symbol"]),
        side=str(row["side"]),
        reason=str(row["reason"]),
        order=_count(row["order"]),
        **{name: exact(row[name]) for name in ("quantity", "price", "fee", "slippage")},
    )


def _point(row: Mapping[str, object]) -> EquityPoint:
    session = row["session"]
    assert isinstance(session, date)
    money = ("equity", "cash", "gross_exposure", "net_exposure", "benchmark")
    return EquityPoint(time=_time(row["time"]), session=session, **{name: exact(row[name]) for name in money})


def _time(value: object) -> str:
    """A stamp of a frame as ISO text in UTC."""
    text = str(value).replace(" ", "T").replace("+00:00", "")
    return f"{text.partition('.')[0]}Z"


def _count(value: object) -> int:
    assert isinstance(value, int)
    return value


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
