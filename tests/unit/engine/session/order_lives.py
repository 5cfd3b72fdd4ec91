"""An order brought into any life through the core, and every event of the orders' table as what reaches a session."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from tests.unit.engine.session.core_desk import SECOND, A, Desk, buy, named, trading_desk

from tradewright.domain.identifiers import ExecutionId, VenueOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderKind
from tradewright.domain.orders.transitions import OrderEvent
from tradewright.engine.session.effects import Effect
from tradewright.engine.session.facts import Fact
from tradewright.engine.session.inputs import (
    CancelOrders,
    ChangeOrder,
    HandedOver,
    NotHandedOver,
    Opened,
    SendOrder,
    TimerRang,
)
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports import broker
from tradewright.ports.broker import ReportedLife
from tradewright.ports.hosts import TargetWish

E = OrderEvent
Said = list[Fact | Effect]
QUANTITY: Final = 40
FOREIGN: Final = "somebody-else"
ENDS: Final = {
    OrderLife.CANCELED: ReportedLife.CANCELED,
    OrderLife.EXPIRED: ReportedLife.EXPIRED,
}


def sent(*, is_target: bool = True, is_handed_over: bool = True) -> Desk:
    """A desk with one order of 40 in flight."""
    desk = trading_desk()
    if is_target and is_handed_over:
        desk.wish(TargetWish(A, 0.04))
    else:
        request = buy(QUANTITY, kind=OrderKind.LIMIT, limit_price=Decimal(100))
        (desk.send if is_handed_over else desk.give)(SendOrder(number=1, who="kim", request=request))
    return desk


def desk_with(life: OrderLife, *, fills: int = 0, slice_moves: bool = False) -> Desk:
    """A desk whose first order is in this life, with so many executions of 1 share (all of it where it is filled)."""
    desk = sent(is_handed_over=life is not OrderLife.APPROVED)
    order = desk.last
    if slice_moves:
        desk.slice()
    if life in {OrderLife.APPROVED, OrderLife.UNKNOWN}:
        return desk
    if life is OrderLife.REJECTED:
        desk.give(broker.SubmitRejected(order.id, "no"))
    elif life is OrderLife.LOST:
        desk = desk if slice_moves else _moved(desk)
        absent(desk, order)
    else:
        desk.accept(order)
        _fill(desk, order, life, fills)
        if life in ENDS:
            desk.give(desk.report(order, ENDS[life]))
    assert desk.orders[0].order.life is life, desk.orders[0].order
    return desk


def _moved(desk: Desk) -> Desk:
    desk.slice()
    return desk


def _fill(desk: Desk, order: TrackedOrder, life: OrderLife, fills: int) -> None:
    wanted = max(fills, 1) if life in {OrderLife.PARTIALLY_FILLED, OrderLife.FILLED} else fills
    for number in range(wanted):
        is_last = life is OrderLife.FILLED and number == wanted - 1
        desk.fill(order, QUANTITY - number if is_last else 1)


def absent(desk: Desk, order: TrackedOrder) -> Said:
    """The venue does not know it, again and again."""
    said: Said = []
    for _ in range(5):
        desk.wait(2 * SECOND)
        said += desk.send(broker.OrderAnswer(desk.question(), order.id, None))
    return said


def unanswered(desk: Desk, order: TrackedOrder) -> Said:
    desk.wait(3 * SECOND)
    return desk.give(TimerRang(f"answer {order.id}"))


def executed(desk: Desk, order: TrackedOrder, quantity: int) -> Said:
    return desk.give(broker.Executed(desk.execution(order, quantity)))


def rest(desk: Desk, order: TrackedOrder) -> int:
    return int(desk.core.state.orders[order.id].order.remaining)


def changed(order: TrackedOrder) -> ChangeOrder:
    request = replace(order.order.request, quantity=Decimal(QUANTITY - 5))
    return ChangeOrder(number=5, who="kim", client_order_id=order.id, request=request)


def confirmed(desk: Desk, order: TrackedOrder) -> Said:
    """A replacement is confirmed; an order that is filled is told to have been made larger before."""
    if order.order.life is OrderLife.FILLED:
        larger = replace(order.order.request, quantity=Decimal(QUANTITY + 5))
        return desk.give(broker.Replaced(order.id, larger), desk.report(order, request=larger))
    return desk.give(broker.Replaced(order.id, changed(order).request))


def first_execution(order: TrackedOrder) -> ExecutionId:
    known = order.order.executions
    return known[0][0] if known else ExecutionId("never told")


def again(desk: Desk, order: TrackedOrder) -> Said:
    """A report of what is known: an execution where there was one, else the end."""
    known = list(desk.core.state.executions.values())
    if known:
        return desk.give(broker.Executed(known[0]))
    return desk.give(broker.SubmitRejected(order.id, "no"))


Happening = Callable[[Desk, TrackedOrder], Said]
HAPPENINGS: Final[dict[OrderEvent, Happening]] = {
    E.NOT_SENT: lambda desk, one: desk.give(NotHandedOver(one.id, "submit", "not connected")),
    E.HANDED_OVER: lambda desk, one: desk.give(HandedOver(one.id)),
    E.RECOVERED: lambda desk, _: desk.give(Opened(2)),
    E.REPORTED_WORKING: lambda desk, one: desk.give(desk.report(one)),
    E.REJECTED: lambda desk, one: desk.give(broker.SubmitRejected(one.id, "no")),
    E.FILLED_IN_PART: lambda desk, one: executed(desk, one, 1),
    E.FILLED_IN_FULL: lambda desk, one: executed(desk, one, rest(desk, one) or QUANTITY),
    E.OVERFILLED: lambda desk, one: executed(desk, one, QUANTITY + 1),
    E.CANCELED: lambda desk, one: desk.give(desk.report(one, ReportedLife.CANCELED)),
    E.EXPIRED: lambda desk, one: desk.give(desk.report(one, ReportedLife.EXPIRED)),
    E.ABSENCE_PROVEN: lambda desk, one: absent(_moved(desk), one),
    E.RESEND_APPROVED: absent,
    E.CANCEL_REQUESTED: lambda desk, one: desk.give(CancelOrders(number=6, who="kim", client_order_ids=(one.id,))),
    E.CANCEL_REJECTED: lambda desk, one: desk.give(broker.CancelRejected(one.id, "too late")),
    E.CANCEL_UNANSWERED: unanswered,
    E.REPLACE_REQUESTED: lambda desk, one: desk.give(changed(one)),
    E.REPLACE_CONFIRMED: confirmed,
    E.REPLACE_REJECTED: lambda desk, one: desk.give(broker.ReplaceRejected(one.id, "no")),
    E.REPLACE_UNANSWERED: unanswered,
    E.BUSTED_IN_PART: lambda desk, one: desk.give(broker.ExecutionBusted(one.id, first_execution(one))),
    E.BUSTED_IN_FULL: lambda desk, one: desk.give(broker.ExecutionBusted(one.id, first_execution(one))),
    E.REPEATED: again,
}
"""What reaches a session when an event happens; what is not here cannot reach it (see `UNREACHABLE`)."""
BEFORE: Final[dict[OrderEvent, OrderEvent]] = {
    E.CANCEL_REJECTED: E.CANCEL_REQUESTED,
    E.CANCEL_UNANSWERED: E.CANCEL_REQUESTED,
    E.REPLACE_CONFIRMED: E.REPLACE_REQUESTED,
    E.REPLACE_REJECTED: E.REPLACE_REQUESTED,
    E.REPLACE_UNANSWERED: E.REPLACE_REQUESTED,
}
"""What must have happened before, where the order still works."""
FILLS: Final = {E.BUSTED_IN_PART: 2, E.BUSTED_IN_FULL: 1, E.REPEATED: 1}
UNREACHABLE: Final[dict[OrderEvent, str]] = {
    E.GATE_REFUSED: "a draft is judged before it has an id; a refused order is no order of the state",
    E.GATE_APPROVED: "an id is made for one intent, so no order is approved twice",
    E.SUCCEEDED: "no port tells it: both brokers there are keep the order when they change it",
}


def unknown_order(desk: Desk, event: OrderEvent) -> Said:
    """The event, told of an order that nobody here knows."""
    report = broker.OrderReport(
        client_order_id=named(FOREIGN), venue_order_id=VenueOrderId("v7"), request=buy(4),
        life=ReportedLife.WORKING, filled=Decimal(0),
    )  # fmt: skip
    lives = {
        E.REPORTED_WORKING: ReportedLife.WORKING, E.CANCELED: ReportedLife.CANCELED,
        E.EXPIRED: ReportedLife.EXPIRED, E.REJECTED: ReportedLife.REJECTED,
    }  # fmt: skip
    if event in lives:
        return desk.give(replace(report, life=lives[event]))
    known = sent(is_handed_over=False).last
    fill = desk.execution(known, 4)
    said = desk.give(broker.Executed(replace(fill, client_order_id=named(FOREIGN), venue_order_id=VenueOrderId("v7"))))
    if event is E.FILLED_IN_FULL:
        said += desk.give(replace(report, life=ReportedLife.FILLED, filled=Decimal(4)))
    return said
