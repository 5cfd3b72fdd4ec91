"""Orders that ended long ago leave the books of a session, and nothing that they stood for is lost or counted twice."""

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
    sell,
    trading_desk,
)

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import LinkRule, OrderKind
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.inputs import CancelOrders, ChangeOrder, SendOrder, SetTradingState, TimerRang
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import SessionState, decoded, encoded, state_digest
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports import broker
from tradewright.trading.risk.states import TradingState

RULES = SessionRules(self_test_every_ns=0, keeps_orders=3, keeps_days=2)


def session(rules: SessionRules = RULES) -> Desk:
    return trading_desk(rules)


def traded(desk: Desk, request: object = None, *, price: str = "100") -> TrackedOrder:
    """An order by hand that is filled at once."""
    desk.send(SendOrder(number=0, who="ada", request=request or buy(2)))  # type: ignore[arg-type]
    desk.fill(desk.last, price=price)
    return desk.last


def days(desk: Desk, count: int, *, each: Callable[[Desk], object] = traded) -> None:
    """Trading days with something done in each; every look at the venue that is asked for finds equal books."""
    for _ in range(count):
        desk.slice()
        if desk.core.memory.round is not None:
            desk.reconcile()
        each(desk)


def pruned(desk: Desk) -> list[facts.Pruned]:
    return [one for one in facts_of(desk.said, facts.Pruned) if isinstance(one, facts.Pruned)]


def old() -> tuple[Desk, list[TrackedOrder], list[Fill]]:
    """A session that has dropped something, with all the orders and executions that it ever had."""
    desk = session()
    orders: list[TrackedOrder] = []
    fills: list[Fill] = []

    def one_trade(_: Desk) -> None:
        orders.append(traded(desk))
        fills.append(list(desk.core.state.executions.values())[-1])

    days(desk, 7, each=one_trade)
    assert pruned(desk)
    return desk, orders, fills


def test_orders_that_ended_long_ago_leave_once_there_are_more_than_are_kept() -> None:
    desk = session()
    days(desk, 5)
    assert len(desk.orders) == 5 and not pruned(desk)
    days(desk, 2)
    (fact,) = pruned(desk)
    state = desk.core.state
    assert state.dropped is not None and state.dropped.orders == 4 == state.dropped.executions
    assert len(state.orders) == 3 == len(state.executions)
    assert min(one.changed_ns for one in desk.orders) >= fact.before_ns


def test_nothing_leaves_while_the_books_were_not_found_equal() -> None:
    desk = session()
    days(desk, 6)
    desk.slice()
    desk.reconcile(positions={A: Decimal(1)})
    assert not pruned(desk) and len(desk.orders) == 6
    desk.give(TimerRang("reconcile"))
    desk.reconcile()
    assert pruned(desk)


def test_positions_cash_and_results_are_what_they_were() -> None:
    desk, plain = session(), session(replace(RULES, keeps_orders=1000))
    for one in (desk, plain):
        days(one, 4)
        days(one, 3, each=lambda at: traded(at, sell(1), price="103"))
    assert pruned(desk) and not pruned(plain)
    ours, theirs = desk.core.state, plain.core.state
    assert ours.positions == theirs.positions and ours.cash == theirs.cash
    assert ours.equity() == theirs.equity() and ours.gain("operator") == theirs.gain("operator")
    assert (ours.intents, ours.fill_times, ours.sent) == (theirs.intents, theirs.fill_times, theirs.sent)


def test_a_replay_and_a_snapshot_give_the_same_state() -> None:
    desk, _, _ = old()
    state, replayed = desk.core.state, SessionState(epoch=1)
    for fact in facts_of(desk.said):
        apply(replayed, fact)
    assert replayed == state
    assert state_digest(replayed) == state_digest(state) == state_digest(decoded(encoded(state)))
    assert decoded(encoded(state)) == state


