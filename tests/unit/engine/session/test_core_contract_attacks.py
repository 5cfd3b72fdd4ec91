"""What venues, feeds, strategies and people must not be able to do to the core: end it, blind it, or block it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.engine.session.core_desk import (
    DAY,
    SECOND,
    A,
    B,
    Desk,
    answer_of,
    buy,
    codes_of,
    commands_of,
    facts_of,
    named,
    sell,
    trading_desk,
)

from tradewright.domain.identifiers import StrategyId, VenueOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.pending import PendingKind
from tradewright.domain.orders.request import LinkRule
from tradewright.engine.session import facts
from tradewright.engine.session.inputs import (
    AdoptLimits,
    CancelOrders,
    ChangeOrder,
    KillFound,
    NotHandedOver,
    SendOrder,
    SetTradingState,
    TimerRang,
)
from tradewright.ports import broker
from tradewright.ports.broker import OrderAnswer, Replaced, ReplaceRejected, ReportedLife
from tradewright.ports.hosts import TargetWish
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.states import TradingState

NAN, INF = float("nan"), float("inf")


def working_desk() -> Desk:
    """One target order that works."""
    desk = trading_desk()
    desk.wish(TargetWish(A, 0.04))
    desk.accept(desk.last)
    return desk


def foreign(venue_id: str = "v9", *, client_id: str | None = None, quantity: int = 5) -> broker.OrderReport:
    return broker.OrderReport(
        client_order_id=None if client_id is None else named(client_id),
        venue_order_id=VenueOrderId(venue_id),
        request=buy(quantity),
        life=ReportedLife.WORKING,
        filled=Decimal(0),
    )


# nothing waits for ever


def cancel_twice(desk: Desk) -> None:
    desk.accept(desk.last)
    for number in (1, 2):
        desk.give(CancelOrders(number=number, who="kim", client_order_ids=(desk.last.id,)))
    desk.give(desk.report(desk.last, ReportedLife.CANCELED))


def cancel_in_doubt_and_rejected(desk: Desk) -> None:
    desk.give(CancelOrders(number=1, who="kim", client_order_ids=(desk.last.id,)))
    desk.give(broker.SubmitRejected(desk.last.id, "no"))


def cancel_in_doubt_and_filled(desk: Desk) -> None:
    desk.give(CancelOrders(number=1, who="kim", client_order_ids=(desk.last.id,)))
    desk.fill(desk.last)


def superseded_and_wiped(desk: Desk) -> None:
    desk.accept(desk.last)
    desk.slice()
    desk.wish(TargetWish(A, 0.02))
    for _ in range(4):
        desk.wait(SECOND)
        desk.give(OrderAnswer(desk.question(), desk.orders[0].id, None))


@pytest.mark.parametrize("end", [cancel_twice, cancel_in_doubt_and_rejected, cancel_in_doubt_and_filled])
def test_whatever_ends_an_order_that_was_to_be_canceled_the_strategy_goes_on(end: Callable[[Desk], None]) -> None:
    desk = trading_desk()
    desk.wish(TargetWish(A, 0.04))
    end(desk)
    assert desk.core.state.unwanted == {}
    desk.slice()
    assert facts_of(desk.wish(TargetWish(B, 0.03)), facts.OrderIntended)


def test_a_target_that_waited_for_an_order_that_the_venue_wiped_takes_its_turn() -> None:
    desk = trading_desk()
    desk.wish(TargetWish(A, 0.04))
    superseded_and_wiped(desk)
    assert desk.orders[0].order.life is OrderLife.CANCELED
    assert desk.core.state.deferred == {}
    assert len(desk.orders) == 2


def test_a_cancel_of_an_order_that_never_left_is_forgotten_with_it() -> None:
    desk = trading_desk()
    desk.give(SendOrder(number=1, who="kim", request=buy(9)))
    desk.give(CancelOrders(number=2, who="kim", client_order_ids=(desk.last.id,)))
    desk.give(NotHandedOver(desk.last.id, "submit", "not connected"))
    assert desk.last.order.life is OrderLife.REJECTED
    assert desk.core.state.unwanted == {}


# evidence, never a count of our own questions


def test_a_replacement_without_an_answer_counts_both_terms_until_the_venue_shows_which_hold() -> None:
    desk = working_desk()
    order = desk.last
    desk.give(
        ChangeOrder(
            number=1, who="kim", client_order_id=order.id, request=replace(order.order.request, quantity=Decimal(45))
        )
    )
    for _ in range(8):
        desk.wait(10 * SECOND)
        desk.give(TimerRang(f"answer {order.id}"))
    assert desk.last.order.pending is not None, "silence settles nothing"
    assert desk.last.reservation().quantity == 45
    for _ in range(3):
        desk.wait(2 * SECOND)
        desk.give(OrderAnswer(desk.question(), order.id, desk.report(order, request=order.order.request)))
    settled = desk.last
    assert settled.order.pending is None
    assert settled.reservation().quantity == 40


def test_a_venue_that_has_filled_what_it_cut_ends_an_order_whose_replacement_has_no_answer() -> None:
    desk = working_desk()
    order = desk.last
    desk.give(
        ChangeOrder(
            number=1, who="kim", client_order_id=order.id, request=replace(order.order.request, stop_loss=Decimal(90))
        )
    )
    desk.fill(order, 30)
    cut = replace(order.order.request, quantity=Decimal(30))
    desk.give(OrderAnswer(desk.question(), order.id, desk.report(order, ReportedLife.FILLED, request=cut)))
    assert not desk.last.is_open and desk.last.order.pending is None


def test_answers_that_come_at_once_are_one_look_and_wipe_nothing() -> None:
    desk = working_desk()
    for _ in range(5):
        desk.give(OrderAnswer(desk.question(), desk.last.id, None))
    assert desk.last.is_open
    desk.wait(3 * SECOND)
    desk.give(OrderAnswer(desk.question(), desk.last.id, None))
    assert not desk.last.is_open


def test_an_order_that_ended_for_us_and_works_at_the_venue_is_canceled_there_and_told() -> None:
    desk = working_desk()
    order = desk.last
    desk.give(desk.report(order, ReportedLife.CANCELED))
    said = []
    for _ in range(2):
        desk.wait(11 * SECOND)
        desk.give(TimerRang("reconcile"))
        said += desk.reconcile(orders=(desk.report(order),))
    assert "ENDED_WORKS" in codes_of(said)
    assert [one.client_order_id for one in commands_of(said, broker.CancelOrder)] == [order.id]  # type: ignore[union-attr]
    assert A in desk.core.state.frozen
    desk.wait(11 * SECOND)
    desk.give(TimerRang("reconcile"))
    desk.reconcile()
    assert A not in desk.core.state.frozen


def test_a_lost_order_that_is_told_as_canceled_was_there_after_all() -> None:
    desk = trading_desk()
    desk.wish(TargetWish(A, 0.04))
    order = desk.last
    desk.slice()
    for _ in range(4):
        desk.wait(2 * SECOND)
        desk.give(OrderAnswer(desk.question(), order.id, None))
    assert desk.core.state.orders[order.id].order.life is OrderLife.LOST
    said = desk.give(desk.report(order, ReportedLife.CANCELED))
    assert "LOST_RESURRECTED" in codes_of(said)
    assert not facts_of(desk.give(desk.report(order)), facts.InstrumentFrozen), "its own id is no second one"


# cancel and replace cross each other


def test_a_late_answer_to_a_replacement_does_not_answer_the_cancel_after_it() -> None:
    desk = working_desk()
    order = desk.last
    new = replace(order.order.request, quantity=Decimal(30))
    desk.give(ChangeOrder(number=1, who="kim", client_order_id=order.id, request=new))
    desk.give(ReplaceRejected(order.id, "busy"))
    desk.give(CancelOrders(number=2, who="kim", client_order_ids=(order.id,)))
    desk.give(Replaced(order.id, new))
    pending = desk.last.order.pending
    assert pending is not None and pending.kind is PendingKind.CANCEL
    assert desk.last.order.request.quantity == 30


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_cancel_that_waited_for_a_replacement_leaves_with_its_answer(is_confirmed: bool) -> None:
    desk = working_desk()
    order = desk.last
    new = replace(order.order.request, quantity=Decimal(30))
    desk.give(ChangeOrder(number=1, who="kim", client_order_id=order.id, request=new))
    desk.give(CancelOrders(number=2, who="kim", client_order_ids=(order.id,)))
    said = desk.give(Replaced(order.id, new) if is_confirmed else ReplaceRejected(order.id, "busy"))
    assert commands_of(said, broker.CancelOrder)


def test_a_replacement_that_is_confirmed_twice_is_booked_once() -> None:
    desk = working_desk()
    order = desk.last
    new = replace(order.order.request, quantity=Decimal(30))
    desk.give(ChangeOrder(number=1, who="kim", client_order_id=order.id, request=new))
    assert facts_of(desk.give(Replaced(order.id, new)), facts.OrderReplaced)
    assert not facts_of(desk.give(Replaced(order.id, new)), facts.OrderReplaced)


# whose order is it


def test_an_empty_client_order_id_is_none() -> None:
    desk = working_desk()
    desk.give(foreign(client_id=""))
    assert desk.last.id == "ext-v9"
    desk.give(
        broker.Executed(replace(desk.execution(desk.orders[0], 2), client_order_id=named(""), venue_order_id=None))
    )
    assert desk.core.state.held(A) == 2


def test_a_report_that_lost_our_id_is_about_the_order_that_the_venue_calls_so() -> None:
    desk = working_desk()
    desk.give(replace(desk.report(desk.last), client_order_id=None))
    assert [one.strategy for one in desk.orders] == ["x"]


def test_a_fill_under_another_id_belongs_to_the_foreign_order_of_the_venues_id() -> None:
    desk = working_desk()
    desk.give(foreign())
    fill = replace(desk.execution(desk.orders[0], 2), client_order_id=named("other"), venue_order_id=VenueOrderId("v9"))
    desk.give(broker.Executed(fill))
    assert [f"{one.id} {one.order.filled}" for one in desk.orders][1:] == ["ext-v9 2"]


def test_a_venue_that_begins_its_ids_anew_hides_no_order() -> None:
    desk = trading_desk()
    desk.give(foreign(), replace(foreign(), life=ReportedLife.CANCELED))
    again = replace(foreign(quantity=7), request=sell(7))
    desk.give(again)
    assert [(one.id, one.is_open) for one in desk.orders] == [("ext-v9", False), ("ext-v9+", True)]
    desk.give(replace(again, life=ReportedLife.CANCELED))
    for _ in range(2):
        desk.slice()
    desk.give(replace(again, time_ns=desk.session_ns))
    assert desk.last.id == "ext-v9++" and desk.last.is_open


def test_an_acknowledgement_after_the_first_fill_still_binds_the_venues_id() -> None:
    desk = trading_desk()
    desk.wish(TargetWish(A, 0.04))
    order = desk.last
    desk.fill(order, 1)
    desk.accept(order)
    assert desk.last.order.venue_order_id == f"v-{order.id}"
    said = desk.give(replace(desk.report(order), venue_order_id=VenueOrderId("another")))
    assert "ILLEGAL_STEP" in codes_of(said)


def test_a_report_that_cannot_be_is_an_incident_once_however_often_it_is_told() -> None:
    desk = working_desk()
    wrong = broker.Executed(replace(desk.execution(desk.last, 1), instrument=B))
    first = desk.give(wrong)
    assert facts_of(first, facts.IncidentRaised) and B not in desk.core.state.positions.get("x", {})
    assert all(not facts_of(desk.give(wrong)) for _ in range(5))


# limits and the gate


def test_limits_that_leave_nothing_are_not_taken_and_end_nothing() -> None:
    desk = trading_desk()
    empty = {"instruments": frozenset({"Q.XNYS"})}
    policy = LimitsPolicy(everywhere=shipped_limits(frozenset({A, B})), strategies={StrategyId("x"): empty}, version=2)
    said = desk.give(AdoptLimits(number=1, who="kim", policy=policy))
    assert not answer_of(said).is_done and "version 2" in answer_of(said).story
    assert not facts_of(said) and desk.core.policy.version == 1


def test_a_session_that_is_resumed_with_limits_that_leave_nothing_refuses_orders_and_lives() -> None:
    empty = {"instruments": frozenset({"Q.XNYS"})}
    policy = LimitsPolicy(everywhere=shipped_limits(frozenset({A, B})), strategies={StrategyId("x"): empty}, version=2)
    desk = trading_desk(policy=policy)
    (refused,) = facts_of(desk.wish(TargetWish(A, 0.04)), facts.OrderRefused)
    assert refused.by[0].control == "computable"  # type: ignore[union-attr]


def test_an_answer_for_a_slice_that_comes_while_killed_sends_nothing() -> None:
    desk = trading_desk()
    desk.give(KillFound("kim", "odd"))
    said = desk.wish(TargetWish(A, 0.04))
    assert not commands_of(said, broker.SubmitOrder) and facts_of(said, facts.OrderRefused)


def test_a_leg_that_the_venue_wiped_takes_the_others_with_it() -> None:
    desk = trading_desk()
    for instrument in (A, B):
        desk.send(SendOrder(number=1, who="kim", request=buy(5, instrument, link="pair", link_rule=LinkRule.CANCEL)))
        desk.accept(desk.last)
    for _ in range(4):
        desk.wait(SECOND)
        desk.give(OrderAnswer(desk.question(), desk.orders[0].id, None))
    assert desk.last.order.pending is not None


# what people are told


def test_a_frozen_instrument_is_opened_by_a_named_person_and_not_while_its_books_differ() -> None:
    desk = working_desk()
    desk.fill(desk.last, 50)
    assert A in desk.core.state.frozen
    opening = SetTradingState(number=1, who="kim", state=TradingState.ACTIVE, scope=A)
    assert not answer_of(desk.give(replace(opening, who=" "))).is_done
    assert answer_of(desk.give(opening)).is_done and A not in desk.core.state.frozen
    for _ in range(3):
        desk.wait(11 * SECOND)
        desk.give(TimerRang("reconcile"))
        desk.reconcile(positions={A: Decimal(1)})
    said = desk.give(opening)
    assert not answer_of(said).is_done and "until the books agree" in answer_of(said).story


def test_an_answer_tells_what_is_still_shut() -> None:
    desk = trading_desk()
    desk.give(SetTradingState(number=1, who="kim", state=TradingState.KILLED, scope=B))
    desk.give(SetTradingState(number=1, who="kim", state=TradingState.REDUCE_ONLY))
    said = desk.give(SetTradingState(number=2, who="kim", state=TradingState.ACTIVE, scope=A))
    assert answer_of(said).story == f"trading is active; still shut: {B} (killed), everything (reduce_only)"
    assert (
        "everything" not in answer_of(desk.give(SetTradingState(number=3, who="kim", state=TradingState.ACTIVE))).story
    )


def test_fills_are_asked_for_from_well_before_the_newest_one_however_late_it_was_told() -> None:
    desk = working_desk()
    old = replace(desk.execution(desk.last, 1), time_ns=desk.session_ns - 7 * DAY)
    for fill in (desk.execution(desk.last, 1), old):
        desk.give(broker.Executed(fill))
    for _ in range(2):
        desk.wait(11 * SECOND)
        said = desk.give(TimerRang("reconcile"))
        (asked,) = commands_of(said, broker.AskFills)
        assert isinstance(asked, broker.AskFills) and asked.since_ns == desk.session_ns - DAY
        desk.reconcile()
