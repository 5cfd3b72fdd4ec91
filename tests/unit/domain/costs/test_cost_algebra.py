"""Costs add and scale like numbers, and their `repr` is the expression that makes them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.domain import costs as module
from tradewright.domain.arithmetic.costs import charge
from tradewright.domain.costs import Commission, Cost, Costs, PerOrder, PerShare, Slippage, Spread
from tradewright.domain.costs.algebra import Scaled, split_models, total

AMOUNT = st.one_of(st.integers(0, 100), st.floats(0, 100, allow_nan=False))
PART = st.one_of(
    st.builds(Commission, AMOUNT, AMOUNT), st.builds(PerShare, AMOUNT, AMOUNT, AMOUNT), st.builds(PerOrder, AMOUNT),
    st.builds(Spread, AMOUNT), st.builds(Slippage, AMOUNT),
)  # fmt: skip
FACTOR = st.one_of(st.integers(0, 5), st.floats(0, 5, allow_nan=False))
COST = st.recursive(
    PART,
    lambda inner: st.one_of(st.builds(lambda a, b: a + b, inner, inner), st.builds(lambda a, k: a * k, inner, FACTOR)),
    max_leaves=5,
)
NAMES = {name: getattr(module, name) for name in module.__all__}


class Stamp(Cost):
    """An own model: half a percent of what is above 1,000."""

    def fee(self, quantity: float, price: float) -> float:
        return 0.005 * max(0.0, quantity * price - 1000.0)

    def __repr__(self) -> str:
        return "Stamp()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stamp)

    __hash__ = object.__hash__


def evaluated(cost: Cost) -> Any:
    return eval(repr(cost), {"__builtins__": {}}, {**NAMES, "Stamp": Stamp})


@given(COST)
def test_repr_evaluates_back(cost: Cost) -> None:
    assert evaluated(cost) == cost


@given(st.lists(COST, max_size=4), FACTOR)
def test_repr_of_own_models_evaluates_back(parts: list[Cost], factor: float) -> None:
    cost = total([*parts, factor * Stamp(), Stamp()])
    assert evaluated(cost) == cost


@given(COST, COST, COST)
def test_addition_is_associative(a: Cost, b: Cost, c: Cost) -> None:
    assert (a + b) + c == a + (b + c)


@given(COST, COST, st.floats(0.01, 1000), st.floats(0.01, 1000))
def test_a_sum_charges_the_sum(a: Cost, b: Cost, quantity: float, price: float) -> None:
    assert (a + b).fee(quantity, price) == pytest.approx(a.fee(quantity, price) + b.fee(quantity, price), rel=1e-9)
    assert (a + b).slip() == pytest.approx(a.slip() + b.slip(), rel=1e-9)


@given(st.one_of(COST, st.just(Stamp())), st.floats(0.01, 5), st.floats(0.01, 1000), st.floats(0.01, 1000))
def test_scaling_scales_the_charge(cost: Cost, factor: float, quantity: float, price: float) -> None:
    scaled = factor * cost
    assert scaled.fee(quantity, price) == pytest.approx(factor * cost.fee(quantity, price), rel=1e-9)
    assert scaled.slip() == pytest.approx(factor * cost.slip(), rel=1e-9)
    assert (cost * factor) == scaled


@given(COST)
def test_the_rows_charge_what_the_object_estimates(cost: Cost) -> None:
    rows, models = split_models(cost)
    assert not models
    assert charge(rows, 30.0, 600.0) == pytest.approx(cost.fee(30.0, 20.0), rel=1e-12)


def test_own_models_are_told_from_rows() -> None:
    rows, models = split_models(Commission(bps=10) + 2 * Stamp() + PerOrder(1))
    assert [row.kind for row in rows] == [0, 2]
    assert models == (Scaled(2, Stamp()),)
    assert (Commission(bps=10) + Stamp()).rows() is None
    assert Stamp().slip() == 0.0
    assert (3 * (2 * Stamp())).fee(200, 10.0) == pytest.approx(6 * 5.0)


def test_a_sum_of_one_is_that_one_and_an_empty_sum_is_free() -> None:
    assert total([Spread(bps=2)]) == Spread(bps=2)
    assert total([]) == Costs()
    assert Costs() + Spread(bps=2) == Spread(bps=2)
    assert repr(Costs()) == "Costs()"
    assert (Costs().fee(10, 10.0), Costs().slip()) == (0.0, 0.0)


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf"), True, "5"])
def test_amounts_are_finite_numbers_from_zero(amount: Any) -> None:
    for kind in (Commission, PerShare, PerOrder, Spread, Slippage):
        with pytest.raises(ValueError, match="finite number >= 0"):
            kind(amount)


@pytest.mark.parametrize("factor", [-1, float("nan"), float("inf"), True])
def test_a_cost_is_scaled_by_a_finite_factor(factor: float) -> None:
    with pytest.raises(ValueError, match="finite factor"):
        factor * Spread(bps=2)


def test_costs_add_to_costs_only() -> None:
    wrong: Any = 1
    with pytest.raises(TypeError):
        Spread(bps=2) + wrong
    with pytest.raises(TypeError):
        Spread(bps=2) * "2"  # type: ignore[operator]
