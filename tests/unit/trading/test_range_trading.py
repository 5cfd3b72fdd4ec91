"""A range by hand.

The market is a zigzag of six bars, each four points high, that moves by two: its lows are 100 102 104 106 104 102, its
closes stand in the middle. So each true range is 4 (the close before is never outside the bar) and the ATR is 4 from
row 14 on. Tops of 110 are in rows 3, 9, 15, bottoms of 100 in rows 6, 12, 18; with wings of two each is known two rows
later. In row 14 two of each are known: support 100, resistance 110, and a quarter of the height is 2.5. Row 18 closes
at 102, which is near the support: the stop lies an ATR below it at 96, the target is 110, which row 21 reaches.
"""

import math
from typing import Any

import numpy as np
import pytest
from tests.unit.engine.engine_samples import Row, bars_of, both, random_bars, told_fills

from tradewright.trading.bars import Bars
from tradewright.trading.strategies.range_trading import RangeTrading, swing_highs

LOWS = (100, 102, 104, 106, 104, 102)


def bar(low: float) -> Row:
    return (low + 2.0, low + 4.0, low, low + 2.0)


def zigzag(rows: int) -> list[Row]:
    return [bar(LOWS[row % 6]) for row in range(rows)]


def said(bars: Bars, **terms: Any) -> dict[int, tuple[float, float, float]]:
    """Row -> strength, stop, target, where there is an opinion."""
    signals = RangeTrading(wing=2, **terms).generate_signals(bars)
    columns = [np.asarray(part) for part in (signals.strength, signals.stop_loss, signals.take_profit)]
    told = zip(*(column.tolist() for column in columns), strict=True)
    return {row: one for row, one in enumerate(told) if not math.isnan(one[0])}


def equal(found: dict[int, tuple[float, float, float]], expected: dict[int, tuple[float, ...]]) -> None:
    assert list(found) == list(expected)
    for row, (strength, *prices) in expected.items():
        assert found[row] == pytest.approx((strength, *(prices or (math.nan, math.nan))), nan_ok=True), row


def test_it_is_bought_near_the_support_and_left_at_the_resistance() -> None:
    equal(said(bars_of(zigzag(26))), {18: (1, 96, 110), 21: (0,), 24: (1, 96, 110)})


def test_it_is_sold_near_the_resistance_where_that_is_wanted() -> None:
    """Row 15 closes at 108, above 107.5; row 18 reaches the support and is an entry the other way."""
    found = said(bars_of(zigzag(20)), short=True)
    equal(found, {15: (-1, 114, 100), 18: (1, 96, 110)})


def test_a_bar_beyond_the_stop_ends_it() -> None:
    equal(said(bars_of([*zigzag(19), bar(95.0), bar(97.0)])), {18: (1, 96, 110), 19: (0,)})


def test_the_range_of_the_entry_stays_that_of_the_position() -> None:
    """A swing to 111 between (known in row 25) moves a later target, not this one; row 22 does not reach 110."""
    rows = [*zigzag(19), bar(102.0), bar(104.0), bar(105.0), bar(105.5), bar(104.0), bar(106.0), bar(106.0)]
    found = said(bars_of(rows))
    equal(found, {18: (1, 96, 110), 24: (0,)})


def test_levels_too_far_apart_are_none() -> None:
    """The second bottom at 95.5 is 4.5 from the first one, the ATR is (13 x 4 + 10.5) / 14 = 4.46 and falls."""
    rows = zigzag(18)
    rows[12] = (98.0, 106.0, 95.5, 102.0)
    assert said(bars_of([*rows, *zigzag(6)]), zone=0.45) == {}
    assert 18 in said(bars_of([*rows, *zigzag(6)]), zone=0.45, tolerance=1.5)


def test_a_range_that_is_too_low_is_none() -> None:
    assert said(bars_of(zigzag(30)), least_height=2.6) == {}
    assert 18 in said(bars_of(zigzag(30)), least_height=2.5)


def test_one_swing_more_is_waited_for() -> None:
    """The third bottom stands in row 18 and is known in row 20, so that of row 24 is the first near it."""
    assert next(iter(said(bars_of(zigzag(30)), touches=3))) == 24


def test_swings_are_known_when_their_wing_is_complete_and_stay() -> None:
    values = np.array([1.0, 2, 5, 4, 3, 6, 7, 7, 2, 1, 0])
    whole = swing_highs(values, 2)
    assert np.flatnonzero(whole).tolist() == [4, 8]  # 5 in row 2; of the two sevens the first
    for rows in range(len(values)):
        assert swing_highs(values[:rows], 2).tolist() == whole[:rows].tolist()


def test_stop_and_target_work_in_the_engine_too() -> None:
    """All of 100,000 at 104: bought at the next open, sold at the limit of 110 in row 21."""
    run = both(lambda: RangeTrading(wing=2), bars_of(zigzag(23)))
    assert told_fills(run) == [(19, "target", 961.0, 104.0), (21, "take_profit", -961.0, 110.0)]
    broken = both(lambda: RangeTrading(wing=2), bars_of([*zigzag(20), (103.0, 104.0, 95.0, 97.0), bar(96.0)]))
    assert told_fills(broken)[1][:2] == (20, "stop_loss")
    assert told_fills(broken)[1][3] == 96.0


def test_random_markets_have_ranges_to_trade() -> None:
    strategy = RangeTrading(wing=1, tolerance=1.9, short=True)
    strength = np.asarray(strategy.generate_signals(random_bars(3, rows=300)).strength)
    assert {-1.0, 0.0, 1.0} <= set(strength.tolist())
