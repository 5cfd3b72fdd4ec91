"""A backtest of an uploaded strategy: bars are loaded here, the run is made behind walls, its form is checked here.

This file decides what is believed of a stranger's run: its form, never its honesty. A strategy that lies about its own
result deceives whoever reads the result; it reaches nothing else.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np

from tradewright.application.backtests.benchmark import benchmark_of, benchmark_remarks
from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.finished import Circumstances, FinishedBacktest, RunTerms, UploadedStrategy
from tradewright.application.backtests.handlers import (
    Engine,
    assumptions_of,
    benchmark_market,
    conventions_of,
    limits_of,
    moment,
)
from tradewright.application.backtests.messages import LoadedBars, Market, RunBacktest
from tradewright.application.backtests.recipe import recipe_of
from tradewright.application.confined.failures import raised_there
from tradewright.application.confined.packing import PackedError, pack, unpack
from tradewright.application.confined.words import (
    Answered,
    Asked,
    AskedAccount,
    Value,
    columns_of_bars,
    columns_of_run,
    run_of,
)
from tradewright.domain.errors import InputError, StrategyError
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.backtest import WORTH_COMPILING, EngineChoice
from tradewright.engine.market import prepare
from tradewright.engine.run import ENDINGS, REASONS, Run
from tradewright.engine.splits import splits_of
from tradewright.ports.clock import Clock
from tradewright.ports.code import Source
from tradewright.ports.confinement import ConfinedFailure, ConfinedLimits, ConfinedTask, ConfinedWork, Confinement
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_text import written_policy
from tradewright.trading.sizing.allocation import EqualSlots, Slots
from tradewright.trading.sizing.sizing import Sizing
from tradewright.trading.strategies.moving_average import MovingAverage

NO_COSTS: Final = "Costs()"
PLACES: Final = frozenset({"change_row", "row", "order", "instrument", "role", "reason", "made"})
"""Columns of whole numbers."""
MOST_VALUES: Final = 200
LONGEST: Final = 1_000
"""Characters of a parameter's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """Which strategy is to run."""

    source: Source
    class_name: str
    """As the check found it."""
    shown_as: str = ""
    """Its name on the shelf; empty: the class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The walls that it runs behind."""

    confinement: Confinement
    limits: ConfinedLimits = field(default_factory=ConfinedLimits)
    is_wanted: Callable[[], bool] = lambda: True
    """Asked again and again; False calls the run off."""


def run_confined_backtest(
    command: RunBacktest,
    uploaded: Uploaded,
    *,
    behind: Behind,
    clock: Clock,
    engine: Engine,
    bars_of: Callable[[Market], LoadedBars],
    engine_version: Callable[[], str],
) -> FinishedBacktest:
    """As `run_backtest`, but the strategy of the command is not looked at: the uploaded one runs, behind walls.

    `engine` runs nothing of a stranger: it compiles the kernel out here, where that is kept, when a run will need it.

    What it raises is raised here; ConfinementError where a wall is missing on this machine.
    """
    if not command.account.carry.is_nothing:
        raise InputError(
            "the account of an uploaded strategy carries nothing",
            expected="no interest, borrow cost, funding, other currency or delisting",
            found=repr(command.account.carry)[:200],
            remedy="run the strategy from its file to have them",
        )
    assumptions, conventions = assumptions_of(command.account), conventions_of(command.conventions)
    known_ns = clock.now_ns()
    loaded = bars_of(command.market) if command.bars is None else LoadedBars(command.bars, ())
    bars = loaded.bars
    held = command.benchmark
    if held is None and command.market.benchmark is not None:
        held = bars_of(benchmark_market(command.market)).bars
    benchmark = None if held is None else benchmark_of(held, bars)
    policy = limits_of(command.limits, bars)
    task = ConfinedTask(
        work=ConfinedWork.BACKTEST,
        source=uploaded.source,
        content=_question(command, uploaded.class_name, bars=bars, assumptions=assumptions, policy=policy),
        limits=behind.limits,
    )
    if command.engine == EngineChoice.KERNEL or bars.closes.size >= WORTH_COMPILING:
        _compile(bars, engine)
    outcome = behind.confinement.run_confined(task, is_wanted=behind.is_wanted)
    if isinstance(outcome, ConfinedFailure):
        raise raised_there(outcome)
    values, run = _believed(outcome.content, bars, assumptions)
    remarks = () if held is None else benchmark_remarks(held, bars)
    code = uploaded.source.named(uploaded.class_name)
    shown = replace(command, strategy=uploaded.shown_as)
    recipe = partial(recipe_of, shown, path=None, known_ns=known_ns, code=lambda: code)
    return FinishedBacktest(
        UploadedStrategy(uploaded.class_name, code, values),
        bars,
        strategy_id=uploaded.shown_as or uploaded.class_name,
        terms=RunTerms(assumptions, policy),
        conventions=conventions,
        run=replace(run, warnings=(*loaded.remarks, *remarks, *run.warnings)),
        benchmark=benchmark,
        circumstances=Circumstances(moment(clock.now_ns()), outcome.took_s, engine_version, recipe),
    )


