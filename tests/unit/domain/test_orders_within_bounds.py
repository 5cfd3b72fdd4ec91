"""Quantities and prices that exact arithmetic could not count with are refused where an order is made."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tradewright as tw
from tradewright.domain.errors import InputError, StrategyError
from tradewright.domain.orders.request import LEAST, MOST, OrderKind, OrderRequest
from tradewright.domain.orders.side import Side


def bars(count: int) -> tw.Bars:
    data = Path(__file__).resolve().parents[3] / "examples" / "data" / "ibm.csv"
    return tw.load_bars(data, symbol="IBM", start="2012").rows(0, count)


def order(**given: Any) -> OrderRequest:
    return OrderRequest(instrument="AAPL.XNAS", side=Side.BUY, **{"quantity": Decimal(1)} | given)


@pytest.mark.parametrize("bad", ["1e99", "1e-99", "0", "-3", "NaN", "Infinity", "1000000000000001"])
def test_an_order_is_within_the_bounds(bad: str) -> None:
    number = Decimal(bad)
    wrong: tuple[dict[str, Any], ...] = (
        {"quantity": number},
        {"kind": OrderKind.LIMIT, "limit_price": number},
        {"kind": OrderKind.STOP, "stop_price": number},
        {"kind": OrderKind.TRAILING_STOP, "trailing_offset": number},
        {"stop_loss": number},
        {"take_profit": number},
    )
    for given in wrong:
        with pytest.raises(InputError, match="above 0"):
            order(**given)


def test_the_bounds_themselves_can_be_ordered() -> None:
    for number in (LEAST, MOST):
        assert order(quantity=number, kind=OrderKind.LIMIT, limit_price=number).quantity == number


@pytest.mark.parametrize("terms", [{"limit": 1e15}, {"limit": 1e-15}, {}])
@pytest.mark.parametrize("quantity", [1e15, 1e-15, 1])
def test_a_session_refuses_orders_at_the_bounds_and_goes_on(quantity: float, terms: dict[str, float]) -> None:
    class Odd(tw.Strategy):
        def on_bar(self, context: Any, bar: Any) -> None:
            context.buy(quantity, **terms)

    assert "history is over" in tw.paper(Odd, bars(20)).view.end


@pytest.mark.parametrize("wrong", [{"quantity": 1e99}, {"quantity": 1e-99}, {"quantity": 1, "limit": 1e99}])
def test_a_strategy_is_told_before_a_session_sees_its_order(wrong: dict[str, float]) -> None:
    class Odd(tw.Strategy):
        def on_bar(self, context: Any, bar: Any) -> None:
            context.buy(**wrong)

    with pytest.raises(StrategyError, match="out of range"):
        tw.paper(Odd, bars(5))
