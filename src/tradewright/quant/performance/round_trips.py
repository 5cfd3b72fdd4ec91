"""A round trip goes from flat to flat in one instrument: the unit of win rate, profit factor and expectancy.

This file turns fills in time order into round trips. A fill that reverses a position closes one round trip and opens
the next, its fee shared by quantity. Splits change the quantity held, dividends are income of the trip that is open;
money and quantities of a trip are in the units after its last split. A rest settled in cash is a fill.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.quant import compiled
from tradewright.quant.performance.arrays import Floats, Integers

FLAT = 1e-9
"""A position smaller than this share of the trip's largest is flat: what rounding leaves of 0.1 + 0.2 - 0.3."""
WORTH_COMPILING = 5_000
"""Fills from which a compiler that is loaded anyway is used: plain Python takes 0.3 us a fill, 17,000 fills 6 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Fills:
    """Executions in time order, in columns."""

    instrument: Integers
    """Index of the instrument, from 0."""
    quantity: Floats
    """Signed: positive bought, negative sold; never zero."""
    price: Floats
    fee: Floats
    """Money, positive paid."""
    multiplier: Floats
    """Money per unit of price and quantity; 1 for shares."""
    bar: Integers
    """Row of the bar in which it happened; never falling."""
    reason: Integers
    """Code of the order's reason, as the engine numbers them."""

    def __len__(self) -> int:
        return len(self.quantity)

    @property
    def notional(self) -> Floats:
        """Traded money of each fill, positive."""
        return np.abs(self.quantity) * self.price * self.multiplier


@dataclass(frozen=True, slots=True, eq=False)
class Adjustments:
    """Splits and dividends in time order; one takes effect before the fills of its bar."""

    instrument: Integers
    ratio: Floats
    """New units per old unit; 1 for a dividend."""
    income: Floats
    """Money credited to the account, negative for a short position; 0 for a split."""
    bar: Integers

    def __len__(self) -> int:
        return len(self.ratio)


NO_ADJUSTMENTS = Adjustments(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class RoundTrips:
    """Round trips in the order of their entries, in columns; the ones still open are marked at the mark price."""

    instrument: Integers
    direction: Integers
    """1 long, -1 short."""
    entry_bar: Integers
    exit_bar: Integers
    """The last bar of the run while open."""
    entry_fill: Integers
    exit_fill: Integers
    """Rows of the first and the last fill; -1 for the exit while open."""
    quantity: Floats
    """Largest quantity held, positive."""
    entry_price: Floats
    exit_price: Floats
    """Average by quantity; an open rest counts at the mark price."""
    entry_notional: Floats
    """Money of all entries, positive."""
    gross_pnl: Floats
    fees: Floats
    income: Floats
    """Dividends and the like received while open."""
    entry_reason: Integers
    exit_reason: Integers
    """-1 while open."""
    is_open: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.direction)

    @property
    def pnl(self) -> Floats:
        """Money won or lost after fees, income included."""
        return self.gross_pnl - self.fees + self.income

    @property
    def returns(self) -> Floats:
        """PnL over the money of the entries; NaN where that is zero."""
        notional = self.entry_notional
        return np.where(notional > 0.0, self.pnl / np.where(notional > 0.0, notional, 1.0), np.nan)

    @property
    def bars(self) -> Integers:
        """Bars from entry to exit."""
        return self.exit_bar - self.entry_bar


def round_trips(fills: Fills, *, marks: Floats, last_bar: int, adjustments: Adjustments = NO_ADJUSTMENTS) -> RoundTrips:
    """Round trips of `fills`; `marks` holds the mark price of each instrument at the end, row `last_bar`.

    The sum of PnL is the change of the account: cash flows of the fills plus the open positions at their marks.
    """
    _check(fills, marks, adjustments)
    walk = _walk(fills, adjustments, len(marks))
    count = len(walk.entry_fill)
    # The part of a fill that adds and the part that reduces, with their trips and in the units at the end of the trip.
    entering, leaving = np.flatnonzero(walk.opened >= 0), np.flatnonzero(walk.closed >= 0)
    into, out = walk.opened[entering], walk.closed[leaving]
    adding, reducing = np.abs(fills.quantity - walk.closing)[entering], np.abs(walk.closing)[leaving]
    share = fills.fee / np.abs(fills.quantity)

    def by_trip(trips: Integers, values: Floats) -> Floats:
        summed: Floats = np.bincount(trips, weights=values, minlength=count).astype(np.float64, copy=False)
        return summed

    entry_units = by_trip(into, adding * walk.end_scale[into] / walk.scale[entering])
    exit_units = by_trip(out, reducing * walk.end_scale[out] / walk.scale[leaving])
    entry_value = by_trip(into, adding * fills.price[entering])
    exit_value = by_trip(out, reducing * fills.price[leaving])
    is_open = walk.exit_fill < 0
    instrument, multiplier = fills.instrument[walk.entry_fill], fills.multiplier[walk.entry_fill]
    held = np.where(is_open, entry_units - exit_units, 0.0)
    exit_value = exit_value + np.where(is_open, held * marks[instrument], 0.0)
    direction = np.where(fills.quantity[walk.entry_fill] > 0.0, 1, -1)
    counted = walk.received >= 0
    return RoundTrips(
        instrument=instrument,
        direction=direction,
        entry_bar=fills.bar[walk.entry_fill],
        exit_bar=np.where(is_open, last_bar, fills.bar[walk.exit_fill]),
        entry_fill=walk.entry_fill,
        exit_fill=walk.exit_fill,
        quantity=walk.largest,
        entry_price=entry_value / entry_units,
        exit_price=exit_value / (exit_units + held),
        entry_notional=entry_value * multiplier,
        gross_pnl=direction * (exit_value - entry_value) * multiplier,
        fees=by_trip(into, share[entering] * adding) + by_trip(out, share[leaving] * reducing),
        income=by_trip(walk.received[counted], adjustments.income[counted]),
        entry_reason=fills.reason[walk.entry_fill],
        exit_reason=np.where(is_open, -1, fills.reason[walk.exit_fill]),
        is_open=is_open,
    )


