"""Laws of the gate: tighter never approves more, adding never frees room, order of controls changes nothing."""

from dataclasses import fields
from decimal import ROUND_DOWN, Decimal
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, COIN, NOW, OTHER, D

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Book, OpenPosition, Reservation
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.exposure import Valued, everything, valued
from tradewright.trading.risk.gate import Approved, check, judged
from tradewright.trading.risk.limits import BOUNDS, Limits, read_limits, tightest
from tradewright.trading.risk.request import RiskRequest

NAMES = (APPLE, OTHER, COIN)
names, sides = st.sampled_from(NAMES), st.sampled_from(list(Side))
quantities = st.integers(1, 400).map(D)
prices = st.one_of(st.just(()), st.integers(90, 110).map(lambda one: (D(one),)))
stops = st.one_of(st.none(), st.integers(90, 110).map(D))


def reservation(number: int, name: str, side: Side, quantity: Decimal, own: tuple[Decimal, ...]) -> Reservation:
    return Reservation(
        client_order_id=ClientOrderId(f"r{number}"), instrument=name, side=side, quantity=quantity, prices=own
    )


@st.composite
def books(draw: st.DrawFn) -> Book:
    held = draw(st.lists(st.tuples(names, st.integers(-300, 300), stops), max_size=3))
    waiting = draw(st.lists(st.tuples(names, sides, quantities, prices), max_size=4))
    return desk.book(
        positions=tuple(
            OpenPosition(instrument=name, quantity=D(quantity), protective_stop=stop) for name, quantity, stop in held
        ),
        reservations=tuple(reservation(number, *one) for number, one in enumerate(waiting)),
        equity=draw(st.integers(84_000, 110_000).map(D)),
        peak_equity=D(110_000),
        correlations={
            pair: draw(st.sampled_from([D(0), D("0.9")])) for pair in product(NAMES, NAMES) if pair[0] < pair[1]
        },
    )


@st.composite
def requests(draw: st.DrawFn) -> RiskRequest:
    return desk.request(
        instrument=draw(names), side=draw(sides), quantity=draw(quantities), protective_stop=draw(stops)
    )


@st.composite
def some_limits(draw: st.DrawFn) -> Limits:
    part = st.sampled_from([D("0.05"), D("0.2"), D("0.5"), D(1), D(3)])
    return desk.limits(
        position=draw(part),
        gross_exposure=draw(part),
        net_exposure=draw(part),
        leverage=draw(part),
        symbol_concentration=draw(part),
        correlated_exposure=draw(part),
        portfolio_risk=draw(st.sampled_from([D("0.005"), D("0.02"), D("0.25")])),
        order_notional=draw(st.sampled_from([D(5_000), D(20_000), D(50_000)])),
        allows_short=draw(st.booleans()),
        daily_loss=draw(st.sampled_from([D("0.05"), D("0.2")])),
    )


@settings(max_examples=80, deadline=None)
@given(requests(), books(), some_limits(), some_limits())
def test_tighter_limits_never_approve_more(wish: RiskRequest, book: Book, one: Limits, other: Limits) -> None:
    both = tightest(one, other, version=9)
    if isinstance(check(wish, book, limits=both, now_ns=NOW), Approved):
        assert isinstance(check(wish, book, limits=one, now_ns=NOW), Approved)
        assert isinstance(check(wish, book, limits=other, now_ns=NOW), Approved)


@settings(max_examples=60, deadline=None)
@given(requests(), books(), some_limits(), st.sampled_from(sorted(BOUNDS)), st.integers(1, 99))
def test_tightening_one_limit_never_approves_more(
    wish: RiskRequest, book: Book, wide: Limits, name: str, part: int
) -> None:
    bound, now = BOUNDS[name], getattr(wide, name)
    end = bound.most if bound.tightens_upwards else bound.least
    moved = now + (end - now) * part / 100
    value = int(moved) if bound.is_whole else moved
    values: dict[str, Any] = {field.name: getattr(wide, field.name) for field in fields(Limits)}
    tight = read_limits({**values, name: max(value, 1) if bound.is_whole else value})
    if isinstance(check(wish, book, limits=tight, now_ns=NOW), Approved):
        assert isinstance(check(wish, book, limits=wide, now_ns=NOW), Approved)


