"""A venue that contradicts itself: it fills what it rejected, and more, or other, than it had told."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.engine.session.core_desk import (
    CASH,
    SECOND,
    A,
    Desk,
    answer_of,
    buy,
    codes_of,
    commands_of,
    facts_of,
    sell,
    trading_desk,
)
from tests.unit.engine.session.order_lives import QUANTITY, absent, desk_with

from tradewright.domain.identifiers import ExecutionId, VenueOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderKind, OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.inputs import CancelOrders, ChangeOrder, SendOrder, SetTradingState, TimerRang
from tradewright.engine.session.state import decoded, encoded
from tradewright.ports import broker
from tradewright.ports.broker import ReportedLife
from tradewright.ports.hosts import TargetWish
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.states import TradingState

D = Decimal


def life(desk: Desk, at: int = 0) -> OrderLife:
    return desk.orders[at].order.life


def protected_desk(quantity: int = 2) -> Desk:
    """A desk that holds 2 shares, with a stop of that size which closes the position."""
    desk = trading_desk()
    desk.send(SendOrder(number=1, who="kim", request=buy(2)))
    desk.fill(desk.last)
    stop = sell(
        quantity, kind=OrderKind.STOP, stop_price=D(90), reduces_only=True, closes_position=True, reason="protection"
    )
    desk.send(SendOrder(number=2, who="kim", request=stop))
    desk.accept(desk.last)
    return desk


def larger(order: OrderRequest, quantity: int) -> OrderRequest:
    return replace(order, quantity=D(quantity))


def test_a_stop_that_the_venue_made_larger_before_it_filled_works_on_and_ends_as_the_venue_says() -> None:
    desk = protected_desk()
    stop = desk.last
    desk.fill(stop, 2)
    assert life(desk, 1) is OrderLife.FILLED
    said = desk.fill(stop, 5)
    assert "OVERFILL" not in codes_of(said) and not desk.core.state.frozen
    assert life(desk, 1) is OrderLife.PARTIALLY_FILLED, "how large it is, only the venue can tell"
    desk.give(broker.ExecutionBusted(stop.id, ExecutionId("e2")))
    desk.give(desk.report(stop, ReportedLife.CANCELED, request=larger(stop.order.request, 7)))
    assert (life(desk, 1), desk.last.order.filled) == (OrderLife.CANCELED, D(5))
    assert desk.core.state.held(A) == -3


def test_a_stop_of_which_more_is_filled_than_the_venue_says_was_ordered_is_an_overfill_after_all() -> None:
    desk = protected_desk()
    stop = desk.last
    desk.fill(stop, 2)
    desk.fill(stop, 5)
    said = desk.give(desk.report(stop, ReportedLife.FILLED, request=larger(stop.order.request, 2)))
    assert "OVERFILL" in codes_of(said) and A in desk.core.state.frozen
    assert not desk.last.is_open and desk.core.state.held(A) == -5


@pytest.mark.parametrize(
    ("told", "then"),
    [
        (ReportedLife.WORKING, OrderLife.PARTIALLY_FILLED),
        (ReportedLife.CANCELED, OrderLife.CANCELED),
        (ReportedLife.EXPIRED, OrderLife.EXPIRED),
    ],
    ids=str,
)
def test_an_order_that_is_filled_for_us_and_larger_at_the_venue_is_what_the_venue_says(
    told: ReportedLife, then: OrderLife
) -> None:
    desk = desk_with(OrderLife.FILLED)
    order = desk.last
    desk.give(desk.report(order, told, request=larger(order.order.request, QUANTITY + 10)))
    assert life(desk) is then
    assert desk.last.reservation().quantity == 10 or not desk.last.is_open


def test_a_report_from_before_the_last_execution_makes_no_filled_order_larger() -> None:
    desk = desk_with(OrderLife.FILLED)
    order = desk.last
    old = replace(desk.report(order, request=larger(order.order.request, QUANTITY + 10)), filled=D(QUANTITY - 1))
    desk.give(old)
    assert life(desk) is OrderLife.FILLED


def test_an_order_that_fills_while_more_is_asked_for_counts_what_it_may_have_got() -> None:
    desk = desk_with(OrderLife.WORKING)
    order = desk.last
    wanted = larger(order.order.request, QUANTITY + 5)
    desk.give(ChangeOrder(number=1, who="kim", client_order_id=order.id, request=wanted))
    said = desk.fill(order, QUANTITY)
    assert life(desk) is OrderLife.PARTIALLY_FILLED and desk.last.reservation().quantity == 5
    assert commands_of(said, broker.AskOrder), "and the venue is asked"
    desk.give(
        broker.ReplaceRejected(order.id, "it was filled"),
        desk.report(order, ReportedLife.FILLED, request=order.order.request),
    )
    assert not desk.last.is_open and desk.core.state.held(A) == QUANTITY


@pytest.mark.parametrize("quantity", [1, QUANTITY, QUANTITY + 1])
def test_a_fill_of_an_order_that_the_venue_had_rejected_is_booked_frozen_and_told(quantity: int) -> None:
    desk = desk_with(OrderLife.REJECTED)
    order = desk.last
    said = desk.fill(order, quantity)
    state = desk.core.state
    assert state.held(A) == quantity and state.cash["USD"] == CASH - 100 * quantity - 1
    wanted = OrderLife.PARTIALLY_FILLED if quantity < QUANTITY else OrderLife.FILLED
    assert life(desk) is wanted
    assert ("OVERFILL" if quantity > QUANTITY else "REJECTED_FILLED") in codes_of(said)
    assert "rejected" in state.frozen[A]
    desk.slice()
    assert not facts_of(desk.wish(TargetWish(A, 0.049)), facts.OrderIntended), "nothing new is risked"
    opened = SetTradingState(number=9, who="kim", state=TradingState.ACTIVE, scope=A, reason="it was looked at")
    assert answer_of(desk.give(opened)).is_done and not state.frozen


def test_what_is_left_of_a_rejected_order_that_was_filled_counts_until_the_venue_says_that_nothing_works() -> None:
    desk = desk_with(OrderLife.REJECTED)
    order = desk.last
    desk.fill(order, 1)
    assert desk.last.reservation().quantity == QUANTITY - 1
    desk.give(desk.report(order, ReportedLife.REJECTED, reason="no"))
    assert (life(desk), desk.last.order.filled) == (OrderLife.CANCELED, D(1))
    assert "rejected" in desk.last.remark


def test_a_rejection_of_an_order_with_executions_ends_nothing_and_the_venue_is_asked() -> None:
    desk = desk_with(OrderLife.PARTIALLY_FILLED, fills=1)
    order = desk.last
    said = desk.give(broker.SubmitRejected(order.id, "no"))
    assert life(desk) is OrderLife.PARTIALLY_FILLED and A in desk.core.state.frozen
    assert "ILLEGAL_STEP" in codes_of(said) and commands_of(said, broker.AskOrder)


@pytest.mark.parametrize("quantity", [1, QUANTITY])
def test_a_fill_of_an_order_that_was_proven_absent_is_booked_and_told(quantity: int) -> None:
    desk = desk_with(OrderLife.LOST)
    said = desk.fill(desk.orders[0], quantity)
    assert desk.core.state.held(A) == quantity and "LOST_RESURRECTED" in codes_of(said)
    assert not absent(desk, desk.orders[0]) or desk.core.state.held(A) == quantity


@pytest.mark.parametrize("end", [OrderLife.CANCELED, OrderLife.EXPIRED], ids=str)
@pytest.mark.parametrize("quantity", [1, QUANTITY])
def test_a_fill_after_an_end_is_booked_to_the_last_cent(end: OrderLife, quantity: int) -> None:
    desk = desk_with(end)
    said = desk.fill(desk.orders[0], quantity)
    state = desk.core.state
    assert state.held(A) == quantity and state.cash["USD"] == CASH - 100 * quantity - 1
    assert "LATE_FILL" in codes_of(said)
    assert desk.orders[0].order.request.side is Side.BUY


# answers that are older than they come


def lagging_desk() -> Desk:
    """A desk with a working order, at a venue whose answers may lag behind what it did, by two seconds."""
    desk = desk_with(OrderLife.WORKING)
    desk.core._desk.traits = replace(desk.core._desk.traits, is_current=False)
    return desk


def not_known(desk: Desk, *, after_ns: int) -> None:
    number = desk.question()
    desk.wait(after_ns)
    desk.give(broker.OrderAnswer(number, desk.orders[0].id, None))


def test_answers_from_before_an_order_came_do_not_prove_it_gone() -> None:
    desk = lagging_desk()
    for _ in range(4):
        not_known(desk, after_ns=SECOND // 2)
    assert desk.last.is_open, "each may tell of the moment before the order came"
    for _ in range(3):
        not_known(desk, after_ns=SECOND)
    assert life(desk) is OrderLife.CANCELED
    assert "WIPED" in codes_of(desk.said)


def test_an_answer_counts_from_when_it_was_asked_for_and_once() -> None:
    desk = desk_with(OrderLife.UNKNOWN)
    order = desk.last
    numbers = [desk.question() for _ in range(3)]
    desk.wait(20 * SECOND)
    desk.give(*(broker.OrderAnswer(number, order.id, None) for number in numbers))
    assert life(desk) is OrderLife.UNKNOWN, "asked before it could no longer arrive, however late that is taken up"
    number = desk.question()
    for _ in range(5):
        desk.wait(2 * SECOND)
        desk.give(broker.OrderAnswer(number, order.id, None))
    assert life(desk) is OrderLife.UNKNOWN, "one answer, told five times"


@pytest.mark.parametrize("is_told_twice", [False, True])
def test_old_terms_of_as_much_as_is_filled_by_now_end_no_order(is_told_twice: bool) -> None:
    desk = desk_with(OrderLife.WORKING)
    order = desk.last
    wanted = larger(order.order.request, QUANTITY + 5)
    desk.give(ChangeOrder(number=1, who="kim", client_order_id=order.id, request=wanted))
    desk.give(broker.Replaced(order.id, wanted))
    old = replace(desk.report(order), filled=D(QUANTITY - 1))
    desk.fill(order, QUANTITY)
    desk.give(broker.Replaced(order.id, order.order.request) if is_told_twice else old)
    assert life(desk) is OrderLife.PARTIALLY_FILLED and desk.last.reservation().quantity == 5


def test_an_instrument_that_was_frozen_for_an_order_that_works_on_thaws_after_a_restart_too() -> None:
    desk = desk_with(OrderLife.WORKING)
    order = desk.last
    desk.give(desk.report(order, ReportedLife.CANCELED))
    for _ in range(2):
        desk.wait(11 * SECOND)
        desk.give(TimerRang("reconcile"))
        desk.reconcile(orders=(desk.report(order),))
    assert A in desk.core.state.frozen
    desk.core.memory.risen.clear()  # as a restart does
    desk.wait(11 * SECOND)
    desk.give(TimerRang("reconcile"))
    desk.reconcile()
    assert not desk.core.state.frozen


# orders that the venue, or a person there, makes larger


def grown(desk: Desk, quantity: int) -> list[object]:
    order = desk.orders[0]
    return list(desk.give(desk.report(order, request=larger(order.order.request, quantity))))


@pytest.mark.parametrize(("quantity", "stands"), [(49, True), (50, True), (51, False)])
def test_an_order_that_a_split_lifts_over_a_limit_is_canceled_and_told(quantity: int, stands: bool) -> None:
    limits = replace(shipped_limits(frozenset({A})), order_quantity=D(50), position=D(1), ramp_days=0)
    limits = replace(limits, order_notional=D(1_000_000), symbol_concentration=D(1), portfolio_risk=D("0.25"))
    desk = trading_desk(policy=LimitsPolicy(everywhere=limits))
    desk.send(SendOrder(number=1, who="kim", request=buy(QUANTITY, kind=OrderKind.LIMIT, limit_price=D(100))))
    desk.accept(desk.last)
    said = grown(desk, quantity)
    cancels = commands_of(said, broker.CancelOrder)  # type: ignore[arg-type]
    assert (not cancels, "OUTGROWN" not in codes_of(said)) == (stands, stands)  # type: ignore[arg-type]
    assert desk.last.reservation().quantity == quantity, "it counts until it is gone"


def test_what_only_reduces_and_what_others_sent_is_not_canceled_for_its_size() -> None:
    desk = protected_desk()
    assert not commands_of(desk.give(desk.report(desk.last, request=larger(desk.last.order.request, 500_000))),
                           broker.CancelOrder)  # fmt: skip
    theirs = replace(desk.report(desk.last, request=buy(5)), client_order_id=None, venue_order_id=VenueOrderId("77"))
    desk.give(theirs)
    assert not commands_of(desk.give(replace(theirs, request=buy(500_000))), broker.CancelOrder)


# what was promised to a person


def test_a_cancel_that_has_to_wait_is_not_forgotten_over_a_restart() -> None:
    desk = desk_with(OrderLife.UNKNOWN)
    order = desk.last
    said = desk.give(CancelOrders(number=1, who="kim", client_order_ids=(order.id,)))
    assert answer_of(said).is_done and not commands_of(said, broker.CancelOrder), "nobody knows whether it is there"
    again = trading_desk()
    state = decoded(encoded(desk.core.state))
    again.core._desk.state = state
    (cancel,) = commands_of(again.give(again.report(order)), broker.CancelOrder)
    assert cancel == broker.CancelOrder(order.id, A, VenueOrderId(f"v-{order.id}"))
    assert not state.unwanted
