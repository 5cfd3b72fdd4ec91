"""What the core decides about the account: books compared, trading shut, people obeyed, strategies lost."""

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
    trading_desk,
)

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderKind
from tradewright.engine.session import facts
from tradewright.engine.session.effects import CloseHost, EndSession, SetTimer, Show
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.inputs import (
    AdoptLimits,
    CancelOrders,
    ChangeOrder,
    ClosePositions,
    KillFound,
    NotHandedOver,
    ProtectPosition,
    SeeAlert,
    SendOrder,
    SetStrategyLife,
    SetTradingState,
    StopSession,
    TimerRang,
)
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import decoded, encoded, state_digest
from tradewright.ports import broker, hosts
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.self_test import Failure
from tradewright.trading.risk.states import TradingState


def holding_desk() -> Desk:
    """40 shares of A are held."""
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04))
    desk.fill(desk.last)
    desk.slice()
    desk.wish()
    return desk


def look(desk: Desk, **account: Decimal | dict[str, Decimal]) -> list[object]:
    """Another round of reconciliation."""
    desk.give(TimerRang("reconcile"))
    return list(desk.reconcile(**account))  # type: ignore[arg-type]


def test_a_difference_counts_only_when_it_is_seen_twice() -> None:
    desk = holding_desk()
    look(desk, positions={A: Decimal(39)})
    assert not desk.core.state.frozen
    said = look(desk, positions={A: Decimal(39)})
    assert A in desk.core.state.frozen and "DRIFT" in codes_of(said)  # type: ignore[arg-type]
    assert not commands_of(said, broker.SubmitOrder), "nothing is traded to make books agree"  # type: ignore[arg-type]
    look(desk)
    assert not desk.core.state.frozen


def test_a_partial_answer_is_no_information() -> None:
    desk = holding_desk()
    desk.give(TimerRang("reconcile"))
    desk.reconcile(positions={}, is_complete=False)
    desk.give(TimerRang("reconcile"))
    desk.reconcile(positions={}, is_complete=False)
    assert not desk.core.state.frozen and desk.core.state.held(A) == 40


def test_nothing_is_sent_until_the_books_agree_and_the_answer_is_not_lost() -> None:
    desk = trading_desk()
    desk.give(broker.Disconnected("cut"))
    desk.give(broker.Connected())
    assert not commands_of(desk.wish(hosts.TargetWish(A, 0.04)), broker.SubmitOrder)
    said = desk.reconcile()
    assert commands_of(said, broker.SubmitOrder), "the answer waited for the books"


def test_a_fill_that_was_missed_is_found_by_the_next_look() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04))
    missed = desk.execution(desk.last)
    desk.give(TimerRang("reconcile"))
    desk.reconcile(fills=(missed,), positions={A: Decimal(40)}, cash=Decimal(100_000) - 4000 - 1)
    assert desk.core.state.held(A) == 40 and not desk.core.state.frozen


def test_a_dividend_is_booked_once_and_a_split_keeps_the_value() -> None:
    desk = holding_desk()
    paid = broker.CashMoved("d1", "dividend", A, "USD", Decimal("8.00"), DAY)
    split = broker.SplitDone("s1", A, Decimal(4), Decimal(25), desk.core.state.now_ns + 1)
    before = desk.core.state.equity()
    desk.give(paid, paid, split, split)
    state = desk.core.state
    assert state.held(A) == 160 and state.basis(A) == 4000 and state.marks[A] == 25
    assert state.equity() == (before or 0) + 8


@pytest.mark.parametrize("policy", ["keep_protection", "cancel_all", "keep_all"])
def test_the_end_of_a_session_cancels_what_its_policy_says(policy: str) -> None:
    desk = holding_desk()
    desk.send(SendOrder(number=1, who="kim", request=buy(9, kind=OrderKind.LIMIT, limit_price=Decimal(99))))
    entry = desk.last
    desk.accept(entry)
    said = desk.give(StopSession(number=2, who="kim", orders=policy))
    assert bool(commands_of(said, broker.CancelOrder)) is (policy != "keep_all")
    if policy != "keep_all":
        assert not any(isinstance(one, EndSession) for one in said), "it waits for the venue"
        said = desk.give(desk.report(entry, broker.ReportedLife.CANCELED, reason="asked"))
    assert any(isinstance(one, EndSession) for one in said) and desk.core.state.is_over


