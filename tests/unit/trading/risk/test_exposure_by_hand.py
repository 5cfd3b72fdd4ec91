"""The worst case, counted by hand: which orders open, at which price, and which of them can fill together."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, D, held, reserved

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.exposure import Valued, valued
from tradewright.trading.risk.gate import check
from tradewright.trading.risk.verdict import Finding, part


def worst(*reservations: Any, position: int = 0) -> Valued:
    found = valued(desk.book(positions=(held(position),), reservations=reservations), APPLE)
    assert isinstance(found, Valued)
    return found


def finding(control: str, *, request: dict[str, Any], book: dict[str, Any]) -> Finding:
    answer = check(desk.request(**request), desk.book(**book), limits=desk.limits(), now_ns=NOW)
    return next(one for one in answer.findings if one.control == control)


def test_an_order_above_the_mark_counts_at_its_own_price() -> None:
    assert worst(reserved("a", 10, prices=(D(110),))).longest == 1100
    assert worst(reserved("a", 10, prices=(D(90),))).longest == 1000
    assert worst(reserved("a", 10, prices=(D(90), D(120)))).longest == 1200


def test_the_cheapest_orders_close_and_the_dearest_open() -> None:
    cheap, dear = reserved("a", 10, prices=(D(90),)), reserved("b", 10, prices=(D(120),))
    assert worst(cheap, dear, position=-10).longest == 1200
    assert worst(dear, cheap, position=-10).longest == 1200
    assert worst(cheap, dear, position=-15).longest == 600


def test_a_short_that_is_bought_back_in_part_stays_short() -> None:
    found = worst(reserved("a", 4), position=-10)
    assert (found.longest, found.shortest, found.notional) == (D(-600), D(-1000), D(1000))


def test_only_orders_that_reduce_can_share_a_group() -> None:
    opening = [reserved(name, 10, group="g") for name in ("a", "b")]
    closing = [reserved(name, 10, side=Side.SELL, reduces_only=True, group="g") for name in ("a", "b")]
    assert worst(*opening).longest == 2000
    assert worst(*closing, position=10).shortest == 0


def test_a_group_counts_at_its_largest_and_dearest() -> None:
    small = reserved("a", 5, side=Side.SELL, reduces_only=True, group="g", prices=(D(120),))
    large = reserved("b", 8, side=Side.SELL, reduces_only=True, group="g", prices=(D(90),))
    assert worst(small, large).shortest == -8 * 120


def test_margin_is_what_an_order_takes_of_buying_power() -> None:
    markets = {APPLE: desk.market(margin=D("0.25"))}
    assert finding("buying_power", request={}, book={"markets": markets}).value == 250
    assert finding("buying_power", request={}, book={}).value == 1000


def test_an_order_that_is_sent_again_counts_once() -> None:
    book = {"reservations": (reserved("new", 10),), "sent": (desk.sent("new", desk.OPENS),)}
    assert finding("position", request={"attempt": 2}, book=book).value == D("0.01")
    again = desk.book(reservations=(reserved("new", 10),)).reserving(reserved("new", 4))
    assert [one.quantity for one in again.reservations] == [D(4)]


@pytest.mark.parametrize(("amount", "whole"), [(1, 3), (2, 3), (10, 7)])
def test_a_measure_is_rounded_up_in_its_last_digit(amount: int, whole: int) -> None:
    found = part(D(amount), D(whole))
    assert isinstance(found, Decimal)
    assert 0 < Fraction(found) - Fraction(amount, whole) < Fraction(1, 10**27)
