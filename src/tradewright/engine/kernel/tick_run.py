"""One run over ticks, at either speed: the same loop and the same step, compiled or as plain Python."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from tradewright.domain.costs.algebra import split_models
from tradewright.domain.errors import DataError, InputError
from tradewright.domain.matching import tick_book
from tradewright.domain.matching.tick_layout import CROSSED, FILLED, NEEDS_ROOM, Feed, Floor
from tradewright.engine.assumptions import Assumptions, Numbers
from tradewright.engine.dialect.building import build, require_compiler
from tradewright.engine.dialect.places import Memory, memory_of, recall
from tradewright.engine.kernel import tick_loop
from tradewright.engine.kernel.handlers import (
    PlainDesk,
    compiled_handler,
    interpreted_handler,
    raised,
    signature_of,
)
from tradewright.engine.kernel.quiet_ticks import QuietTrades, is_plain_trading, walked_quietly
from tradewright.engine.kernel.tick_arrays import Samples, columns_of_rows, floor_of, plain, samples_of, with_more_room
from tradewright.engine.market import MarketColumns, prepare
from tradewright.engine.run import EndingColumns, FillColumns, Run
from tradewright.engine.tick_assumptions import TickAssumptions
from tradewright.engine.tick_bars import SampledTicks, sampled
from tradewright.lazy import load
from tradewright.quant.compiled import compiler, is_enabled, share_parts
from tradewright.trading.strategies.compiled import CompiledStrategy
from tradewright.trading.ticks import Ticks


class TickMarket:
    """A stream made ready for runs: it can be run on again and again."""

    def __init__(self, ticks: Ticks, assumptions: Assumptions, terms: TickAssumptions) -> None:
        require_fitting(assumptions)
        self.ticks = ticks
        self.assumptions = assumptions
        self.terms = terms
        self.sampled: SampledTicks = sampled(ticks, terms.interval())
        self.columns: MarketColumns = prepare(self.sampled.bars, assumptions)

    def floor(self) -> tuple[Floor, Feed]:
        """Everything before the first event, fresh, and the events."""
        rows, models = split_models(self.assumptions.costs)
        if models:
            raise InputError(
                f"a run over ticks cannot charge {models[0]!r}", expected="costs that are rows of a schedule"
            )
        costs = self.assumptions.costs
        if costs.rates() or costs.impacts():
            raise InputError(
                f"a run over ticks cannot charge {costs!r}",
                expected="Commission, PerShare and PerOrder per fill, Spread and Slippage",
                found="fees by liquidity, month or order, or impact",
            )
        return floor_of(
            self.ticks,
            self.columns,
            assumptions=self.assumptions,
            terms=self.terms,
            rows=rows,
            closes=self.sampled.closes,
        )


def require_fitting(assumptions: Assumptions) -> None:
    """An InputError for what only runs over bars can do, by name."""
    plain_ones = Assumptions()
    refused = {
        "numbers": assumptions.numbers is not Numbers.FLOAT,
        "fill": assumptions.fill is not plain_ones.fill,
        "trades_from_ns": assumptions.trades_from_ns is not None,
        "margin": assumptions.margin is not None,
        "carry": assumptions.carry != plain_ones.carry,
        "rebalance_band": assumptions.rebalance_band != 0,
    }
    for name, is_given in refused.items():
        if is_given:
            raise InputError(
                f"a run over ticks does not take {name}",
                found=repr(getattr(assumptions, name)),
                remedy="leave it out: fills happen at events, in floats, from the first event on",
            )


def run_ticks(strategy: CompiledStrategy, market: TickMarket, *, is_compiled: bool) -> Run:
    """A whole run from a fresh account and the strategy's first state."""
    strategy.dialect()
    strategy.begin()
    floor, feed = market.floor()
    memory = memory_of(strategy) if is_compiled else _no_memory()
    quiet: QuietTrades | None = None
    samples = samples_of(len(market.sampled.closes), len(market.ticks.instruments))
    if is_compiled:
        require_compiler(is_enabled())
        desk_type = load("numba").typeof(floor.desk)
        built = build(type(strategy))
        on_tick, on_fill = (compiled_handler(built, name, desk_type=desk_type) for name in ("on_tick", "on_fill"))
        walk = walker(floor, feed, samples=samples)
    else:
        floor, feed, samples = plain(floor), plain(feed), plain(samples)
        desk = PlainDesk(floor.desk)
        on_tick, on_fill = (interpreted_handler(strategy, name, desk=desk) for name in ("on_tick", "on_fill"))
        walk = tick_loop.walk_ticks
        if is_plain_trading(market.ticks):
            quiet = QuietTrades(market.ticks, floor, call=strategy.on_tick, desk=desk)
    floor = _walked(
        walk,
        floor,
        feed=feed,
        rest=(on_tick, on_fill, memory.reals, memory.wholes, samples, int(market.assumptions.close_at_end)),
        strategy=strategy,
        market=market,
        quiet=quiet,
    )
    if is_compiled:
        recall(strategy, memory)
    return _run_of(floor, samples, market, engine="kernel" if is_compiled else "runtime")


