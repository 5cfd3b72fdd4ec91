"""Reports are what the venue tells of orders, in any order, any number of times; of trades see `executions.py`.

This file decides which fact follows from each. What is known already is no fact; what the table of steps forbids is an
incident; an order that nobody here knows is adopted, never dropped.
"""

from dataclasses import replace

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.pending import PendingKind
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.transitions import IllegalStep, OrderEvent
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.adopting import (
    GUESSED,
    adopt,
    found,
)
from tradewright.engine.session.deciding.aftermath import IN_DOUBT, after, odd_step
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.late import (
    is_of_dropped_order,
    late_split,
)
from tradewright.engine.session.deciding.linking import leg_failed
from tradewright.engine.session.deciding.ordering import cancel, outgrown
from tradewright.engine.session.deciding.supervising import SWEEP
from tradewright.engine.session.effects import SetTimer, Severity, Tell
from tradewright.engine.session.facts import Role
from tradewright.engine.session.memory import Watch
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.broker import (
    AskFills,
    AskOrder,
    CancelRejected,
    CashMoved,
    OrderReport,
    Replaced,
    ReplaceRejected,
    ReportedLife,
    SendUnclear,
    SplitDone,
    SubmitRejected,
)


def reported(desk: Desk, given: OrderReport) -> Outcomes:
    """The venue's view of one order."""
    tracked = found(desk, given)
    if tracked is None and is_of_dropped_order(desk, given):
        desk.memory.ignored += 1  # should it work on, the next look at the venue finds it
        return
    if tracked is None:
        yield from adopt(desk, given)
        tracked = found(desk, given)
        assert tracked is not None, "an adopted order is known"
    desk.memory.missing.pop(tracked.id, None)
    if given.filled > tracked.order.filled:
        yield Tell(AskFills(desk.memory.question(), _asked_from(desk)))
    yield from _grown(desk, tracked, given)
    tracked = desk.state.orders[tracked.id]
    match given.life:
        case ReportedLife.WORKING | ReportedLife.FILLED:
            yield from _working(desk, tracked, given)
        case ReportedLife.CANCELED:
            canceled = facts.OrderCanceled(desk.now_ns, tracked.id, given.reason)
            yield from _ended(desk, tracked, canceled, OrderEvent.CANCELED)
        case ReportedLife.EXPIRED:
            expired = facts.OrderExpired(desk.now_ns, tracked.id, given.reason)
            yield from _ended(desk, tracked, expired, OrderEvent.EXPIRED)
        case ReportedLife.REJECTED if tracked.order.filled > 0:
            yield from _rejected_with_fills(desk, tracked, given.reason)
        case ReportedLife.REJECTED:
            yield from rejected(desk, SubmitRejected(tracked.id, given.reason))


def rejected(desk: Desk, given: SubmitRejected) -> Outcomes:
    """The venue proved that it did not take the order."""
    tracked = desk.state.orders.get(given.client_order_id)
    if tracked is None and desk.state.gone.has_order(given.client_order_id):
        desk.memory.ignored += 1
        return
    if tracked is None:
        yield from desk.incident("UNKNOWN_ORDER", "", story=f"{given.client_order_id} was rejected and never sent")
        return
    fact = facts.OrderRejected(desk.now_ns, tracked.id, given.reason)
    yield from _ended(desk, tracked, fact, OrderEvent.REJECTED)
    if desk.state.orders[tracked.id].order.life is OrderLife.REJECTED:
        yield from _forget(desk, tracked)
        yield from desk.alert(
            Severity.WARNING,
            "REJECTED",
            subject=tracked.instrument,
            story=f"order {tracked.id} was rejected: {given.reason}",
        )