def test_a_killed_session_cancels_everything_and_sends_nothing_new() -> None:
    desk = holding_desk()
    said = desk.give(KillFound("kim", "something is wrong"))
    assert commands_of(said, broker.CancelEverything)
    assert desk.core.state.shut[""].state == TradingState.KILLED
    desk.slice()
    assert not commands_of(desk.wish(hosts.TargetWish(B, 0.02)), broker.SubmitOrder)
    assert not answer_of(desk.send(SendOrder(number=1, who="kim", request=buy(1)))).is_done
    opened = SetTradingState(number=2, who="kim", state=TradingState.ACTIVE, reason="looked at it")
    assert answer_of(desk.give(opened)).is_done
    desk.slice()
    assert commands_of(desk.wish(hosts.TargetWish(B, 0.03)), broker.SubmitOrder)


def test_opening_needs_a_name_and_equal_books() -> None:
    desk = holding_desk()
    desk.give(SetTradingState(number=1, who="kim", state=TradingState.REDUCE_ONLY))
    nameless = SetTradingState(number=2, who=" ", state=TradingState.ACTIVE)
    assert not answer_of(desk.give(nameless)).is_done
    desk.give(broker.Disconnected("cut"))
    assert not answer_of(desk.give(SetTradingState(number=3, who="kim", state=TradingState.ACTIVE))).is_done


def test_a_loss_of_the_day_shuts_trading_to_what_reduces() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.049))
    desk.fill(desk.last)
    desk.slice()
    desk.wish()
    desk.slice(a=55.0)
    assert desk.core.state.shut[""].state >= TradingState.REDUCE_ONLY
    assert "TRADING_SHUT" in codes_of(desk.said)
    closing = answer_of(desk.send(ClosePositions(number=1, who="kim")))
    assert closing.is_done, "what reduces goes through"


def test_a_critical_alert_that_nobody_sees_shuts_trading() -> None:
    desk = holding_desk()
    desk.give(broker.ExecutionBusted(desk.orders[0].id, desk.orders[0].order.executions[0][0]))
    desk.wait(121 * SECOND)
    desk.give(TimerRang("reconcile"))
    assert desk.core.state.shut[""].state == TradingState.REDUCE_ONLY


def test_an_alert_that_was_seen_shuts_nothing() -> None:
    desk = holding_desk()
    desk.give(broker.ExecutionBusted(desk.orders[0].id, desk.orders[0].order.executions[0][0]))
    assert answer_of(desk.give(SeeAlert(number=1, who="kim", code="BUSTED", subject=A))).is_done
    assert not answer_of(desk.give(SeeAlert(number=2, who="kim", code="BUSTED", subject=A))).is_done
    desk.wait(121 * SECOND)
    desk.give(TimerRang("reconcile"))
    assert "" not in desk.core.state.shut


def test_a_strategy_is_paused_and_its_answers_dropped_until_it_goes_on() -> None:
    desk = trading_desk()
    assert answer_of(desk.give(SetStrategyLife(number=1, who="kim", life=StrategyLife.PAUSED))).is_done
    said = desk.wish(hosts.TargetWish(A, 0.04))
    assert facts_of(said, facts.ProposalDropped) and not desk.orders
    assert answer_of(desk.give(SetStrategyLife(number=2, who="kim", life=StrategyLife.RUNNING))).is_done
    desk.slice()
    desk.wish(hosts.TargetWish(A, 0.04))
    assert desk.orders
    stopped = desk.give(SetStrategyLife(number=3, who="kim", life=StrategyLife.STOPPED))
    assert answer_of(stopped).is_done and any(isinstance(one, CloseHost) for one in stopped)
    assert not answer_of(desk.give(SetStrategyLife(number=4, who="kim", life=StrategyLife.RUNNING))).is_done


def test_a_strategy_that_fails_is_put_in_quarantine_and_the_market_goes_on() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04, stop_loss=90.0))
    entry = desk.last
    desk.accept(entry)
    desk.slice()
    said = desk.give(hosts.HostFailed(hosts.HostTrouble.TOO_SLOW, desk.slices, "no answer in 5 s"))
    assert desk.core.state.life is StrategyLife.QUARANTINED
    assert [one.client_order_id for one in commands_of(said, broker.CancelOrder)] == [entry.id]  # type: ignore[union-attr]
    assert not any(isinstance(one, Show) for one in desk.slice())