def test_an_execution_of_a_dropped_order_that_is_told_again_is_no_news() -> None:
    desk, orders, fills = old()
    before = encoded(desk.core.state)
    assert not desk.give(broker.Executed(fills[0]))
    assert not desk.give(broker.Executed(replace(fills[1], client_order_id=ClientOrderId(""))))
    assert not desk.give(desk_report(orders[0], broker.ReportedLife.FILLED))
    assert not desk.give(broker.SubmitRejected(orders[1].id, "unknown"))
    assert encoded(desk.core.state) == before and desk.core.memory.ignored == 4


def desk_report(tracked: TrackedOrder, life: broker.ReportedLife) -> broker.OrderReport:
    return broker.OrderReport(
        client_order_id=tracked.id, venue_order_id=VenueOrderId(f"v-{tracked.id}"), request=tracked.order.request,
        life=life, filled=tracked.order.filled,
    )  # fmt: skip


def test_an_execution_that_is_news_of_a_dropped_order_is_refused_once_and_freezes_the_instrument() -> None:
    desk, _, fills = old()
    held = desk.core.state.positions
    late = broker.Executed(replace(fills[0], execution_id=ExecutionId("late")))
    said = desk.give(late)
    (refused,) = facts_of(said, facts.ReportRefused)
    assert isinstance(refused, facts.ReportRefused) and refused.fill == late.fill and "ended long ago" in refused.story
    assert "TOO_LATE" in codes_of(said) and desk.core.state.frozen == {A: refused.story}
    assert desk.core.state.positions == held
    desk.give(SetTradingState(number=0, who="ada", state=TradingState.ACTIVE, scope=A))
    assert not desk.core.state.frozen
    assert not desk.give(late) and not desk.core.state.frozen


def test_a_bust_of_a_dropped_execution_freezes_the_instrument_and_is_told_once() -> None:
    desk, orders, fills = old()
    bust = broker.ExecutionBusted(orders[0].id, fills[0].execution_id)
    said = desk.give(bust)
    assert "TOO_LATE" in codes_of(said) and list(desk.core.state.frozen) == [A]
    assert not desk.give(bust)


def test_a_bust_that_was_booked_before_its_order_was_dropped_is_no_news() -> None:
    desk = session()
    days(desk, 1)
    (fill,) = desk.core.state.executions.values()
    bust = broker.ExecutionBusted(fill.client_order_id, fill.execution_id)
    desk.give(bust, desk.report(desk.last, broker.ReportedLife.CANCELED))
    days(desk, 7)
    assert pruned(desk) and fill.execution_id not in desk.core.state.executions
    assert not desk.give(bust) and not desk.give(broker.Executed(fill))


def test_a_dropped_order_is_not_adopted_again_and_is_canceled_where_it_works_on() -> None:
    desk, orders, _ = old()
    working = desk_report(orders[0], broker.ReportedLife.WORKING)
    assert not desk.give(working)
    told = []
    for _ in range(2):
        desk.give(TimerRang("reconcile"))
        told += desk.reconcile(orders=(working,))
        desk.wait(3 * SECOND)
    assert not facts_of(told, facts.OrderAdopted) and "ENDED_WORKS" in codes_of(told)
    (cancel,) = commands_of(told, broker.CancelOrder)
    assert isinstance(cancel, broker.CancelOrder) and cancel.client_order_id == orders[0].id
    assert list(desk.core.state.frozen) == [A]
    desk.give(TimerRang("reconcile"))
    desk.reconcile()
    assert not desk.core.state.frozen


def test_names_of_dropped_orders_are_never_used_again() -> None:
    desk, orders, _ = old()
    days(desk, 6)
    every = [one.client_order_id for one in facts_of(desk.said, facts.OrderIntended)]  # type: ignore[union-attr]
    assert len(set(every)) == len(every) == 13 and not {one.id for one in orders} - set(every)


def test_an_order_in_doubt_or_at_work_stays_however_old_it_is() -> None:
    desk = session()
    desk.send(SendOrder(number=0, who="ada", request=buy(1)))
    doubtful = desk.last.id
    desk.send(SendOrder(number=0, who="ada", request=buy(1, kind=OrderKind.LIMIT, limit_price=Decimal(90))))
    desk.accept(desk.last)
    working = desk.last.id
    days(desk, 8)
    assert pruned(desk)
    assert desk.core.state.orders[doubtful].order.life is OrderLife.UNKNOWN
    assert desk.core.state.orders[working].order.life is OrderLife.WORKING


