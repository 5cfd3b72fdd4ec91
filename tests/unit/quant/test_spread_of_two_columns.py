"""A spread is least squares over its window, and over nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.quant.spread import most_deviations, ratio_spread, regression_spread


def test_a_regression_by_hand() -> None:
    """x 0 1 2 3, y 0 2 4 9: Sxx = 5, Sxy = 14.5, slope 2.9; residuals .6 -.3 -1.2 .9, their squares 2.7.

    The error is sqrt(2.7 / 2), so the newest lies .9 / sqrt(1.35) = 0.774597 out.
    """
    spread = regression_spread(np.array([7.0, 0.0, 2.0, 4.0, 9.0]), np.array([1.0, 0.0, 1.0, 2.0, 3.0]), window=4)
    assert np.isnan(spread.slope[:3]).all() and np.isnan(spread.z[:3]).all()
    assert spread.slope[4] == pytest.approx(2.9, abs=1e-12)
    assert spread.z[4] == pytest.approx(0.9 / 1.35**0.5, abs=1e-12)


def test_a_ratio_by_hand() -> None:
    """0 0 0 1: mean .25, deviation sqrt((3 / 16 + 9 / 16) / 3) = .5, so 1.5 out; 0 0 1 1: .5 over sqrt(1 / 3)."""
    spread = ratio_spread(np.array([1.0, 1.0, 1.0, 2.0, 2.0]), np.ones(5), window=4)
    assert spread.z[3:].tolist() == pytest.approx([1.5, 0.75**0.5])
    assert spread.slope[3:].tolist() == [1.0, 1.0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 40))
def test_the_slope_is_that_of_another_solver(seed: int, window: int) -> None:
    random = np.random.default_rng(seed)
    x = 4.0 + np.cumsum(random.normal(0.0, 0.02, window + 5))
    y = 1.0 + 0.7 * x + np.cumsum(random.normal(0.0, 0.01, window + 5))
    spread = regression_spread(y, x, window=window)
    for end in range(window, window + 6):
        ys, xs = y[end - window : end], x[end - window : end]
        (slope, start), (squares, *_), *_ = np.polyfit(xs, ys, 1, full=True)
        assert spread.slope[end - 1] == pytest.approx(slope, rel=1e-8)
        out = (ys[-1] - start - slope * xs[-1]) / (squares / (window - 2)) ** 0.5
        assert spread.z[end - 1] == pytest.approx(out, rel=1e-5, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 20), st.integers(0, 30), st.integers(0, 30))
def test_a_row_is_the_same_whatever_comes_before_its_window_and_after_it(
    seed: int, window: int, before: int, after: int
) -> None:
    random = np.random.default_rng(seed)
    x, y = random.normal(4.0, 0.1, (2, before + window + after))
    for measure in (regression_spread, ratio_spread):
        whole = measure(y, x, window=window)
        part = measure(y[before : before + window], x[before : before + window], window=window)
        for one, other in zip(whole, part, strict=True):
            assert np.array_equal(one[before + window - 1], other[-1], equal_nan=True)


def test_what_does_not_move_has_neither_slope_nor_distance() -> None:
    still, moving = np.full(6, 0.1), np.array([0.1, 0.4, 0.2, 0.9, 0.3, 0.7])
    assert np.isnan(regression_spread(moving, still, window=4).slope).all()
    assert np.isnan(regression_spread(2 * moving + 1, moving, window=4).z).all()
    assert np.isnan(ratio_spread(moving + 0.3, moving, window=4).z).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 30))
def test_no_row_lies_further_out_than_its_window_allows(seed: int, window: int) -> None:
    jumps = np.random.default_rng(seed).pareto(0.5, 60)
    far = np.abs(ratio_spread(jumps, np.zeros(60), window=window).z)
    assert np.nanmax(far) <= most_deviations(window) * (1 + 1e-9)


def test_fewer_rows_than_the_window_say_nothing() -> None:
    for measure in (regression_spread, ratio_spread):
        assert all(np.isnan(column).all() and len(column) == 3 for column in measure(np.ones(3), np.ones(3), window=4))
