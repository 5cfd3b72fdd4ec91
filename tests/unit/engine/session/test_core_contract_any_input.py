"""Whatever comes, in whatever order: the core decides without ending, and its facts replayed are its state."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.session.core_desk import SECOND, A, B, Desk, buy, facts_of, named, sell, trading_desk
from tests.unit.engine.session.order_lives import HAPPENINGS

from tradewright.domain.identifiers import ExecutionId, VenueOrderId
from tradewright.domain.orders.request import LinkRule, OrderKind
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.inputs import (
    CancelOrders,
    ChangeOrder,
    ClosePositions,
    HandedOver,
    KillFound,
    NotHandedOver,
    Noticed,
    Opened,
    ProtectPosition,
    SeeAlert,
    SendOrder,
    SetStrategyLife,
    SetTradingState,
    StopSession,
    TimerRang,
)
from tradewright.engine.session.state import SessionState, state_digest
from tradewright.ports import broker, feed, hosts
from tradewright.ports.hosts import CancelWish, OrderWish, ProtectWish, TargetWish
from tradewright.trading.risk.states import TradingState

NAMES = ("", "nobody", "ext-v9", "nobody-S")
WISHES: tuple[hosts.Wish, ...] = (
    TargetWish(A, 0.04), TargetWish(A, 0.0), TargetWish(B, 0.03, stop_loss=45.0, take_profit=60.0), CancelWish(7),
    OrderWish(number=7, instrument=A, side="BUY", quantity=3.0, kind="limit", limit=99.0, link="l"),
    OrderWish(number=8, instrument=B, side="SELL", quantity=3.0, link="l"), ProtectWish(A, 90.0, 120.0),
    OrderWish(number=9, instrument=A, side="BUY", quantity=float("nan")),
)  # fmt: skip


def commands(desk: Desk, name: str) -> list[Any]:
    """What a person may ask for."""
    request = buy(5, A, kind=OrderKind.LIMIT, limit_price=Decimal(99), link="l", link_rule=LinkRule.UNDO)
    return [
        SendOrder(number=1, who="kim", request=request), SendOrder(number=1, who="kim", key="k", request=sell(2, B)),
        ChangeOrder(number=1, who="kim", client_order_id=name, request=replace(request, quantity=Decimal(7))),
        CancelOrders(number=1, who="kim"), CancelOrders(number=1, who="kim", client_order_ids=(name,)),
        ClosePositions(number=1, who="kim"), ClosePositions(number=1, who="kim", instruments=(A, "ZZZ.XNYS")),
        ProtectPosition(number=1, who="kim", instrument=A, stop_loss=Decimal(90), exit_ns=desk.session_ns),
        ProtectPosition(number=1, who="kim", instrument=B, trailing_share=Decimal("0.1")),
        *(SetStrategyLife(number=1, who="kim", life=life) for life in StrategyLife),
        *(SetTradingState(number=1, who="kim", state=one) for one in TradingState),
        *(SetTradingState(number=1, who="kim", state=one, scope=A) for one in TradingState),
        SeeAlert(number=1, who="kim", code="DRIFT", subject=A), StopSession(number=1, who="kim", orders="cancel_all"),
    ]  # fmt: skip


def outside(desk: Desk, name: str) -> list[Any]:
    """What venue, wire, feed, host and clock may say of an order of that name."""
    report = broker.OrderReport(
        client_order_id=named(name), venue_order_id=VenueOrderId("v9"), request=buy(5),
        life=broker.ReportedLife.WORKING, filled=Decimal(1),
    )  # fmt: skip
    number = desk.core.memory.round.first if desk.core.memory.round else 1
    held, cash = desk.core.state.net_positions(), dict(desk.core.state.cash)
    return [
        *(replace(report, life=life) for life in broker.ReportedLife), replace(report, client_order_id=None),
        broker.OrderAnswer(1, named(name), None), broker.OrderAnswer(1, named(name), report),
        broker.SubmitRejected(named(name), "no"), broker.CancelRejected(named(name), "no"),
        broker.ReplaceRejected(named(name), "no"), broker.Replaced(named(name), buy(6)),
        broker.SendUnclear(named(name), "?"), broker.ExecutionBusted(named(name), ExecutionId("e1")),
        broker.OpenOrdersAnswer(number, (report,), True), broker.FillsAnswer(number + 1, (), True),
        broker.AccountAnswer(number + 2, held, cash, True), broker.AccountAnswer(number + 2, {B: Decimal(9)}, {}, True),
        broker.NoAnswer(number, "?"), broker.Connected(), broker.Disconnected("gone"),
        broker.SplitDone("s1", A, Decimal(2), Decimal(50), desk.session_ns),
        broker.SplitDone("s2", B, Decimal(0), Decimal(1), 1),
        broker.CashMoved("c1", "dividend", A, "EUR", Decimal("-3.5"), 1),
        broker.CashMoved("c2", "fee", "", "USD", Decimal("NaN"), 1),
        HandedOver(name), NotHandedOver(name, "submit", "no"), NotHandedOver("", "cancel", "no"),
        KillFound("lee", "stop"), Noticed("GUARD", "", "it acted"), TimerRang(f"answer {name}"),
        TimerRang(f"missing {name}"), TimerRang("reconcile"),
        TimerRang("farewell"), TimerRang("self_test"), feed.FeedGap(1, 2, "?"), feed.FeedLost("?"), feed.FeedEnded(3),
        hosts.HostFailed(hosts.HostTrouble.DIED, 1, "?"), hosts.HostReady("code", 0, speaks_weights=True),
        Opened(2),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_inputs_in_any_order_end_nothing_and_their_facts_are_the_state(data: st.DataObject) -> None:
    desk = trading_desk()
    for _ in range(data.draw(st.integers(1, 30))):
        order = data.draw(st.sampled_from([*desk.orders, None]))
        name = order.id if order is not None else data.draw(st.sampled_from(NAMES))
        desk.wait(data.draw(st.sampled_from((0, SECOND, 15 * SECOND))))
        match data.draw(st.integers(0, 4)):
            case 0:
                desk.slice(*data.draw(st.sampled_from(((100.0, 50.0), (None, 51.0), (float("nan"), 0.0)))))
            case 1:
                desk.wish(*data.draw(st.lists(st.sampled_from(WISHES), max_size=3)))
            case 2:
                desk.send(data.draw(st.sampled_from(commands(desk, name))))
            case 3 if order is not None:
                HAPPENINGS[data.draw(st.sampled_from(list(HAPPENINGS)))](desk, order)
            case _:
                desk.send(data.draw(st.sampled_from(outside(desk, name))))
    again = SessionState()
    again.epoch = desk.core.state.epoch
    for fact in facts_of(desk.said):
        apply(again, fact)
    assert state_digest(again) == state_digest(desk.core.state)
