"""A sweep runs a strategy over every combination of a grid of parameters and keeps the figures that tell them apart.

Combinations go to as many threads as there are cores; the kernel releases the interpreter's lock. Memory does not
grow with their number. Every row equals the single run with these parameters, bit for bit.
"""

import itertools
import os
import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.costs.algebra import split_models
from tradewright.domain.errors import InputError, TradewrightError
from tradewright.engine.assumptions import Assumptions, Numbers
from tradewright.engine.backtest import run_backtest
from tradewright.engine.kernel.sweep import Lane
from tradewright.engine.market import MarketColumns, prepare
from tradewright.engine.program import call, require_instruments, wishes_of
from tradewright.ports.historical import BrokerFactory
from tradewright.quant.compiled import is_enabled
from tradewright.quant.indicators.memo import Memo, remembering
from tradewright.quant.performance.conventions import Conventions
from tradewright.quant.performance.drawdowns import deepest_drawdown
from tradewright.quant.performance.ratios import sharpe
from tradewright.quant.performance.returns import simple_returns
from tradewright.quant.performance.sampling import sample_equity
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.parameters import Value
from tradewright.trading.strategies.strategy import Dialect, Strategy

FIGURES = ("final_equity", "total_return", "sharpe", "max_drawdown", "round_trips", "fills", "fees")
MOST_COMBINATIONS = 1_000_000
REMEMBERED_COLUMNS = 20
"""Indicators kept for the runs to come, of two threads; each further one adds 8."""
REMEMBERED_BYTES = (16 * 2**20, 64 * 2**20)
"""The least and the most memory for them."""
CHUNK = 16