def _check(fills: Fills, marks: Floats, adjustments: Adjustments) -> None:
    if len(fills) == 0:
        return
    if np.any(fills.quantity == 0.0) or not np.all(np.isfinite(fills.quantity)):
        raise ValueError("every fill needs a signed quantity that is not zero; found zero or a missing one")
    if np.any(fills.bar[1:] < fills.bar[:-1]) or np.any(adjustments.bar[1:] < adjustments.bar[:-1]):
        raise ValueError("fills and adjustments must be in time order; found a bar before the one above it")
    highest = int(fills.instrument.max())
    if highest >= len(marks):
        raise ValueError(f"every instrument needs a mark price; found {len(marks)} marks and instrument {highest}")


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """What walking through the fills in order tells of each fill, each adjustment and each trip."""

    closing: Floats
    """Signed part of each fill that reduces a position."""
    closed: Integers
    """Trip that this part belongs to; -1 for none."""
    opened: Integers
    """Trip that the rest of the fill belongs to; -1 for none."""
    scale: Floats
    """Product of the instrument's splits before each fill."""
    received: Integers
    """Trip that each adjustment belongs to; -1 before the first."""
    entry_fill: Integers
    exit_fill: Integers
    largest: Floats
    end_scale: Floats
    """Product of the instrument's splits before the end of each trip."""


def _walk(fills: Fills, adjustments: Adjustments, instruments: int) -> _Walk:
    rows, events = len(fills), len(adjustments)
    given: tuple[Any, ...] = (
        fills.instrument.astype(np.int64, copy=False),
        fills.quantity,
        fills.bar.astype(np.int64, copy=False),
        adjustments.instrument.astype(np.int64, copy=False),
        adjustments.ratio,
        adjustments.bar.astype(np.int64, copy=False),
    )
    found: tuple[Any, ...] = (
        np.zeros(instruments),
        np.full(instruments, -1, dtype=np.int64),
        np.ones(instruments),
        np.zeros(rows),
        np.full(rows, -1, dtype=np.int64),
        np.full(rows, -1, dtype=np.int64),
        np.ones(rows),
        np.full(events, -1, dtype=np.int64),
        np.zeros(rows, dtype=np.int64),
        np.full(rows, -1, dtype=np.int64),
        np.zeros(rows),
        np.ones(rows),
    )
    if rows >= WORTH_COMPILING and compiled.is_loaded() and compiled.is_enabled():
        trips = compiled.compiled(_walk_fills)(*given, *found)
    else:  # lists: reading one number is five times as fast as from an array
        lists = [column.tolist() for column in found]
        trips = _walk_fills(*(column.tolist() for column in given), *lists)
        found = tuple(np.array(one, dtype=column.dtype) for one, column in zip(lists, found, strict=True))
    return _Walk(*found[3:8], *(column[:trips] for column in found[8:]))


def _walk_fills(
    instrument: Any,
    quantity: Any,
    fill_bar: Any,
    event_instrument: Any,
    event_ratio: Any,
    event_bar: Any,
    position: Any,
    current: Any,
    scale_now: Any,
    closing: Any,
    closed: Any,
    opened: Any,
    scale: Any,
    received: Any,
    entry_fill: Any,
    exit_fill: Any,
    largest: Any,
    end_scale: Any,
) -> int:
    """Assign fills to trips, in place, and count the trips: arithmetic on anything indexable, compiled when large."""
    trips, event, rows = 0, 0, len(quantity)
    for row in range(rows + 1):
        while event < len(event_ratio) and (row == rows or event_bar[event] <= fill_bar[row]):
            which = event_instrument[event]
            received[event] = current[which]
            scale_now[which] *= event_ratio[event]
            if position[which] != 0.0:
                position[which] *= event_ratio[event]
                largest[current[which]] *= event_ratio[event]
                end_scale[current[which]] = scale_now[which]
            event += 1
        if row == rows:
            break
        which = instrument[row]
        held, after = position[which], position[which] + quantity[row]
        trip = current[which]
        scale[row] = scale_now[which]
        if held != 0.0 and (quantity[row] > 0.0) != (held > 0.0):
            closed[row] = trip
            is_flat = abs(after) <= FLAT * largest[trip]
            if is_flat or (after > 0.0) == (held > 0.0):
                closing[row] = quantity[row]
                position[which] = 0.0 if is_flat else after
                if is_flat:
                    exit_fill[trip] = row
                continue
            closing[row] = -held
            exit_fill[trip] = row
            held = 0.0
        if held == 0.0:
            trip = trips
            trips += 1
            current[which] = trip
            entry_fill[trip] = row
            end_scale[trip] = scale_now[which]
        opened[row] = trip
        position[which] = after
        largest[trip] = max(largest[trip], abs(after))
    return trips
