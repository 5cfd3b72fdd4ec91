"""Late is what the venue tells of orders that have left the books: most of it was told before, and is no news.

This file decides how the rest is met. An execution or a bust that is news, and a split from before what was dropped,
cannot be booked exactly any more: it is refused, once and for good, people are told, and nothing new is risked in the
instrument. Nothing of that is hidden: the books then differ from the venue's until somebody begins a new session.
"""

from collections.abc import Generator
from dataclasses import replace

from tradewright.domain.orders.fill import Fill
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.adopting import by_venue_id, fresh_id, is_foreign, newest_foreign_id
from tradewright.engine.session.deciding.desk import Desk, Outcome, Outcomes
from tradewright.ports.broker import ExecutionBusted, OrderReport, ReportedLife, SplitDone

EXECUTION, BUST, SPLIT = "execution", "bust", "split"


def late_execution(desk: Desk, fill: Fill) -> Generator[Outcome, None, bool]:
    """Whether an execution that is not in the books is no news of theirs any more; then it is dealt with."""
    state, gone = desk.state, desk.state.gone
    if not gone.orders:
        return False
    if gone.execution(fill.execution_id) is not None or f"{EXECUTION} {fill.execution_id}" in state.refused:
        desk.memory.ignored += 1
        return True
    reason, order = "", _dropped_order(desk, fill)
    if order:
        reason = f"its order {order} ended long ago"
    elif _is_beyond(desk, fill):
        reason = "shares were split since, and what was held then is known as a sum only"
    if reason:
        told = f"{fill.side.value} {fill.quantity} {fill.instrument} at {fill.price}"
        yield from _refuse(desk, EXECUTION, fill, told=f"execution {fill.execution_id} ({told})", reason=reason)
    return bool(reason)


def named_anew(desk: Desk, fill: Fill) -> Fill:
    """The execution under a name that no order has had, where its order's was one of before."""
    if fill.client_order_id in desk.state.orders or not desk.state.gone.has_order(fill.client_order_id):
        return fill
    return replace(fill, client_order_id=fresh_id(desk, fill.venue_order_id or fill.client_order_id))


def late_bust(desk: Desk, given: ExecutionBusted) -> Generator[Outcome, None, bool]:
    """Whether the execution that is taken back has left the books, or stands in them too deep to be taken out."""
    state = desk.state
    known, old = state.executions.get(given.execution_id), state.gone.execution(given.execution_id)
    is_told = (old is not None and old.is_busted) or f"{BUST} {given.execution_id}" in state.refused
    if is_told:
        desk.memory.ignored += 1
        return True
    told = f"the bust of execution {given.execution_id} of order {given.client_order_id}"
    if old is not None:
        fact = _refusal(desk, BUST, given.execution_id, instrument=old.instrument, told=told, reason="it was long ago")
        yield from _refused(desk, replace(fact, client_order_id=given.client_order_id))
        return True
    if known is not None and _is_beyond(desk, known):
        yield from _refuse(desk, BUST, known, told=told, reason="shares were split since, and it was long ago")
        return True
    return False


def late_split(desk: Desk, given: SplitDone) -> Generator[Outcome, None, bool]:
    """Whether a split is from before what is known execution by execution."""
    base = desk.state.base(given.instrument)
    if base is None or given.time_ns >= base.until_ns:
        return False
    if f"{SPLIT} {given.identity}" in desk.state.refused:
        desk.memory.ignored += 1
        return True
    told = f"split {given.identity} of {given.instrument} by {given.ratio}"
    reason = "it took effect long ago, and what was held then is not known"
    yield from _refused(
        desk, _refusal(desk, SPLIT, given.identity, instrument=given.instrument, told=told, reason=reason)
    )
    return True


def is_of_dropped_order(desk: Desk, given: OrderReport) -> bool:
    """Whether a report is about an order that has left the books; the venue may have given its own name to another
    order since."""
    gone = desk.state.gone
    if not gone.orders or given.client_order_id:
        return bool(given.client_order_id) and gone.has_order(given.client_order_id or "")
    is_newer = given.time_ns >= gone.until_ns or (given.time_ns == 0 and given.life is ReportedLife.WORKING)
    return not is_newer and gone.has_order(newest_foreign_id(desk, given.venue_order_id))


def name_of(desk: Desk, given: OrderReport) -> str:
    """What the dropped order of a report was called."""
    return given.client_order_id or newest_foreign_id(desk, given.venue_order_id)


def _dropped_order(desk: Desk, fill: Fill) -> str:
    """The dropped order that an execution is of; empty where it is of none. One of a foreign order that happened since
    is of another order, which the venue calls by the same name."""
    gone, name = desk.state.gone, fill.client_order_id
    if name in desk.state.orders:
        return ""
    if gone.has_order(name) and not is_foreign(name):
        return name
    if fill.venue_order_id and by_venue_id(desk, fill.venue_order_id) is not None:
        return ""
    names = (name, newest_foreign_id(desk, fill.venue_order_id) if fill.venue_order_id else "")
    return next((one for one in names if fill.time_ns < gone.until_ns and gone.has_order(one)), "")


def _is_beyond(desk: Desk, fill: Fill) -> bool:
    """Whether shares were split between an execution and the moment from which on all executions are known."""
    base = desk.state.base(fill.instrument)
    if base is None or fill.time_ns >= base.until_ns:
        return False
    splits = desk.state.splits.get(fill.instrument, ())
    return any(fill.time_ns < one.happened_ns < base.until_ns for one in splits)


def _refuse(desk: Desk, what: str, fill: Fill, *, told: str, reason: str) -> Outcomes:
    fact = _refusal(desk, what, fill.execution_id, instrument=fill.instrument, told=told, reason=reason)
    yield from _refused(desk, replace(fact, client_order_id=fill.client_order_id, fill=fill))


def _refusal(desk: Desk, what: str, identity: str, *, instrument: str, told: str, reason: str) -> facts.ReportRefused:
    return facts.ReportRefused(
        time_ns=desk.now_ns, what=what, identity=identity, client_order_id="", instrument=instrument,
        story=f"{told} came too late to be booked: {reason}",
    )  # fmt: skip


def _refused(desk: Desk, fact: facts.ReportRefused) -> Outcomes:
    yield fact
    yield from desk.incident("TOO_LATE", fact.instrument, story=fact.story)
    yield from desk.freeze(fact.instrument, fact.story)
