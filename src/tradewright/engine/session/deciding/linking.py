"""Linking keeps the legs of one idea together: a pair, a hedge, a spread made of two orders.

This file decides when a leg has failed (refused, rejected, lost, not sent, or ended with nothing filled) and what then
becomes of the others: by the rule of the leg that failed they are canceled, and what they have filled is closed.
"""

from tradewright.domain.orders.request import LinkRule, OrderRequest, TimeInForce
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.ordering import Purpose, cancel, place
from tradewright.engine.session.effects import Severity
from tradewright.engine.session.facts import Role
from tradewright.engine.session.tracked import TrackedOrder


def leg_failed(desk: Desk, request: OrderRequest, *, name: str, reason: str) -> Outcomes:
    """A leg came to nothing; `name` is its client order id."""
    if not request.link or request.link_rule is LinkRule.KEEP:
        return
    others = [one for one in desk.legs(request.link) if one.id != name and one.role is not Role.FLATTEN]
    if not others:
        return
    what = "undone" if request.link_rule.closes else "canceled"
    story = f"leg {name} of {request.link} came to nothing ({reason}); the others are {what}"
    yield from desk.alert(Severity.WARNING, "LEG_FAILED", subject=request.instrument, story=story)
    for other in others:
        yield from _undo(desk, other, rule=request.link_rule)


def _undo(desk: Desk, other: TrackedOrder, *, rule: LinkRule) -> Outcomes:
    """Cancel what works, close what is filled; a fill that comes later is closed when it comes."""
    if other.is_open:
        yield from cancel(desk, other, who="session", reason=f"another leg of {other.order.request.link} failed")
    if rule.closes and other.order.filled > 0:
        yield from close_leg(desk, other)


def late_leg(desk: Desk, tracked: TrackedOrder) -> Outcomes:
    """A leg filled after its link had failed: close that too."""
    link = tracked.order.request.link
    if not link or not tracked.order.request.link_rule.closes or tracked.role is Role.FLATTEN:
        return
    failed = [
        one for one in desk.legs(link) if one.id != tracked.id and not one.is_open and one.order.filled == 0
    ]  # fmt: skip
    if failed:
        yield from close_leg(desk, tracked)


def close_leg(desk: Desk, leg: TrackedOrder) -> Outcomes:
    """An order the other way, for what is filled of the leg and not closed yet."""
    request = leg.order.request
    closed = sum(
        one.order.request.quantity
        for one in desk.legs(request.link)
        if one.role is Role.FLATTEN and one.parent == leg.id and (one.is_open or one.order.filled > 0)
    )
    rest = leg.order.filled - closed
    if rest <= 0:
        return
    wish = OrderRequest(
        instrument=request.instrument,
        side=request.side.opposite,
        quantity=rest,
        time_in_force=TimeInForce.DAY,
        reduces_only=True,
        link=request.link,
        link_rule=LinkRule.KEEP,
        reason=f"leg of {request.link} is undone",
        origin=request.origin,
    )
    purpose = Purpose(
        strategy=leg.strategy, role=Role.FLATTEN, correlation_id=leg.correlation_id, parent=leg.id
    )  # fmt: skip
    yield from place(desk, wish, purpose=purpose)