def measured(wish: RiskRequest, book: Book) -> dict[str, Decimal]:
    """Every amount that grows with exposure."""
    limits = desk.limits()
    case = Case.of(wish, book, limits=limits, now_ns=NOW)
    growing = [control for control in controls_of(limits) if control.depends_on_quantity]
    found = {one.control: one.value for one in judged(growing, case)}
    return {name: value for name, value in found.items() if isinstance(value, Decimal)}


@settings(max_examples=80, deadline=None)
@given(requests(), books(), st.tuples(names, sides, quantities, prices))
def test_a_reservation_never_frees_room(
    wish: RiskRequest, book: Book, more: tuple[str, Side, Decimal, tuple[Decimal, ...]]
) -> None:
    before, after = measured(wish, book), measured(wish, book.reserving(reservation(99, *more)))
    assert {name: value for name, value in before.items() if after[name] < value} == {}


@settings(max_examples=80, deadline=None)
@given(books(), st.data())
def test_no_way_of_filling_exceeds_what_is_counted(book: Book, data: st.DataObject) -> None:
    fills = data.draw(st.tuples(*(st.integers(0, 100) for _ in book.reservations)))
    for name in book.exposed:
        one = valued(book, name)
        assert isinstance(one, Valued)
        value = one.quantity * one.mark
        for part, waiting in zip(fills, book.reservations, strict=True):
            if waiting.instrument == name:
                value += waiting.side.signed(waiting.quantity * part / 100) * one.mark
        assert abs(value) <= one.notional
        assert one.shortest <= value <= one.longest


@settings(max_examples=30, deadline=None)
@given(requests(), books(), some_limits(), st.randoms(use_true_random=False))
def test_the_order_of_controls_changes_no_finding(wish: RiskRequest, book: Book, limits: Limits, chance: Any) -> None:
    case = Case.of(wish, book, limits=limits, now_ns=NOW)
    controls = list(controls_of(limits))
    chance.shuffle(controls)
    by_name = sorted(judged(controls_of(limits), case), key=lambda one: one.control)
    assert by_name == sorted(judged(controls, case), key=lambda one: one.control)


@settings(max_examples=40, deadline=None)
@given(books(), some_limits(), st.lists(requests(), min_size=2, max_size=5))
def test_approvals_one_after_the_other_stay_within_the_limit_together(
    book: Book, limits: Limits, wishes: list[RiskRequest]
) -> None:
    start = everything(book)
    assert not isinstance(start, desk.MissingType)
    before = {one.name: one.notional for one in start}
    for number, wish in enumerate(wishes):
        named = desk.renamed(wish, f"w{number}")
        answer = check(named, book, limits=limits, now_ns=NOW)
        if not isinstance(answer, Approved):
            continue
        book = answer.book
        one = valued(book, wish.order.instrument)
        assert isinstance(one, Valued) and book.equity is not None
        assert one.notional <= max(limits.position * book.equity, before.get(one.name, D(0)))


@settings(max_examples=60, deadline=None)
@given(books(), st.integers(1, 200_000).map(lambda one: D(one) / 100), names, sides)
def test_rounding_down_to_a_lot_never_raises_a_measure(book: Book, wanted: Decimal, name: str, side: Side) -> None:
    whole = wanted.quantize(D(1), rounding=ROUND_DOWN)
    if whole == 0:
        return
    exact = measured(desk.request(instrument=name, side=side, quantity=wanted), book)
    rounded = measured(desk.request(instrument=name, side=side, quantity=whole), book)
    assert all(rounded[key] <= exact[key] for key in rounded)