def test_a_working_order_is_changed_through_the_gate_or_not_at_all() -> None:
    desk = holding_desk()
    request = buy(5, kind=OrderKind.LIMIT, limit_price=Decimal(99))
    desk.send(SendOrder(number=1, who="kim", request=request))
    order = desk.last
    desk.accept(order)
    larger = buy(9, kind=OrderKind.LIMIT, limit_price=Decimal(98))
    said = desk.give(ChangeOrder(number=2, who="kim", client_order_id=order.id, request=larger))
    assert answer_of(said).is_done and commands_of(said, broker.ReplaceOrder)
    again = desk.give(ChangeOrder(number=3, who="kim", client_order_id=order.id, request=request))
    assert not answer_of(again).is_done, "one request at a time"
    assert desk.core.state.orders[order.id].reservation().quantity == 9, "the larger of both terms counts"
    desk.give(broker.Replaced(order.id, larger))
    assert desk.core.state.orders[order.id].order.request.limit_price == 98
    huge = buy(9_000, kind=OrderKind.LIMIT, limit_price=Decimal(98))
    assert not answer_of(desk.give(ChangeOrder(number=4, who="kim", client_order_id=order.id, request=huge))).is_done


def test_an_order_in_doubt_is_canceled_as_soon_as_it_is_found() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04))
    order = desk.last
    assert not commands_of(desk.give(CancelOrders(number=1, who="kim")), broker.CancelOrder)
    said = desk.accept(order)
    assert commands_of(said, broker.CancelOrder)


def test_a_cancel_without_an_answer_is_asked_again_and_never_assumed() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04))
    order = desk.last
    desk.accept(order)
    desk.give(CancelOrders(number=1, who="kim", client_order_ids=(order.id,)))
    desk.wait(3 * SECOND)
    said = desk.give(TimerRang(f"answer {order.id}"))
    assert commands_of(said, broker.CancelOrder) and commands_of(said, broker.AskOrder)
    pending = desk.core.state.orders[order.id].order.pending
    assert pending is not None and pending.attempt == 2
    assert desk.core.state.orders[order.id].order.life is OrderLife.WORKING


def test_a_position_gets_a_trailing_stop_a_target_and_an_hour_to_go_by_hand() -> None:
    desk = holding_desk()
    said = desk.send(
        ProtectPosition(
            number=1,
            who="kim",
            instrument=A,
            trailing_share=Decimal("0.05"),
            take_profit=Decimal(120),
            exit_ns=desk.session_ns + DAY,
        )
    )
    assert answer_of(said).is_done
    kinds = {one.ticket.request.kind for one in commands_of(said, broker.SubmitOrder)}  # type: ignore[union-attr]
    assert kinds == {OrderKind.TRAILING_STOP, OrderKind.LIMIT}
    said = desk.slice()
    (closing,) = commands_of(said, broker.SubmitOrder)
    assert isinstance(closing, broker.SubmitOrder) and closing.ticket.request.quantity == 40
    assert not answer_of(desk.give(ProtectPosition(number=2, who="kim", instrument=B, stop_loss=Decimal(1)))).is_done


def test_other_limits_hold_for_the_next_order() -> None:
    desk = trading_desk()
    tighter = LimitsPolicy(everywhere=shipped_limits(frozenset({B}), version=2), version=2)
    said = desk.give(AdoptLimits(number=1, who="kim", policy=tighter))
    assert answer_of(said).is_done and facts_of(said, facts.LimitsAdopted)
    assert facts_of(desk.wish(hosts.TargetWish(A, 0.04)), facts.OrderRefused)
    assert desk.core.state.limits_version == 2


def test_a_state_is_read_back_as_it_was_and_has_the_same_digest() -> None:
    desk = holding_desk()
    desk.send(SendOrder(number=1, who="kim", request=buy(5)))
    state = desk.core.state
    back = decoded(encoded(state))
    assert back == state and state_digest(back) == state_digest(state)


def test_a_gate_that_lets_poison_through_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = Failure("while killed", "trading_state", ())
    monkeypatch.setattr("tradewright.engine.session.deciding.supervising.self_test", lambda _: (failure,))
    desk = trading_desk(SessionRules())
    assert desk.core.state.shut[""].state == TradingState.CANCEL_ONLY
    assert not commands_of(desk.wish(hosts.TargetWish(A, 0.04)), broker.SubmitOrder)


