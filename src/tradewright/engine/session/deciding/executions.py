"""An execution is a trade of ours that the venue tells of, once or more often, before or after everything else.

This file decides that each is booked once, to which order, and what room an order has for it; one that the venue takes
back is taken out again.
"""

from dataclasses import replace

from tradewright.domain.identifiers import foreign_order_id
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.transitions import IllegalStep
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.adopting import (
    GUESSED,
    adopt,
    by_venue_id,
    parent_of,
    report_of,
)
from tradewright.engine.session.deciding.aftermath import IN_DOUBT, after, odd_step
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.late import late_bust, late_execution, named_anew
from tradewright.engine.session.deciding.linking import late_leg
from tradewright.engine.session.deciding.supervising import supervise
from tradewright.engine.session.deciding.watching import watch
from tradewright.engine.session.effects import Tell
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.broker import AskOrder, ExecutionBusted


def executed(desk: Desk, fill: Fill) -> Outcomes:
    """One execution, booked once however often it is told."""
    state = desk.state
    known = state.executions.get(fill.execution_id)
    if known is not None:
        if _body(known) != _body(fill):
            story = f"execution {fill.execution_id} was {_body(known)} and is {_body(fill)}: the first one is booked"
            yield from desk.incident_once("EXECUTION_DIFFERS", fill.instrument, story=story)
        return
    if (yield from late_execution(desk, fill)):
        return
    tracked = state.orders.get(fill.client_order_id)
    if tracked is None and fill.venue_order_id:
        tracked = by_venue_id(desk, fill.venue_order_id)
        if tracked is not None and (tracked.instrument, tracked.order.request.side) != (fill.instrument, fill.side):
            tracked = None
    if tracked is None:
        fill = named_anew(desk, fill)
        if not fill.client_order_id:
            fill = replace(fill, client_order_id=foreign_order_id(f"fill {fill.execution_id}"))
        yield from adopt(desk, report_of(fill, parent=parent_of(desk, fill.client_order_id)))
        tracked = state.orders[fill.client_order_id]
    fill = fill if fill.client_order_id == tracked.id else replace(fill, client_order_id=tracked.id)
    yield from _room_for(desk, tracked, fill)
    tracked = state.orders[tracked.id]
    order = tracked.order.with_fill(fill)
    if isinstance(order, IllegalStep):
        yield from desk.illegal(tracked, order)
        return
    yield from _odd(desk, tracked, fill)
    yield facts.OrderFilled(desk.now_ns, fill)
    desk.memory.missing.pop(tracked.id, None)
    if fill.execution_id in desk.memory.early_busts:
        yield from busted(desk, ExecutionBusted(tracked.id, fill.execution_id))
    yield from after(desk, tracked)
    yield from late_leg(desk, desk.state.orders[tracked.id])
    yield from supervise(desk, happened_ns=fill.time_ns)
    yield from watch(desk)


def _body(fill: Fill) -> str:
    return f"{fill.side.value} {fill.quantity} {fill.instrument} at {fill.price}"


def busted(desk: Desk, given: ExecutionBusted) -> Outcomes:
    """The venue took an execution back; one that is not known yet is taken back as soon as it is."""
    if given.execution_id in desk.state.busted or (yield from late_bust(desk, given)):
        return
    fill = desk.state.executions.get(given.execution_id)
    if fill is None:
        desk.memory.early_busts.add(given.execution_id)
        return
    tracked = desk.state.orders[fill.client_order_id]
    order = tracked.order.without_fill(given.execution_id)
    if isinstance(order, IllegalStep):
        yield from desk.illegal(tracked, order)
        return
    yield facts.FillBusted(desk.now_ns, tracked.id, given.execution_id)
    desk.memory.early_busts.discard(given.execution_id)
    story = f"{fill.side.value} {fill.quantity} at {fill.price} of order {tracked.id} was taken back by the venue"
    yield from desk.incident("BUSTED", tracked.instrument, story=story)


def _room_for(desk: Desk, tracked: TrackedOrder, fill: Fill) -> Outcomes:
    """An order known by its executions alone, or one that closes what is held, is as large as its executions say, and
    more: until the venue says how large. One of which more was asked for may have got it before it filled."""
    order = tracked.order
    total, wanted = order.filled + fill.quantity, order.request.quantity
    asked = tracked.wanted_terms
    if asked is not None and wanted <= total < asked.quantity:
        yield facts.OrderReplaced(desk.now_ns, tracked.id, asked)
        yield Tell(AskOrder(desk.memory.question(), tracked.id))
        return
    is_loose = order.request.reason == GUESSED
    if order.request.closes_position:
        left = desk.state.held(fill.instrument) + fill.signed_quantity
        is_loose = is_loose or total > wanted or left != 0
    is_loose = is_loose and total >= wanted
    if is_loose and order.life in IN_DOUBT:
        yield facts.OrderAccepted(desk.now_ns, tracked.id, fill.venue_order_id or "")
        order = desk.state.orders[tracked.id].order
    if is_loose and (order.life.is_at_venue or order.life is OrderLife.FILLED):
        yield facts.OrderReplaced(desk.now_ns, tracked.id, replace(order.request, quantity=total + fill.quantity))


def _odd(desk: Desk, tracked: TrackedOrder, fill: Fill) -> Outcomes:
    """A fill after the end, or of more than was ordered: real, so it is booked, and somebody is told."""
    event = tracked.order.fill_event(fill.quantity)
    yield from odd_step(desk, tracked, event=event, story=f"{fill.quantity} at {fill.price}")