def _rejected_with_fills(desk: Desk, tracked: TrackedOrder, reason: str) -> Outcomes:
    """The venue's own record says rejected, and it has told executions: these stand, and nothing of it works on."""
    if not tracked.is_open:
        return
    step = tracked.order.after(OrderEvent.REJECTED)
    assert isinstance(step, IllegalStep), "an order with executions cannot be rejected"
    yield from desk.illegal(tracked, step)
    told = f"the venue calls it rejected, with {tracked.order.filled} filled: {reason}"
    yield from _ended(desk, tracked, facts.OrderCanceled(desk.now_ns, tracked.id, told), OrderEvent.CANCELED)


def unclear(desk: Desk, given: SendUnclear) -> Outcomes:
    """Nobody can tell whether it arrived: full exposure, until the venue is asked."""
    tracked = desk.state.orders.get(given.client_order_id)
    if tracked is None:
        return
    if tracked.order.life is OrderLife.APPROVED:
        yield facts.OrderHandedOver(desk.now_ns, tracked.id, tracked.order.attempt)
    desk.memory.watches.setdefault(tracked.id, Watch(desk.mono_ns))
    yield SetTimer(f"answer {tracked.id}", desk.rules.query_every_ns)


def handed_over(desk: Desk, name: str) -> Outcomes:
    """Bytes may have left."""
    tracked = desk.state.orders.get(name)
    if tracked is not None and tracked.order.life is OrderLife.APPROVED:
        yield facts.OrderHandedOver(desk.now_ns, name, tracked.order.attempt)
    if tracked is not None and name in desk.memory.watches:
        desk.memory.watches[name].since_ns = desk.mono_ns


def not_handed_over(desk: Desk, name: str, *, kind: str, reason: str) -> Outcomes:
    """Proven: nothing left. A submit ends there; a cancel or a replacement is asked for again later."""
    if not name:  # canceling everything: again, and soon
        yield SetTimer(SWEEP, desk.rules.query_every_ns)
        return
    tracked = desk.state.orders.get(name)
    if tracked is None or kind != "submit" or tracked.order.life is not OrderLife.APPROVED:
        return
    yield facts.OrderNotSent(desk.now_ns, name, reason)
    yield from _forget(desk, tracked)
    yield from leg_failed(desk, tracked.order.request, name=name, reason=reason)
    yield from desk.alert(
        Severity.WARNING, "NOT_SENT", subject=tracked.instrument, story=f"order {name} was not sent: {reason}"
    )


def cancel_rejected(desk: Desk, given: CancelRejected) -> Outcomes:
    """Not canceled; often a fill is on its way, so the order is asked for."""
    tracked = desk.state.orders.get(given.client_order_id)
    if tracked is None:
        return
    pending = tracked.order.pending
    if pending is not None and pending.kind is PendingKind.CANCEL:
        yield facts.CancelRefusedByVenue(desk.now_ns, tracked.id, given.reason)
    if tracked.is_open:
        yield Tell(AskOrder(desk.memory.question(), tracked.id))


def replace_rejected(desk: Desk, given: ReplaceRejected) -> Outcomes:
    """It works on as it was."""
    tracked = desk.state.orders.get(given.client_order_id)
    if tracked is None or tracked.order.pending is None or tracked.order.pending.kind is not PendingKind.REPLACE:
        return
    yield facts.ReplaceRefusedByVenue(desk.now_ns, tracked.id, given.reason)
    yield from desk.alert(
        Severity.WARNING, "REPLACE_REJECTED", subject=tracked.instrument, story=f"order {tracked.id}: {given.reason}"
    )
    yield from unwanted(desk, tracked)
    if tracked.is_open:
        yield Tell(AskOrder(desk.memory.question(), tracked.id))


def replaced(desk: Desk, given: Replaced) -> Outcomes:
    """It works on these terms."""
    tracked = desk.state.orders.get(given.client_order_id)
    if tracked is not None and tracked.order.life is OrderLife.FILLED and given.request.quantity > tracked.order.filled:
        yield Tell(AskOrder(desk.memory.question(), tracked.id))  # old news, or some of it is left
    if tracked is None or not tracked.is_open or tracked.order.request == given.request:
        return  # not ours, over meanwhile, or no news
    if given.request.quantity <= tracked.order.filled:
        yield Tell(AskOrder(desk.memory.question(), tracked.id))  # from before its last fills, or over
        return
    yield from _new_terms(desk, tracked, given.request)
    yield from unwanted(desk, tracked)


