"""The worst case, counted by hand: which orders open, at which price, and which of them can fill together."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, D, held, reserved

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.exposure import Valued, is_reducing, valued
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


def test_a_contract_counts_in_the_money_of_the_account() -> None:
    """40 points of currency a point, half an account's unit each: 100 x 20 = 2,000 of account money a contract."""
    future = desk.market(instrument=desk.instrument(multiplier=D(40)), rate=D("0.5"), margin=D("0.1"))
    book = desk.book(
        positions=(held(2, protective_stop=D(97)),),
        reservations=(
            reserved("b", 3, prices=(D(101),), protective_stop=D(99)),
            reserved("s", 6, side=Side.SELL, prices=(D(102),), protective_stop=D(105)),
        ),
        markets={APPLE: future},
    )
    found = valued(book, APPLE)
    assert isinstance(found, Valued)
    assert [found.unit, found.longest, found.shortest] == [20, 2 * 2000 + 3 * 2020, -4 * 2040]
    assert found.notional == 10_060
    assert found.needed == (3 * 2020 + (4 * 2040 - 4000)) * D("0.1")
    assert found.risk == 2 * 3 * 20 + 3 * 2 * 20 + 4 * (105 - 100) * 20


def test_turning_a_position_takes_what_it_did_not_hold() -> None:
    for held_now, sells, needed in ((10, 10, 0), (10, 15, 0), (10, 20, 0), (10, 25, 500), (0, 5, 500)):
        found = worst(reserved("s", sells, side=Side.SELL), position=held_now)
        assert found.needed == needed, (held_now, sells)
    short = worst(reserved("b", 25), position=-10)
    assert short.needed == 500
    both = worst(reserved("b", 3), reserved("s", 12, side=Side.SELL), position=10)
    assert both.needed == 300


BAD_DAY = D("0.02")


@pytest.mark.parametrize(
    ("quantity", "stop", "protected", "risk"),
    [
        (10, D(97), None, 30),
        (10, D(100), None, 20),
        (10, D(103), None, 20),
        (10, D("NaN"), None, 20),
        (10, D(-5), None, 20),
        (10, None, None, 20),
        (-10, D(103), None, 30),
        (-10, D(100), None, 20),
        (-10, D(97), None, 20),
        (10, D(97), D(4), 4 * 3 + 6 * 2),
        (10, D(97), D(40), 30),
        (10, D(97), D(-4), 20),
        (10, D(97), D("NaN"), 20),
        (0, D(97), None, 0),
        (10, D("99.5"), None, 5),
        (1, D(97), None, 3),
        (-1, D(103), None, 3),
    ],
)
def test_a_position_loses_the_way_to_its_stop_or_a_bad_day(quantity: int, stop: Any, protected: Any, risk: int) -> None:
    position = held(quantity, protective_stop=stop, protected=protected)
    found = valued(desk.book(positions=(position,)), APPLE)
    assert isinstance(found, Valued) and found.risk == risk
    many = desk.market(instrument=desk.instrument(multiplier=D(7)))
    found = valued(desk.book(positions=(position,), markets={APPLE: many}), APPLE)
    assert isinstance(found, Valued) and found.risk == 7 * risk


@pytest.mark.parametrize(
    ("side", "prices", "stop", "risk"),
    [
        (Side.BUY, (), D(97), 30),
        (Side.BUY, (D(102),), D(97), 50),
        (Side.BUY, (D(90),), D(97), 30),
        (Side.BUY, (), D(100), 20),
        (Side.BUY, (), D(103), 20),
        (Side.BUY, (D(110),), None, 22),
        (Side.BUY, (), D("NaN"), 20),
        (Side.SELL, (), D(103), 30),
        (Side.SELL, (D(98),), D(103), 50),
        (Side.SELL, (), D(100), 20),
        (Side.SELL, (), D(97), 20),
        (Side.BUY, (), D("99.5"), 5),
    ],
)
def test_an_order_loses_the_way_from_its_worst_entry(side: Side, prices: Any, stop: Any, risk: int) -> None:
    found = worst(reserved("a", 10, side=side, prices=prices, protective_stop=stop))
    assert found.risk == risk


def test_a_position_of_a_fraction_is_a_position() -> None:
    found = valued(desk.book(positions=(held("0.5"),)), APPLE)
    assert isinstance(found, Valued) and (found.longest, found.shortest, found.notional) == (D(50), D(50), D(50))
    short = valued(desk.book(positions=(held("-0.5"),)), APPLE)
    assert isinstance(short, Valued) and (short.longest, short.shortest, short.notional) == (D(-50), D(-50), D(50))
    book = desk.book(positions=(held("0.5"),))
    assert is_reducing(book.reserving(reserved("s", 0, side=Side.SELL)), APPLE, side=Side.SELL)
    one = desk.book(positions=(held(1),), reservations=(reserved("s", 1, side=Side.SELL),))
    assert is_reducing(one, APPLE, side=Side.SELL) and not is_reducing(one, APPLE, side=Side.BUY)


