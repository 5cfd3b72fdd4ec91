"""Measures of days: those of a textbook, and the same for a session that grows as for a history that is there whole."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.errors import InputError
from tradewright.engine.runtime.day_measures import (
    LEAST_DAYS,
    TAIL,
    TAIL_DAYS,
    TOGETHER_DAYS,
    VOLUME_DAYS,
    ManySwings,
    Swings,
    bad_day,
    day_quantity,
    exact,
    together,
)
from tradewright.engine.session.days import PastDays
from tradewright.trading.risk.hours import OpenHours

returns = st.floats(-0.5, 0.5).map(lambda value: round(value, 4))


@settings(max_examples=60, deadline=None)
@given(st.lists(returns, min_size=0, max_size=60))
def test_a_bad_day_is_the_quantile_of_numpy(values: list[float]) -> None:
    found = bad_day(sorted(values))
    if len(values) < LEAST_DAYS:
        assert found is None
    else:
        assert found == exact(max(-float(np.quantile(np.array(values), TAIL)), 0.0))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(returns, returns), min_size=LEAST_DAYS, max_size=60))
def test_a_correlation_is_that_of_numpy(pairs: list[tuple[float, float]]) -> None:
    table = np.array(pairs)
    found = together(*(Swings.of(np.ascontiguousarray(column)) for column in table.T))
    if (table.std(axis=0) < 1e-9).any():
        return
    assert found is not None
    assert float(found) == pytest.approx(float(np.corrcoef(table.T)[0, 1]), abs=1e-9)


def test_what_does_not_move_or_is_hardly_known_moves_with_nothing() -> None:
    flat, moving = Swings.of(np.zeros(60)), Swings.of(np.arange(60.0))
    gaps = Swings.of(np.where(np.arange(60) < 41, math.nan, 1.0 * np.arange(60)))
    assert together(flat, moving) is None
    assert together(gaps, moving) is None
    assert together(Swings.of(np.empty(0)), Swings.of(np.empty(0))) is None
    assert together(moving, moving) == 1
    assert day_quantity([], 1.0) is day_quantity([0.0], 1.0) is None
    assert day_quantity([1.0, 2.0], 2.0) == Decimal("0.75")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 60), st.integers(0, 130), st.sampled_from([0.0, 0.002]), st.data())
def test_many_correlations_in_one_stroke_are_those_of_single_pairs_to_the_last_bit(
    seed: int, width: int, days: int, gaps: float, data: st.DataObject
) -> None:
    chance = np.random.default_rng(seed)
    table = chance.normal(0, 0.01, (width, days + 7))
    table[chance.random(table.shape) < gaps] = np.nan
    window = table[:, 3 : days + 3]  # rows that do not lie side by side
    many, swings = ManySwings(window), [Swings.of(row) for row in window]
    for _ in range(3):
        one = data.draw(st.integers(0, width - 1))
        others = data.draw(st.lists(st.integers(0, width - 1), max_size=width))
        assert many.together(one, others) == [together(swings[one], swings[other]) for other in others]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(1, 3), st.sampled_from([0.0, 0.1]))
def test_days_that_end_one_by_one_measure_as_the_whole_history(seed: int, width: int, gaps: float) -> None:
    """Over more days than there is room for, so that what was kept moves to its beginning."""
    chance = np.random.default_rng(seed)
    days = 2_100
    closes = np.round(100 * np.exp(np.cumsum(chance.normal(0, 0.01, (days, width)), axis=0)), 2)
    closes[chance.random((days, width)) < gaps] = np.nan
    volumes = np.round(chance.random((days, width)) * 1e6)
    changes = closes[1:] / closes[:-1] - 1
    past = PastDays(width)
    looked_at = set(chance.integers(0, days, 12).tolist()) | {0, 1, 20, 21, TAIL_DAYS + 1, days - 1}
    for day in range(days):
        past.end(closes[day].tolist(), volumes[day].tolist())
        if day not in looked_at:
            continue
        swings = [
            Swings.of(np.ascontiguousarray(changes[max(day - TOGETHER_DAYS, 0) : day, column]))
            for column in range(width)
        ]
        for column in range(width):
            tail = changes[max(day - TAIL_DAYS, 0) : day, column]
            assert past.bad_day(column) == past.bad_day(column) == bad_day(np.sort(tail[~np.isnan(tail)]).tolist())
            recent = volumes[max(day + 1 - VOLUME_DAYS, 0) : day + 1, column].tolist()
            assert past.day_quantity(column, 2.0) == day_quantity(recent, 2.0)
            others = list(range(width))
            expected = [together(swings[column], other) for other in swings]
            assert past.together(column, others) == past.together(column, others) == expected


def test_a_price_of_nothing_has_no_return() -> None:
    past = PastDays(1)
    for close in (0.0, 1.0, 2.0):
        past.end([close], [1.0])
    assert past.bad_day(0) is None


def test_open_hours_grow_by_a_session_and_forget_the_first() -> None:
    hours = OpenHours(((0, 10),), (0, 10))
    hours = hours.extended((20, 30), known=(0, 30), most=3).extended((30, 40), known=(0, 40), most=3)
    assert hours == OpenHours(((0, 10), (20, 30), (30, 40)), (0, 40))
    assert hours.extended((50, 60), known=(20, 60), most=3) == OpenHours(((20, 30), (30, 40), (50, 60)), (20, 60))
    assert hours.extended(None, known=(20, 60), most=3) == OpenHours(((20, 30), (30, 40)), (20, 60))
    for wrong in ((35, 50), (50, 50), (50, 61)):
        with pytest.raises(InputError):
            hours.extended(wrong, known=(0, 60), most=3)