def split_done(desk: Desk, given: SplitDone) -> Outcomes:
    """Shares were split: booked once; resting orders come back in new shares with the next look at the venue."""
    if given.identity in desk.state.moved or (yield from late_split(desk, given)):
        return
    yield facts.SplitBooked(desk.now_ns, given.identity, given.instrument, given.ratio, given.price, given.time_ns)


def cash_moved(desk: Desk, given: CashMoved) -> Outcomes:
    """A dividend, funding, interest, a transfer: booked once."""
    if given.identity in desk.state.moved:
        return
    yield facts.CashBooked(desk.now_ns, given.identity, given.kind, given.instrument, given.currency, given.amount)


def _grown(desk: Desk, tracked: TrackedOrder, given: OrderReport) -> Outcomes:
    """What was filled for us is larger at the venue, which knew of every execution when it said so: something of it
    is left, or ended unfilled."""
    order = tracked.order
    is_newer = given.filled >= order.filled and given.request.quantity > max(order.filled, order.request.quantity)
    if order.life is OrderLife.FILLED and is_newer:
        yield from _new_terms(desk, tracked, given.request)


def _working(desk: Desk, tracked: TrackedOrder, given: OrderReport) -> Outcomes:
    """It works, or it is filled and the executions are on their way."""
    order = tracked.order
    if order.venue_order_id is None and not order.life.is_final:
        yield from _one_name_each(desk, tracked, given.venue_order_id)
    if order.life in IN_DOUBT or order.life is OrderLife.LOST:
        yield from odd_step(desk, tracked, event=OrderEvent.REPORTED_WORKING)
        yield facts.OrderAccepted(desk.now_ns, tracked.id, given.venue_order_id)
    elif order.life.is_at_venue and order.venue_order_id is None:  # a fill beat the acknowledgement: bind its id now
        yield facts.OrderAccepted(desk.now_ns, tracked.id, given.venue_order_id)
    elif order.venue_order_id not in {None, given.venue_order_id}:
        step = order.accepted_as(given.venue_order_id)
        if isinstance(step, IllegalStep):
            yield from desk.illegal(tracked, step)
        return
    tracked = desk.state.orders[tracked.id]
    order = tracked.order
    if given.life is ReportedLife.FILLED and tracked.is_open and given.request.quantity < order.filled == given.filled:
        yield from _too_much(desk, tracked, given)
        return
    is_older = given.filled < order.filled
    if tracked.is_open and not is_older and _differs(tracked.order.request, given.request):
        pending = tracked.order.pending
        is_over = given.life is ReportedLife.FILLED  # nothing can be replaced any more
        waits = pending is not None and pending.kind is PendingKind.REPLACE and not is_over
        if not waits or tracked.wanted_terms is None or not _differs(tracked.wanted_terms, given.request):
            yield from _new_terms(desk, tracked, given.request)
    yield from unwanted(desk, tracked)


def _too_much(desk: Desk, tracked: TrackedOrder, given: OrderReport) -> Outcomes:
    """It was thought larger than it was, to make room for its executions, and these are more than was ordered."""
    story = f"order {tracked.id} of {given.request.quantity} is filled with {given.filled}"
    yield from desk.incident("OVERFILL", tracked.instrument, story=story)
    yield from desk.freeze(tracked.instrument, story)
    yield facts.OrderCanceled(desk.now_ns, tracked.id, story)
    yield from after(desk, tracked)