def test_what_is_linked_to_an_order_that_stays_stays_with_it() -> None:
    desk = session()
    desk.send(SendOrder(number=0, who="ada", request=buy(1, link="pair", link_rule=LinkRule.CANCEL)))
    leg = desk.last
    desk.fill(leg)
    desk.send(
        SendOrder(
            number=0,
            who="ada",
            request=buy(1, B, link="pair", link_rule=LinkRule.CANCEL, kind=OrderKind.LIMIT, limit_price=Decimal(40)),
        )
    )
    desk.accept(desk.last)
    days(desk, 8)
    assert pruned(desk) and leg.id in desk.core.state.orders
    assert next(one.id for one in desk.core._desk.legs("pair")) == leg.id


def test_a_bracket_leaves_as_a_whole() -> None:
    desk = session()
    entry = traded(desk, buy(3, stop_loss=Decimal(80)))
    stop = sell(3, kind=OrderKind.STOP, stop_price=Decimal(80), reduces_only=True, closes_position=True)
    leg = broker.OrderReport(
        client_order_id=ClientOrderId(f"{entry.id}-S"), venue_order_id=VenueOrderId("v9"), request=stop,
        life=broker.ReportedLife.WORKING, filled=Decimal(0), parent=entry.id,
    )  # fmt: skip
    desk.give(leg)
    days(desk, 8)
    assert pruned(desk) and entry.id in desk.core.state.orders
    desk.give(replace(leg, life=broker.ReportedLife.CANCELED))
    days(desk, 8, each=lambda at: traded(at, sell(1)))
    assert entry.id not in desk.core.state.orders and f"{entry.id}-S" not in desk.core.state.orders


def test_an_instrument_that_is_frozen_keeps_its_orders() -> None:
    desk = session()
    days(desk, 5)
    apply(desk.core.state, facts.InstrumentFrozen(desk.session_ns, A, "somebody looks at it"))
    days(desk, 3, each=lambda at: None)
    assert not pruned(desk)


def test_a_late_split_goes_on_from_what_was_held_at_the_watermark() -> None:
    desk, _, fills = old()
    before_ns = pruned(desk)[-1].before_ns
    desk.give(broker.SplitDone("s1", A, Decimal(2), Decimal(50), before_ns + 1))
    # seven times two shares: those of before the split are doubled, the later ones came in new shares
    old_shares = sum(one.quantity for one in fills if one.time_ns <= before_ns)
    new_shares = sum(one.quantity for one in fills if one.time_ns > before_ns)
    assert old_shares and new_shares and desk.core.state.held(A) == 2 * old_shares + new_shares
    assert desk.core.state.basis(A) == 1400


def test_a_split_from_before_the_watermark_is_refused_and_freezes() -> None:
    desk, _, _ = old()
    done = broker.SplitDone("s1", A, Decimal(2), Decimal(50), pruned(desk)[-1].before_ns - 1)
    said = desk.give(done)
    assert facts_of(said, facts.ReportRefused) and not facts_of(said, facts.SplitBooked)
    assert list(desk.core.state.frozen) == [A] and not desk.give(done)


def test_a_late_execution_of_an_order_that_stayed_is_booked_and_counts_at_a_later_split() -> None:
    desk = session()
    desk.send(SendOrder(number=0, who="ada", request=buy(4)))
    desk.accept(desk.last)
    waits, began_ns = desk.last, desk.session_ns
    days(desk, 8)
    assert pruned(desk)
    late = replace(desk.execution(waits, 1), time_ns=began_ns)
    desk.give(broker.Executed(late))
    held = desk.core.state.held(A)
    assert held == 8 * 2 + 1
    before_ns = pruned(desk)[-1].before_ns
    newer = sum(one.quantity for one in desk.core.state.executions.values() if one.time_ns > before_ns)
    desk.give(broker.SplitDone("s1", A, Decimal(2), Decimal(50), before_ns + 1))
    assert desk.core.state.held(A) == 2 * (held - newer) + newer


