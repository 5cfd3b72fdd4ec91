"""What the core decides about orders: intents first, doubt resolved by evidence, reports in any order."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.engine.session.core_desk import (
    SECOND,
    A,
    B,
    Desk,
    answer_of,
    buy,
    codes_of,
    commands_of,
    facts_of,
    sell,
    trading_desk,
)

from tradewright.domain.identifiers import ClientOrderId, VenueOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import LinkRule, OrderKind
from tradewright.engine.session import facts
from tradewright.engine.session.effects import Acknowledge, Tell
from tradewright.engine.session.facts import Role
from tradewright.engine.session.inputs import NotHandedOver, SendOrder, TimerRang
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import EXTERNAL
from tradewright.ports import broker, hosts


def target(weight: float, instrument: str = A, *, stop_loss: float = 0.0) -> hosts.TargetWish:
    return hosts.TargetWish(instrument, weight, stop_loss=stop_loss)


def test_a_target_becomes_an_intent_before_it_becomes_a_send() -> None:
    desk = trading_desk()
    said = desk.wish(target(0.04))
    kinds = [type(one) for one in said]
    assert kinds.index(facts.OrderIntended) < kinds.index(Tell) < kinds.index(facts.OrderHandedOver)
    (intended,) = facts_of(said, facts.OrderIntended)
    assert isinstance(intended, facts.OrderIntended)
    assert intended.request.quantity == 40 and intended.role is Role.TARGET and intended.arrival_price == 100
    assert Acknowledge(desk.slices) in said
    assert desk.last.order.life is OrderLife.UNKNOWN


def test_the_same_target_again_asks_for_nothing() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    desk.fill(desk.last)
    desk.slice()
    assert not facts_of(desk.wish(target(0.04)), facts.OrderIntended)


def test_sizing_is_cut_to_the_limit_and_names_it() -> None:
    desk = trading_desk()
    (intended,) = facts_of(desk.wish(target(0.5)), facts.OrderIntended)
    assert isinstance(intended, facts.OrderIntended)
    assert intended.wished == 500 and intended.request.quantity <= 50 and intended.bound


def test_an_order_of_the_strategy_that_is_too_large_is_cut_as_in_a_backtest() -> None:
    desk = trading_desk()
    said = desk.wish(hosts.OrderWish(number=1, instrument=A, side="BUY", quantity=5000))
    (intended,) = facts_of(said, facts.OrderIntended)
    assert isinstance(intended, facts.OrderIntended)
    assert intended.wished == 5000 and intended.request.quantity <= 50 and intended.bound


def test_an_order_of_the_strategy_that_is_too_large_is_refused_with_reasons_where_nothing_is_cut() -> None:
    desk = trading_desk(SessionRules(clips=False))
    said = desk.wish(hosts.OrderWish(number=1, instrument=A, side="BUY", quantity=5000))
    (refused,) = facts_of(said, facts.OrderRefused)
    assert isinstance(refused, facts.OrderRefused)
    assert {one.control for one in refused.by} >= {"position", "order_notional"}
    assert not commands_of(said, broker.SubmitOrder) and not desk.orders


def test_a_fill_before_the_acknowledgement_counts_and_the_late_acknowledgement_is_no_news() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    order = desk.last
    desk.fill(order)
    assert desk.last.order.life is OrderLife.FILLED and desk.core.state.held(A) == 40
    assert not facts_of(desk.accept(order))


def test_an_execution_told_three_times_is_booked_once() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    execution = broker.Executed(desk.execution(desk.last))
    desk.give(execution, execution)
    assert not desk.give(execution)
    assert desk.core.state.held(A) == 40 and desk.core.state.cash["USD"] == Decimal(100_000) - 4000 - 1


def test_a_bust_that_comes_before_its_fill_takes_it_back_all_the_same() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    execution = desk.execution(desk.last)
    desk.give(broker.ExecutionBusted(desk.last.id, execution.execution_id), broker.Executed(execution))
    assert desk.core.state.held(A) == 0 and desk.core.state.cash["USD"] == 100_000
    assert desk.last.order.life is OrderLife.WORKING


def test_an_execution_that_was_taken_back_while_nobody_listened_comes_with_the_list_of_executions() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    desk.fill(desk.last, 40)
    order, (execution, _) = desk.last, desk.last.order.executions[0]
    bust = broker.ExecutionBusted(order.id, execution)
    desk.give(TimerRang("reconcile"))
    current = desk.core.memory.round
    assert current is not None
    said = desk.give(broker.FillsAnswer(current.first + 1, (), True, (bust,)))
    assert [type(one) for one in facts_of(said, facts.FillBusted)] == [facts.FillBusted]
    assert desk.core.state.held(A) == 0
    assert not desk.give(broker.FillsAnswer(99, (), False, (bust,))), "told again it is no news"


def test_silence_is_asked_about_and_never_taken_for_an_end() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    name = desk.last.id
    for _ in range(10):
        desk.wait(2 * SECOND)
        said = desk.give(TimerRang(f"answer {name}"))
        assert commands_of(said, broker.AskOrder)
    assert desk.last.order.life is OrderLife.UNKNOWN
    assert "IN_DOUBT" in codes_of(desk.said)


def absent(desk: Desk, times: int) -> list[object]:
    said: list[object] = []
    for _ in range(times):
        desk.wait(2 * SECOND)
        said += desk.give(broker.OrderAnswer(desk.question(), desk.last.id, None))
    return said


def test_not_known_counts_only_after_the_order_could_no_longer_arrive() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    desk.give(
        broker.OrderAnswer(desk.question(), desk.last.id, None), broker.OrderAnswer(desk.question(), desk.last.id, None)
    )
    assert desk.last.order.life is OrderLife.UNKNOWN
    absent(desk, 3)
    assert desk.last.order.attempt == 2, "proven absent while its decision stands: the same id is sent again"
    assert len({one.client_order_id for one in facts_of(desk.said, facts.OrderIntended)}) == 1  # type: ignore[union-attr]


def test_what_is_proven_absent_after_the_market_moved_on_is_lost_and_asked_for_anew() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    lost = desk.last
    desk.slice()
    absent(desk, 3)
    assert desk.core.state.orders[lost.id].order.life is OrderLife.LOST
    assert facts_of(desk.wish(target(0.04)), facts.OrderIntended), "the same weight asks again"


def test_a_lost_order_that_turns_up_is_alive_and_an_incident() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    lost = desk.last
    desk.slice()
    absent(desk, 3)
    said = desk.accept(lost)
    assert "LOST_RESURRECTED" in codes_of(said)
    assert desk.core.state.orders[lost.id].order.life is OrderLife.WORKING


def test_an_order_that_provably_never_left_is_rejected_and_counts_nothing() -> None:
    desk = trading_desk()
    desk.give(hosts.Proposed(desk.slices, (target(0.04),), 0))
    desk.give(NotHandedOver(desk.last.id, "submit", "no connection"))
    assert desk.last.order.life is OrderLife.REJECTED and desk.last.order.reserved == 0


def test_a_foreign_order_is_adopted_and_counts() -> None:
    desk = trading_desk()
    report = broker.OrderReport(
        client_order_id=None,
        venue_order_id=VenueOrderId("77"),
        request=buy(10, B),
        life=broker.ReportedLife.WORKING,
        filled=Decimal(0),
    )
    said = desk.give(report)
    assert "FOREIGN_ORDER" in codes_of(said)
    assert desk.last.strategy == EXTERNAL and desk.last.id == "ext-77"
    assert desk.core.state.net_positions() == {} and [one.id for one in desk.core.state.working()] == ["ext-77"]
    assert not desk.give(report), "told again it is no news"


def test_an_overfill_is_booked_and_freezes_the_instrument() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    said = desk.fill(desk.last, 45)
    assert desk.core.state.held(A) == 45 and A in desk.core.state.frozen
    assert "OVERFILL" in codes_of(said)
    desk.slice()
    refused = facts_of(desk.wish(target(0.049)), facts.OrderRefused)
    assert refused, "nothing new is risked in a frozen instrument"


def test_a_late_fill_after_a_cancel_is_booked_and_told() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    order = desk.last
    desk.accept(order)
    desk.give(desk.report(order, broker.ReportedLife.CANCELED, reason="halt"))
    said = desk.fill(order, 10)
    assert desk.core.state.held(A) == 10 and "LATE_FILL" in codes_of(said)
    assert desk.core.state.orders[order.id].order.life is OrderLife.CANCELED


def test_another_target_waits_until_the_one_before_is_out_of_the_way() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    first = desk.last
    desk.accept(first)
    desk.slice()
    said = desk.wish(target(0.02))
    assert facts_of(said, facts.TargetDeferred) and commands_of(said, broker.CancelOrder)
    assert not commands_of(said, broker.SubmitOrder)
    said = desk.send(desk.report(first, broker.ReportedLife.CANCELED, reason="asked"))
    (intended,) = facts_of(said, facts.OrderIntended)
    assert isinstance(intended, facts.OrderIntended) and intended.request.quantity == 20


def test_a_target_that_waited_too_long_is_dropped() -> None:
    desk = trading_desk()
    desk.wish(target(0.04))
    first = desk.last
    desk.accept(first)
    desk.slice()
    desk.wish(target(0.02))
    desk.slice()
    said = desk.send(desk.report(first, broker.ReportedLife.CANCELED, reason="asked"))
    assert facts_of(said, facts.TargetSettled) and not facts_of(said, facts.OrderIntended)


def test_a_late_answer_of_the_strategy_is_dropped_by_name() -> None:
    desk = trading_desk()
    desk.slice()
    said = desk.give(hosts.Proposed(desk.slices - 1, (target(0.04),), 0))
    (dropped,) = facts_of(said)
    assert isinstance(dropped, facts.ProposalDropped) and "has closed since" in dropped.reason
    assert Acknowledge(desk.slices - 1) in said


def test_protection_is_moved_at_the_venue_and_made_where_there_is_none() -> None:
    desk = trading_desk()
    desk.wish(target(0.04, stop_loss=90.0))
    entry = desk.last
    desk.accept(entry)
    desk.fill(entry)
    leg = broker.OrderReport(
        client_order_id=ClientOrderId(f"{entry.id}-S"),
        venue_order_id=VenueOrderId("leg"),
        request=sell(40, kind=OrderKind.STOP, stop_price=Decimal(90), reduces_only=True, closes_position=True),
        life=broker.ReportedLife.WORKING,
        filled=Decimal(0),
        parent=entry.id,
    )
    desk.give(leg)
    assert desk.last.role is Role.STOP_LOSS and desk.last.strategy == "x" and desk.last.parent == entry.id
    desk.slice()
    said = desk.wish(hosts.ProtectWish(A, 95.0, 120.0))
    (changed,) = commands_of(said, broker.ReplaceOrder)
    assert isinstance(changed, broker.ReplaceOrder) and changed.ticket.request.stop_price == 95
    (made,) = commands_of(said, broker.SubmitOrder)
    assert isinstance(made, broker.SubmitOrder) and made.ticket.request.limit_price == 120
    assert made.ticket.request.closes_position and made.ticket.request.reduces_only
    desk.give(broker.Replaced(leg.client_order_id or ClientOrderId(""), changed.ticket.request))
    assert desk.core.state.orders[f"{entry.id}-S"].order.request.stop_price == 95


def pair(rule: LinkRule) -> tuple[hosts.OrderWish, hosts.OrderWish]:
    one = hosts.OrderWish(number=1, instrument=A, side="BUY", quantity=20, link="pair", link_rule=rule.value)
    return one, replace(one, number=2, instrument=B, quantity=30)


@pytest.mark.parametrize("rule", list(LinkRule))
def test_when_one_leg_of_a_link_is_rejected_the_other_follows_the_rule(rule: LinkRule) -> None:
    desk = trading_desk()
    desk.wish(*pair(rule))
    first, second = desk.orders
    desk.fill(first)
    said = desk.send(broker.SubmitRejected(second.id, "not tradable"))
    closing = commands_of(said, broker.SubmitOrder)
    assert bool(closing) is rule.closes
    if rule.closes:
        assert isinstance(closing[0], broker.SubmitOrder)
        assert closing[0].ticket.request.side.value == "SELL" and closing[0].ticket.request.quantity == 20
    assert ("LEG_FAILED" in codes_of(said)) is (rule is not LinkRule.KEEP)


def test_a_leg_that_fills_after_its_link_failed_is_closed_once() -> None:
    desk = trading_desk()
    desk.wish(*pair(LinkRule.UNDO))
    first, second = desk.orders
    desk.accept(first)
    said = desk.give(broker.SubmitRejected(second.id, "not tradable"))
    assert [one.client_order_id for one in commands_of(said, broker.CancelOrder)] == [first.id]  # type: ignore[union-attr]
    assert commands_of(desk.fill(first, 5), broker.SubmitOrder)
    desk.fill(desk.last)
    assert desk.core.state.held(A) == 0


def test_an_order_by_hand_takes_the_same_gate_and_repeats_nothing_with_the_same_key() -> None:
    desk = trading_desk()
    command = SendOrder(number=7, who="kim", key="k1", request=buy(10))
    first = answer_of(desk.send(command))
    again = answer_of(desk.send(replace(command, number=8)))
    assert first.is_done and again.is_done and first.client_order_ids == again.client_order_ids
    assert len(desk.orders) == 1
    refused = answer_of(desk.send(SendOrder(number=9, who="kim", request=buy(10_000))))
    assert not refused.is_done
    assert not answer_of(desk.send(SendOrder(number=10, who="kim", request=buy(1, "ZZZ.XNYS")))).is_done


def test_every_client_order_id_follows_from_the_journal() -> None:
    one, other = trading_desk(), trading_desk()
    for desk in (one, other):
        desk.wish(target(0.04), target(0.02, B))
    assert [order.id for order in one.orders] == [order.id for order in other.orders]
    assert len({order.id for order in one.orders}) == 2
    assert all(len(order.id) <= 30 for order in one.orders)


def test_paced_orders_of_one_slice_are_counted_one_after_the_other() -> None:
    desk = trading_desk(SessionRules(paces=True))
    wishes = [hosts.OrderWish(number=n, instrument=A, side="BUY", quantity=n) for n in range(1, 9)]
    said = desk.wish(*wishes)
    times = [one.time_ns for one in facts_of(said, facts.OrderIntended)]
    assert len(times) == 8 and times == sorted(set(times))
