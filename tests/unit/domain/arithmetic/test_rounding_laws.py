"""Rounding to a lot or a tick is a count of steps on which floats and decimals agree."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tradewright.domain.arithmetic.rounding import left_of, near_lots, steps_down, steps_up, whole_lots

STEP = st.sampled_from(["1", "0.1", "0.01", "0.001", "0.25", "5", "100", "0.00000001"])


@given(st.integers(0, 10**7), STEP)
@example(3, "0.1")
def test_a_value_on_the_grid_is_its_own_count_in_floats_and_decimals(count: int, step: str) -> None:
    exact = count * Decimal(step)
    assert steps_down(float(exact), float(step)) == steps_up(float(exact), float(step)) == count
    assert steps_down(exact, Decimal(step)) == steps_up(exact, Decimal(step)) == count


@given(st.decimals(min_value=0, max_value=10**6, places=7), STEP)
def test_floats_and_decimals_give_the_same_count_off_the_grid(value: Decimal, step: str) -> None:
    assert steps_down(float(value), float(step)) == steps_down(value, Decimal(step))
    assert steps_up(float(value), float(step)) == steps_up(value, Decimal(step))


@given(st.decimals(min_value=0, max_value=10**6, places=7), STEP)
def test_rounding_down_is_never_above_the_value_and_up_never_below(value: Decimal, step: str) -> None:
    slack = value / 10**9 + Decimal(step) / 10**9
    assert 0 <= value - steps_down(value, Decimal(step)) * Decimal(step) + slack < Decimal(step) + 2 * slack
    assert 0 <= steps_up(value, Decimal(step)) * Decimal(step) - value + slack < Decimal(step) + 2 * slack


@given(st.integers(0, 10**7), STEP, st.sampled_from([-1, 1]))
def test_what_floats_lose_around_the_grid_does_not_count(count: int, step: str, side: int) -> None:
    near = float(count * Decimal(step)) * (1 + side * 2e-16)
    assert steps_down(near, float(step)) == count


@given(st.integers(0, 10**7), st.integers(0, 10**7), STEP)
def test_a_difference_of_lots_is_lots_in_floats_as_in_decimals(one: int, other: int, step: str) -> None:
    lot = Decimal(step)
    difference = near_lots(float(one * lot) - float(other * lot), float(lot))
    assert difference == (one - other) * float(lot)
    assert near_lots(one * lot - other * lot, lot) == (one - other) * lot


def test_what_is_not_lots_stays_as_it_is() -> None:
    assert near_lots(-5.5, 1.0) == -5.5
    assert near_lots(1e25, 1e-8) == 1e25


def test_plain_floor_would_lose_a_lot() -> None:
    assert int(0.3 / 0.1) == 2
    assert steps_down(0.3, 0.1) == 3


def test_lot_zero_is_divisible() -> None:
    assert whole_lots(1.23456, 0.0) == 1.23456
    assert whole_lots(Decimal("1.23456"), Decimal(0)) == Decimal("1.23456")


def test_whole_lots_are_lots() -> None:
    assert whole_lots(1234.9, 100.0) == 1200.0
    assert whole_lots(Decimal("0.37"), Decimal("0.05")) == Decimal("0.35")


@pytest.mark.parametrize("quantity", [1e25, float("inf"), 2.0**53 * 1e-8])
def test_a_count_beyond_what_floats_can_count_is_left_alone(quantity: float) -> None:
    assert whole_lots(quantity, 1e-8) == quantity


@given(st.integers(0, 10**7), st.integers(0, 10**7), STEP)
def test_what_is_left_stays_on_the_grid_and_never_falls_below_nothing(one: int, other: int, step: str) -> None:
    lot = Decimal(step)
    assert left_of(one * lot, other * lot, lot) == max(one - other, 0) * lot
    assert left_of(float(one * lot), float(other * lot), float(lot)) == max(one - other, 0) * float(lot)


def test_dust_of_floats_is_nothing_left() -> None:
    assert 0.3 - 0.1 - 0.2 != 0
    assert left_of(0.3 - 0.1, 0.2, 0.0) == 0.0
    assert left_of(1.0, 0.25, 0.0) == 0.75
