"""A split changes what every earlier execution amounts to, whenever it is told: positions follow the venue's time.

This file decides how a split is booked. Fractions of a lot are paid for the account as a whole, so lots are shared out
among the strategies (largest fraction first) and the fractions change hands at the split's price. An execution that
comes late from before a split, or a split that comes late, has the instrument's positions made anew in the venue's
order, from its first execution on or from what was held when the oldest were dropped. What is executed at the very
moment of a split was executed after it: a split comes with the market's opening, whichever is told first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.side import Side
from tradewright.domain.portfolio.position import Position
from tradewright.engine.session.dropped import Base
from tradewright.engine.session.facts import PositionAdopted, SplitBooked
from tradewright.engine.session.state import HeldBefore, SessionState

_ZERO = Decimal(0)
Event = tuple[int, str, Fill | SplitBooked | PositionAdopted]
"""Venue time, strategy, what happened."""
_EVER = 1 << 80


def book_split(state: SessionState, fact: SplitBooked) -> None:
    """A split, in its place among the executions of its instrument."""
    name = fact.instrument
    state.moved[fact.identity] = None
    later = any(one.happened_ns > fact.happened_ns > 0 for one in state.splits.get(name, ()))
    state.splits.setdefault(name, []).append(fact)
    if later or any(
        fill.time_ns >= fact.happened_ns > 0 for fill in state.executions.values() if fill.instrument == name
    ):
        make_anew(state, name)
    else:
        positions = {strategy: of[name] for strategy, of in state.positions.items() if name in of}
        _pay(state, name, _after_split(state, positions, fact))
        for strategy, position in positions.items():
            state.positions[strategy][name] = position
    if name in state.marks:
        state.marks[name] /= fact.ratio


def comes_late(state: SessionState, fill: Fill) -> bool:
    """Whether the execution is older than a split that is booked already."""
    return any(split.happened_ns > fill.time_ns for split in state.splits.get(fill.instrument, ()))


def book_held_before(state: SessionState, fact: PositionAdopted) -> None:
    """Remember a position that was there before: it is as of all that is booked by now."""
    name = fact.instrument
    times = [fill.time_ns for fill in state.executions.values() if fill.instrument == name]
    times += [split.happened_ns for split in state.splits.get(name, ())]
    base = state.base(name)
    times += [] if base is None else [base.until_ns]
    state.held_before.append(HeldBefore(fact, max(times, default=0)))


def make_anew(state: SessionState, name: str) -> None:
    """The instrument's positions from all its executions and splits, in the order in which the venue had them."""
    made = course(state, name, fills=[fill for fill in state.executions.values() if fill.instrument == name])
    _pay(state, name, made.paid - state.split_paid.get(name, _ZERO))
    for strategy, position in made.positions.items():
        state.positions[strategy][name] = position


def course(state: SessionState, name: str, *, fills: Iterable[Fill], until_ns: int = _EVER) -> Base:
    """What the instrument's executions and splits of before a moment add up to, in the order in which the venue had
    them; what was dropped counts as what was held then."""
    base = state.base(name)
    before = {} if base is None else base.positions
    positions: dict[str, Position] = {
        strategy: before.get(strategy)
        or replace(of[name], quantity=_ZERO, cost_basis=_ZERO, realized=_ZERO, fees=_ZERO)
        for strategy, of in state.positions.items()
        if name in of
    }
    paid, since_ns = (_ZERO, -_EVER) if base is None else (base.paid, base.until_ns)
    for time_ns, strategy, event in sorted(_events(state, name, fills), key=_when):
        if not since_ns <= time_ns < until_ns:
            continue
        match event:
            case Fill():
                positions[strategy] = _after_fill(positions[strategy], event)
            case SplitBooked():
                paid += _after_split(state, positions, event)
            case PositionAdopted():
                positions[strategy] = adopted(positions[strategy], event)
    return Base(until_ns, positions, paid)


def with_fill(base: Base, fill: Fill, *, strategy: str, flat: Position) -> Base:
    """The base with an execution that is told late and is older than it."""
    position = _after_fill(base.positions.get(strategy, flat), fill)
    return replace(base, positions={**base.positions, strategy: position})


def _after_fill(position: Position, fill: Fill) -> Position:
    """A fee in another currency is no part of the position."""
    is_own = fill.fee.currency == position.currency
    return position.after_fill(fill if is_own else replace(fill, fee=Money.zero(position.currency)))


def adopted(position: Position, fact: PositionAdopted) -> Position:
    """With what was held before, at the price it was found at."""
    basis = position.cost_basis + fact.quantity * fact.price * position.multiplier
    quantity = position.quantity + fact.quantity
    return replace(position, quantity=quantity, cost_basis=basis if quantity else _ZERO)


def _events(state: SessionState, name: str, fills: Iterable[Fill]) -> Iterator[Event]:
    for fill in fills:
        if fill.execution_id not in state.busted:
            yield fill.time_ns, state.orders[fill.client_order_id].strategy, fill
    for split in state.splits.get(name, ()):
        yield split.happened_ns, "", split
    for held in state.held_before:
        if held.fact.instrument == name:
            yield held.as_of_ns, held.fact.strategy, held.fact


def _when(event: Event) -> tuple[int, int]:
    """At one moment splits come first, and last what was found to be held."""
    return event[0], 0 if isinstance(event[2], SplitBooked) else 2 if isinstance(event[2], PositionAdopted) else 1


def _pay(state: SessionState, name: str, amount: Decimal) -> None:
    terms = state.instrument(name)
    currency = state.currency if terms is None else terms.currency
    state.cash[currency] = state.cash.get(currency, _ZERO) + amount
    state.split_paid[name] = state.split_paid.get(name, _ZERO) + amount


def _after_split(state: SessionState, positions: dict[str, Position], fact: SplitBooked) -> Decimal:
    """Every strategy's position in new shares, whole lots all; the cash paid for the account's fraction."""
    terms = state.instrument(fact.instrument)
    lot = Decimal(1) if terms is None else terms.lot
    exact = {name: one.quantity * fact.ratio for name, one in positions.items()}
    whole = {name: _whole(quantity, lot) for name, quantity in exact.items()}
    missing = _whole(sum(exact.values(), _ZERO), lot) - sum(whole.values(), _ZERO)
    step = lot if missing > 0 else -lot
    for name in sorted(exact, key=lambda one: (-(exact[one] - whole[one]) * step, one))[: int(abs(missing) / lot)]:
        whole[name] += step
    for name, position in positions.items():
        split = replace(position, quantity=exact[name])
        change = whole[name] - exact[name]
        positions[name] = split if change == 0 else split.after_fill(_fraction(fact, change, position.currency))
    paid = sum(exact.values(), _ZERO) - sum(whole.values(), _ZERO)
    return paid * fact.price * (Decimal(1) if terms is None else terms.multiplier)


def _whole(quantity: Decimal, lot: Decimal) -> Decimal:
    return (quantity / lot).to_integral_value(rounding=ROUND_DOWN) * lot


def _fraction(fact: SplitBooked, change: Decimal, currency: str) -> Fill:
    """A fraction that changes hands at the split's price."""
    return Fill(
        execution_id=ExecutionId(fact.identity),
        client_order_id=ClientOrderId(fact.identity),
        instrument=fact.instrument,
        side=Side.of(change),
        quantity=abs(change),
        price=fact.price,
        fee=Money.zero(currency),
        time_ns=fact.happened_ns,
    )
