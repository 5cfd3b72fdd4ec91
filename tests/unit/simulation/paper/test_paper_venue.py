"""The paper venue answers at once, keeps its own book, and does what the market's row brings in its order."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import NAMES, bars_of, dividend_on, flat_rows, random_bars, split_on
from tests.unit.simulation.paper.paper_samples import AAA, Walk, executions, lives, request, terms

from tradewright.domain.costs import PerShare
from tradewright.domain.errors import DataError, InputError
from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    CancelRejected,
    CashMoved,
    Executed,
    ExecutionBusted,
    FillsAnswer,
    OpenOrdersAnswer,
    OrderAnswer,
    OrderReport,
    Replaced,
    SplitDone,
    SubmitRejected,
)
from tradewright.simulation.paper.history import slices_of
from tradewright.simulation.paper.venue import PaperVenue

ME = ClientOrderId("a")


def test_names_are_counted_within_the_account() -> None:
    walk = Walk.over(flat_rows(3))
    walk.step()
    (first,), (second,) = walk.send("a", 1), walk.send("b", 2)
    assert isinstance(first, OrderReport)
    assert isinstance(second, OrderReport)
    assert (first.venue_order_id, second.venue_order_id) == ("main-O1", "main-O2")
    walk.step()
    fills = [event.fill.execution_id for event in walk.events if isinstance(event, Executed)]
    assert fills == ["main-E1", "main-E2"]


def test_a_split_changes_position_and_working_orders_and_says_so() -> None:
    walk = Walk(bars_of([(100, 101, 99, 100)] * 3 + [(50, 51, 49, 50)] * 2, actions=[split_on(3, 2.0)]))
    walk.step()
    walk.send("a", 10, stop_loss=80)
    walk.steps(1)
    walk.send("b", 6, limit_price=70)
    walk.step()
    events = walk.step()
    (split,) = (event for event in events if isinstance(event, SplitDone))
    assert (split.instrument, split.ratio, split.price, split.identity) == (AAA, Decimal(2), Decimal(50), "main-M1")
    changed = {event.client_order_id: event.request for event in events if isinstance(event, Replaced)}
    assert (changed[ClientOrderId("a-S")].quantity, changed[ClientOrderId("a-S")].stop_price) == (
        Decimal(20),
        Decimal(40),
    )
    assert (changed[ClientOrderId("b")].quantity, changed[ClientOrderId("b")].limit_price) == (Decimal(12), Decimal(35))
    assert walk.venue.positions() == {AAA: Decimal(20)}


def test_fractions_of_a_split_are_paid_at_the_price_that_is_told() -> None:
    walk = Walk(bars_of([(100, 101, 99, 100)] * 2 + [(200, 201, 199, 200)] * 2, actions=[split_on(2, 0.5)]))
    walk.step()
    walk.send("a", 11)
    walk.step()
    before = walk.venue.cash
    (split,) = (event for event in walk.step() if isinstance(event, SplitDone))
    assert walk.venue.positions() == {AAA: Decimal(5)}
    assert walk.venue.cash == before + Decimal("0.5") * split.price


def test_a_dividend_moves_cash_once_under_a_name() -> None:
    walk = Walk(bars_of(flat_rows(4), actions=[dividend_on(2, 0.25)]))
    walk.step()
    walk.send("a", 10)
    walk.step()
    (paid,) = (event for event in walk.step() if isinstance(event, CashMoved))
    assert (paid.amount, paid.kind, paid.currency, paid.identity) == (Decimal("2.5"), "dividend", "USD", "main-M1")
    answer = walk.venue.answer(AskAccount(1))
    assert isinstance(answer, AccountAnswer)
    assert answer.movements == (paid,)


def test_an_account_without_a_position_is_not_concerned_by_actions() -> None:
    walk = Walk(bars_of(flat_rows(4), actions=[dividend_on(2, 0.25), split_on(1, 2.0)]))
    assert not [event for event in walk.steps(4) if isinstance(event, SplitDone | CashMoved)]


def test_an_action_of_a_stranger_is_refused() -> None:
    walk = Walk.over(flat_rows(2))
    action = CorporateAction(15_000, "ZZZ.XNYS", ActionKind.SPLIT, 2.0)
    with pytest.raises(DataError, match=r"ZZZ\.XNYS"):
        walk.venue.advance(replace(walk.slices[0], actions=(action,)))


def test_a_leg_that_a_later_leg_replaces_is_superseded() -> None:
    walk = Walk.over([(100, 101, 99, 100)] * 4)
    walk.step()
    walk.send("a", 10, stop_loss=80)
    walk.step()
    walk.send("b", 10, stop_loss=85)
    events = walk.step()
    assert ("a-S", "canceled", "superseded") in lives(events)
    (leg,) = (event for event in events if isinstance(event, OrderReport) and event.client_order_id == "b-S")
    assert leg.request.quantity == 20


def test_legs_follow_what_is_held() -> None:
    walk = Walk.over([(100, 101, 99, 100)] * 4 + [(60, 60, 60, 60)])
    walk.step()
    walk.send("a", 10, stop_loss=80)
    walk.step()
    walk.send("b", 5)
    (changed,) = (event for event in walk.step() if isinstance(event, Replaced))
    assert (changed.client_order_id, changed.request.quantity) == ("a-S", Decimal(15))
    walk.send("c", -12)
    walk.step()
    assert executions(walk.step()) == [("a-S", Decimal(-3), Decimal(60))]


def test_a_leg_born_and_gone_off_within_one_bar_is_told_whole() -> None:
    walk = Walk.over([(100, 101, 99, 100), (100, 101, 70, 75), (75, 75, 75, 75)])
    walk.step()
    walk.send("a", 10, stop_loss=90, take_profit=150)
    assert executions(walk.step()) == [("a", Decimal(10), Decimal(100)), ("a-S", Decimal(-10), Decimal(90))]
    names = [name for name, _, _ in lives(walk.events)]
    assert names == ["a", "a-S", "a-T", "a-T"]


def test_an_order_without_buying_power_ends_with_what_was_affordable() -> None:
    walk = Walk.over(flat_rows(3), cash=Decimal(950))
    walk.step()
    walk.send("a", 10)
    ((_, life, reason),) = lives(walk.step())
    assert life == "canceled"
    assert reason == "not enough buying power: 10 asked, 9.5 affordable"


def test_an_order_that_takes_less_is_cut_and_its_rest_ends() -> None:
    walk = Walk.over(flat_rows(3), cash=Decimal(950))
    walk.step()
    walk.send("a", 10, takes_less=True)
    events = walk.step()
    assert executions(events) == [("a", Decimal(9), Decimal(100))]
    assert lives(events) == [("a", "canceled", "cut to what the account affords")]


def test_targets_of_two_strategies_do_not_end_each_other() -> None:
    walk = Walk.over(flat_rows(3))
    walk.step()
    walk.send("a", 10, takes_less=True)
    walk.send("b", 5, takes_less=True)
    assert executions(walk.step()) == [("a", Decimal(10), Decimal(100)), ("b", Decimal(5), Decimal(100))]


def test_a_large_order_takes_its_part_of_each_bar() -> None:
    walk = Walk.over(flat_rows(5), participation=Decimal("0.01"))
    walk.step()
    walk.send("a", 25, stop_loss=50)
    events = walk.steps(3)
    assert [quantity for _, quantity, _ in executions(events)] == [10, 10, 5]
    legs = [event.request.quantity for event in events if isinstance(event, OrderReport) and event.parent]
    grown = [event.request.quantity for event in events if isinstance(event, Replaced)]
    assert [*legs, *grown] == [10, 20, 25]


def test_a_day_order_ends_with_its_day_and_history_that_begins_anew_ends_the_rest() -> None:
    walk = Walk.over(flat_rows(4))
    walk.step()
    walk.send("a", limit_price=50, time_in_force=TimeInForce.DAY)
    walk.step()
    assert lives(walk.step()) == [("a", "expired", "its time in force ended")]
    walk.send("b", limit_price=50, time_in_force=TimeInForce.DAY)
    walk.send("c", limit_price=50)
    events = walk.venue.open_market((NAMES[1],))
    assert lives(events) == [("b", "expired", "its time in force ended")]
    answer = walk.venue.answer(AskOpenOrders(1))
    assert isinstance(answer, OpenOrdersAnswer)
    assert [one.client_order_id for one in answer.reports] == ["c"]


def test_positions_marks_and_orders_stay_when_history_begins_anew_with_more_instruments() -> None:
    walk = Walk.over(flat_rows(4))
    walk.step()
    walk.send("a", 10, stop_loss=90)
    walk.step()
    walk.venue.open_market((NAMES[1], NAMES[0]))
    two = bars_of([(50, 50, 50, 50)] * 3, [(80, 80, 80, 80)] * 3)
    pieces = list(slices_of(replace(two, instruments=(NAMES[1], NAMES[0])), warm_up_bars=1))
    assert walk.venue.advance(pieces[0]) == []
    assert executions(walk.venue.advance(pieces[1])) == [("a-S", Decimal(-10), Decimal(80))]


def test_warm_up_moves_no_account() -> None:
    venue = PaperVenue(terms())
    bars = bars_of(flat_rows(2), actions=[dividend_on(1, 5.0)])
    venue.open_market(bars.instruments)
    first, second = slices_of(bars, warm_up_bars=1)
    venue.advance(second)
    venue.submit(ME, request(10))
    assert venue.advance(replace(first, number=3, is_warm_up=True)) == []
    assert venue.positions() == {}


def test_a_ruined_account_is_closed_by_the_venue_and_takes_nothing_more() -> None:
    walk = Walk.over([(100, 100, 100, 100)] * 2 + [(300, 300, 300, 300)] * 2, leverage=Decimal(1))
    walk.step()
    walk.send("a", -900)
    walk.steps(2)
    events = walk.step()
    (order, fill) = events[0], events[1]
    assert isinstance(order, OrderReport)
    assert order.client_order_id is None
    assert isinstance(fill, Executed)
    assert fill.fill.signed_quantity == 900
    assert walk.venue.is_ruined
    (rejected,) = walk.send("b")
    assert rejected == SubmitRejected(ClientOrderId("b"), "the account was ruined")


def test_a_ruined_account_closes_later_what_has_no_bar_now() -> None:
    ruin = [(100.0, 100.0, 100.0, 100.0)] * 2 + [(300.0, 300.0, 300.0, 300.0), None, (300.0, 300.0, 300.0, 300.0)]
    walk = Walk(bars_of(ruin, flat_rows(5)))
    walk.step()
    walk.send("a", -900)
    walk.steps(4)
    assert walk.venue.is_ruined
    assert walk.venue.positions() == {}


def test_an_execution_that_is_taken_back_leaves_the_account_as_if_it_had_not_been() -> None:
    walk = Walk.over(flat_rows(4), costs=PerShare(0.005, minimum=1))
    walk.step()
    walk.send("a", 10, stop_loss=80)
    walk.step()
    events = walk.venue.bust(ExecutionId("main-E1"))
    assert events[0] == ExecutionBusted(ME, ExecutionId("main-E1"))
    assert lives(events) == [("a", "canceled", "an execution was taken back")]
    assert (walk.venue.cash, walk.venue.positions()) == (Decimal(100_000), {})
    answer = walk.venue.answer(AskFills(1, 0))
    assert isinstance(answer, FillsAnswer)
    assert answer.fills == ()
    with pytest.raises(InputError, match="cannot be taken back"):
        walk.venue.bust(ExecutionId("main-E1"))


def test_a_part_that_is_taken_back_lessens_the_order() -> None:
    walk = Walk.over(flat_rows(4), participation=Decimal("0.01"))
    walk.step()
    walk.send("a", 25)
    walk.step()
    events = walk.venue.bust(ExecutionId("main-E1"))
    (changed,) = (event for event in events if isinstance(event, Replaced))
    assert changed.request.quantity == 15


def test_an_order_by_hand_has_no_id_of_ours_and_its_fills_go_by_the_venues() -> None:
    walk = Walk.over(flat_rows(3))
    walk.step()
    (report,) = walk.venue.place_by_hand(request(5, stop_loss=50))
    assert isinstance(report, OrderReport)
    assert report.client_order_id is None
    events = walk.step()
    assert executions(events) == [("ext-main-O1", Decimal(5), Decimal(100))]
    assert [name for name, _, _ in lives(events)] == ["ext-main-O1-S"]
    with pytest.raises(InputError, match="does not take"):
        walk.venue.place_by_hand(request(5, instrument="ZZZ.XNYS"))


def test_wiped_orders_are_gone_without_a_word() -> None:
    walk = Walk.over(flat_rows(3))
    walk.step()
    walk.send("a", limit_price=50)
    assert walk.venue.wipe() == []
    answer = walk.venue.answer(AskOrder(1, ME))
    assert isinstance(answer, OrderAnswer)
    assert answer.report is not None
    assert answer.report.life.value == "canceled"


def test_a_cancel_finds_its_order_by_the_venues_id_too() -> None:
    walk = Walk.over(flat_rows(3))
    walk.step()
    walk.venue.place_by_hand(request(5, limit_price=50))
    unknown = ClientOrderId("unknown")
    assert lives(walk.venue.cancel(unknown, VenueOrderId("main-O1"))) == [(None, "canceled", "canceled on request")]
    assert walk.venue.cancel(unknown, VenueOrderId("main-O9")) == [CancelRejected(unknown, "no such order")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quantity": "1.5"}, "no multiple of 1"),
        ({"instrument": "ZZZ.XNYS"}, "not traded here"),
        ({"stop_price": 90, "time_in_force": TimeInForce.IOC}, "cannot be ioc"),
        ({"time_in_force": TimeInForce.GTD, "expires_ns": 1}, "has passed"),
        ({"limit_price": 101, "is_passive": True}, "would not wait"),
        ({"reduces_only": True, "closes_position": True, "stop_loss": 5}, "has no legs"),
    ],
)
def test_what_the_venue_does_not_take_is_rejected_with_the_reason(changes: dict[str, object], told: str) -> None:
    walk = Walk.over(flat_rows(3))
    walk.step()
    asked = {"quantity": 1, **changes}
    (rejected,) = walk.venue.submit(ME, request(**asked))  # type: ignore[arg-type]  # a table of cases
    assert isinstance(rejected, SubmitRejected)
    assert told in rejected.reason


def test_every_kind_of_order_can_be_moved() -> None:
    walk = Walk.over(flat_rows(3))
    walk.step()
    moved = {
        "a": (request(5, limit_price=90), request(7, limit_price=91)),
        "b": (request(5, stop_price=110), request(5, stop_price=111, stop_loss=50)),
        "c": (
            request(-5, kind=OrderKind.TRAILING_STOP, trailing_offset=5),
            request(-5, kind=OrderKind.TRAILING_STOP, trailing_offset=6),
        ),
    }
    for name, (old, new) in moved.items():
        walk.venue.submit(ClientOrderId(name), old)
        assert walk.venue.replace(ClientOrderId(name), new) == [Replaced(ClientOrderId(name), new)]
        answer = walk.venue.answer(AskOrder(1, ClientOrderId(name)))
        assert isinstance(answer, OrderAnswer)
        assert answer.report is not None
        assert answer.report.request == new


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_book_of_record_adds_up_whatever_happens(seed: int) -> None:
    bars = random_bars(seed, rows=30, width=2, missing=0.1)
    walk = Walk(bars, costs=PerShare(0.005, minimum=1), leverage=Decimal(2))
    chance = iter(range(seed % 7, 10_000_000, 1 + seed % 13))
    for row in range(30):
        walk.step()
        for _ in range(2):
            pick = next(chance) * 2654435761 % 97
            name = bars.instruments[pick % 2]
            close = bars.closes[row, pick % 2]
            if close != close:
                continue
            terms_of_order: dict[str, object] = {"instrument": name, "takes_less": pick % 5 == 0}
            if pick % 3 == 0:
                terms_of_order["stop_loss"] = round(close * (0.97 if pick % 2 else 1.03), 2)
            if pick % 4 == 0:
                terms_of_order["limit_price"] = round(close, 2)
            quantity = (pick + 1) * 10 * (1 if pick % 2 else -1)
            walk.send(f"o{row}-{next(chance)}", quantity, **terms_of_order)
        if row % 7 == 6:
            walk.events += walk.venue.cancel_everything(keeps_protection=True)
    cash, held = Decimal(100_000), dict.fromkeys(bars.instruments, Decimal(0))
    for event in walk.events:
        if isinstance(event, Executed):
            fill = event.fill
            cash -= fill.signed_quantity * fill.price + fill.fee.amount
            held[fill.instrument] += fill.signed_quantity
    assert walk.venue.cash == cash
    assert {name: quantity for name, quantity in held.items() if quantity} == walk.venue.positions()
    for order in walk.venue.book.orders:
        assert 0 <= order.filled <= order.request.quantity
        assert order.works == (order.life.value == "working")
