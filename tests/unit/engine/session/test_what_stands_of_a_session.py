"""What stands is made anew where something moved, the same as if all of it were made anew, and kept elsewhere."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderKind, OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session.facts import Role
from tradewright.engine.session.standing import StandingOrders, StandingPositions
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.trading.risk.book import OpenPosition

D = Decimal
NAMES = ("AAA.XNYS", "BBB.XNYS", "CCC.XNYS")


def tracked(name: str, *, quantity: int = 5, instrument: str = NAMES[0], stop: int = 90) -> TrackedOrder:
    request = OrderRequest(
        instrument=instrument, side=Side.SELL, quantity=D(quantity), kind=OrderKind.STOP, stop_price=D(stop)
    )
    return TrackedOrder(
        order=Order(ClientOrderId(name), request),
        strategy="x",
        role=Role.STOP_LOSS,
        intent=1,
        born_ns=0,
        slice=0,
        correlation_id="",
        arrival_price=None,
        wished=D(quantity),
    )


def position(name: str, quantity: Decimal, stop: TrackedOrder | None) -> OpenPosition:
    return OpenPosition(instrument=name, quantity=quantity, protected=None if stop is None else stop.order.remaining)


orders = st.builds(tracked, st.sampled_from("abc"), quantity=st.integers(1, 3), stop=st.integers(89, 91))
quantities = st.sampled_from([D(5), D("5.0"), D(-5), D("0.25")])
books = st.tuples(
    st.dictionaries(st.sampled_from(NAMES), quantities),
    st.dictionaries(st.sampled_from(NAMES), orders),
    st.lists(orders, unique_by=lambda one: one.id),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(books, min_size=1, max_size=5))
def test_what_is_kept_is_what_would_be_made(
    history: list[tuple[dict[str, Decimal], dict[str, TrackedOrder], list[TrackedOrder]]],
) -> None:
    positions, working = StandingPositions(), StandingOrders()
    for net, stops, open_orders in history:
        found, fresh = positions.of(net, stops, make=position), StandingPositions().of(net, stops, make=position)
        assert found == fresh and repr(found) == repr(fresh)  # also as many digits
        assert working.of(open_orders) == tuple(one.reservation() for one in open_orders)


def test_only_what_moved_is_made_anew() -> None:
    positions, working = StandingPositions(), StandingOrders()
    stop, other = tracked("a"), tracked("b")
    net = {NAMES[0]: D(5), NAMES[1]: D(7)}
    before = positions.of(net, {NAMES[0]: stop}, make=position)
    assert before[0].protected == D(5) and before[1].protected is None
    after = positions.of({**net, NAMES[1]: D(8)}, {NAMES[0]: stop}, make=position)
    assert after[0] is before[0] and after[1].quantity == D(8)
    moved = positions.of(net, {NAMES[0]: replace(stop, changed_ns=1)}, make=position)
    assert moved[0] == before[0] and moved[0] is not before[0]
    first = working.of([stop, other])
    second = working.of([other])
    assert second == (first[1],) and second[0] is first[1]
    assert working.of([stop])[0] is not first[0]  # it was gone in between
