"""The venue and the program as numpy columns and records, of the exact types the compiled loop was made for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.costs.algebra import Cost, charging
from tradewright.domain.costs.rows import FeeRow
from tradewright.domain.matching.layout import NUMBER, RECORDS, Book, Program, Pulse, Venue
from tradewright.engine.assumptions import Assumptions, FillRule, SizeAt
from tradewright.engine.kernel.loop import BLOCK
from tradewright.engine.margin import margin_of
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import NO_CODES, NO_TABLE, Wishes
from tradewright.engine.tape import Tape

Floats = NDArray[np.float64]
Records = NDArray[np.void]
NO_ROWS = np.empty(0, np.int64)
NO_NUMBERS = np.empty(0, np.float64)
NO_MARKS = np.empty((0, 1))

TYPES = {
    name: np.dtype([(field, np.float64 if kind == NUMBER else np.int64) for field, kind in fields.items()])
    for name, fields in RECORDS.items()
}
"""The record types, from the one place where they are written down."""


def venue_of(market: MarketColumns, assumptions: Assumptions, *, rows: tuple[FeeRow, ...], room: int = 0) -> Venue:
    """A venue on arrays, with room for at least `room` orders of a tape; without one nothing looks at the time."""
    bars = market.bars
    width = len(bars.instruments)
    orders = max(16 * (width + 4), room)
    written = max(16 * orders, len(bars) * width // 32)  # twice the room where it is too little; zeros cost memory
    positions = np.zeros(width, TYPES["POSITION"])
    positions["lot"], positions["multiplier"], positions["wanted"] = market.lot, market.multiplier, np.nan
    for name, column in market.margin.columns().items():
        positions[name] = column
    positions["rate"], positions["unit"] = 1.0, market.multiplier
    positions["borrowable"] = np.inf if market.borrowable is None else market.borrowable
    fees = np.zeros(len(rows), TYPES["FEE"])
    for k, row in enumerate(rows):
        fees[k] = tuple(row)
    ledger = ledger_of(market, assumptions)
    return Venue(
        width=width,
        open=flat(bars.opens),
        high=flat(bars.highs),
        low=flat(bars.lows),
        close=flat(bars.closes),
        mark=flat(market.mark),
        session=bars.session,
        time=bars.time.copy() if room else NO_ROWS,  # a writable copy: the compiler tells read-only columns apart
        last=NO_ROWS,
        volume=flat(bars.volumes).copy() if ledger["participation"][0] > 0 or ledger["has_impact"][0] else NO_NUMBERS,
        actions=actions_of(market),
        fees=fees,
        tiers=tiers_of(market),
        charges=charges_of(assumptions.costs),
        impacts=impacts_of(assumptions.costs),
        fills=np.zeros(written, TYPES["FILL"]),
        book=Book(
            ledger=ledger,
            positions=positions,
            orders=np.zeros(orders, TYPES["ORDER"]),
            endings=np.zeros(written, TYPES["ENDING"]),
        ),
        rate=NO_NUMBERS if market.rate is None else flat(market.rate),
    )


def tiers_of(market: MarketColumns) -> Records:
    """Lines of maintenance margin as records."""
    tiers = np.zeros(len(market.margin.tiers), TYPES["TIER"])
    for k, tier in enumerate(market.margin.tiers):
        tiers[k] = tier
    return tiers


def actions_of(market: MarketColumns) -> Records:
    """Corporate actions as records."""
    actions = np.zeros(len(market.action_row), TYPES["ACTION"])
    actions["row"], actions["instrument"] = market.action_row, market.action_instrument
    actions["kind"], actions["value"] = market.action_kind, market.action_value
    if market.actions is not None:
        for name in ("price", "is_after", "subject"):
            actions[name] = getattr(market.actions, name)
    return actions


def charges_of(costs: Cost) -> Records:
    """Fees that depend on more than the fill, as records."""
    rows = costs.rates()
    rates = np.zeros(len(rows), TYPES["CHARGE"])
    for k, row in enumerate(rows):
        rates[k] = (*row.fee, row.side, row.above, row.below, row.measure, row.per_order, 0)
    return rates


def impacts_of(costs: Cost) -> Records:
    """How the quantity moves the price, as records."""
    rows = costs.impacts()
    impacts = np.zeros(len(rows), TYPES["IMPACT"])
    for k, row in enumerate(rows):
        impacts[k] = tuple(row)
    return impacts


def ledger_of(market: MarketColumns, assumptions: Assumptions) -> Records:
    """The account before the first bar."""
    ledger = np.zeros(1, TYPES["LEDGER"])
    ledger["cash"] = assumptions.cash
    for name, number in margin_of(assumptions)._asdict().items():
        ledger[name] = number
    for name, value in charging(assumptions.costs, participation=assumptions.participation, of=float).items():
        ledger[name] = value
    ledger["path"] = assumptions.path.code
    if assumptions.path.code:
        ledger["has_terms"] = ledger["has_passes"] = 1
    ledger["at_close"] = assumptions.fill is FillRule.SIGNAL_CLOSE
    ledger["next_order"] = 1
    ledger["has_rates"] = market.rate is not None
    ledger["has_borrow"] = market.borrowable is not None
    return ledger


def program_of(wishes: Wishes | None, tape: Tape | None, *, assumptions: Assumptions) -> Program:
    """The program on arrays: column wishes, or a tape of requests."""
    empty = np.empty(0, np.float64)
    codes, table = (NO_CODES, NO_TABLE) if wishes is None else (wishes.codes, wishes.table)
    requests = np.zeros(0 if tape is None else len(tape), TYPES["REQUEST"])
    if tape is not None:
        for name in TYPES["REQUEST"].names or ():
            requests[name] = getattr(tape, name)
    return Program(
        weight=empty if wishes is None else flat(wishes.weight),
        codes=codes,
        words=codes[: len(codes) // 8 * 8].view(np.int64),
        patterns=np.arange(len(table), dtype=np.int64) * 0x0101010101010101,
        table=table,
        loss=empty if wishes is None else flat(wishes.loss),
        gain=empty if wishes is None else flat(wishes.gain),
        requests=requests,
        band=float(assumptions.rebalance_band),
        is_restated=int(wishes is not None and wishes.is_restated),
        sizes_at_fill=int(assumptions.size_at is SizeAt.FILL),
    )


def pulse_of(rows: NDArray[np.int64], *, cash: float = 0.0, mark: Floats = NO_MARKS) -> Pulse:
    """Equity to be followed from `cash`, kept at `rows`; `mark` has shape (rows, width)."""
    track = np.zeros(1, TYPES["TRACK"])
    track["peak"] = track["trough"] = track["last"] = cash
    blocks = mark[: len(mark) // BLOCK * BLOCK if mark.shape[1] == 1 else 0].reshape(-1, BLOCK)
    return Pulse(rows, np.zeros(len(rows)), low=_least(blocks), high=-_least(-blocks), track=track)


def pulse_with_fields(pulse: Pulse) -> Pulse:
    """The same memory, with a track whose fields plain Python reads as attributes."""
    return pulse._replace(track=_with_fields(pulse.track))


def enlarged(venue: Venue) -> Venue:
    """Twice the room."""
    book = venue.book
    return venue._replace(
        fills=_longer(venue.fills),
        book=book._replace(orders=_longer(book.orders), endings=_longer(book.endings)),
    )


def venue_with_fields(venue: Venue) -> Venue:
    """The same memory, with records whose fields plain Python reads as attributes."""
    book = venue.book
    seen = Book(
        _with_fields(book.ledger), _with_fields(book.positions), _with_fields(book.orders), _with_fields(book.endings)
    )
    names = ("actions", "fees", "tiers", "charges", "impacts", "fills")
    return venue._replace(book=seen, **{name: _with_fields(getattr(venue, name)) for name in names})


def program_with_fields(program: Program) -> Program:
    """The same memory, with requests whose fields plain Python reads as attributes."""
    return program._replace(requests=_with_fields(program.requests))


def _with_fields(records: Records) -> Any:
    return records.view(np.recarray)


def _least(blocks: Floats) -> Floats:
    return blocks.min(axis=1) if len(blocks) else np.empty(0)


def _longer(records: Records) -> Records:
    return np.concatenate((records, np.zeros_like(records)))


def flat(matrix: Floats) -> Floats:
    """A column, row x width + instrument."""
    return np.ascontiguousarray(matrix, np.float64).reshape(-1)