def test_the_gate_is_tested_with_poison_at_the_start() -> None:
    desk = trading_desk(SessionRules())
    assert "" not in desk.core.state.shut
    assert any(isinstance(one, SetTimer) and one.name == "self_test" for one in desk.said)


def test_a_stop_that_must_be_there_and_is_not_is_made_and_told() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04, stop_loss=90.0))
    desk.fill(desk.last)  # the venue never reports the leg
    said = desk.slice()
    (made,) = commands_of(said, broker.SubmitOrder)
    assert isinstance(made, broker.SubmitOrder)
    assert made.ticket.request.stop_price == 90 and made.ticket.request.closes_position
    assert "UNPROTECTED" in codes_of(said) and A in desk.core.state.shut


def test_a_strategy_that_fills_again_and_again_is_switched_off() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04))
    for _ in range(10):
        desk.fill(desk.last, 1)
    assert desk.core.state.shut["x"].state == TradingState.REDUCE_ONLY
    desk.slice()
    assert not commands_of(desk.wish(hosts.TargetWish(B, 0.03)), broker.SubmitOrder)


def test_a_strategy_that_lost_its_part_of_the_day_is_switched_off_alone() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.049))
    desk.fill(desk.last)
    desk.slice()
    desk.wish()
    desk.slice(a=75.0)
    assert desk.core.state.shut["x"].state == TradingState.REDUCE_ONLY and "" not in desk.core.state.shut


def test_cash_that_does_not_agree_is_told_and_much_of_it_shuts_trading() -> None:
    desk = holding_desk()
    for _ in range(2):
        look(desk, cash=desk.core.state.cash["USD"] - 500)
    assert desk.core.state.shut[""].state == TradingState.CANCEL_ONLY


def test_what_risk_shut_as_well_is_not_opened_by_the_supervisor() -> None:
    desk = holding_desk()
    desk.give(SetTradingState(number=1, who="supervisor", state=TradingState.CANCEL_ONLY, reason="the disk is slow"))
    desk.slice(a=30.0)
    assert desk.core.state.shut[""].who == "risk" and desk.core.state.shut[""].state == TradingState.CANCEL_ONLY
    opened = SetTradingState(number=2, who="supervisor", state=TradingState.ACTIVE, reason="the disk is well")
    assert not answer_of(desk.give(opened)).is_done
    assert answer_of(desk.give(SetTradingState(number=3, who="kim", state=TradingState.ACTIVE))).is_done


def test_closing_by_hand_closes_for_everybody_who_holds() -> None:
    desk = holding_desk()
    desk.send(SendOrder(number=1, who="kim", request=buy(5)))
    desk.fill(desk.last)
    said = desk.send(ClosePositions(number=2, who="kim", key="c1", instruments=(A,)))
    closing = commands_of(said, broker.SubmitOrder)
    assert {(one.ticket.request.strategy, one.ticket.request.quantity) for one in closing} == {  # type: ignore[union-attr]
        ("x", 40),
        ("operator", 5),
    }
    again = desk.send(ClosePositions(number=3, who="kim", key="c1", instruments=(A,)))
    assert answer_of(again).is_done and not commands_of(again, broker.SubmitOrder)


def test_the_result_of_a_day_is_seen_after_its_close() -> None:
    desk = holding_desk()
    desk.slice(a=101.0)
    assert desk.core.state.day_result() == 40


def test_a_kill_whose_cancel_never_left_cancels_again_whatever_else_is_looked_at() -> None:
    desk = trading_desk()
    desk.wish(hosts.TargetWish(A, 0.04))
    desk.give(KillFound("kim", "enough"))
    said = desk.give(NotHandedOver("", "cancel", "connection refused"))
    desk.slice()  # a look at the venue sets its own timer anew
    assert commands_of(said, broker.AskOrder) == []
    (timer,) = [one for one in said if isinstance(one, SetTimer)]
    assert timer.after_ns <= SECOND and timer.name != "reconcile"
    (swept,) = commands_of(desk.give(TimerRang(timer.name)), broker.CancelEverything)
    assert swept == broker.CancelEverything(keeps_protection=True)