Grid = Mapping[str, Sequence[object]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """One row a combination, in the order of the grid (the last parameter varies fastest)."""

    parameters: Mapping[str, Sequence[Value]]
    figures: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(next(iter(self.figures.values())))


def sweep(
    strategy: type[Strategy],
    bars: Bars,
    *,
    grid: Grid,
    assumptions: Assumptions,
    conventions: Conventions,
    broker_factory: BrokerFactory,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Sweep:
    """Run every combination that the strategy accepts.

    A parameter that the strategy does not have, or a value out of range, is an InputError; a combination that the
    strategy's own `check` refuses (as fast >= slow) is left out. `progress(done, total)` is called from the calling
    thread.
    """
    made = combinations(strategy, grid)
    require_instruments(made[0], bars.instruments)
    if strategy.check_bars is not Strategy.check_bars:
        for one in made:
            call(one, "check_bars", bars)
    market = prepare(bars, assumptions)
    run = _runner(strategy, market, assumptions=assumptions, conventions=conventions, broker_factory=broker_factory)
    figures = {name: np.full(len(made), np.nan) for name in FIGURES}
    threads = workers or min(os.cpu_count() or 1, 16)
    memo = Memo(_room(bars, threads))
    done = 0
    with ThreadPoolExecutor(threads) as pool:
        for places, rows in _in_chunks(pool, made, run, memo=memo, names=tuple(grid)):
            for place, row in zip(places, rows, strict=True):
                for name, value in zip(FIGURES, row, strict=True):
                    figures[name][place] = value
            done += len(rows)
            if progress is not None:
                progress(done, len(made))
    return Sweep({name: [one.values[name] for one in made] for name in grid}, figures)


def combinations(strategy: type[Strategy], grid: Grid) -> list[Strategy]:
    """The strategies of a grid; none at all, or more than a million combinations, is an InputError."""
    if not grid or any(len(values) == 0 for values in grid.values()):
        raise InputError(
            "a sweep needs values to try", expected="at least one value for each parameter", found=repr(dict(grid))
        )
    total = int(np.prod([len(values) for values in grid.values()], dtype=np.float64))
    if total > MOST_COMBINATIONS:
        raise InputError(
            "the grid is too large", expected=f"up to {MOST_COMBINATIONS:,} combinations", found=f"{total:,}"
        )
    for name, values in grid.items():
        for value in values:
            _checked(strategy, name, value)
    made: list[Strategy] = []
    refusal: Exception | None = None
    for values in itertools.product(*grid.values()):
        given = dict(zip(grid, values, strict=True))
        try:
            made.append(strategy(**given))
        except (TradewrightError, ValueError) as refused:
            refusal = refused  # each value is in range, so it is the combination that the strategy's `check` refuses
    if not made:
        raise InputError(
            f"{strategy.__name__} refuses every combination of the grid", found=f"{dict(grid)!r}; the last: {refusal}"
        )
    return made


def _checked(strategy: type[Strategy], name: str, value: object) -> None:
    if name not in strategy.parameters:
        raise InputError(
            f"{strategy.__name__} has no parameter {name!r}",
            expected="one of " + ", ".join(strategy.parameters),
            found=name,
        )
    strategy.parameters[name].checked(value, strategy.__name__)


def _room(bars: Bars, threads: int) -> int:
    """Bytes for remembered indicators: enough that threads which work side by side find what they share."""
    least, most = REMEMBERED_BYTES
    return min(max(bars.closes.nbytes * max(REMEMBERED_COLUMNS, 8 * threads), least), most)


Figures = tuple[float, ...]
Runner = Callable[[Sequence[Strategy]], list[Figures]]


def _in_chunks(
    pool: ThreadPoolExecutor, made: Sequence[Strategy], run: Runner, *, memo: Memo, names: Sequence[str]
) -> Iterator[tuple[list[int], list[Figures]]]:
    """Chunks of combinations: their places in the grid and their figures."""

    def work(places: list[int]) -> list[Figures]:
        with remembering(memo):
            return run([made[place] for place in places])

    order = _by_nearness(made, names)
    chunks = [order[first : first + CHUNK] for first in range(0, len(order), CHUNK)]
    waiting = [(places, pool.submit(work, places)) for places in chunks]
    for places, future in waiting:
        yield places, future.result()


def _by_nearness(made: Sequence[Strategy], names: Sequence[str]) -> list[int]:
    """Places in the order of the runs: on a Z-shaped curve through the grid (Morton, 1966).

    Combinations that follow each other differ little in every parameter, so that a small memo has what they ask for: in
    the order of the grid one that holds 20 of 40 averages would never hold the next.
    """
    ranks = []
    for name in names:
        values = [getattr(one, name) for one in made]
        number = {value: at for at, value in enumerate(dict.fromkeys(values))}
        ranks.append(np.array([number[value] for value in values], np.int64))
    bits = [int(rank.max()).bit_length() for rank in ranks]
    key: NDArray[np.int64] = np.zeros(len(made), np.int64)
    for bit in reversed(range(max(bits))):
        for rank, count in zip(ranks, bits, strict=True):
            if bit < count:
                key = key * 2 + (rank >> bit) % 2
    return [int(place) for place in np.argsort(key, kind="stable")]


def _runner(
    strategy: type[Strategy],
    market: MarketColumns,
    *,
    assumptions: Assumptions,
    conventions: Conventions,
    broker_factory: BrokerFactory,
) -> Runner:
    """How a chunk is run: on lanes of the kernel, or run by run where the kernel can't."""
    cash, bars = assumptions.cash, market.bars
    frame = sample_equity(np.full(len(bars), cash), bars.session, cash=cash, conventions=conventions)
    rows = np.arange(len(bars)) if frame.rows is None else frame.rows.astype(np.int64)

    def ratio(samples: NDArray[np.float64]) -> float:
        return sharpe(
            simple_returns(samples, start=cash),
            periods_per_year=frame.periods_per_year,
            risk_free=conventions.risk_free,
            ddof=conventions.ddof,
        )

    def on_lanes(chunk: Sequence[Strategy]) -> list[Figures]:
        try:
            lane = lanes.get_nowait()
        except queue.Empty:
            lane = Lane(market, assumptions, rows=rows)
        try:
            found: list[Figures] = []
            for one in chunk:
                run = lane.run(wishes_of(one, market, assumptions=assumptions, coded=True))
                final, depth = run.final_equity, run.max_drawdown
                found.append(
                    (final, final / cash - 1.0, ratio(run.samples), depth, run.round_trips, run.fills, run.fees)
                )
            return found
        finally:
            lanes.put(lane)

    def one_by_one(chunk: Sequence[Strategy]) -> list[Figures]:
        found: list[Figures] = []
        for one in chunk:
            run = run_backtest(one, bars, assumptions=assumptions, broker_factory=broker_factory)
            final, depth = float(run.equity[-1]), deepest_drawdown(run.equity, start=cash)
            trips, fills = run.closed_round_trips, len(run.fills)
            found.append((final, final / cash - 1.0, ratio(run.equity[rows]), depth, trips, fills, run.fees))
        return found

    lanes: queue.SimpleQueue[Lane] = queue.SimpleQueue()
    by_kernel = (
        is_enabled()
        and strategy.dialect() is not Dialect.EVENTS
        and assumptions.numbers is Numbers.FLOAT
        and not split_models(assumptions.costs)[1]
        and not (assumptions.sizing is not None and assumptions.sizing.has_units)
    )
    return on_lanes if by_kernel else one_by_one