def test_a_flat_position_needs_no_bad_day() -> None:
    markets = {APPLE: desk.market(value_at_risk=None)}
    found = valued(desk.book(positions=(held(0),), markets=markets), APPLE)
    assert isinstance(found, Valued) and found.risk == 0
    unknown = valued(desk.book(positions=(held(1),), markets=markets), APPLE)
    assert isinstance(unknown, Valued) and not isinstance(unknown.risk, Decimal)


def test_a_bad_day_of_nothing_is_known() -> None:
    calm = desk.book(positions=(held(10),), markets={APPLE: desk.market(value_at_risk=D(0))})
    found = valued(calm, APPLE)
    assert isinstance(found, Valued) and found.risk == 0


def test_a_group_without_a_common_stop_has_none() -> None:
    wide = reserved("a", 15, side=Side.SELL, reduces_only=True, group="g", protective_stop=D(103))
    other = reserved("b", 12, side=Side.SELL, reduces_only=True, group="g", protective_stop=D(101))
    assert worst(wide, other, position=10).risk == 10 * 2 + 5 * 2


def test_unknown_contracts_count_in_the_money_of_the_account() -> None:
    markets = {APPLE: desk.market(), desk.OTHER: desk.market(desk.OTHER, instrument=desk.instrument(
        desk.OTHER, multiplier=D(5)))}  # fmt: skip
    book = {"markets": markets, "reservations": (reserved("u", 2, instrument=desk.OTHER, is_unknown=True),)}
    assert finding("unknown_notional", request={}, book=book).value == D("0.01")


def test_an_id_says_what_it_had_to_be() -> None:
    again = {"sent": (desk.sent("new", desk.OPENS),)}
    assert finding("order_id", request={}, book={}).limit == "new"
    assert finding("order_id", request={"attempt": 2}, book=again).limit == "known"
    change = finding("order_id", request={"is_change": True}, book=again)
    assert (change.verdict.value, change.value) == ("passed", "change")


def test_a_sell_of_what_is_held_opens_no_short() -> None:
    book: dict[str, Any] = {"positions": (held(10),)}
    way_out = finding("short", request={"side": Side.SELL}, book=book)
    assert (way_out.verdict.value, way_out.value) == ("passed", "stays long or flat")
    shorts = {"reservations": (reserved("s", 5, side=Side.SELL, prices=(D(120),), limit_price=D(120)),)}
    assert finding("short", request={"side": Side.BUY}, book=shorts).value == "stays long or flat"


@pytest.mark.parametrize(("rho", "value"), [("-0.80", "0.11"), ("-0.79", "0.01"), ("0.80", "0.11"), ("0.79", "0.01")])
@pytest.mark.parametrize(("own", "other"), [(APPLE, desk.OTHER), (desk.OTHER, APPLE)])
def test_a_pair_is_found_in_either_order(rho: str, value: str, own: str, other: str) -> None:
    book = {"positions": (held(100, other),), "correlations": {(APPLE, desk.OTHER): D(rho)}}
    assert finding("correlated_exposure", request={"instrument": own}, book=book).value == D(value)


def test_a_drawdown_scales_the_limits_of_size_and_of_risk() -> None:
    for control in ("position", "portfolio_risk", "order_notional"):
        calm = finding(control, request={}, book={}).limit
        mild = finding(control, request={}, book={"peak_equity": D(106_000)}).limit
        assert isinstance(calm, Decimal) and mild == calm * D("0.75")
    assert finding("leverage", request={}, book={"peak_equity": D(106_000)}).limit == 20


def test_a_moment_that_is_not_known_is_told_apart_from_hours_that_are_not() -> None:
    assert (
        "the moment of execution is not known" in finding("market_hours", request={"executes_ns": None}, book={}).reason
    )
    dark = {"markets": {APPLE: desk.market(hours=None)}}
    assert "the open hours of AAPL.XNAS then" in finding("market_hours", request={}, book=dark).reason


def test_a_short_contract_that_is_bought_back_in_part_counts_in_account_money() -> None:
    markets = {APPLE: desk.market(instrument=desk.instrument(multiplier=D(50)))}
    book = desk.book(positions=(held(-3),), reservations=(reserved("b", 1),), markets=markets)
    found = valued(book, APPLE)
    assert isinstance(found, Valued) and (found.longest, found.shortest) == (D(-10_000), D(-15_000))


def test_a_fraction_that_is_turned_gives_its_own_back() -> None:
    book = desk.book(positions=(held("0.5"),), reservations=(reserved("s", 2, side=Side.SELL), reserved("b", 1)))
    found = valued(book, APPLE)
    assert isinstance(found, Valued) and found.needed == 100 + (150 - 50)
