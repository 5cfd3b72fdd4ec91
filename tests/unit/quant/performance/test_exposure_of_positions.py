"""Gross exposure from the changes of positions, and what else statistics read without looking at every bar."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.quant.performance import exposure as module
from tradewright.quant.performance.arrays import quantile
from tradewright.quant.performance.conventions import Conventions
from tradewright.quant.performance.exposure import Exposure
from tradewright.quant.performance.sampling import sample_equity


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 4), st.integers(0, 12), st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_exposure_by_changes_is_that_of_every_bar(rows: int, width: int, changes: int, seed: int, block: int) -> None:
    random = np.random.default_rng(seed)
    changed = np.sort(random.choice(rows, size=min(changes, rows), replace=False))
    quantity = random.integers(-2, 3, size=(len(changed), width)).astype(np.float64)
    mark, multiplier = random.uniform(1.0, 9.0, (rows, width)), random.choice([1.0, 50.0], width)
    held = np.zeros((rows, width))
    for row, now in zip(changed, quantity, strict=True):
        held[row:] = now
    gross = (np.abs(held) * mark * multiplier).sum(axis=1)
    exposure = Exposure(changed, quantity, mark, multiplier)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        np.testing.assert_allclose(exposure.at(), gross, rtol=1e-12)
        sampled = np.flatnonzero(random.random(rows) < 0.4)
        np.testing.assert_allclose(exposure.at(sampled), gross[sampled], rtol=1e-12)
    assert exposure.time_share() == np.count_nonzero(gross) / rows


def test_one_instrument_is_valued_to_the_last_bit_as_on_every_bar() -> None:
    mark, quantity = np.array([[0.1], [0.3], [0.7]]), np.array([[3.3]])
    assert Exposure(np.array([1]), quantity, mark, np.array([50.0])).at().tolist() == [
        0.0, 3.3 * 0.3 * 50.0, 3.3 * 0.7 * 50.0,
    ]  # fmt: skip


def test_no_bars_have_no_share_of_time() -> None:
    assert math.isnan(Exposure.of_bars([]).time_share())
    assert Exposure.of_bars([]).at().tolist() == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.floats(0.0, 1.0))
def test_quantile_is_the_one_of_numpy(values: list[float], share: float) -> None:
    assert quantile(np.array(values), share) == np.quantile(values, share)


def test_quantile_of_nothing_is_unknown() -> None:
    assert math.isnan(quantile(np.empty(0), 0.5))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(33, 90), min_size=1, max_size=8), st.lists(st.integers(1, 3), min_size=8, max_size=8))
def test_minutes_and_days_are_sampled_at_the_same_rows(counts: list[int], steps: list[int]) -> None:
    days = np.repeat(20_000 + np.cumsum(steps[: len(counts)]), counts).astype(np.int32)
    equity = np.arange(1.0, len(days) + 1)
    sample = sample_equity(equity, days, cash=1.0, conventions=Conventions())
    assert sample.rows is not None
    assert sample.rows.tolist() == (np.cumsum(counts) - 1).tolist()
    assert sample.equity.tolist() == np.cumsum(counts).tolist()
