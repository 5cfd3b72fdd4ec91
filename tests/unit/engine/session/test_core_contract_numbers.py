"""Numbers that are none, bars without a price, wishes for nothing: told once, and nothing comes of them."""

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
    named,
    trading_desk,
)

from tradewright.domain.identifiers import ClientOrderId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.inputs import (
    SendOrder,
    TimerRang,
)
from tradewright.ports import broker, feed
from tradewright.ports.broker import OrderAnswer, ReportedLife
from tradewright.ports.hosts import CancelWish, OrderWish, ProtectWish, TargetWish, Wish

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


# numbers that are none


def _cash(amount: str) -> broker.CashMoved:
    return broker.CashMoved("i", "dividend", A, "USD", Decimal(amount), 1)


DAMAGED: list[broker.BrokerEvent] = [
    *(_cash(one) for one in ("NaN", "sNaN", "Infinity", "1e5000")),
    *(broker.SplitDone("s", A, Decimal(one), Decimal(1), 1) for one in ("0", "-2", "NaN")),
    broker.SplitDone("s", A, Decimal(2), Decimal("NaN"), 1),
    replace(foreign(), filled=Decimal("NaN")),
    replace(foreign(), filled=Decimal(-1)),
    OrderAnswer(1, ClientOrderId("ext-v9"), replace(foreign(), filled=Decimal("sNaN"))),
]


@pytest.mark.parametrize("given", DAMAGED, ids=str)
def test_a_report_with_a_number_that_is_none_is_told_once_and_changes_nothing(given: broker.BrokerEvent) -> None:
    desk = working_desk()
    desk.fill(desk.last)
    before = (desk.core.state.cash, desk.core.state.net_positions(), len(desk.orders))
    said = desk.give(given, given)
    assert codes_of(said).count("DAMAGED_REPORT") == 1
    assert (desk.core.state.cash, desk.core.state.net_positions(), len(desk.orders)) == before
    desk.slice()


@pytest.mark.parametrize("where", ["cash", "positions", "movements", "orders"])
def test_a_damaged_answer_is_no_information_and_is_asked_for_again(where: str) -> None:
    desk = working_desk()
    desk.wait(11 * SECOND)
    desk.give(TimerRang("reconcile"))
    first = [one for one in commands_of(desk.said, broker.AskOpenOrders) if isinstance(one, broker.AskOpenOrders)]
    number = first[-1].number
    answer: broker.BrokerEvent
    if where == "orders":
        answer = broker.OpenOrdersAnswer(number, (replace(foreign(), filled=Decimal("NaN")),), True)
    else:
        empty = broker.AccountAnswer(number + 2, {}, {}, True)
        damaged = {A: Decimal("NaN")} if where != "movements" else (_cash("NaN"),)
        answer = replace(empty, **{where: damaged})  # type: ignore[arg-type]
    said = desk.give(answer)
    assert "DAMAGED_REPORT" in codes_of(said)
    assert desk.core.memory.round is None
    assert len(desk.orders) == 1


@pytest.mark.parametrize("price", [NAN, INF, -INF, 0.0, -5.0, 1e308, 5e-324])
def test_a_bar_without_a_price_is_left_out_and_the_mark_stays(price: float) -> None:
    desk = working_desk()
    desk.fill(desk.last)
    said = desk.slice(price, 51.0)
    assert "BAD_BAR" in codes_of(said)
    assert desk.core.state.marks == {A: Decimal(100), B: Decimal(51)}
    assert "BAD_BAR" not in codes_of(desk.slice(price, 52.0)), "told once"
    desk.wish(TargetWish(A, 0.02))


def test_a_volume_that_is_not_known_is_no_damage() -> None:
    desk = trading_desk()
    desk.slices += 1
    bar = feed.SliceBar(1.0, 1.0, 1.0, 1.0, NAN)
    said = desk.give(feed.Slice(number=desk.slices, time_ns=desk.session_ns, session=9, bars=(bar, None)))
    assert codes_of(said) == []


def order_wish(**terms: object) -> OrderWish:
    given: dict[str, object] = {"number": 1, "instrument": A, "side": "BUY", "quantity": 1.0, **terms}
    return OrderWish(**given)  # type: ignore[arg-type]


