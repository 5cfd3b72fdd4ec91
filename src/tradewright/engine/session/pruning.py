"""Pruning takes orders that ended long ago out of the books of a session, so that it can trade for years.

This file decides which may leave: those whose life and whose executions are over since before a moment, together with
everything that they are linked to. Positions, cash and results are not touched. What stays of them is their ids
(`dropped.py`) and, of each instrument, what was held then.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tradewright.domain.orders.fill import Fill
from tradewright.engine.session.dropped import Base, Dropped, execution_entries, order_entries
from tradewright.engine.session.facts import Pruned
from tradewright.engine.session.splitting import course
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder


def prunable(state: SessionState, before_ns: int) -> dict[str, TrackedOrder]:
    """The orders that may leave the books, by their ids, oldest first."""
    told = {*state.untold, *state.telling}
    leaving = {name: one for name, one in state.orders.items() if _is_over(state, one, before_ns, told=told)}
    linked: dict[str, list[str]] = defaultdict(list)
    legs: dict[str, list[str]] = defaultdict(list)
    for name, one in leaving.items():
        linked[one.order.request.link].append(name)
        legs[one.parent].append(name)
    stay = [one for name, one in state.orders.items() if name not in leaving]
    while stay:
        one = stay.pop()
        link = one.order.request.link
        beside = (*legs.pop(one.id, ()), *(linked.pop(link, ()) if link else ()), one.parent)
        stay.extend(leaving.pop(name) for name in beside if name in leaving)
    return leaving


def prune(state: SessionState, fact: Pruned) -> None:
    """Let them leave."""
    gone, leaving = state.gone, prunable(state, fact.before_ns)
    assert fact.before_ns > gone.until_ns, "orders leave in the order of time"
    executions = {name for one in leaving.values() for name in _executions(one)}
    fills = [state.executions[name] for name in executions]
    names = dict.fromkeys((*gone.instruments, *sorted({one.instrument for one in fills})))
    places = {name: place for place, name in enumerate(names)}
    state.dropped = Dropped(
        until_ns=fact.before_ns,
        newest_ns=max((gone.newest_ns, *(one.time_ns for one in fills))),
        orders=gone.orders + len(leaving),
        executions=gone.executions + len(fills),
        bases=_bases(state, {one.instrument for one in fills}, fact.before_ns),
        instruments=tuple(names),
        order_ids=order_entries(gone.order_ids, leaving),
        execution_ids=execution_entries(
            gone.execution_ids,
            ((one.execution_id, places[one.instrument], one.execution_id in state.busted) for one in fills),
        ),
    )
    state.orders = {name: one for name, one in state.orders.items() if name not in leaving}
    state.executions = {name: one for name, one in state.executions.items() if name not in executions}
    state.busted = {name: None for name in state.busted if name not in executions}
    state.numbers = {number: name for number, name in state.numbers.items() if name not in leaving}


def _is_over(state: SessionState, one: TrackedOrder, before_ns: int, *, told: set[str]) -> bool:
    """Whether nothing of it has happened since a moment, nor waits to be told to the strategy or to be looked at by a
    person."""
    if one.is_open or one.changed_ns >= before_ns or one.instrument in state.frozen:
        return False
    return all(state.executions[name].time_ns < before_ns and name not in told for name in _executions(one))


def _executions(one: TrackedOrder) -> Iterator[str]:
    yield from (name for name, _ in one.order.executions)
    yield from one.order.busted


def _bases(state: SessionState, instruments: set[str], before_ns: int) -> Mapping[str, Base]:
    """What was held of each instrument at that moment; of one that keeps all its executions, as before."""
    fills: dict[str, list[Fill]] = {name: [] for name in sorted(instruments)}
    for fill in state.executions.values():
        if fill.instrument in fills:
            fills[fill.instrument].append(fill)
    made = {name: course(state, name, fills=every, until_ns=before_ns) for name, every in fills.items()}
    return {**state.gone.bases, **made}
