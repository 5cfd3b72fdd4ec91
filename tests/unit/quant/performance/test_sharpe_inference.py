"""How far a Sharpe ratio can be believed, by hand and by what must follow from the definitions."""

import math

import numpy as np
import pytest

from tradewright import metrics


def test_inference_by_hand() -> None:
    assert metrics.probability_above(0.0, observations=10) == pytest.approx(0.5)
    assert math.isnan(metrics.probability_above(0.5, observations=1))
    assert metrics.expected_maximum_sharpe(1, sharpe_variance=0.1) == 0.0
    luck = metrics.expected_maximum_sharpe(100, sharpe_variance=1.0)
    assert luck == pytest.approx(2.5306, abs=1e-3)  # the mean of the largest of 100 normals is 2.508
    with pytest.raises(ValueError, match="at least 1"):
        metrics.expected_maximum_sharpe(0, sharpe_variance=1.0)
    needed = metrics.minimum_track_record(0.2, skew=-1.0, kurtosis=2.0, confidence=0.9)
    reached = metrics.probability_above(0.2, observations=math.ceil(needed), skew=-1.0, kurtosis=2.0)
    short = metrics.probability_above(0.2, observations=math.floor(needed) - 1, skew=-1.0, kurtosis=2.0)
    assert short < 0.9 <= reached
    assert math.isnan(metrics.minimum_track_record(0.1, benchmark=0.2))


def test_a_search_deflates_the_sharpe_ratio() -> None:
    values = np.random.default_rng(1).normal(0.001, 0.01, 500)
    alone = metrics.deflated_sharpe(values, trials=1, sharpe_variance=0.002)
    searched = metrics.deflated_sharpe(values, trials=100, sharpe_variance=0.002)
    assert alone == pytest.approx(metrics.probabilistic_sharpe(values))
    assert searched < alone


def test_smoothed_returns_lose_sharpe_to_their_autocorrelation() -> None:
    noise = np.random.default_rng(1).normal(0.001, 0.01, 2000)
    smoothed = np.convolve(noise, [0.5, 0.3, 0.2], mode="valid")
    assert metrics.sharpe_with_autocorrelation(smoothed) < 0.8 * metrics.sharpe(smoothed)
    assert metrics.sharpe_with_autocorrelation(noise, lags=0) == pytest.approx(metrics.sharpe(noise))
    alternating = np.tile([0.011, -0.009], 200)
    assert math.isnan(metrics.sharpe_with_autocorrelation(alternating, lags=1, periods_per_year=4))
