"""What was sent is a value that grows: counting it costs the same all day, and no copy sees another's orders."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, OTHER, D, sent

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.gate import Approved, check
from tradewright.trading.risk.sent import Moments, SentOrder, SentOrders

rows = st.lists(
    st.tuples(st.integers(0, 50), st.booleans(), st.integers(0, 900), st.sampled_from(list(Side))), max_size=12
)


def orders(drawn: list[tuple[int, bool, int, Side]]) -> list[SentOrder]:
    return [
        sent(f"s{n}", time_ns, is_reducing=reduces, notional=D(money), side=side, quantity=D(n + 1))
        for n, (time_ns, reduces, money, side) in enumerate(drawn)
    ]


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(-1, 51))
def test_running_sums_are_those_of_a_walk(drawn: list[tuple[int, bool, int, Side]], since: int) -> None:
    known = orders(drawn)
    found = SentOrders(known)
    start = next((n for n, _ in enumerate(known) if max(o.time_ns for o in known[: n + 1]) >= since), len(known))
    window = known[start:]
    assert found.number(since_ns=since) == len(window)
    assert found.opening(since_ns=since) == sum(not one.is_reducing for one in window)
    assert found.money(since_ns=since) == sum((one.notional for one in window if not one.is_reducing), Decimal(0))
    assert list(found.since(since)) == window
    times = Moments(one.time_ns for one in known)
    assert times.count(after_ns=since - 1) == len(window)
    assert (len(times.since(since)), len(times)) == (len(window), len(known))


@settings(max_examples=40, deadline=None)
@given(rows, rows, rows)
def test_two_who_add_to_the_same_see_their_own(
    first: list[Any], one: list[tuple[int, bool, int, Side]], other: list[tuple[int, bool, int, Side]]
) -> None:
    start = SentOrders(orders(first))
    before, grown = list(start), []
    for more in (one, other):
        book = start
        for order in orders(more):
            book = book.adding(order)
        grown.append((book, before + orders(more)))
    assert list(start) == before
    for book, expected in grown:
        assert list(book) == expected and len(book) == len(expected)
        assert book == SentOrders(expected) and hash(book) == hash(SentOrders(expected))
        assert book.number(since_ns=-1) == len(expected)


def test_moments_that_are_added_to_twice_are_apart() -> None:
    start = Moments([1, 5])
    one, other = start.adding(3), start.adding(9)
    assert (one.count(after_ns=4), other.count(after_ns=5), start.count(after_ns=0)) == (2, 1, 2)
    assert one == Moments([1, 5, 5]) and hash(one) == hash(Moments([1, 5, 3])) and one != other and one != 1
    assert Moments().adding(4) == Moments([4]) and hash(Moments()) == hash(Moments([]))


def test_an_order_is_known_to_those_who_have_it() -> None:
    start = SentOrders([sent("a")])
    more = start.adding(sent("b"))
    assert more.knows(ClientOrderId("b")) and more.knows(ClientOrderId("a"))
    assert start.knows(ClientOrderId("a")) and not start.knows(ClientOrderId("b"))
    assert (more[0].client_order_id, more[-1].client_order_id, repr(more)) == ("a", "b", "SentOrders(2)")
    with pytest.raises(IndexError):
        start[1]
    assert start != [sent("a")] and hash(SentOrders()) == hash(SentOrders([]))


def test_a_twin_is_the_last_of_another_id() -> None:
    wish = desk.order()
    found = SentOrders([sent("a", 10), sent("b", 20), sent("c", 30, quantity=D(11))])
    twin = found.twin(wish, of=ClientOrderId("c"), after_ns=5)
    assert twin is not None and twin.client_order_id == "b"
    own = found.twin(wish, of=ClientOrderId("b"), after_ns=5)
    assert own is not None and own.client_order_id == "a"
    assert found.twin(wish, of=ClientOrderId("c"), after_ns=20) is None
    assert SentOrders([sent("a", 10)]).twin(wish, of=ClientOrderId("z"), after_ns=10) is None
    assert SentOrders().twin(wish, of=ClientOrderId("z"), after_ns=0) is None
    back = SentOrders([sent("a", 10), sent("x", 90, quantity=D(3)), sent("b", 4)])
    assert back.twin(wish, of=ClientOrderId("b"), after_ns=5) == back[0]


def test_orders_of_a_side_come_last_first() -> None:
    found = SentOrders([sent("a", 10), sent("b", 20, instrument=OTHER), sent("c", 30), sent("d", 40, side=Side.SELL)])
    named = [one.client_order_id for one in found.on_side(APPLE, side=Side.BUY, after_ns=5)]
    assert named == ["c", "a"]
    assert [one.client_order_id for one in found.on_side(APPLE, side=Side.BUY, after_ns=10)] == ["c"]
    assert list(found.on_side(APPLE, side=Side.SELL, after_ns=40)) == []


def test_an_approval_is_counted_with_its_money_and_its_price() -> None:
    answer = check(desk.request(quantity=D(7)), desk.book(), limits=desk.limits(), now_ns=NOW)
    assert isinstance(answer, Approved)
    (one,) = answer.book.sent
    assert (one.notional, one.price, one.time_ns, one.is_reducing) == (D(700), D(100), NOW, False)
    assert answer.book.memo.known == {"new"} and answer.book.exposed == (APPLE,)


def test_the_book_of_an_approval_is_valued_as_a_new_one() -> None:
    book = desk.book(positions=(desk.held(5), desk.held(0, OTHER)), reservations=(desk.reserved("r", 0),))
    for name, quantity in (("a", 3), ("b", 4)):
        answer = check(desk.request(name, quantity=D(quantity)), book, limits=desk.limits(), now_ns=NOW)
        assert isinstance(answer, Approved)
        book = answer.book
    fresh = desk.book(positions=book.positions, reservations=book.reservations, sent=book.sent)
    assert fresh == book and fresh.memo.exposed == book.memo.exposed == (APPLE,)
    for part in ("orders", "held", "known", "unknown", "working"):
        assert getattr(fresh.memo, part) == getattr(book.memo, part), part
    again = check(desk.request("c"), book, limits=desk.limits(), now_ns=NOW)
    assert again.findings == check(desk.request("c"), fresh, limits=desk.limits(), now_ns=NOW).findings


def test_which_controls_look_at_the_quantity() -> None:
    found = {one.name for one in controls_of(desk.limits()) if one.depends_on_quantity}
    assert found == {
        "order_quantity", "order_day_part", "order_notional", "basket_notional", "reduces_only", "short", "position",
        "gross_exposure", "net_exposure", "leverage", "symbol_concentration", "sector_concentration",
        "asset_class_concentration", "correlated_exposure", "portfolio_risk", "buying_power", "parent",
    }  # fmt: skip
