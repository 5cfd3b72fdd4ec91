"""The verification of a kept run: it is made again, and every byte of its fills and its equity is compared.

This file decides the order of the questions (engine, code, data, then numbers) and how exact "the same" is: tables to
the last bit, statistics to twelve digits.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.handlers import full_id
from tradewright.application.backtests.messages import LoadedBars, Market, RunBacktest, VerifyBacktest
from tradewright.application.backtests.recipe import command_of, limits_of_run
from tradewright.application.backtests.records import view_of
from tradewright.application.backtests.tables import iso_moment
from tradewright.application.backtests.views import BacktestView
from tradewright.domain.errors import DataError, InputError
from tradewright.ports.runs import RunStore
from tradewright.trading.bars import Bars

DIGITS: Final = 1e-12
TABLES: Final = ("fills", "equity", "round_trips", "rejections", "refusals")
MOST_TOLD: Final = 20
EQUAL, DIFFERS = "equal", "differs"
DATA: Final = "data"


@dataclass(frozen=True, slots=True)
class NotTheSame:
    """One thing that is not as it was."""

    what: str
    """A table, a statistic, `data`, `code`, `warnings`."""
    where: str
    """Row and column, or empty."""
    kept: str
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What came of making a run again."""

    run_id: str
    verdict: str
    """`equal` or `differs`."""
    remarks: tuple[str, ...]
    """What is otherwise than then, though it need not change a number."""
    differences: tuple[NotTheSame, ...]
    """At most a few of each table."""
    rows: Mapping[str, int]
    """How many rows of each table were compared."""

    @property
    def is_equal(self) -> bool:
        """Every byte that counts is the same."""
        return self.verdict == EQUAL


def verify_backtest(
    query: VerifyBacktest,
    *,
    runs: RunStore,
    testing: Callable[[RunBacktest], FinishedBacktest],
    bars_of: Callable[[Market], LoadedBars],
) -> Verification:
    """Make it again; InputError where it cannot be, and why."""
    kept = view_of(runs.load(full_id(query.run_id, runs)))
    command = command_of(kept)
    loaded, remarks = _bars(kept, command, bars_of)
    held = None
    if kept.benchmark is not None:
        market = Market(
            symbols=(kept.benchmark,), timeframe=command.market.timeframe, start=command.market.start,
            end=command.market.end, as_of=loaded.market.as_of,
        )  # fmt: skip
        held = bars_of(market).bars
    bars = replace(loaded.bars, as_of=None) if command.market.as_of is None else loaded.bars
    asked = replace(command, bars=bars, benchmark=held, limits=limits_of_run(kept, bars.instruments))
    again = testing(asked)
    if kept.data_digest != again.data_digest:
        differences = [NotTheSame(DATA, "", kept.data_digest, again.data_digest)]
    else:
        differences = []
    if again.circumstances.engine_version() != kept.engine_version:
        version = again.circumstances.engine_version()
        remarks.append(f"the engine is another: {kept.engine_version} then, {version} now")
    code = str(again.circumstances.recipe().get("code", ""))
    then = str(kept.recipe.get("code", code))
    if code != then:
        differences.append(NotTheSame("code", "", then, code))
    differences += _compared(kept, again.view)
    if not differences and not remarks and again.run_id != kept.run_id:
        differences.append(NotTheSame("name", "", kept.run_id, again.run_id))
    return Verification(
        run_id=kept.run_id,
        verdict=DIFFERS if differences else EQUAL,
        remarks=tuple(remarks),
        differences=tuple(differences),
        rows={name: getattr(kept, name).height for name in TABLES},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    bars: Bars
    market: Market


def _bars(
    kept: BacktestView, command: RunBacktest, bars_of: Callable[[Market], LoadedBars]
) -> tuple[_Found, list[str]]:
    """The bars of the run: as they are now, else as they were known when it was made."""
    market = command.market
    try:
        now = bars_of(market).bars
    except DataError as gone:
        raise InputError("the data of the run cannot be read", found=str(gone)) from gone
    if now.digest == kept.data_digest or market.file is not None or market.as_of is not None:
        what = f"{market.file} holds other bars now" if market.file else "the bars are others now"
        return _Found(now, market), [] if now.digest == kept.data_digest else [what]
    known_ns = kept.recipe.get("known_ns")
    if not isinstance(known_ns, int):
        return _Found(now, market), ["the bars are others now, and when the run read them is not kept"]
    by_then = replace(market, as_of=iso_moment(known_ns))
    try:
        then = bars_of(by_then).bars
    except DataError:
        return _Found(now, market), ["the bars are others now, and what was known then is not there"]
    if then.digest != kept.data_digest:
        return _Found(now, market), ["the bars are others now, and those known then are no longer the same either"]
    told = f"the data were corrected since; they were read as known by {iso_moment(known_ns)}"
    return _Found(then, by_then), [told]


def _compared(kept: BacktestView, again: BacktestView) -> Iterator[NotTheSame]:
    for name in TABLES:
        yield from _tables(name, getattr(kept, name), getattr(again, name))
    for name in dict.fromkeys([*kept.stats, *again.stats]):
        one, two = kept.stats.get(name), again.stats.get(name)
        if one == two or (one is not None and two is not None and math.isclose(one, two, rel_tol=DIGITS)):
            continue
        yield NotTheSame("statistic", name, repr(one), repr(two))
    if kept.cash != again.cash or dict(kept.parameters) != dict(again.parameters):
        yield NotTheSame("parameters", "", repr(dict(kept.parameters)), repr(dict(again.parameters)))


def _tables(name: str, one: pl.DataFrame, two: pl.DataFrame) -> Iterator[NotTheSame]:
    if one.is_empty() and two.is_empty():
        return
    if one.height != two.height:
        yield NotTheSame(name, "rows", f"{one.height:,}", f"{two.height:,}")
    told = 0
    shared = min(one.height, two.height)
    for column in one.columns:
        if column not in two.columns:
            yield NotTheSame(name, column, "there", "not there")
            continue
        left, right = one[column][:shared], two[column][:shared]
        if left.equals(right, null_equal=True):
            continue
        for row, (was, now) in enumerate(zip(left.to_list(), right.to_list(), strict=True)):
            if was != now and told < MOST_TOLD:
                told += 1
                yield NotTheSame(name, f"row {row}, {column}", repr(was), repr(now))
                break