NONSENSE: list[Wish] = [
    *(order_wish(quantity=one) for one in (NAN, INF, -1.0, 0.0, 1e308, 5e-324)),
    *(order_wish(**{name: "foo"}) for name in ("kind", "side", "time_in_force", "link_rule")),
    *(order_wish(number=one) for one in (0, -3)),
    order_wish(kind="limit", limit=INF),
    order_wish(stop_loss=INF),
    order_wish(time_in_force="gtd"),
    *(TargetWish(A, one) for one in (INF, -INF, 1e308)),
    TargetWish(A, 0.04, stop_loss=INF),
    ProtectWish(A, take_profit=1e300),
]


@pytest.mark.parametrize("wish", NONSENSE, ids=str)
def test_a_strategy_that_wishes_nonsense_is_quarantined_and_the_session_lives(wish: Wish) -> None:
    desk = trading_desk()
    said = desk.wish(TargetWish(B, 0.02), wish)
    assert desk.core.state.life is StrategyLife.QUARANTINED
    assert not desk.orders, "nothing of that answer is carried out"
    assert "STRATEGY_FAILED" in codes_of(said)
    desk.slice()
    desk.give(SendOrder(number=1, who="kim", request=buy(5)))
    assert desk.last.is_open, "orders by hand go on"


@pytest.mark.parametrize(
    "wish",
    [TargetWish(A, NAN), TargetWish("ZZZ.XNYS", 0.04), order_wish(instrument="ZZZ.XNYS"), order_wish(stop_loss=NAN),
     CancelWish(99), ProtectWish("ZZZ.XNYS", 1.0), TargetWish(A, 5e-324)],
    ids=str,
)  # fmt: skip
def test_a_wish_for_what_is_not_there_comes_to_nothing(wish: Wish) -> None:
    desk = trading_desk()
    desk.wish(wish)
    assert desk.core.state.life is StrategyLife.RUNNING
    assert not [one for one in desk.orders if one.instrument not in {A, B}]


@pytest.mark.parametrize(("fee", "price"), [("-0.5 USD", "100"), ("0.001 BNB", "100"), ("1 USD", "0"), ("1 USD", "-3")])
def test_rebates_fees_in_other_money_and_odd_prices_are_booked_to_the_last_unit(fee: str, price: str) -> None:
    desk = working_desk()
    amount, currency = fee.split()
    fill = replace(desk.execution(desk.last, 10, price), fee=Money.of(amount, currency))
    desk.give(broker.Executed(fill))
    cash = desk.core.state.cash
    expected = {"USD": Decimal(100_000) - 10 * Decimal(price)}
    expected[currency] = expected.get(currency, Decimal(0)) - Decimal(amount)
    assert cash == expected
    desk.slice()


def test_a_fill_in_what_the_session_does_not_trade_is_booked_and_shuts_new_risk_by_itself() -> None:
    desk = working_desk()
    desk.give(
        broker.Executed(replace(desk.execution(desk.last, 3), instrument="ZZZ.XNYS", client_order_id=named("foo")))
    )
    assert desk.core.state.net_positions() == {"ZZZ.XNYS": 3}
    said = desk.give(SendOrder(number=1, who="kim", request=buy(1, B)))
    assert not answer_of(said).is_done, "an account that cannot be valued risks nothing new"


def test_a_slice_of_another_time_is_left_out_and_the_sessions_time_stays() -> None:
    desk = trading_desk()
    bar = feed.SliceBar(1.0, 1.0, 1.0, 1.0, 1.0)
    late = feed.Slice(number=desk.slices + 1, time_ns=1 << 62, session=9, bars=(bar, bar))
    assert "BAD_SLICE" in codes_of(desk.give(late))
    assert desk.core.state.now_ns == desk.session_ns
    desk.slice()
    assert desk.core.state.slice == late.number


def test_an_execution_that_is_told_otherwise_is_an_incident_and_the_first_is_booked() -> None:
    desk = working_desk()
    fill = desk.execution(desk.last, 3)
    desk.give(broker.Executed(fill))
    told = [desk.give(broker.Executed(replace(fill, price=Decimal(99)))) for _ in range(3)]
    assert [codes_of(one) for one in told] == [["EXECUTION_DIFFERS"], [], []]
    assert desk.core.state.cash["USD"] == 100_000 - 300 - 1


def test_an_execution_of_the_future_does_not_hide_those_that_come() -> None:
    desk = working_desk()
    desk.give(broker.Executed(replace(desk.execution(desk.last, 3), time_ns=1 << 62)))
    desk.wait(11 * SECOND)
    (asked,) = commands_of(desk.give(TimerRang("reconcile")), broker.AskFills)
    assert isinstance(asked, broker.AskFills) and asked.since_ns == desk.core.memory.moment.session_ns - DAY