def _one_name_each(desk: Desk, tracked: TrackedOrder, venue_order_id: str) -> Outcomes:
    """A venue that calls two orders that work by one name has mixed them up: nobody knows which is meant."""
    other = next((one for one in desk.state.working() if one.order.venue_order_id == venue_order_id), None)
    if other is not None:
        story = f"the venue calls {other.id} and {tracked.id} both {venue_order_id}"
        yield from desk.incident_once("VENUE_ID_TWICE", tracked.instrument, story=story)
        yield from desk.freeze(tracked.instrument, story)


def unwanted(desk: Desk, tracked: TrackedOrder) -> Outcomes:
    """An order that was in doubt when its cancel was wanted is canceled now that it is found."""
    wish = desk.state.unwanted.get(tracked.id)
    if wish is not None:
        yield from cancel(desk, desk.state.orders[tracked.id], who=wish.who, reason=wish.reason)


def _new_terms(desk: Desk, tracked: TrackedOrder, request: OrderRequest) -> Outcomes:
    """The venue works it on other terms than we knew; instrument, side and who wanted it stay ours."""
    ours = tracked.order.request
    reason = "" if ours.reason == GUESSED else ours.reason
    request = replace(request, strategy=ours.strategy, origin=ours.origin, reason=reason)
    if request.quantity < tracked.order.filled:
        return  # old news: more is filled by now
    if request.quantity == tracked.order.filled:
        yield facts.OrderCanceled(desk.now_ns, tracked.id, "all that is left of it is filled")
        yield from after(desk, tracked)
        return
    step = tracked.order.with_terms(request)
    if isinstance(step, IllegalStep):
        yield from desk.illegal(tracked, step)
        return
    asked = max(ours.quantity, tracked.wanted_terms.quantity if tracked.wanted_terms else ours.quantity)
    yield facts.OrderReplaced(desk.now_ns, tracked.id, request)
    if request.quantity > asked:
        yield from outgrown(desk, desk.state.orders[tracked.id])


def _differs(ours: OrderRequest, theirs: OrderRequest) -> bool:
    """Whether price, quantity or legs are not the same."""
    return any(
        getattr(ours, name) != getattr(theirs, name)
        for name in ("quantity", "limit_price", "stop_price", "stop_loss", "take_profit")
    )


def _ended(
    desk: Desk, tracked: TrackedOrder, fact: facts.OrderCanceled | facts.OrderExpired | facts.OrderRejected,
    event: OrderEvent,
) -> Outcomes:  # fmt: skip
    """An end told by the venue; told again it is no news."""
    order = tracked.order
    if order.life.is_final and order.life is not OrderLife.LOST:
        return
    if order.life is OrderLife.LOST:
        yield from odd_step(desk, tracked, event=OrderEvent.REPORTED_WORKING)
        yield facts.OrderAccepted(desk.now_ns, tracked.id, order.venue_order_id or "")
    step = desk.state.orders[tracked.id].order.after(event)
    if isinstance(step, IllegalStep):  # rejected, and something is filled: what the venue has of it is asked
        yield from desk.illegal(tracked, step)
        yield Tell(AskOrder(desk.memory.question(), tracked.id))
        return
    yield fact
    yield from after(desk, tracked)


def _forget(desk: Desk, tracked: TrackedOrder) -> Outcomes:
    """An order for a target came to nothing: the same weight, wished again, asks again."""
    if tracked.role is Role.TARGET and tracked.instrument in desk.state.wanted:
        yield facts.TargetForgotten(desk.now_ns, tracked.instrument)


def _asked_from(desk: Desk) -> int:
    """From when executions are asked for: well before the first open order, never before the session."""
    began = desk.state.terms.time_ns - desk.rules.skew_ns
    oldest = min((one.born_ns for one in desk.state.working()), default=desk.now_ns)
    return max(began, oldest - desk.rules.overlap_ns) if began else oldest


__all__ = [
    "cancel_rejected", "cash_moved", "handed_over",
    "not_handed_over", "rejected", "replace_rejected", "replaced", "reported", "split_done", "unclear", "unwanted",
]  # fmt: skip
