"""Answers about backtests: run one, keep it, list the kept, show one, set several side by side."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from tradewright.application.backtests.benchmark import benchmark_of, benchmark_remarks
from tradewright.application.backtests.carrying import KeptFunding, carry_of, renamed
from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.finished import Circumstances, FinishedBacktest, RunTerms
from tradewright.application.backtests.margins import margin_of
from tradewright.application.backtests.messages import (
    Account,
    BacktestComparison,
    KeepBacktest,
    KeptBacktest,
    KeptBacktests,
    LoadedBars,
    Market,
    RunBacktest,
)
from tradewright.application.backtests.messages import Conventions as StatedConventions
from tradewright.application.backtests.recipe import recipe_of
from tradewright.application.backtests.records import record_of, summary_of, view_of
from tradewright.application.backtests.summaries import BacktestSummary, ComparisonView
from tradewright.application.backtests.views import BacktestView
from tradewright.application.data.remarks import MIXED
from tradewright.application.shelf.naming import Reference, reference_of
from tradewright.application.strategies.finding import make_strategy
from tradewright.application.strategies.source import code_digest
from tradewright.domain.errors import InputError, NotFound
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.run import Run
from tradewright.ports.clock import Clock
from tradewright.ports.code import CodeFiles
from tradewright.ports.runs import RunStore
from tradewright.quant.performance.conventions import Conventions
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_text import read_policy
from tradewright.trading.sizing.sizing_text import sizing_of
from tradewright.trading.strategies.strategy import Strategy

MOST_CASH = 1e13
"""A 64-bit float counts cents up to 9e13; a tenth of that leaves room to win."""


class Engine(Protocol):
    """The engine with a broker in it."""

    def __call__(
        self, strategy: Strategy, bars: Bars, *, assumptions: Assumptions, engine: str, limits: LimitsPolicy | None
    ) -> Run:
        """Run the strategy over the bars, every order within the limits."""
        ...


def run_backtest(
    command: RunBacktest,
    *,
    code: CodeFiles,
    clock: Clock,
    engine: Engine,
    bars_of: Callable[[Market], LoadedBars],
    engine_version: Callable[[], str],
    shelved: Callable[[RunBacktest, Reference], FinishedBacktest],
    kept_funding: KeptFunding,
) -> FinishedBacktest:
    """Run a strategy on bars; errors say what of the strategy, the bars or the assumptions cannot be used.

    One of the shelf is run by `shelved`, behind walls.
    """
    reference = reference_of(command.strategy) if isinstance(command.strategy, str) else None
    if reference is not None:
        return shelved(command, reference)
    strategy, found = make_strategy(command.strategy, command.parameters, code=code)
    said = command.account.carry
    assumptions = assumptions_of(command.account)
    conventions = conventions_of(command.conventions)
    known_ns = clock.now_ns()
    loaded = bars_of(command.market) if command.bars is None else LoadedBars(command.bars, ())
    bars = renamed(loaded.bars, said.renames) if said.renames else loaded.bars
    if not said.is_nothing:
        carry = carry_of(said, bars, bars_of=bars_of, kept_funding=kept_funding, market=command.market)
        assumptions = replace(assumptions, carry=carry)
    held = command.benchmark
    if held is None and command.market.benchmark is not None:
        held = bars_of(benchmark_market(command.market)).bars
    benchmark = None if held is None else benchmark_of(held, bars)
    limits = limits_of(command.limits, bars)
    started = clock.monotonic_ns()
    run = engine(strategy, bars, assumptions=assumptions, engine=command.engine, limits=limits)
    duration_s = (clock.monotonic_ns() - started) / 1e9
    path = None if found.path is None else str(found.path)
    recipe = partial(recipe_of, command, path=path, known_ns=known_ns, code=partial(code_digest, type(strategy)))
    remarks = [one for one in loaded.remarks if not (said.currency and one.startswith(MIXED))]  # they are converted
    told = (*remarks, *([] if held is None else benchmark_remarks(held, bars)), *run.warnings)
    return FinishedBacktest(
        strategy,
        bars,
        strategy_id=found.id,
        terms=RunTerms(assumptions, limits),
        conventions=conventions,
        run=replace(run, warnings=told),
        benchmark=benchmark,
        circumstances=Circumstances(moment(clock.now_ns()), duration_s, engine_version, recipe),
    )


def keep_backtest(command: KeepBacktest, *, runs: RunStore) -> BacktestView:
    """Keep a finished run; the same run kept twice is kept once."""
    runs.save(record_of(command.view))
    return command.view


def assumptions_of(account: Account) -> Assumptions:
    """The account as the engine takes it, without what it carries, which needs bars; InputError for nonsense."""
    if isinstance(account.cash, int | float) and account.cash > MOST_CASH:
        raise InputError(
            "cash cannot be used",
            expected=f"at most {MOST_CASH:,.0f}, up to where cents can be counted",
            found=f"{account.cash:g}",
        )
    stated = {name: getattr(account, name) for name in account.__slots__ if name != "carry"}
    stated["costs"] = costs_of(account.costs)
    stated["margin"] = margin_of(account.margin)
    sizing = stated.pop("sizing")
    if account.allocation is None:
        del stated["allocation"]
    if sizing is not None:
        if account.allocation is not None:
            raise InputError("slots and rules of size are both given", expected="allocation or sizing", found="both")
        stated["allocation"] = sizing_of(sizing)
    return Assumptions(**stated)


def limits_of(stated: Mapping[str, object] | LimitsPolicy | None, bars: Bars) -> LimitsPolicy | None:
    """The limits of a run; where they name no instruments, those of the run may be traded."""
    if stated is None or isinstance(stated, LimitsPolicy):
        return stated
    return read_policy(stated, instruments=frozenset(bars.instruments))


def conventions_of(stated: StatedConventions) -> Conventions:
    """The conventions as the statistics take them; InputError for what they cannot be."""
    try:
        return Conventions(**asdict(stated))
    except (ValueError, TypeError) as problem:
        raise InputError(f"the conventions of the statistics cannot be used: {problem}") from problem


def kept_backtests(query: KeptBacktests, *, runs: RunStore) -> tuple[BacktestSummary, ...]:
    """The newest kept runs."""
    found = (summary_of(record) for record in runs.summaries())
    wanted = [run for run in found if query.strategy is None or run.strategy == query.strategy]
    return tuple(wanted[: query.limit])


def kept_backtest(query: KeptBacktest, *, runs: RunStore) -> BacktestView:
    """One kept run with its tables."""
    return view_of(runs.load(full_id(query.run_id, runs)))


def full_id(given: str, runs: RunStore) -> str:
    """The run that an id, the beginning of one, or `latest` means; InputError when that is none or several."""
    if given == "latest":
        newest = runs.summaries()
        if newest:
            return newest[0].run_id
    matching = sorted(run_id for run_id in runs.ids() if run_id.startswith(given.lower()))
    if given.lower() in matching:
        return given.lower()
    if len(matching) == 1 and given:
        return matching[0]
    raise NotFound(
        f"run {given} is not known" if not matching else f"{given!r} is the beginning of {len(matching)} runs",
        expected="the id of a kept run, the beginning of one, or latest",
        found=", ".join(matching[:5]) or given,
        remedy="see: tradewright backtest list",
    )


def backtest_comparison(query: BacktestComparison, *, runs: RunStore) -> ComparisonView:
    """What kept runs differ in, and all statistics of each."""
    if len(query.run_ids) < 2:
        raise InputError("a comparison needs two runs", expected="two or more ids", found=", ".join(query.run_ids))
    wanted = [full_id(given, runs) for given in query.run_ids]
    records = {record.run_id: record for record in runs.summaries()}
    chosen = [records[run_id] for run_id in wanted if run_id in records]
    summaries = tuple(summary_of(record) for record in chosen)
    settings = [_settings(summary, record.facts) for summary, record in zip(summaries, chosen, strict=True)]
    names = dict.fromkeys(name for one in settings for name in one)
    columns = {name: tuple(one.get(name) for one in settings) for name in names}
    differences = {name: values for name, values in columns.items() if any(value != values[0] for value in values)}
    statistics = dict.fromkeys(name for summary in summaries for name in summary.stats)
    return ComparisonView(
        summaries, differences, {name: tuple(one.stats.get(name) for one in summaries) for name in statistics}
    )


def _settings(summary: BacktestSummary, facts: object) -> dict[str, object]:
    assert isinstance(facts, dict)
    same = {"symbols": ", ".join(summary.symbols), "start": summary.start, "end": summary.end}
    stated = {"timeframe": summary.timeframe, "data_digest": facts["data_digest"]}
    return {"strategy": summary.strategy} | dict(summary.parameters) | same | stated | dict(facts["assumptions"])


def benchmark_market(market: Market) -> Market:
    """The bars of the instrument that a run is compared with."""
    assert market.benchmark is not None
    return Market(
        symbols=(market.benchmark,),
        timeframe=market.timeframe,
        start=market.start,
        end=market.end,
        as_of=market.as_of,
    )


def moment(time_ns: int) -> str:
    """Nanoseconds UTC as ISO text, to the second."""
    shown = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC)
    return shown.isoformat(timespec="seconds").replace("+00:00", "Z")
