"""Splits and executions add up to the same, in whatever order they are told."""

from decimal import Decimal
from itertools import permutations

import pytest

from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import Role
from tradewright.engine.session.state import SessionState
from tradewright.ports.hosts import StrategyTerms

A = "AAA.XNYS"


def begun(*orders: tuple[str, str, Side, int]) -> SessionState:
    """A session with adopted orders: id, strategy, side, quantity."""
    state = SessionState()
    terms = StrategyTerms(strategy="s", parameters={}, instruments=(A,), multipliers={A: 1.0}, lots={A: 1.0})
    one = facts.InstrumentTerms(
        instrument=A, currency="USD", multiplier=Decimal(1), lot=Decimal(1), tick=Decimal("0.01"), asset_class="equity"
    )
    apply(
        state,
        facts.SessionStarted(
            time_ns=0, session="s1", mode="paper", account="main", broker="b", strategy=terms, strategy_name="own",
            instruments=(one,), feed={}, opening_cash={"USD": Decimal(1000)}, limits_version=1, engine_version="t",
        ),
    )  # fmt: skip
    for name, strategy, side, quantity in orders:
        request = OrderRequest(instrument=A, side=side, quantity=Decimal(quantity))
        apply(
            state,
            facts.OrderAdopted(
                time_ns=0, client_order_id=name, venue_order_id=f"v{name}", request=request, strategy=strategy,
                role=Role.PLAIN, life="working",
            ),
        )  # fmt: skip
    return state


def filled(name: str, side: Side, quantity: int, price: str, at: int) -> facts.OrderFilled:
    fill = Fill(
        execution_id=ExecutionId(f"x{name}{at}"),
        client_order_id=ClientOrderId(name),
        instrument=A,
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=Money.of("0.10", "USD"),
        time_ns=at,
    )
    return facts.OrderFilled(100, fill)


def split(ratio: str, price: str, at: int) -> facts.SplitBooked:
    return facts.SplitBooked(100, f"split{at}", A, Decimal(ratio), Decimal(price), at)


STORY = (
    filled("a", Side.BUY, 3, "100", 10),
    split("2", "50", 20),
    filled("b", Side.SELL, 2, "50", 30),
    split("0.5", "100", 40),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_books_are_the_same_in_whatever_order_they_are_told(order: tuple[int, ...]) -> None:
    state = begun(("a", "own", Side.BUY, 3), ("b", "own", Side.SELL, 2))
    for at in order:
        apply(state, STORY[at])
    # 3 at 100, split to 6, 2 sold at 50, split to 2: nothing left over
    assert state.held(A) == 2
    assert state.cash["USD"] == Decimal("1000") - 300 + 100 - Decimal("0.20")
    assert state.basis(A) == 200


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_splits_count_in_the_venues_order_though_nothing_was_traded_after_them(order: tuple[int, ...]) -> None:
    story = (filled("a", Side.SELL, 3, "100", 10), split("0.5", "200", 20), split("2", "100", 30))
    state = begun(("a", "own", Side.SELL, 3))
    for at in order:
        apply(state, story[at])
    # 3 become 1 and a half that is paid, then 2
    assert state.held(A) == -2
    assert state.cash["USD"] == Decimal("1000") + 300 - 100 - Decimal("0.10")


def test_fractions_are_paid_for_the_account_and_lots_shared_out() -> None:
    state = begun(("a", "own", Side.BUY, 3), ("b", "external", Side.BUY, 1))
    for fact in (filled("a", Side.BUY, 3, "10", 1), filled("b", Side.BUY, 1, "10", 2), split("0.5", "20", 3)):
        apply(state, fact)
    # 4 become 2 whole shares, so nothing is paid; 1.5 and 0.5 become 1 and 1 or 2 and 0
    assert state.held(A) == 2
    assert {of[A].quantity % 1 for of in state.positions.values()} == {0}
    assert state.cash["USD"] == Decimal("1000") - 40 - Decimal("0.20")


def test_a_fraction_of_the_account_is_paid_once() -> None:
    state = begun(("a", "own", Side.SELL, 3))
    apply(state, filled("a", Side.SELL, 3, "10", 1))
    apply(state, split("0.5", "20", 3))
    assert state.held(A) == -1
    assert state.cash["USD"] == Decimal("1000") + 30 - Decimal("0.10") - 10


def test_a_trade_from_before_a_split_can_be_taken_back_after_it() -> None:
    state = begun(("a", "own", Side.BUY, 4))
    apply(state, filled("a", Side.BUY, 3, "100", 10))
    apply(state, filled("a", Side.BUY, 1, "100", 11))
    apply(state, split("2", "50", 20))
    apply(state, facts.FillBusted(100, "a", "xa10"))
    assert (state.held(A), state.basis(A)) == (Decimal(2), Decimal(100))
    assert state.cash["USD"] == Decimal("1000") - 100 - Decimal("0.10")


def test_what_was_held_before_counts_from_where_it_was_found() -> None:
    state = begun(("a", "own", Side.BUY, 2), ("b", "own", Side.BUY, 1))
    apply(state, filled("a", Side.BUY, 2, "10", 10))
    apply(state, split("2", "5", 20))
    apply(state, facts.PositionAdopted(100, A, "external", Decimal(7), Decimal(5)))
    apply(state, filled("b", Side.BUY, 1, "10", 15))
    assert state.held(A) == 4 + 2 + 7
    assert state.positions["external"][A].cost_basis == 35


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_is_executed_at_the_moment_of_a_split_is_executed_after_it(order: tuple[int, ...]) -> None:
    story = (filled("a", Side.BUY, 6, "50", 10), split("0.5", "100", 20), filled("b", Side.SELL, 2, "100", 20))
    state = begun(("a", "own", Side.BUY, 6), ("b", "own", Side.SELL, 2))
    for at in order:
        apply(state, story[at])
    assert (state.held(A), state.basis(A)) == (Decimal(1), Decimal(100))
    assert state.cash["USD"] == Decimal("1000") - 300 + 200 - Decimal("0.20")
