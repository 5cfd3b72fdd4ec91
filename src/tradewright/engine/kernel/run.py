"""One run on the kernel: arrays in, the compiled loop, columns out."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tradewright.domain.arithmetic import accounting, costs, rounding
from tradewright.domain.costs.algebra import split_models
from tradewright.domain.errors import InputError
from tradewright.domain.matching import book, fills, plan, step
from tradewright.domain.matching.layout import DELISTING, EARNED, Changes, Program, Venue
from tradewright.engine.assumptions import Assumptions, Numbers
from tradewright.engine.kernel import loop
from tradewright.engine.kernel.arrays import (
    NO_ROWS,
    enlarged,
    program_of,
    program_with_fields,
    pulse_of,
    pulse_with_fields,
    venue_of,
    venue_with_fields,
)
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import Wishes
from tradewright.engine.run import CarriedColumns, EndingColumns, FillColumns, Run
from tradewright.engine.splits import splits_of
from tradewright.engine.tape import Tape
from tradewright.quant.compiled import compiled, is_enabled, share_parts

INLINED: frozenset[Callable[..., Any]] = frozenset(
    {
        plan.is_instruction, plan.has_drifted, plan.delta_to, book.end, book.end_role, book.supersede, book.accept,
        fills.revalue, fills.execute, fills.settle, fills.write_fill, fills.allowance, fills.book_fill,
        accounting.apply_fill,
        costs.affordable, costs.charge, costs.fee_of, costs.slipped, rounding.steps_down, rounding.whole_lots,
        rounding.near_lots,
        step.step, step.is_due, step.is_fragile, step.equity_of, loop.wanted_at, loop.same_code_until,
        loop.target, loop.plan, loop.note, loop.quiet_until, loop.asks_at, loop.mark_rows, loop.follow_row,
        loop.follow_rows, loop.follow_value,
    }
)  # fmt: skip
"""What a quiet row and a plain target order go through."""


@cache
def walker() -> Callable[..., int]:
    """The loop: compiled, or plain Python where the compiler is off."""
    if not is_enabled():
        return interpreted
    share_parts(loop.walk, inlined=INLINED)
    return compiled(loop.walk)


def interpreted(venue: Venue, program: Program, *rest: Any) -> int:
    """The loop as plain Python, called as the compiled one."""
    given = (venue_with_fields(venue), program_with_fields(program), *rest[:-1], pulse_with_fields(rest[-1]))
    return int(loop.walk(*given))


def run_kernel(
    market: MarketColumns, assumptions: Assumptions, *, wishes: Wishes | None = None, tape: Tape | None = None
) -> Run:
    """A whole run. An own cost model or exact numbers need the runtime: an InputError says so."""
    rows, models = split_models(assumptions.costs)
    if models:
        raise InputError(
            f"the kernel cannot charge {models[0]!r}",
            expected="costs that are rows of a schedule",
            remedy='use engine="runtime" (or "auto") with an own cost model',
        )
    if assumptions.numbers is Numbers.EXACT:
        raise InputError("the kernel counts with floats", remedy='use engine="runtime" with numbers="exact"')
    requests = 0 if tape is None else len(tape)
    venue = venue_of(market, assumptions, rows=rows, room=4 * requests)
    program = program_of(wishes, tape, assumptions=assumptions)
    return drive(venue, program, market=market, closes_out=assumptions.close_at_end)


def drive(venue: Venue, program: Program, *, market: MarketColumns, closes_out: bool) -> Run:
    """Walk all rows, with more room whenever the records are full."""
    rows = len(market.bars)
    opening = float(venue.book.ledger[0]["cash"])
    equity = np.empty(rows)
    changes = Changes(np.empty(rows, np.int64), np.empty(rows), np.empty(rows * venue.width))  # touched as far as used
    walk, pulse = walker(), pulse_of(NO_ROWS)
    reached = walk(venue, program, 0, rows, int(closes_out), equity, changes, pulse)
    while reached < rows:
        venue = enlarged(venue)
        reached = walk(venue, program, reached, rows, int(closes_out), equity, changes, pulse)
    ledger = venue.book.ledger[0]
    changed = int(ledger["changed"])
    return Run(
        engine="kernel",
        opening_cash=opening,
        equity=equity,
        change_row=changes.row[:changed].copy(),
        change_cash=changes.cash[:changed].copy(),
        change_quantity=changes.quantity[: changed * venue.width].copy().reshape(changed, venue.width),
        mark=market.mark,
        multiplier=market.multiplier,
        fills=FillColumns(*columns_of(venue.fills[: ledger["filled"]])),
        endings=EndingColumns(*columns_of(venue.book.endings[: ledger["ended"]])),
        quantity=venue.book.positions["quantity"].copy(),
        basis=venue.book.positions["basis"].copy(),
        realized=venue.book.positions["realized"].copy(),
        fees=float(ledger["fees"]),
        slippage=float(ledger["slippage"]),
        dividends=float(ledger["dividends"]),
        closed_round_trips=int(ledger["closed"]),
        margin_calls=int(ledger["calls"]),
        splits=splits_of(market),
        carried=carried_of(venue.actions[: ledger["next_action"]]),
        due=float(ledger["due"]),
        funding=float(ledger["funding"]),
        interest=float(ledger["interest"]),
        borrow=float(ledger["borrow"]),
        rate=market.rate,
        local=venue.book.positions["local"].copy() if market.rate is not None else None,
        by_price=venue.book.positions["by_price"].copy() if market.rate is not None else None,
    )


def carried_of(actions: Any) -> CarriedColumns:
    """What moved cash without an order, among the actions that took effect."""
    chosen = actions[(actions["kind"] >= EARNED) & (actions["kind"] != DELISTING)]
    names = ("row", "instrument", "kind", "amount", "is_after")
    return CarriedColumns(*(np.ascontiguousarray(chosen[name]) for name in names))


def columns_of(records: Any) -> list[Any]:
    """Records as columns of their own."""
    return [np.ascontiguousarray(records[name]) for name in records.dtype.names]