def _walked(
    walk: Any,
    floor: Floor,
    *,
    feed: Feed,
    rest: tuple[Any, ...],
    strategy: CompiledStrategy,
    market: TickMarket,
    quiet: QuietTrades | None,
) -> Floor:
    while True:
        try:
            if quiet is None:
                why = walk(floor, feed, *rest, len(market.ticks))
            else:
                why = walked_quietly(walk, quiet, floor=floor, feed=feed, rest=rest)
        except Exception as problem:
            raise raised(strategy, problem, where=_where(floor, market)) from problem
        if why == NEEDS_ROOM:
            floor = with_more_room(floor)
            if quiet is not None:
                quiet.floor = floor
        elif why == CROSSED:
            event = _event(floor)
            raise DataError(
                f"the book of {market.ticks.instruments[int(market.ticks.instrument[event])]} is crossed",
                expected="no bid above the best ask at the end of a moment",
                found=f"row {event}, at {_moment(market.ticks, event)}",
                remedy="a snapshot begins with a clearing of its side (price 0); else levels are missing",
            )
        else:
            return floor


def _event(floor: Floor) -> int:
    clock = floor.desk.clock[0]
    return int(clock["event"] if isinstance(clock, np.void) else clock.event)


def _where(floor: Floor, market: TickMarket) -> str:
    event = min(_event(floor), len(market.ticks) - 1)
    return f"event {event}, {_moment(market.ticks, event)}"


def _moment(ticks: Ticks, event: int) -> str:
    return f"{ticks.time[event].astype('datetime64[ns]')}Z"


def _no_memory() -> Memory:
    return Memory(np.zeros(1), np.zeros(1, np.int64))


def walker(floor: Floor, feed: Feed, *, samples: Samples) -> Any:
    """The loop as machine code for these types, which are the same for every strategy."""
    typeof = load("numba").typeof
    return _walker(typeof(floor), typeof(feed), typeof(samples))


INLINED: frozenset[Any] = frozenset({tick_loop.is_reached, tick_book.show, tick_book.set_mark, tick_book.is_crossed})
"""What every event goes through."""


@cache
def _walker(floor_type: Any, feed_type: Any, samples_type: Any) -> Any:
    types = load("numba.core.types")
    desk_type = floor_type.types[1]
    share_parts(tick_loop.walk_ticks, inlined=INLINED)
    memory = types.Array(types.float64, 1, "C"), types.Array(types.int64, 1, "C")
    handlers = (types.FunctionType(signature_of(name, desk_type)) for name in ("on_tick", "on_fill"))
    signature = types.int64(floor_type, feed_type, *handlers, *memory, samples_type, types.int64, types.int64)
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    return compiler().njit(signature, **options)(tick_loop.walk_ticks)


def _run_of(floor: Floor, samples: Samples, market: TickMarket, *, engine: str) -> Run:
    venue, width = floor.venue, len(market.ticks.instruments)
    ledger = columns_of_rows(venue.book.ledger, 1)
    positions = columns_of_rows(venue.book.positions, width)
    filled, ended, changed = (int(ledger[name][0]) for name in ("filled", "ended", "changed"))
    columns = columns_of_rows(venue.fills, filled)
    endings = columns_of_rows(venue.book.endings, ended)
    rows = len(market.sampled.closes)
    run = Run(
        engine=engine,
        opening_cash=float(market.assumptions.cash),
        equity=np.array(samples.equity),
        change_row=np.array(samples.changes.row[:changed]),
        change_cash=np.array(samples.changes.cash[:changed]),
        change_quantity=np.array(samples.changes.quantity[: changed * width]).reshape(changed, width),
        mark=np.array(samples.mark).reshape(rows, width),
        multiplier=market.columns.multiplier,
        fills=FillColumns(**{name: columns[name] for name in FillColumns.__slots__ if name in columns}),
        endings=EndingColumns(**{name: endings[name] for name in EndingColumns.__slots__}),
        quantity=positions["quantity"],
        basis=positions["basis"],
        realized=positions["realized"],
        fees=float(ledger["fees"][0]),
        slippage=float(ledger["slippage"][0]),
        dividends=float(ledger["dividends"][0]),
        closed_round_trips=int(ledger["closed"][0]),
    )
    answers = columns_of_rows(floor.answers, filled + ended)
    return replace(run, fill_times=answers["moment"][answers["what"] == FILLED])