def test_executions_are_asked_for_from_where_they_were_though_all_have_left() -> None:
    desk = session(replace(RULES, keeps_orders=0, keeps_days=1))
    days(desk, 2)
    newest = list(desk.core.state.executions.values())[-1].time_ns
    days(desk, 4, each=lambda at: None)
    assert not desk.core.state.executions
    said = desk.give(TimerRang("reconcile"))
    (asked,) = commands_of(said, broker.AskFills)
    assert isinstance(asked, broker.AskFills) and asked.since_ns == newest - RULES.overlap_ns


def test_people_are_told_that_a_dropped_order_has_ended() -> None:
    desk, orders, _ = old()
    name = orders[0].id
    said = answer_of(desk.give(CancelOrders(number=1, who="ada", client_order_ids=(name,))))
    assert said.is_done and "1 had ended before" in said.story
    changed = answer_of(desk.give(ChangeOrder(number=2, who="ada", client_order_id=name, request=buy(1))))
    assert not changed.is_done and "ended long ago" in changed.story


def test_a_key_of_a_dropped_order_sends_nothing_again() -> None:
    desk = session()
    wish = SendOrder(number=0, who="ada", key="k1", request=buy(2))
    desk.send(wish)
    name = desk.last.id
    desk.fill(desk.last)
    days(desk, 8)
    assert pruned(desk) and name not in desk.core.state.orders
    said = desk.give(replace(wish, number=7, who="bob"))
    answer = answer_of(said)
    assert answer.is_done and answer.client_order_ids == (name,) and "ended long ago" in answer.story
    assert not facts_of(said, facts.OrderIntended)


def foreign(desk: Desk, number: int, *, time_ns: int, life: broker.ReportedLife, filled: int = 0) -> broker.OrderReport:
    return broker.OrderReport(
        client_order_id=None, venue_order_id=VenueOrderId(f"f{number}"), request=buy(2), life=life,
        filled=Decimal(filled), time_ns=time_ns,
    )  # fmt: skip


def test_a_name_of_the_venue_that_a_dropped_foreign_order_had_may_be_given_again() -> None:
    desk = session()
    canceled = broker.ReportedLife.CANCELED
    desk.give(foreign(desk, 5, time_ns=desk.session_ns, life=canceled))
    first_ns = desk.session_ns
    days(desk, 8)
    assert pruned(desk) and "ext-f5" not in desk.core.state.orders
    assert not desk.give(foreign(desk, 5, time_ns=first_ns, life=canceled))
    desk.give(foreign(desk, 5, time_ns=desk.session_ns, life=broker.ReportedLife.WORKING))
    assert desk.last.id == "ext-f5+" and desk.last.is_open
    assert not facts_of(desk.give(foreign(desk, 5, time_ns=desk.session_ns, life=broker.ReportedLife.WORKING)))
    fill = replace(
        desk.execution(desk.last, 2), client_order_id=ClientOrderId("ext-f5"), venue_order_id=VenueOrderId("f5")
    )
    desk.give(broker.Executed(fill))
    assert desk.last.order.life is OrderLife.FILLED and desk.core.state.positions["external"][A].quantity == 2


def test_an_execution_of_a_new_foreign_order_is_booked_though_its_name_was_had_before() -> None:
    desk = session()
    desk.give(foreign(desk, 5, time_ns=desk.session_ns, life=broker.ReportedLife.CANCELED))
    days(desk, 8)
    fill = replace(
        desk.execution(desk.last, 2), client_order_id=ClientOrderId("ext-f5"), venue_order_id=VenueOrderId("f5")
    )
    desk.give(broker.Executed(fill))
    assert desk.last.id == "ext-f5+" and desk.core.state.positions["external"][A].quantity == 2


@pytest.mark.parametrize("keeps_days", [1, 3, 5])
def test_what_ended_within_the_days_that_are_kept_stays(keeps_days: int) -> None:
    desk = session(replace(RULES, keeps_orders=0, keeps_days=keeps_days))
    days(desk, 10)
    assert len(desk.orders) == keeps_days + 1
    assert all(one.changed_ns >= desk.session_ns - keeps_days * DAY for one in desk.orders)
