"""When a target is an order: it changes, it is restated, or the position drifts; at both speeds."""

from typing import Any

import numpy as np
import pytest
from tests.unit.engine.engine_samples import Columns, Row, bars_of, both, flat_rows, told_fills

from tradewright.trading.sizing.allocation import Slots
from tradewright.trading.strategies.strategy import Speaks

NAN = float("nan")


class Weights(Columns):
    speaks = Speaks.WEIGHTS


def levels(*prices: float) -> list[Row]:
    return [(price, price, price, price) for price in prices]


def test_a_constant_strength_is_one_order() -> None:
    run = both(lambda: Columns([0.5] * 5), bars_of(levels(100, 100, 120, 140, 160)))
    assert told_fills(run) == [(1, "target", 500.0, 100.0)]


def test_no_opinion_changes_nothing() -> None:
    run = both(lambda: Columns([0.5, NAN, NAN, 0.5, 0.0]), bars_of(flat_rows(5)))
    assert told_fills(run) == [(1, "target", 500.0, 100.0)]


def test_weights_are_instructions_each_time() -> None:
    # 500 shares at 200 are 100,000 of 150,000: a restated half is 375 shares.
    run = both(lambda: Weights([0.5, 0.5, 0.5, NAN]), bars_of(levels(100, 100, 200, 200)))
    assert told_fills(run) == [(1, "target", 500.0, 100.0), (3, "target", -125.0, 200.0)]


def test_a_band_lets_a_position_drift_so_far() -> None:
    # At 110 the weight is 55,000 / 105,000 = 0.524, within the band; at 130 it is 65,000 / 115,000 = 0.565.
    run = both(lambda: Columns([0.5] * 5), bars_of(levels(100, 100, 110, 130, 130)), rebalance_band=0.05)
    assert told_fills(run) == [(1, "target", 500.0, 100.0), (4, "target", -58.0, 130.0)]


def test_a_band_does_not_bring_back_what_a_stop_has_ended() -> None:
    stops = [90.0, NAN, NAN, NAN, NAN]
    run = both(lambda: Columns([0.5] * 5, stops), bars_of(levels(100, 100, 80, 80, 80)), rebalance_band=0.05)
    assert [fill[1] for fill in told_fills(run)] == ["target", "stop_loss"]


@pytest.mark.parametrize("size_at", ["decision", "fill"])
def test_a_target_given_before_the_first_bar_is_asked_again(size_at: str) -> None:
    late: list[Row] = [None, None, *levels(50, 50, 50)]
    run = both(lambda: Columns(np.full((5, 2), 0.5)), bars_of(flat_rows(5), late), size_at=size_at)
    assert told_fills(run) == [(1, "target", 250.0, 100.0), (3, "target", 500.0, 50.0)]


def test_strengths_fill_slots_of_equity() -> None:
    run = both(
        lambda: Columns(np.full((3, 2), 1.0)), bars_of(flat_rows(3), flat_rows(3)), allocation=Slots({"AAA.XNYS": 0.3})
    )
    assert told_fills(run) == [(1, "target", 300.0, 100.0)]


@pytest.mark.parametrize("size_at", ["decision", "fill"])
def test_signal_close_decides_and_fills_at_the_same_close(size_at: str) -> None:
    bars = bars_of(levels(200, 210, 100, 100))
    run = both(lambda: Columns([1.0, NAN, -0.5, NAN]), bars, fill="signal-close", size_at=size_at)
    # All of 100,000 at 200: 500. At 100 equity is 50,000: half of it short is -250.
    assert told_fills(run) == [(0, "target", 500.0, 200.0), (2, "target", -750.0, 100.0)]


def test_a_trailing_stop_is_moved_by_columns() -> None:
    stops = [95.0, 97.0, 99.0, NAN, NAN]
    run = both(
        lambda: Columns([1.0, NAN, NAN, NAN, NAN], stops),
        bars_of([*levels(100, 100, 101), (101, 101, 98, 98), *levels(98)]),
    )
    assert told_fills(run) == [(1, "target", 1000.0, 100.0), (3, "stop_loss", -1000.0, 99.0)]


def test_prices_alone_protect_what_is_held_and_no_more() -> None:
    answer: dict[str, Any] = {"strength": [NAN] * 4, "stop_loss": [95.0] * 4, "take_profit": [105.0] * 4}
    assert told_fills(both(lambda: Columns(**answer), bars_of(flat_rows(4)))) == []
