"""`where` gives a choice when it can and an array when it must; either stands for the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.trading.strategies.choice import MOST_VALUES, Choice, where

FLAGS = st.lists(st.booleans(), min_size=1, max_size=30)
NUMBERS = st.floats(-2, 2) | st.just(float("nan"))


@given(FLAGS, NUMBERS, NUMBERS, NUMBERS)
def test_nested_choices_stand_for_what_numpy_says(flags: list[bool], a: float, b: float, c: float) -> None:
    first, second = np.array(flags), np.array(flags[::-1])
    for made, expected in (
        (where(first, a, b), np.where(first, a, b)),
        (where(first, where(second, a, b), c), np.where(first, np.where(second, a, b), c)),
        (where(first, c, where(second, a, b)), np.where(first, c, np.where(second, a, b))),
        (
            where(first, where(second, a, b), where(second, c, a)),
            np.where(first, np.where(second, a, b), np.where(second, c, a)),
        ),
    ):  # fmt: skip
        assert isinstance(made, Choice)
        assert np.array_equal(np.asarray(made), expected, equal_nan=True)


def test_a_choice_is_the_array_it_stands_for() -> None:
    made = where([True, False, True], 1.0, -1.0)
    assert isinstance(made, Choice)
    assert (made.shape, made.ndim, len(made)) == ((3,), 1, 3)
    assert made.dtype == np.dtype(np.float64)
    assert (made * 0.5).tolist() == [0.5, -0.5, 0.5]
    assert (2 - made).tolist() == [1.0, 3.0, 1.0]
    assert np.nansum(made) == 1.0
    assert made[1] == -1.0
    assert np.asarray(made, np.float32).dtype == np.float32
    assert "array" in repr(made)


def test_values_by_row_give_a_plain_array() -> None:
    made = where([True, False], [3.0, 4.0], 0.0)
    assert isinstance(made, np.ndarray)
    assert made.tolist() == [3.0, 0.0]


def test_a_comparison_with_nothing_known_does_not_hold() -> None:
    made = where(np.array([np.nan, 2.0]) > 1.0, 1.0, 0.0)
    assert np.asarray(made).tolist() == [0.0, 1.0]


def test_too_many_values_give_a_plain_array() -> None:
    made: object = 0.0
    flags = np.array([True, False])
    for value in range(MOST_VALUES + 5):
        made = where(flags, float(value), made)  # type: ignore[arg-type]
    assert isinstance(made, np.ndarray)


def test_a_panel_keeps_its_shape() -> None:
    flags = np.array([[True, False], [False, False]])
    made = where(flags, 1.0, 0.0)
    assert made.shape == (2, 2)
    assert np.asarray(made).tolist() == [[1.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("flag", [True, False])
def test_a_single_condition_gives_a_single_number(flag: bool) -> None:
    assert float(np.asarray(where(flag, 1.0, 2.0))) == (1.0 if flag else 2.0)
