"""Orders under random histories: quantities and life never contradict each other."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.errors import DataError, InputError
from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.pending import PendingKind, PendingRequest
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.domain.orders.transitions import IllegalStep, OrderEvent

E, L = OrderEvent, OrderLife
PLAIN = list(E)


def draft(quantity: int = 10) -> Order:
    request = OrderRequest(instrument="AAPL.XNAS", side=Side.BUY, quantity=Decimal(quantity))
    return Order(ClientOrderId("a1"), request)


def fill(name: str, quantity: int, *, side: Side = Side.BUY, order: str = "a1") -> Fill:
    return Fill(
        execution_id=ExecutionId(name),
        client_order_id=ClientOrderId(order),
        instrument="AAPL.XNAS",
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(100),
        fee=Money.zero("USD"),
        time_ns=0,
    )


def good(result: Order | IllegalStep) -> Order:
    assert isinstance(result, Order), str(result)
    return result


def after(order: Order, *events: OrderEvent) -> Order:
    for event in events:
        order = good(order.after(event))
    return order


def working(quantity: int = 10) -> Order:
    return after(draft(quantity), E.GATE_APPROVED, E.HANDED_OVER, E.REPORTED_WORKING)


steps = st.one_of(
    st.sampled_from(PLAIN),
    st.tuples(st.just("fill"), st.sampled_from("abcdef"), st.integers(1, 6)),
    st.tuples(st.just("bust"), st.sampled_from("abcdef"), st.just(0)),
)


@settings(max_examples=150)
@given(st.lists(steps, max_size=30))
def test_quantities_and_life_agree_whatever_happens(history: list[OrderEvent | tuple[str, str, int]]) -> None:
    order = after(draft(), E.GATE_APPROVED)
    for step in history:
        before = order.filled
        if isinstance(step, OrderEvent):
            result = order.after(step)
        elif step[0] == "fill":
            result = order.with_fill(fill(step[1], step[2]))
        else:
            result = order.without_fill(ExecutionId(step[1]))
        if isinstance(result, IllegalStep):
            continue
        order = result
        is_bust = not isinstance(step, OrderEvent) and step[0] == "bust"
        assert order.filled >= before or is_bust
        assert order.filled == sum(quantity for _, quantity in order.executions)
        assert 0 <= order.remaining <= order.request.quantity
        assert not (order.life.is_final and order.pending)
        assert order.reserved == (order.remaining if order.life.reserves_exposure else 0)


@given(st.permutations(["a", "b", "c", "a", "b", "c"]))
def test_each_execution_counts_once_in_any_order(names: list[str]) -> None:
    order = working()
    for name in names:
        order = good(order.with_fill(fill(name, {"a": 1, "b": 2, "c": 7}[name])))
    assert (order.life, order.filled) == (L.FILLED, Decimal(10))


def test_a_fill_may_beat_the_acknowledgement() -> None:
    order = good(after(draft(), E.GATE_APPROVED, E.HANDED_OVER).with_fill(fill("a", 10)))
    assert order.life is L.FILLED
    assert good(order.after(E.REPORTED_WORKING)).life is L.FILLED


def test_a_pending_cancel_does_not_hide_a_fill() -> None:
    order = good(after(working(), E.CANCEL_REQUESTED).with_fill(fill("a", 4)))
    assert (order.life, order.pending) == (L.PARTIALLY_FILLED, PendingRequest(PendingKind.CANCEL))
    order = after(order, E.CANCEL_UNANSWERED)
    assert order.pending == PendingRequest(PendingKind.CANCEL, attempt=2)
    assert good(order.with_fill(fill("b", 6))).pending is None
    assert after(order, E.CANCEL_REJECTED).pending is None
    assert after(order, E.CANCELED).remaining == 6


def test_one_request_at_a_time() -> None:
    order = after(working(), E.REPLACE_REQUESTED)
    assert order.pending == PendingRequest(PendingKind.REPLACE)
    refused = order.after(E.CANCEL_REQUESTED)
    assert isinstance(refused, IllegalStep)
    assert "a replace is outstanding already" in str(refused)
    assert isinstance(working().after(E.CANCEL_UNANSWERED), IllegalStep)
    assert after(order, E.REPLACE_REJECTED).pending is None


def test_a_late_fill_is_booked() -> None:
    order = good(after(working(), E.CANCELED).with_fill(fill("a", 4)))
    assert (order.life, order.filled) == (L.CANCELED, Decimal(4))
    assert good(order.with_fill(fill("b", 6))).life is L.FILLED


def test_more_than_was_ordered_is_booked_too() -> None:
    order = good(working().with_fill(fill("a", 12)))
    assert (order.life, order.filled, order.remaining) == (L.FILLED, Decimal(12), Decimal(0))
    assert good(order.with_fill(fill("b", 1))).filled == 13


def test_a_bust_that_heals_an_overfill_leaves_it_filled() -> None:
    order = good(good(working().with_fill(fill("a", 10))).with_fill(fill("b", 2)))
    assert good(order.without_fill(ExecutionId("b"))).life is L.FILLED
    assert good(order.without_fill(ExecutionId("a"))).life is L.PARTIALLY_FILLED


def test_a_bust_takes_back_and_is_not_booked_again() -> None:
    order = good(good(working().with_fill(fill("a", 10))).without_fill(ExecutionId("a")))
    assert (order.life, order.filled) == (L.WORKING, Decimal(0))
    assert good(order.with_fill(fill("a", 10))).filled == 0
    assert good(order.without_fill(ExecutionId("a"))).filled == 0
    assert isinstance(order.without_fill(ExecutionId("zz")), IllegalStep)


def test_what_is_lost_and_comes_back_counts_again() -> None:
    order = after(draft(), E.GATE_APPROVED, E.HANDED_OVER, E.ABSENCE_PROVEN)
    assert order.reserved == 0
    assert good(order.with_fill(fill("a", 4))).reserved == 6
    assert after(order, E.REPORTED_WORKING).reserved == 10


def test_sending_again_counts_the_attempt_and_keeps_the_id() -> None:
    order = after(draft(), E.GATE_APPROVED, E.HANDED_OVER, E.RESEND_APPROVED)
    assert (order.life, order.attempt, order.client_order_id) == (L.APPROVED, 2, "a1")


@pytest.mark.parametrize(
    ("event", "method"),
    [
        (E.FILLED_IN_PART, "with_fill"),
        (E.FILLED_IN_FULL, "with_fill"),
        (E.OVERFILLED, "with_fill"),
        (E.BUSTED_IN_PART, "without_fill"),
        (E.BUSTED_IN_FULL, "without_fill"),
        (E.REPLACE_CONFIRMED, "with_terms"),
        (E.SUCCEEDED, "succeeded_by"),
    ],
)
def test_an_event_that_needs_more_says_how_to_tell_it(event: OrderEvent, method: str) -> None:
    assert f"use {method}" in str(working().after(event))


def test_the_venue_names_an_order_once() -> None:
    order = good(after(draft(), E.GATE_APPROVED, E.HANDED_OVER).accepted_as(VenueOrderId("v1")))
    assert (order.life, order.venue_order_id) == (L.WORKING, "v1")
    assert good(order.accepted_as(VenueOrderId("v1"))) == order
    assert "called it v1 before and calls it v2 now" in str(order.accepted_as(VenueOrderId("v2")))
    assert isinstance(draft().accepted_as(VenueOrderId("v1")), IllegalStep)


def test_a_replacement_changes_the_terms_and_keeps_the_fills() -> None:
    order = good(after(working(), E.REPLACE_REQUESTED).with_fill(fill("a", 4)))
    changed = good(order.with_terms(draft(6).request))
    assert (changed.life, changed.filled, changed.remaining) == (L.PARTIALLY_FILLED, Decimal(4), Decimal(2))
    assert changed.pending is None
    assert "asks for more than the 4 that is filled" in str(order.with_terms(draft(4).request))
    other = OrderRequest(instrument="AAPL.XNAS", side=Side.SELL, quantity=Decimal(9))
    assert isinstance(order.with_terms(other), IllegalStep)
    assert isinstance(draft().with_terms(draft(6).request), IllegalStep)


def test_a_successor_is_linked() -> None:
    order = good(after(working(), E.REPLACE_REQUESTED).succeeded_by(ClientOrderId("a2")))
    assert (order.life, order.successor, order.pending, order.reserved) == (L.REPLACED, "a2", None, Decimal(0))
    assert isinstance(draft().succeeded_by(ClientOrderId("a2")), IllegalStep)


def test_a_fill_of_another_order_is_refused() -> None:
    for wrong in (fill("a", 1, side=Side.SELL), fill("a", 1, order="other")):
        assert "the fill is for" in str(working().with_fill(wrong))
    assert isinstance(after(draft(), E.GATE_REFUSED).with_fill(fill("a", 1)), IllegalStep)
    assert isinstance(after(draft(), E.GATE_REFUSED).after(E.HANDED_OVER), IllegalStep)


@pytest.mark.parametrize("life", [L.PARTIALLY_FILLED, L.FILLED])
def test_an_order_that_contradicts_itself_cannot_be_made(life: OrderLife) -> None:
    with pytest.raises(AssertionError):
        Order(ClientOrderId("a1"), draft().request, life=life)


@pytest.mark.parametrize("life", [L.WORKING, L.UNKNOWN, L.REJECTED])
def test_an_order_without_fills_has_none(life: OrderLife) -> None:
    with pytest.raises(AssertionError):
        Order(ClientOrderId("a1"), draft().request, life=life, executions=((ExecutionId("a"), Decimal(1)),))


@pytest.mark.parametrize(
    ("name", "parts", "told"),
    [
        ("no quantity", {"quantity": Decimal(0)}, "a quantity above 0"),
        ("a float", {"quantity": 1.0}, "a quantity above 0"),
        ("a limit order without a limit", {"kind": OrderKind.LIMIT}, "a limit price above 0"),
        ("a market order with a limit", {"limit_price": Decimal(1)}, "no limit price for this kind"),
        ("a stop without a price", {"kind": OrderKind.STOP}, "a stop price above 0"),
        ("a trailing stop without a distance", {"kind": OrderKind.TRAILING_STOP}, "a trailing offset above 0"),
        ("GTD for ever", {"time_in_force": TimeInForce.GTD}, "a moment of expiry"),
        ("DAY with an end", {"expires_ns": 1}, "a moment of expiry"),
        ("a passive market order", {"is_passive": True}, "a limit order, for one that must be passive"),
        (
            "a passive IOC",
            {
                "is_passive": True,
                "kind": OrderKind.LIMIT,
                "limit_price": Decimal(1),
                "time_in_force": TimeInForce.IOC,
            },
            "a time in force that can wait",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(name: str, parts: dict[str, object], told: str) -> None:
    whole: dict[str, object] = {"instrument": "AAPL.XNAS", "side": Side.BUY, "quantity": Decimal(1)} | parts
    with pytest.raises(InputError, match=told):
        OrderRequest(**whole)  # type: ignore[arg-type]


def test_every_kind_of_order_can_be_asked_for() -> None:
    one = Decimal(1)
    for kind in OrderKind:
        made = OrderRequest(
            instrument="AAPL.XNAS",
            side=Side.SELL,
            quantity=one,
            kind=kind,
            limit_price=one if kind.has_limit else None,
            stop_price=one if kind.has_stop else None,
            trailing_offset=one if kind is OrderKind.TRAILING_STOP else None,
            time_in_force=TimeInForce.GTD,
            expires_ns=5,
        )
        assert made.kind is kind


def test_sides_have_signs() -> None:
    assert [Side.of(Decimal(change)) for change in (3, -3)] == [Side.BUY, Side.SELL]
    assert Side.SELL.opposite is Side.BUY
    assert fill("a", 3, side=Side.SELL).signed_quantity == -3
    with pytest.raises(ValueError, match="no side"):
        Side.of(Decimal(0))
    with pytest.raises(DataError, match="a quantity above 0"):
        fill("a", 0)


def test_slippage_is_positive_when_worse() -> None:
    assert fill("a", 3).slippage(arrival_price=Decimal(99)) == 3
    assert fill("a", 3, side=Side.SELL).slippage(arrival_price=Decimal(99), multiplier=Decimal(2)) == -6


@pytest.mark.parametrize(
    ("closes", "more", "life"), [(True, 3, L.CANCELED), (True, 2, L.FILLED), (False, 3, L.FILLED)], ids=str
)
def test_an_order_that_closes_what_is_held_is_not_overfilled_after_its_end(
    closes: bool, more: int, life: OrderLife
) -> None:
    """As large as the position: when it ended nobody told how large that was, so more than was known is no overfill."""
    request = OrderRequest(
        instrument="AAPL.XNAS", side=Side.BUY, quantity=Decimal(4), kind=OrderKind.STOP, stop_price=Decimal(90),
        reduces_only=True, closes_position=closes,
    )  # fmt: skip
    begun = after(Order(ClientOrderId("a1"), request), E.GATE_APPROVED, E.HANDED_OVER, E.REPORTED_WORKING)
    ended = after(good(begun.with_fill(fill("x1", 2))), E.CANCELED)
    late = good(ended.with_fill(fill("x2", more)))
    assert (late.life, late.filled, late.remaining) == (life, Decimal(2 + more), Decimal(0))
    healed = good(late.without_fill(ExecutionId("x2")))
    assert healed.filled == 2 and healed.life in {L.CANCELED, L.PARTIALLY_FILLED}
