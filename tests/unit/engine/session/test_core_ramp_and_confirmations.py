"""A session keeps first live orders apart, tells of many messages, and takes a typed word for what is soft."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.engine.session import core_desk
from tests.unit.engine.session.core_desk import (
    SECOND,
    A,
    B,
    Desk,
    answer_of,
    buy,
    codes_of,
    desk_over,
    facts_of,
    trading_desk,
)

from tradewright.domain.orders.request import OrderKind
from tradewright.engine.session import facts
from tradewright.engine.session.experience import NO_EXPERIENCE, Experience, experience
from tradewright.engine.session.inputs import CancelOrders, ChangeOrder, Opened, SendOrder
from tradewright.engine.session.state import SessionState, decoded, encoded
from tradewright.ports.hosts import TargetWish
from tradewright.trading.risk.limits import Limits, shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

D = Decimal


def limits_of(**changes: object) -> LimitsPolicy:
    limits: Limits = replace(shipped_limits(frozenset({A, B})), **changes)  # type: ignore[arg-type]
    return LimitsPolicy(everywhere=limits)


BEFORE = Experience(days=3, orders=8)
"""What the strategies of these tests have behind them."""


def wish_both(desk: Desk) -> list[object]:
    said = desk.wish(TargetWish(A, 0.008), TargetWish(B, 0.008))
    return [type(one) for one in said if isinstance(one, facts.OrderIntended | facts.OrderRefused)]


def test_a_strategy_that_is_new_to_live_trading_sends_its_first_orders_one_at_a_time() -> None:
    desk = trading_desk(policy=limits_of(ramp_orders=10), live=BEFORE)
    assert wish_both(desk) == [facts.OrderIntended, facts.OrderRefused], "the ninth, and the tenth beside it"
    desk.fill(desk.last)
    desk.slice()
    desk.send(SendOrder(number=1, who="kim", request=buy(1, B)))  # a person is never new, and is no order of it
    assert facts_of(desk.wish(TargetWish(B, 0.006)), facts.OrderIntended), "the tenth, alone"
    assert desk.core.state.live_orders == 8 + 2
    desk.slice()
    assert facts_of(desk.wish(TargetWish(A, 0.02)), facts.OrderIntended), "the eleventh beside the tenth"


def test_a_new_strategy_has_a_part_of_the_limits_until_its_days_are_over_and_a_person_all() -> None:
    desk = trading_desk(policy=limits_of(ramp_orders=0), live=BEFORE)
    (cut,) = facts_of(desk.wish(TargetWish(A, 0.5)), facts.OrderIntended)
    assert isinstance(cut, facts.OrderIntended)
    assert cut.request.quantity * 100 <= D(100_000) * D("0.05") * D("0.25")
    sent = desk.send(SendOrder(number=1, who="kim", request=buy(40, B)))
    assert facts_of(sent, facts.OrderIntended)
    desk.fill(desk.orders[0])
    desk.slice()
    (more,) = facts_of(desk.wish(TargetWish(A, 0.4)), facts.OrderIntended)
    assert isinstance(more, facts.OrderIntended)
    assert (desk.core.state.held(A) + more.request.quantity) * 100 > D(100_000) * D("0.05") * D("0.9")
    assert decoded(encoded(desk.core.state)).live_days == desk.core.state.live_days


def test_on_paper_no_strategy_is_new() -> None:
    desk = trading_desk()
    assert wish_both(desk) == [facts.OrderIntended, facts.OrderIntended]
    assert (desk.core.state.live_orders, desk.core.state.live_days) == (0, 0)


def messages(desk: Desk, number: int) -> list[object]:
    """So many messages after the first order: changes and a cancel of it; then a look at the account."""
    said: list[object] = []
    order = desk.last
    for at in range(number - 1):
        request = replace(desk.last.order.request, quantity=D(21 - at % 2))
        said += desk.give(ChangeOrder(number=1, who="kim", client_order_id=order.id, request=request))
        said += desk.give(desk.report(order, request=request))
    said += desk.give(CancelOrders(number=1, who="kim", client_order_ids=(order.id,)))
    return [*said, *desk.slice()]


@pytest.mark.parametrize(("count", "is_told"), [(8, False), (9, True), (10, True)])
def test_people_are_told_of_many_messages_for_each_fill_before_the_gate_stops_them(count: int, is_told: bool) -> None:
    policy = limits_of(messages_per_fill_warned=5, messages_per_fill=100, messages_judged_from=2)
    desk = trading_desk(policy=policy)
    desk.send(SendOrder(number=1, who="kim", request=buy(3, kind=OrderKind.LIMIT, limit_price=D(100))))
    desk.fill(desk.last)
    desk.send(SendOrder(number=2, who="kim", request=buy(20, kind=OrderKind.LIMIT, limit_price=D(99))))
    desk.accept(desk.last)
    desk.fill(desk.last, 1)
    desk.session_ns -= core_desk.DAY - SECOND  # the slice that is looked at comes a second later
    said = messages(desk, count - 1)
    assert ("ORDER_TO_TRADE" in codes_of(said)) is is_told  # type: ignore[arg-type]
    assert not desk.core.state.shut
    assert "ORDER_TO_TRADE" not in codes_of(desk.slice())


def collared(quantity: int = 1, price: str = "104", **terms: object) -> SendOrder:
    request = buy(quantity, kind=OrderKind.LIMIT, limit_price=D(price))
    return SendOrder(number=1, who="kim", request=request, **terms)  # type: ignore[arg-type]


def test_what_only_a_soft_control_refused_goes_out_once_its_number_is_typed_and_a_name_stands_for_it() -> None:
    desk = trading_desk()
    told = answer_of(desk.send(collared()))
    assert not told.is_done and "price_collar=0.04" in told.story
    said = desk.send(collared(typed={"price_collar": " 0.04 "}))
    assert answer_of(said).is_done
    (confirmed,) = facts_of(said, facts.OrderConfirmed)
    assert isinstance(confirmed, facts.OrderConfirmed)
    assert (confirmed.who, confirmed.controls, confirmed.client_order_id) == (
        "kim", {"price_collar": "0.04"}, desk.last.id,
    )  # fmt: skip
    assert "CONFIRMED" in codes_of(said)


@pytest.mark.parametrize(("waited_s", "is_done"), [(59, True), (60, True), (61, False)])
def test_a_confirmation_holds_for_a_minute(waited_s: int, is_done: bool) -> None:
    desk = trading_desk()
    desk.send(collared())
    desk.wait(waited_s * SECOND)
    assert answer_of(desk.send(collared(typed={"price_collar": "0.04"}))).is_done is is_done


def test_a_confirmation_holds_once_for_that_order_by_that_person_with_that_number() -> None:
    desk = trading_desk()
    typed = {"price_collar": "0.04"}
    assert "has not refused" in answer_of(desk.send(collared(typed=typed))).story, "nothing was refused yet"
    desk.send(collared())
    assert not answer_of(desk.send(collared(2, typed=typed))).is_done, "another order"
    assert not answer_of(desk.send(replace(collared(typed=typed), who="lee"))).is_done, "another person"
    wrong = answer_of(desk.send(collared(typed={"price_collar": "0.4"})))
    assert not wrong.is_done and "expected price_collar=0.04" in wrong.story
    assert not answer_of(desk.send(collared(typed=typed))).is_done, "whoever typed wrongly begins anew"
    desk.send(collared())
    assert answer_of(desk.send(collared(typed=typed))).is_done
    assert not answer_of(desk.send(collared(typed=typed))).is_done, "it was used"


def test_beside_a_hard_control_nothing_is_offered() -> None:
    desk = trading_desk()
    told = answer_of(desk.send(collared(90)))
    assert not told.is_done and "confirm" not in told.story
    assert not answer_of(desk.send(collared(90, typed={"price_collar": "0.04"}))).is_done


def test_a_market_that_has_moved_on_asks_for_the_new_number() -> None:
    desk = trading_desk()
    desk.send(collared())
    desk.slice(a=98.0)
    told = answer_of(desk.send(collared(typed={"price_collar": "0.04"})))
    assert not told.is_done and "price_collar=0.0612" in told.story


def test_cancels_and_changes_count_as_messages_and_a_first_send_once() -> None:
    desk = trading_desk()
    desk.send(SendOrder(number=2, who="kim", request=buy(20, kind=OrderKind.LIMIT, limit_price=D(99))))
    desk.accept(desk.last)
    assert desk.core._desk.messages_since(0) == 1
    messages(desk, 3)
    assert desk.core._desk.messages_since(0) == 4
    assert decoded(encoded(desk.core.state)).messages == desk.core.state.messages


def over(days: int = 0, orders: int = 0, *, day: int = 10, mode: str = "live") -> SessionState:
    """A session that is over, as far as experience looks at it."""
    return SessionState(started=core_desk.start_of(mode), live_days=days, live_orders=orders, day=day)


@pytest.mark.parametrize(
    ("earlier", "days", "orders"),
    [
        ([], 0, 0),
        ([over(3, 20, mode="paper")], 0, 0),
        ([over(0, 1, day=0)], 0, 0),
        ([over(3, 20)], 4, 20),
        ([over(3, 20, day=11)], 3, 20),
        ([over(3, 20), over(5, 2, day=11), SessionState()], 5, 20),
    ],
    ids=["none", "on paper", "never traded", "one", "of the same day", "several"],
)
def test_what_a_strategy_has_behind_it_is_counted_at_most_once(
    earlier: list[SessionState], days: int, orders: int
) -> None:
    assert experience(earlier, before=11) == Experience(days, orders)


def test_what_went_before_is_told_to_a_live_session_once_and_never_to_one_without() -> None:
    assert [one.days for one in trading_desk(live=BEFORE).said if isinstance(one, facts.StrategyKnown)] == [3]
    assert not facts_of(trading_desk(live=NO_EXPERIENCE).said, facts.StrategyKnown)


def test_limits_of_the_same_number_and_other_content_are_adopted_at_a_restart() -> None:
    state = trading_desk(policy=limits_of(ramp_orders=3)).core.state
    for orders, is_new in ((3, False), (4, True), (4, False)):
        again = desk_over(state, policy=limits_of(ramp_orders=orders))
        assert bool(facts_of(again.give(Opened(2)), facts.LimitsAdopted)) is is_new