def _compile(bars: Bars, engine: Engine) -> None:
    """A little run of a strategy of ours leaves the compiled kernel on disk, from where confined processes copy it."""
    rows = bars.rows(0, min(len(bars), 2 * MovingAverage().slow))
    if len(rows) > MovingAverage().slow:
        engine(MovingAverage(), rows, assumptions=Assumptions(), engine=EngineChoice.KERNEL, limits=None)


def _question(
    command: RunBacktest, class_name: str, *, bars: Bars, assumptions: Assumptions, policy: LimitsPolicy | None
) -> bytes:
    given = {name: _plain(name, value) for name, value in command.parameters.items()}
    limits = "" if policy is None else json.dumps(written_policy(policy), default=str)
    asked = Asked(
        class_name=class_name,
        parameters=given,
        account=_account(assumptions),
        engine=command.engine,
        limits=limits,
        instruments=bars.instruments,
        timeframe=str(bars.timeframe),
        prices=bars.prices,
        currency=bars.currency,
        actions=bars.actions,
    )
    return pack(asked, columns_of_bars(bars))


def _plain(name: str, value: object) -> Value:
    if isinstance(value, int | float | bool | str):
        return value
    raise InputError(
        f"parameter {name} cannot be used", expected="a number, a text or a truth value", found=repr(value)
    )


def _account(assumptions: Assumptions) -> AskedAccount:
    """The assumptions in plain values; InputError for what is code of its own, which stays outside."""
    costs = "" if repr(assumptions.costs) == NO_COSTS else repr(assumptions.costs)
    if costs:
        costs_of(costs)
    slots = assumptions.allocation
    if not isinstance(slots, EqualSlots | Slots | Sizing):
        raise InputError(
            "an allocation of your own cannot be used with an uploaded strategy",
            expected="EqualSlots, Slots or a sizing",
            found=repr(slots),
        )
    return AskedAccount(
        cash=assumptions.cash,
        costs=costs,
        fill=str(assumptions.fill),
        size_at=str(assumptions.size_at),
        lot=assumptions.lot,
        leverage=assumptions.leverage,
        lots=assumptions.lots,
        multipliers=assumptions.multipliers,
        rebalance_band=assumptions.rebalance_band,
        numbers=str(assumptions.numbers),
        close_at_end=assumptions.close_at_end,
        participation=assumptions.participation,
        margin="" if assumptions.margin is None else repr(assumptions.margin),
        path=str(assumptions.path),
        shares=slots.shares if isinstance(slots, Slots) else None,
        total=slots.total if isinstance(slots, EqualSlots) else 1.0,
        sizing=repr(slots) if isinstance(slots, Sizing) else "",
    )


def _believed(content: bytes, bars: Bars, assumptions: Assumptions) -> tuple[dict[str, Value], Run]:
    """The answer, once it has the form of a run over these bars; StrategyError where it has not."""
    try:
        answered, columns = unpack(content, Answered)
        if len(answered.values) > MOST_VALUES or any(len(str(one)) > LONGEST for one in answered.values.values()):
            raise PackedError("parameters without end")
        market = prepare(bars, assumptions)
        run = run_of(answered, columns, mark=market.mark, multiplier=market.multiplier)
        _check_form(run, bars)
    except PackedError as wrong:
        raise StrategyError(
            "what the strategy's process answered is no run", found=str(wrong), remedy="mend the strategy"
        ) from wrong
    return answered.values, replace(run, splits=splits_of(market))


def _check_form(run: Run, bars: Bars) -> None:
    """Every column has its kind and length, and every number that is a place is one; PackedError else."""
    rows, width = bars.closes.shape
    changes, fills, endings = len(run.change_row), len(run.fills), len(run.endings)
    shapes = {
        "equity": (rows,),
        "change_row": (changes,),
        "change_cash": (changes,),
        "change_quantity": (changes, width),
        "quantity": (width,),
        "basis": (width,),
        "realized": (width,),
    }
    for name, column in columns_of_run(run).items():
        part = name.partition(".")[0]
        shape = shapes.get(name, (fills if part == "fills" else endings,))
        is_place = name.rpartition(".")[2] in PLACES
        if column.shape != shape or column.dtype != (np.int64 if is_place else np.float64):
            raise PackedError(f"{name} of kind {column.dtype} and shape {column.shape}")
    for name, found, end in (
        ("change_row", run.change_row, rows),
        ("fills.row", run.fills.row, rows),
        ("fills.instrument", run.fills.instrument, width),
        ("fills.role", run.fills.role, len(REASONS)),
        ("fills.made", run.fills.made, 2),
        ("endings.row", run.endings.row, rows),
        ("endings.instrument", run.endings.instrument, width),
        ("endings.reason", run.endings.reason, len(ENDINGS)),
    ):
        if len(found) and not (found.min() >= 0 and found.max() < end):
            raise PackedError(f"{name} goes beyond {end}")
    rising = (run.change_row, True), (run.fills.row, False), (run.endings.row, False)
    if any(len(found) > 1 and np.diff(found).min() < is_strict for found, is_strict in rising):
        raise PackedError("its rows are out of order")
    places = [(one.row, one.instrument) for one in run.refusals] + [(one.row, one.instrument) for one in run.cuts]
    for row, instrument in places:
        if not (0 <= row < rows and 0 <= instrument < width):
            raise PackedError("a refused order is out of place")
    if any(not one.reasons for one in run.refusals):
        raise PackedError("a refused order without a reason")
