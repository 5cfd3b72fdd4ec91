"""The market's part: a slice closes, the account is valued, the strategy is shown what there is.

This file decides what a slice that comes again means (the session was restarted before it had dealt with it), and what
the strategy is shown with it.
"""

from collections.abc import Mapping
from decimal import Decimal

from tradewright.domain.market.actions import ActionKind
from tradewright.engine.runtime.day_measures import exact
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.protecting import exits
from tradewright.engine.session.deciding.pruning import is_due
from tradewright.engine.session.deciding.reconciling import begin
from tradewright.engine.session.deciding.supervising import supervise
from tradewright.engine.session.deciding.watching import watch
from tradewright.engine.session.effects import Acknowledge, Alert, EndSession, Severity, Show
from tradewright.engine.session.facts import StrategyLife
from tradewright.ports.feed import FeedEnded, FeedGap, FeedLost, Slice
from tradewright.ports.hosts import Shown, ShownFill, ShownPosition


def slice_closed(desk: Desk, given: Slice) -> Outcomes:
    """Value the account and show the strategy."""
    state, memory = desk.state, desk.memory
    if given.number < state.slice or (given.number == state.slice and given.number <= state.answered):
        yield Acknowledge(given.number)
        return
    is_again = given.number == state.slice
    if not is_again:
        if state.slice and given.number > state.slice + 1:
            yield from gap(desk, FeedGap(state.slice + 1, given.number - 1, "the feed skipped them"))
        if given.session > state.day and state.day <= state.slice_session:  # nor has one begun at the last close
            yield from _day(desk, given, given.session)
        marks = _marks(desk, given)
        yield facts.SliceClosed(given.time_ns, given.number, given.session, marks, _carried(desk, given, marks))
        if not given.is_warm_up:
            yield from supervise(desk)
            yield from watch(desk)
        if given.ends_day:  # what is decided after the close belongs to the next day
            yield from _day(desk, given, given.session + 1)
    if memory.shown is None or memory.shown.number != given.number:
        desk.markets.take(given)
    memory.shown, memory.held = given, None
    if not is_again and not given.is_warm_up:
        yield from exits(desk)
    if memory.host is None or state.life in {StrategyLife.QUARANTINED, StrategyLife.STOPPED}:
        yield Acknowledge(given.number)
        return
    yield Show(shown_of(desk, given))


def _day(desk: Desk, given: Slice, session: int) -> Outcomes:
    """A trading day begins with the equity of now."""
    equity = desk.state.equity()
    if equity is None:
        yield from desk.incident(
            "NO_EQUITY", "", story="the account cannot be valued, so the day's loss cannot be counted"
        )
        return
    yield facts.DayBegan(given.time_ns, session, equity)
    if is_due(desk):
        yield from begin(desk)


def gap(desk: Desk, given: FeedGap) -> Outcomes:
    """Slices are missing: never filled in silence."""
    story = f"slices {given.first} to {given.last} are missing: {given.reason}"
    yield facts.IncidentRaised(desk.now_ns, "GAP", "", story)
    yield Alert(Severity.WARNING, "GAP", "", story)


def lost(desk: Desk, given: FeedLost) -> Outcomes:
    """No market data: marks grow old, and the gate refuses by itself."""
    yield from desk.alert(Severity.CRITICAL, "FEED_LOST", subject="", story=given.reason)


def ended(desk: Desk, given: FeedEnded) -> Outcomes:
    """The history is over, and with it the session; what works at the venue is left as it is."""
    if not desk.state.is_over:
        yield facts.SessionStopped(desk.now_ns, "feed", f"the history is over after slice {given.last}")
    yield EndSession("the history is over")


def shown_of(desk: Desk, given: Slice) -> Shown:
    """The slice with the account as it is now."""
    state = desk.state
    held = state.net_positions()
    own = state.terms.strategy_name
    working = {
        (tracked.number or -tracked.intent): tracked.instrument
        for tracked in state.working()
        if tracked.strategy == own and not tracked.role.is_protection
    }
    return Shown(
        slice=given,
        cash=float(state.cash.get(state.currency, Decimal(0))),
        equity=float(state.equity() or Decimal(0)),
        positions={name: ShownPosition(float(held[name]), float(state.basis(name))) for name in held},
        working=working,
        ended=tuple(state.ending),
        fills=tuple(_fill(desk, name) for name in state.telling),
    )


def _fill(desk: Desk, execution: str) -> ShownFill:
    fill = desk.state.executions[execution]
    tracked = desk.state.orders[fill.client_order_id]
    return ShownFill(
        order=tracked.number,
        instrument=fill.instrument,
        quantity=float(fill.signed_quantity),
        price=float(fill.price),
        fee=float(fill.fee.amount),
        role=tracked.role.value,
    )


def _marks(desk: Desk, given: Slice) -> dict[str, Decimal]:
    names = desk.state.terms.instruments
    return {terms.instrument: exact(bar.close) for terms, bar in zip(names, given.bars, strict=True) if bar is not None}


def _carried(desk: Desk, given: Slice, traded: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Marks of what had no bar, in new shares: where nothing is held the venue tells of no split."""
    state, found = desk.state, dict[str, Decimal]()
    if not given.actions:
        return found
    for action in sorted(given.actions, key=lambda one: one.value):
        name = action.instrument
        is_booked = any(one.happened_ns == given.time_ns for one in state.splits.get(name, ()))
        if action.kind is ActionKind.SPLIT and name in state.marks and name not in traded and not is_booked:
            found[name] = found.get(name, state.marks[name]) / exact(action.value)
    return found
