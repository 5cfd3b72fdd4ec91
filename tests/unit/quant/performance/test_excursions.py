"""Adverse and favourable excursions of round trips, by hand and against a slow reading of every bar."""

import numpy as np
import pytest

from tradewright.quant.performance.excursions import excursions
from tradewright.quant.performance.round_trips import NO_ADJUSTMENTS, Adjustments, Fills, RoundTrips, round_trips

HIGHS = np.array([[105.0], [112.0], [130.0], [109.0], [140.0]])
LOWS = np.array([[95.0], [98.0], [90.0], [101.0], [60.0]])


def trips(*rows: tuple[float, float, int], adjustments: Adjustments = NO_ADJUSTMENTS) -> RoundTrips:
    """Signed quantity, price, bar."""
    count = len(rows)
    zeros = np.zeros(count, dtype=np.int64)
    fills = Fills(
        zeros,
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.zeros(count),
        np.ones(count),
        np.array([row[2] for row in rows], dtype=np.int64),
        zeros,
    )
    return round_trips(fills, marks=np.array([100.0]), last_bar=4, adjustments=adjustments)


def test_entry_at_the_open_counts_its_bar_and_exit_at_the_open_does_not() -> None:
    adverse, favourable = excursions(trips((1.0, 100.0, 1), (-1.0, 104.0, 3)), HIGHS, LOWS)
    assert adverse[0] == pytest.approx(-0.10)
    assert favourable[0] == pytest.approx(0.30)


def test_entry_at_the_close_does_not_count_its_bar_and_exit_at_the_close_does() -> None:
    adverse, favourable = excursions(trips((1.0, 100.0, 2), (-1.0, 104.0, 3)), HIGHS, LOWS, fills_at="close")
    assert adverse[0] == pytest.approx(0.0)
    assert favourable[0] == pytest.approx(0.09)


def test_a_short_trip_suffers_from_highs() -> None:
    adverse, favourable = excursions(trips((-1.0, 100.0, 1), (1.0, 104.0, 3)), HIGHS, LOWS)
    assert adverse[0] == pytest.approx(-0.30)
    assert favourable[0] == pytest.approx(0.10)


def test_an_open_trip_counts_the_last_bar() -> None:
    adverse, favourable = excursions(trips((1.0, 100.0, 3)), HIGHS, LOWS)
    assert adverse[0] == pytest.approx(-0.40)
    assert favourable[0] == pytest.approx(0.40)


def test_in_and_out_at_one_price_of_one_bar_is_no_excursion() -> None:
    adverse, favourable = excursions(trips((1.0, 100.0, 2), (-1.0, 100.0, 2)), HIGHS, LOWS)
    assert (adverse[0], favourable[0]) == (0.0, 0.0)


def test_the_exit_price_always_counts() -> None:
    adverse, _ = excursions(trips((1.0, 100.0, 0), (-1.0, 50.0, 1)), HIGHS, LOWS)
    assert adverse[0] == pytest.approx(-0.5)


def test_missing_bars_are_passed_over() -> None:
    highs, lows = HIGHS.copy(), LOWS.copy()
    highs[2], lows[2] = np.nan, np.nan
    adverse, favourable = excursions(trips((1.0, 100.0, 1), (-1.0, 104.0, 3)), highs, lows)
    assert adverse[0] == pytest.approx(-0.02)
    assert favourable[0] == pytest.approx(0.12)


def test_prices_before_a_split_are_brought_to_the_units_after_it() -> None:
    split = Adjustments(np.array([0]), np.array([2.0]), np.array([0.0]), np.array([3]))
    highs, lows = HIGHS.copy(), LOWS.copy()
    highs[3:], lows[3:] = highs[3:] / 2.0, lows[3:] / 2.0
    plain = excursions(trips((1.0, 100.0, 1), (-1.0, 120.0, 4)), HIGHS, LOWS)
    found = excursions(trips((1.0, 100.0, 1), (-2.0, 60.0, 4), adjustments=split), highs, lows, adjustments=split)
    np.testing.assert_allclose(found, plain)


def test_many_trips_agree_with_reading_every_bar() -> None:
    random = np.random.default_rng(2)
    close = 100.0 * np.cumprod(1.0 + random.normal(0.0, 0.01, 500), dtype=np.float64)
    highs, lows = close * 1.01, close * 0.99
    bars = np.unique(random.integers(0, 500, 120))
    quantity = np.where(np.arange(len(bars)) % 2 == 0, 1.0, -1.0)
    zeros = np.zeros(len(bars), dtype=np.int64)
    filled = Fills(zeros, quantity, close[bars], np.zeros(len(bars)), np.ones(len(bars)), bars, zeros)
    made = round_trips(filled, marks=close[-1:], last_bar=499)
    adverse, favourable = excursions(made, highs[:, np.newaxis], lows[:, np.newaxis])
    for trip in range(len(made)):
        end = 500 if made.is_open[trip] else made.exit_bar[trip]
        prices = [made.entry_price[trip], made.exit_price[trip]]
        low = min([*lows[made.entry_bar[trip] : end], *prices])
        high = max([*highs[made.entry_bar[trip] : end], *prices])
        assert adverse[trip] == pytest.approx(low / made.entry_price[trip] - 1.0)
        assert favourable[trip] == pytest.approx(high / made.entry_price[trip] - 1.0)
