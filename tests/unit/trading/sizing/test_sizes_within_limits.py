"""Sizing clips to the limits and names the one that bound; what it lets through, the gate approves."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, OTHER, D, held

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.gate import Approved, check
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.states import TradingState
from tradewright.trading.sizing.methods import FixedQuantity
from tradewright.trading.sizing.situation import Situation
from tradewright.trading.sizing.size import Sized, clipped, sized


def wanted(quantity: Decimal) -> Sized:
    place = Situation(instrument=desk.market().instrument, equity=D(100_000), entry=D(100))
    return sized(place, [FixedQuantity(quantity)])


CASES: list[tuple[str, dict[str, Any], dict[str, Any], int, str]] = [
    ("nothing binds", {}, {}, 1000, "fixed_quantity"),
    ("the position limit binds", {"position": D("0.05")}, {}, 50, "position"),
    ("what is held uses up the position", {"position": D("0.05")}, {"positions": (held(20),)}, 30, "position"),
    ("the order's notional binds", {"order_notional": D(2_050)}, {}, 20, "order_notional"),
    ("the risk to the stop binds", {"portfolio_risk": D("0.01")}, {}, 500, "portfolio_risk"),
    ("a sector binds", {"sector_concentration": D("0.40")}, {"positions": (held(300, OTHER),)}, 100,
     "sector_concentration"),
    ("buying power binds", {}, {"buying_power": D(7_777)}, 77, "buying_power"),
    ("a drawdown takes half of the position", {"position": D("0.05")}, {"peak_equity": D(110_000)}, 25, "position"),
    ("a drawdown stop leaves nothing", {}, {"peak_equity": D(120_000)}, 0, "drawdown"),
    ("a kill switch leaves nothing", {}, {"state": TradingState.KILLED}, 0, "trading_state"),
    ("an instrument that is not listed leaves nothing", {"instruments": frozenset({OTHER})}, {}, 0, "instruments"),
    ("a market that is not known leaves nothing", {}, {"markets": {}}, 0, "market"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "limits", "book", "quantity", "bound"), CASES, ids=[one[0] for one in CASES])
def test_a_size_is_clipped(name: str, limits: dict[str, Any], book: dict[str, Any], quantity: int, bound: str) -> None:
    answer = clipped(wanted(D(1000)), desk.request(), book=desk.book(**book), limits=desk.limits(**limits), now_ns=NOW)
    assert (answer.quantity, answer.bound) == (D(quantity), bound), name
    assert answer.constraints[0].quantity == D(1000)


def test_the_shipped_limits_let_a_small_account_trade() -> None:
    limits = shipped_limits(frozenset({APPLE}))
    answer = clipped(wanted(D(1000)), desk.request(), book=desk.book(), limits=limits, now_ns=NOW)
    assert (answer.quantity, answer.bound) == (D(50), "position")


def test_a_size_of_nothing_stays_nothing() -> None:
    nothing = replace(wanted(D(1)), quantity=D(0), bound="smallest_order")
    assert clipped(nothing, desk.request(), book=desk.book(), limits=desk.limits(), now_ns=NOW) == nothing


def test_less_than_a_lot_or_than_the_venue_trades_is_nothing() -> None:
    coarse = desk.market(instrument=replace(desk.market().instrument, lot=D(2000)))
    answer = clipped(wanted(D(1000)), desk.request(), book=desk.book(markets={APPLE: coarse}), limits=desk.limits(),
                     now_ns=NOW)  # fmt: skip
    assert (answer.quantity, answer.bound) == (D(0), "lot")
    large = desk.market(instrument=replace(desk.market().instrument, smallest_quantity=D(60)))
    answer = clipped(wanted(D(1000)), desk.request(), book=desk.book(markets={APPLE: large}),
                     limits=desk.limits(position=D("0.05")), now_ns=NOW)  # fmt: skip
    assert (answer.quantity, answer.bound) == (D(0), "position")


part = st.sampled_from([D("0.01"), D("0.05"), D("0.2"), D(1)])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 2000), part, part, part, st.integers(-200, 200), st.sampled_from(list(Side)), st.booleans())
def test_what_sizing_lets_through_the_gate_approves_and_one_lot_more_it_refuses(
    quantity: int, position: Decimal, gross: Decimal, risk: Decimal, before: int, side: Side, allows_short: bool
) -> None:
    limits = desk.limits(
        position=position, gross_exposure=gross, portfolio_risk=min(risk, D("0.2")), allows_short=allows_short
    )
    book = desk.book(positions=(held(before),), equity=D(90_000))
    wish = desk.request(side=side)
    answer = clipped(wanted(D(quantity)), wish, book=book, limits=limits, now_ns=NOW)
    if answer.quantity > 0:
        fitting = replace(wish, order=replace(wish.order, quantity=answer.quantity))
        assert isinstance(check(fitting, book, limits=limits, now_ns=NOW), Approved)
    if answer.quantity < quantity:
        more = replace(wish, order=replace(wish.order, quantity=answer.quantity + 1))
        refused = check(more, book, limits=limits, now_ns=NOW)
        assert not isinstance(refused, Approved)
        assert refused.reasons[0].control == answer.bound
