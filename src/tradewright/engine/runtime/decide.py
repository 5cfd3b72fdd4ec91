"""decide(state, wishes) -> requests: from what a strategy wants to what is asked of the broker, after a row's close.

Mirrors `plan` of the kernel's loop order by order; the parity tests hold the two together.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from tradewright.domain.matching.layout import MARKET, OPEN_SIDE, TARGET
from tradewright.domain.matching.plan import delta_to, has_drifted, is_instruction
from tradewright.engine.runtime.state import State
from tradewright.engine.sizes import Sizes
from tradewright.ports.historical import NewOrder
from tradewright.trading.sizing.sizing import Size


class Protect(NamedTuple):
    """Set or move the protective prices of an instrument."""

    instrument: int
    loss: Any
    gain: Any


class Supersede(NamedTuple):
    """End the instrument's waiting target orders; nothing else has to be traded."""

    instrument: int


Request = NewOrder | Protect | Supersede


class Wanted(NamedTuple):
    """What is wanted of one instrument after a row; a weight of NaN is no opinion, prices of 0 are none."""

    instrument: int
    weight: float
    loss: Any
    gain: Any
    size: Size | None = None
    """What a full strength was sized to, where units may bind ..."""
    units: float = 0.0
    """... and the most units of this strength."""


class Planning(NamedTuple):
    """How targets become orders in this run."""

    is_restated: int
    band: float
    sizes_at_fill: bool
    sizes: Sizes | None = None
    """What the strengths are sized by, where that is not slots."""


def decide(state: State, row: int, *, wanted: list[Wanted], planning: Planning) -> Iterator[Request]:
    """The requests of one row, in the order of the instruments."""
    equity: Any = None
    for wish in wanted:
        i = wish.instrument
        position = state.positions[i]
        asks = is_instruction(wish.weight, state.wanted[i], planning.is_restated)
        if asks and not state.has_mark(row, i):
            continue  # no bar yet, so no price: it is asked again
        if wish.weight == wish.weight:
            state.wanted[i] = wish.weight
        if equity is None and (asks or planning.band > 0):
            equity = state.equity(row)
        if not asks and planning.band > 0:
            price = float(state.marks[row * len(state.positions) + i])
            asks = has_drifted(
                state.wanted[i],
                float(position.quantity),
                price,
                float(position.multiplier),
                float(equity),
                planning.band,
            )
        if asks:
            yield from target(state, row, wish=wish, equity=equity, planning=planning)
        elif wish.loss > 0 or wish.gain > 0:
            yield Protect(i, wish.loss, wish.gain)


def target(state: State, row: int, *, wish: Wanted, equity: Any, planning: Planning) -> Iterator[Request]:
    """An order that leads to the wanted weight, or moved protection where nothing has to be traded."""
    i, zero = wish.instrument, state.numbers.zero
    position = state.positions[i]
    weight = state.numbers.of(state.wanted[i])
    yield Supersede(i)
    if weight == 0 and position.quantity == 0:
        return
    if planning.sizes_at_fill:
        yield NewOrder(i, OPEN_SIDE, MARKET, TARGET, zero, zero, zero, weight, wish.loss, wish.gain, 0, 1, 1)
        return
    price = state.marks[row * len(state.positions) + i]
    if wish.size is not None:
        weight, equity = within_units(state, wish, price=price, equity=equity, sizes=planning.sizes)
    delta = delta_to(weight, equity, price, position.multiplier, position.lot, position.quantity)
    if delta == 0:
        if wish.loss > 0 or wish.gain > 0:
            yield Protect(i, wish.loss, wish.gain)
        return
    side = 1 if delta > 0 else -1
    yield NewOrder(i, side, MARKET, TARGET, abs(delta), zero, zero, weight, wish.loss, wish.gain, 0, 1, 0)


def within_units(state: State, wish: Wanted, *, price: Any, equity: Any, sizes: Sizes | None) -> tuple[Any, Any]:
    """The weight and what it is of: equity, or the units at this price where they are less."""
    size, position = wish.size, state.positions[wish.instrument]
    assert size is not None and sizes is not None
    unit = price * position.multiplier
    sizes.bound[size.bound(float(unit), float(equity))] += 1
    most, weight = state.numbers.of(wish.units) * unit, state.numbers.of(wish.weight)
    if math.isinf(size.weight) or most < abs(weight) * equity:
        return state.numbers.of(math.copysign(1.0, wish.weight)), most
    return weight, equity
