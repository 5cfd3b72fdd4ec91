"""A number that is missing, not finite, not exact or stale refuses new risk; what proves to reduce still passes."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, OTHER, D, held, reserved

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderKind
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Book, OpenPosition, Reservation
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.verdict import Verdict

NAN, INFINITE = D("NaN"), D("Infinity")
WRONG: list[Any] = [None, NAN, INFINITE, 100.0]
BOOK_PARTS = {
    "equity": {"position", "leverage", "portfolio_risk", "drawdown", "daily_loss"},
    "day_equity": {"gross_exposure", "net_exposure", "daily_loss"},
    "peak_equity": {"drawdown"},
    "buying_power": {"buying_power"},
}
MARKET_PARTS = {
    "mark": {"order_notional", "position", "gross_exposure", "price_collar", "fat_finger", "buying_power"},
    "rate": {"order_notional", "position"},
    "day_quantity": {"order_day_part"},
    "margin": {"buying_power"},
}


def refusals(book: Book, **changes: Any) -> set[str]:
    answer = check(desk.request(**changes), book, limits=desk.limits(), now_ns=NOW)
    return {one.control for one in answer.findings if one.is_refused}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
@pytest.mark.parametrize("part", BOOK_PARTS)
def test_a_number_of_the_account_that_is_no_number_refuses(part: str, wrong: Any) -> None:
    assert refusals(desk.book(**{part: wrong})) >= BOOK_PARTS[part]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
@pytest.mark.parametrize("part", MARKET_PARTS)
def test_a_number_of_the_market_that_is_no_number_refuses(part: str, wrong: Any) -> None:
    assert refusals(desk.without_market(APPLE, **{part: wrong})) >= MARKET_PARTS[part]


@pytest.mark.parametrize("wrong", [*WRONG, D(-1)], ids=str)
def test_the_value_at_risk_is_needed_where_there_is_no_stop(wrong: Any) -> None:
    book = desk.without_market(APPLE, value_at_risk=wrong)
    assert refusals(book, protective_stop=None) == {"portfolio_risk"}
    assert refusals(book) == set()


def test_the_value_at_risk_is_needed_where_a_stop_covers_a_part() -> None:
    markets = {APPLE: desk.market(), OTHER: desk.market(OTHER, value_at_risk=None)}
    half = desk.book(markets=markets, positions=(held(10, OTHER, protective_stop=D(98), protected=D(5)),))
    whole = desk.book(markets=markets, positions=(held(10, OTHER, protective_stop=D(98)),))
    assert refusals(half) == {"portfolio_risk"}
    assert refusals(whole) == set()


def test_an_account_without_equity_refuses() -> None:
    assert refusals(desk.book(equity=D(0))) >= {"position", "drawdown", "daily_loss"}
    assert refusals(desk.book(equity=D(-5))) >= {"position", "drawdown", "daily_loss"}


@pytest.mark.parametrize("quantity", [NAN, INFINITE, 1.5])
def test_a_position_that_is_no_number_refuses_and_proves_nothing(quantity: Any) -> None:
    book = desk.book(positions=(OpenPosition(instrument=APPLE, quantity=quantity),))
    assert refusals(book, side=Side.SELL) >= {"position", "gross_exposure", "portfolio_risk", "buying_power"}


def test_a_reservation_that_is_no_number_refuses() -> None:
    broken = Reservation(
        client_order_id=ClientOrderId("r"), instrument=APPLE, side=Side.BUY, quantity=D(1), prices=(NAN,)
    )
    assert refusals(desk.book(reservations=(broken,))) >= {"position", "gross_exposure"}


def test_the_market_of_anything_held_must_be_known() -> None:
    book = desk.book(positions=(held(1, "IBM.XNYS"),))
    assert refusals(book) >= {"gross_exposure", "sector_concentration", "correlated_exposure", "book_age_ms"}


def test_the_correlation_with_what_is_held_must_be_known() -> None:
    positions = (held(1, OTHER),)
    assert refusals(desk.book(positions=positions, correlations={})) == {"correlated_exposure"}
    assert refusals(desk.book(positions=positions, correlations={(APPLE, OTHER): NAN})) == {"correlated_exposure"}


def test_an_unknown_instrument_is_refused_with_what_to_supply() -> None:
    answer = check(desk.request(), desk.book(markets={}), limits=desk.limits(), now_ns=NOW)
    assert isinstance(answer, Refused)
    position = next(one for one in answer.reasons if one.control == "position")
    assert (position.value, position.remedy) == (None, "supply the market of AAPL.XNAS, then send again")


@pytest.mark.parametrize(
    ("part", "control"),
    [("hours", "market_hours"), ("marked_ns", "mark_age_ms"), ("can_short", "short")],
)
def test_a_fact_of_the_market_that_is_not_known_refuses(part: str, control: str) -> None:
    book = desk.without_market(APPLE, **{part: None})
    assert control in refusals(book, side=Side.SELL, protective_stop=D(102))


def test_stamps_from_the_future_are_no_stamps() -> None:
    assert "mark_age_ms" in refusals(desk.without_market(APPLE, marked_ns=NOW + 1))
    assert refusals(desk.book(valued_ns=NOW + 1)) == {"book_age_ms"}
    assert refusals(desk.book(valued_ns=None)) == {"book_age_ms"}


def test_hours_are_not_believed_beyond_what_is_known() -> None:
    assert refusals(desk.book(), executes_ns=NOW + 10**15) == {"market_hours"}
    assert refusals(desk.book(), executes_ns=None) == {"market_hours"}


def test_the_state_of_trading_must_be_known() -> None:
    assert refusals(desk.book(state=None)) == {"trading_state"}


def test_a_protective_stop_that_is_no_number_refuses() -> None:
    assert refusals(desk.book(), protective_stop=NAN) == {"fat_finger"}


def test_what_proves_to_reduce_passes_without_fresh_numbers() -> None:
    blind = desk.book(
        equity=None, day_equity=NAN, peak_equity=None, buying_power=None, valued_ns=None, correlations={}, markets={},
        positions=(held(10),),
    )  # fmt: skip
    answer = check(desk.request(side=Side.SELL), blind, limits=desk.limits(), now_ns=NOW)
    assert isinstance(answer, Approved)
    exempt = {one.control for one in answer.findings if one.verdict is Verdict.EXEMPT}
    assert {"position", "drawdown", "daily_loss", "buying_power", "mark_age_ms", "market_hours"} <= exempt


def test_what_reduces_has_its_own_caps() -> None:
    blind = desk.book(equity=None, markets={}, positions=(held(10),))
    over = check(desk.request(side=Side.SELL, quantity=D(11)), blind, limits=desk.limits(), now_ns=NOW)
    assert isinstance(over, Refused)
    closing = tuple(desk.sent(f"s{i}", is_reducing=True, quantity=D(i + 1)) for i in range(20))
    busy = desk.book(positions=(held(10),), sent=closing)
    refused = check(desk.request(side=Side.SELL), busy, limits=desk.limits(), now_ns=NOW)
    assert isinstance(refused, Refused) and [one.control for one in refused.reasons] == ["orders_per_second"]


def test_a_way_out_with_a_digit_too_few_is_refused() -> None:
    book = desk.book(positions=(held(10),))
    wish: dict[str, Any] = {"side": Side.SELL, "kind": OrderKind.LIMIT, "protective_stop": None}
    slipped = check(desk.request(**wish, limit_price=D(10)), book, limits=desk.limits(), now_ns=NOW)
    assert isinstance(slipped, Refused) and [one.control for one in slipped.reasons] == ["fat_finger"]
    steep = check(desk.request(**wish, limit_price=D(90)), book, limits=desk.limits(), now_ns=NOW)
    assert isinstance(steep, Approved)


def test_orders_of_new_risk_do_not_use_up_the_budget_of_those_that_reduce() -> None:
    opening = tuple(desk.sent(f"s{i}", quantity=D(i + 1)) for i in range(40))
    busy = desk.book(positions=(held(10),), sent=opening)
    assert isinstance(check(desk.request(side=Side.SELL), busy, limits=desk.limits(), now_ns=NOW), Approved)


def test_orders_in_flight_count_against_a_claim_to_reduce() -> None:
    busy = desk.book(positions=(held(10),), reservations=(reserved("r", 5, side=Side.SELL),))
    answer = check(desk.request(side=Side.SELL, reduces_only=True, quantity=D(6)), busy, limits=desk.limits(),
                   now_ns=NOW)  # fmt: skip
    assert isinstance(answer, Refused) and "reduces_only" in {one.control for one in answer.reasons}
    assert Decimal(5) == busy.reservations[0].quantity
