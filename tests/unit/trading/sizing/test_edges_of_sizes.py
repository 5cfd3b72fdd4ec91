"""The edge of a size is where halving finds it, with the same limit named, however it was found."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, COIN, NOW, OTHER, D

from tradewright.domain.calendars import SECOND
from tradewright.domain.orders.request import OrderKind
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Book, OpenPosition, ParentOrder, Reservation
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Control, Growing
from tradewright.trading.risk.controls.orders import SmallestOrder
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.gate import judged
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import SentOrder
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.verdict import Finding
from tradewright.trading.sizing.edge import Edge, most_lots

NAMES = (APPLE, OTHER, COIN)
LOTS = [D(1), D(10), D("0.001")]
names, sides = st.sampled_from(NAMES), st.sampled_from(list(Side))
prices = st.integers(90, 110).map(D)
few = st.integers(1, 400).map(D)


def first_refusal(controls: Sequence[Control], case: Case) -> Finding | None:
    for control in controls:
        (finding,) = judged((control,), case)
        if finding.is_refused:
            return finding
    return None


def by_halving(case: Case, controls: Sequence[Control], lot: Decimal) -> Edge | None:
    """As sizing did it before it could divide: the definition of the edge."""
    found = first_refusal(controls, case)
    if found is None:
        return None
    fits, refused = 0, int(case.request.order.quantity // lot)
    while refused - fits > 1:
        middle = (fits + refused) // 2
        answer = first_refusal(controls, case.resized(middle * lot))
        if answer is None:
            fits = middle
        else:
            refused, found = middle, answer
    return Edge(fits, found)


@st.composite
def reservations(draw: st.DrawFn, number: int) -> Reservation:
    reduces = draw(st.booleans())
    return desk.reserved(
        f"r{number}",
        int(draw(few)),
        side=draw(sides),
        instrument=draw(names),
        prices=draw(st.one_of(st.just(()), prices.map(lambda one: (one,)))),
        protective_stop=draw(st.one_of(st.none(), prices)),
        reduces_only=reduces,
        group=draw(st.sampled_from(["", "g"])),
        parent=draw(st.sampled_from(["", "p"])),
        is_unknown=draw(st.booleans()),
    )


@st.composite
def earlier(draw: st.DrawFn, number: int) -> SentOrder:
    age = draw(st.sampled_from([SECOND // 2, SECOND * 3 // 2, 30 * SECOND, 3000 * SECOND]))
    return desk.sent(
        f"s{number}",
        NOW - age,
        is_reducing=draw(st.booleans()),
        side=draw(sides),
        instrument=draw(names),
        quantity=draw(st.one_of(few, st.sampled_from([D(50), D(100), D(250), D(500)]))),
        notional=draw(st.integers(0, 50_000).map(D)),
        price=draw(st.one_of(st.none(), prices)),
    )


@st.composite
def books(draw: st.DrawFn) -> Book:
    held = draw(st.lists(st.tuples(names, st.integers(-300, 300), st.one_of(st.none(), prices)), max_size=3))
    lot = draw(st.sampled_from(LOTS))
    market = desk.market(
        instrument=replace(desk.market().instrument, lot=lot, multiplier=draw(st.sampled_from([D(1), D(5), D("0.1")]))),
        mark=draw(st.sampled_from([D(100), D("33.33"), None])),
        value_at_risk=draw(st.sampled_from([D("0.02"), D("0.0313"), None])),
        day_quantity=draw(st.sampled_from([D(1_000_000), D(1_234), None])),
        margin=draw(st.sampled_from([D(1), D("0.3"), None])),
        rate=draw(st.sampled_from([D(1), D("1.0837")])),
    )
    plain = desk.book()
    return desk.book(
        markets={**plain.markets, APPLE: market},
        positions=tuple(
            OpenPosition(instrument=name, quantity=D(quantity), protective_stop=stop) for name, quantity, stop in held
        ),
        reservations=tuple(draw(reservations(number)) for number in range(draw(st.integers(0, 3)))),
        sent=sorted((draw(earlier(number)) for number in range(draw(st.integers(0, 3)))), key=lambda one: one.time_ns),
        equity=draw(st.integers(84_000, 110_000).map(D)),
        peak_equity=D(110_000),
        buying_power=draw(st.sampled_from([D(1_000_000), D(20_000), D("7777.77")])),
        state=draw(st.sampled_from([TradingState.ACTIVE] * 6 + list(TradingState))),
        parents=draw(st.sampled_from([{}, {"p": ParentOrder(D(300), D(20))}])),
        correlations={
            pair: draw(st.sampled_from([D(0), D("0.9")])) for pair in ((APPLE, OTHER), (APPLE, COIN), (COIN, OTHER))
        },
    )


part = st.sampled_from([D("0.05"), D("0.2"), D("0.5"), D(1), D(10)])


@st.composite
def some_limits(draw: st.DrawFn) -> Limits:
    narrow = {
        "position": part, "gross_exposure": part, "net_exposure": part, "leverage": part, "symbol_concentration": part,
        "sector_concentration": part, "asset_class_concentration": part, "correlated_exposure": part,
        "portfolio_risk": st.sampled_from([D("0.005"), D("0.02"), D("0.0333")]),
        "order_notional": st.sampled_from([D(5_000), D(20_000)]), "basket_notional": st.sampled_from([D("0.3"), D(1)]),
        "order_quantity": st.integers(1, 900).map(D), "order_day_part": st.sampled_from([D("0.01"), D("0.2")]),
        "reducing_per_second": st.just(1), "orders_per_second": st.just(1), "allows_short": st.just(False),
        "buying_power_buffer": st.just(D("0.1")), "duplicate_window_ms": st.just(60_000),
    }  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(sorted(narrow)), max_size=5, unique=True))
    return desk.limits(**{name: draw(narrow[name]) for name in chosen})


@st.composite
def requests(draw: st.DrawFn, lot: Decimal) -> RiskRequest:
    kind = draw(st.sampled_from([OrderKind.MARKET, OrderKind.LIMIT]))
    return desk.request(
        side=draw(sides),
        quantity=lot * draw(st.one_of(st.integers(1, 2_000), st.sampled_from([50, 100, 500]), st.integers(1, 10**9))),
        kind=kind,
        limit_price=draw(prices) if kind is OrderKind.LIMIT else None,
        protective_stop=draw(st.one_of(st.none(), prices)),
        reduces_only=draw(st.booleans()),
        parent=draw(st.sampled_from(["", "p"])),
        group=draw(st.sampled_from(["", "g"])),
    )


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_an_edge_that_is_divided_for_is_the_one_that_is_halved_for(data: st.DataObject) -> None:
    book, limits = data.draw(books()), data.draw(some_limits())
    lot = book.markets[APPLE].instrument.lot
    case = Case.of(data.draw(requests(lot)), book, limits=limits, now_ns=NOW)
    controls = tuple(one for one in controls_of(limits) if not isinstance(one, SmallestOrder))
    assert most_lots(case, controls, lot=lot, limits=limits) == by_halving(case, controls, lot)


def test_measures_that_are_numbers_say_how_they_grow() -> None:
    """A unit more adds what the control says, where the order opens."""
    limits = desk.limits(position=D("0.0001"))
    case = Case.of(desk.request(quantity=D(100)), desk.book(), limits=limits, now_ns=NOW)
    more = case.resized(D(101))
    for control in controls_of(limits):
        before, after = control.judge(case).value, control.judge(more).value
        if isinstance(control, Growing) and isinstance(before, Decimal) and isinstance(after, Decimal):
            growth = control.growth(case)
            assert isinstance(growth, Decimal)
            assert abs(after - before - growth) < D("1e-20"), control
        elif control.depends_on_quantity:
            assert not isinstance(before, Decimal), control


def test_an_edge_a_division_away_takes_two_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Halving would take ten."""
    looks: list[Decimal] = []
    resized = Case.resized

    def counted(case: Case, quantity: Decimal) -> Case:
        looks.append(quantity)
        return resized(case, quantity)

    monkeypatch.setattr(Case, "resized", counted)
    limits = desk.limits(position=D("0.05"))
    case = Case.of(desk.request(quantity=D(1000)), desk.book(), limits=limits, now_ns=NOW)
    edge = most_lots(case, controls_of(limits), lot=D(1), limits=limits)
    assert edge is not None
    assert (edge.lots, edge.beyond.control, looks) == (50, "position", [D(51), D(50)])
