"""An account's view becomes the gate's book: equity, buying power, and nothing that is not known."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, OTHER, D, held, reserved

from tradewright.domain.identifiers import AccountId, ClientOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderKind
from tradewright.domain.orders.side import Side
from tradewright.engine.gatekeeper import Gatekeeper
from tradewright.trading.risk.account import AccountView, book_of, equity_of
from tradewright.trading.risk.book import Reservation
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.states import TradingState


def view(**changes: Any) -> AccountView:
    parts: dict[str, Any] = {
        "account": AccountId("paper"),
        "now_ns": NOW,
        "cash": D(90_000),
        "peak_equity": D(100_000),
        "day_equity": D(100_000),
        "day_began_ns": desk.OPENS,
        "positions": (held(100),),
        "reservations": (),
        "markets": {name: desk.market(name) for name in (APPLE, OTHER)},
        "correlations": {(APPLE, OTHER): D(0)},
    }
    return AccountView(**{**parts, **changes})


def test_equity_is_cash_and_what_is_held() -> None:
    future = desk.market(OTHER, instrument=desk.instrument(OTHER, multiplier=D(50)), rate=D("0.5"))
    found = view(positions=(held(100), held(-2, OTHER)), markets={APPLE: desk.market(), OTHER: future})
    assert equity_of(found) == 90_000 + 10_000 - 2 * 100 * 50 * D("0.5")


def test_the_book_has_what_the_view_has() -> None:
    one = view(reservations=(reserved("r", 5),), epoch=3, halts={APPLE: TradingState.KILLED}, live_days={"s": 2})
    book = book_of(one)
    assert (book.equity, book.peak_equity, book.valued_ns, book.epoch) == (D(100_000), D(100_000), NOW, 3)
    assert (book.buying_power, book.day_equity) == (D(90_000), D(100_000))
    assert (book.reservations, book.positions, book.halts) == (one.reservations, one.positions, one.halts)
    assert (book.live_days, book.markets, book.correlations) == (one.live_days, one.markets, one.correlations)
    answer = check(desk.request(), book_of(view()), limits=desk.limits(), now_ns=NOW)
    assert isinstance(answer, Approved)


def test_a_new_peak_is_a_peak() -> None:
    assert book_of(view(cash=D(95_000))).peak_equity == 105_000
    assert book_of(view(peak_equity=None)).peak_equity is None
    assert str(book_of(view(peak_equity=D("NaN"))).peak_equity) == "NaN"


@pytest.mark.parametrize(
    ("changes", "power"),
    [
        ({}, D(90_000)),
        ({"leverage": D(2)}, D(190_000)),
        ({"positions": (held(-100),)}, D(70_000)),
        ({"buying_power": D(5)}, D(5)),
        ({"positions": (held(0),)}, D(90_000)),
    ],
)
def test_buying_power_is_what_equity_and_leverage_leave(changes: dict[str, Any], power: Decimal) -> None:
    assert book_of(view(**changes)).buying_power == power


def test_margin_is_taken_of_what_is_held() -> None:
    assert book_of(view(markets={APPLE: desk.market(margin=D("0.25"))})).buying_power == 97_500
    assert book_of(view(markets={APPLE: desk.market(margin=None)})).buying_power is None


@pytest.mark.parametrize(
    "changes",
    [
        {"cash": None},
        {"cash": D("NaN")},
        {"markets": {}},
        {"markets": {APPLE: desk.market(mark=None)}},
        {"markets": {APPLE: desk.market(rate=D(0))}},
        {"positions": (held("NaN"),)},
    ],
    ids=str,
)
def test_what_cannot_be_valued_leaves_nothing_known(changes: dict[str, Any]) -> None:
    book = book_of(view(**changes))
    assert (book.equity, book.buying_power, book.peak_equity) == (None, None, D(100_000))
    assert isinstance(check(desk.request(), book, limits=desk.limits(), now_ns=NOW), Refused)


def test_a_position_of_nothing_needs_no_market() -> None:
    assert equity_of(view(positions=(held(0, "GONE.XNYS"),))) == 90_000


def test_an_adopted_order_keeps_what_its_request_said() -> None:
    order = Order(ClientOrderId("a"), desk.order(kind=OrderKind.STOP, stop_price=D(98)), OrderLife.UNKNOWN)
    found = Reservation.adopted(order, group="bracket", protective_stop=D(95), parent="p")
    assert (found.group, found.protective_stop, found.parent) == ("bracket", D(95), "p")
    assert (found.is_unknown, found.is_dormant, found.limit_price) == (True, True, None)
    limit = Order(ClientOrderId("b"), desk.order(kind=OrderKind.LIMIT, limit_price=D(98)), OrderLife.WORKING)
    assert Reservation.adopted(limit).limit_price == 98 and not Reservation.adopted(limit).is_dormant
    trailing = desk.order(kind=OrderKind.TRAILING_STOP, trailing_offset=D(2))
    assert Reservation.adopted(Order(ClientOrderId("c"), trailing, OrderLife.WORKING)).is_dormant
    wanted = Reservation.wanted(desk.request(kind=OrderKind.TRAILING_STOP, trailing_offset=D(2), parent="p"))
    assert wanted.is_dormant and wanted.parent == "p" and not wanted.is_unknown


def keeper(**limits: Any) -> Gatekeeper:
    return Gatekeeper(LimitsPolicy(everywhere=desk.limits(**limits)))


def test_a_request_is_cut_to_what_is_left_and_says_by_whom() -> None:
    verdict = keeper(position=D("0.15")).cut_and_judge(desk.request(quantity=D(80)), book_of(view()), now_ns=NOW)
    assert isinstance(verdict.answer, Approved) and verdict.cut is not None
    assert (verdict.request.order.quantity, verdict.cut.asked.quantity) == (D(50), D(80))
    assert verdict.cut.left.bound == "position"
    assert verdict.answer.ticket.request == verdict.request.order


def test_a_request_that_fits_is_not_touched() -> None:
    wish = desk.request(quantity=D(50))
    verdict = keeper(position=D("0.15")).cut_and_judge(wish, book_of(view()), now_ns=NOW)
    assert isinstance(verdict.answer, Approved) and verdict.cut is None and verdict.request is wish
    assert (
        keeper().judge(wish, book_of(view()), now_ns=NOW).answer
        == keeper().cut_and_judge(wish, book_of(view()), now_ns=NOW).answer
    )


def test_where_nothing_is_left_the_reasons_are_those_for_a_single_lot() -> None:
    small = keeper(position=D("0.10"), order_notional=D(500))
    verdict = small.cut_and_judge(desk.request(quantity=D(80)), book_of(view()), now_ns=NOW)
    assert isinstance(verdict.answer, Refused) and verdict.cut is None
    assert [one.control for one in verdict.answer.reasons] == ["position"]
    unknown = small.cut_and_judge(desk.request(instrument="GONE.XNYS"), book_of(view()), now_ns=NOW)
    assert isinstance(unknown.answer, Refused)
    whole = desk.market(instrument=desk.instrument(smallest_quantity=D(60)))
    few = keeper(position=D("0.15")).cut_and_judge(
        desk.request(quantity=D(80)), book_of(view(markets={APPLE: whole})), now_ns=NOW
    )
    assert isinstance(few.answer, Refused)
    assert {one.control for one in few.answer.reasons} == {"smallest_order"}


def test_a_request_is_judged_as_it_is() -> None:
    verdict = keeper(position=D("0.15")).judge(desk.request(side=Side.BUY, quantity=D(80)), book_of(view()), now_ns=NOW)
    assert isinstance(verdict.answer, Refused) and verdict.cut is None
