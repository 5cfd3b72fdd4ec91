"""The aftermath is what follows from a step that an order took: what waited for its end, who is told that it is odd.

This file decides both, for steps that reports and executions lead to.
"""

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.transitions import IllegalStep, OrderEvent, transition
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.linking import leg_failed
from tradewright.engine.session.deciding.proposing import settle
from tradewright.engine.session.effects import Severity
from tradewright.engine.session.tracked import TrackedOrder

IN_DOUBT = frozenset({OrderLife.APPROVED, OrderLife.UNKNOWN})
"""Lives of which nobody can tell whether the venue has the order."""


def after(desk: Desk, tracked: TrackedOrder) -> Outcomes:
    """What an order's change of life leads to."""
    if desk.state.orders[tracked.id].is_open:
        return
    desk.memory.watches.pop(tracked.id, None)
    if tracked.instrument in desk.state.deferred:
        yield from settle(desk, tracked.instrument)
    ended = desk.state.orders[tracked.id]
    if ended.order.filled == 0:
        yield from leg_failed(desk, ended.order.request, name=ended.id, reason=ended.order.life.value)


def odd_step(desk: Desk, tracked: TrackedOrder, *, event: OrderEvent, story: str = "") -> Outcomes:
    """Tell people of a step that should not have come: after the end, beyond the order, after a rejection."""
    step = transition(tracked.order.life, event)
    if isinstance(step, IllegalStep):
        return
    told = f"order {tracked.id} was {tracked.order.life.value} and is {event.value}: {story or step.remark}"
    if step.incident is not None:
        yield from desk.incident(step.incident, tracked.instrument, story=told)
        if event is OrderEvent.OVERFILLED or tracked.order.life is OrderLife.REJECTED:
            yield from desk.freeze(tracked.instrument, told)
    elif step.is_late:
        yield from desk.alert(Severity.WARNING, "LATE_FILL", subject=tracked.instrument, story=told)
