"""A split divides the prices of every kind of resting order and multiplies its quantity, at both speeds.

Strategies name prices as they see them: in new shares, before the split, too.
"""

from typing import Any

import pytest
from tests.unit.domain.matching.fill_cases import buy, sell
from tests.unit.engine.engine_samples import Script, bars_of, both, flat_rows, split_on, told_fills

UP = (50.0, 56.0, 50.0, 55.0)
DOWN = (50.0, 50.0, 44.0, 46.0)


@pytest.mark.parametrize(
    "deed,after,fill",
    [
        pytest.param(buy(10), DOWN, (1, "order", 10.0, 100.0), id="a market order before it is as it was"),
        pytest.param(buy(10, limit=45.0), DOWN, (3, "order", 20.0, 45.0), id="limit"),
        pytest.param(sell(10, limit=55.0), UP, (3, "order", -20.0, 55.0), id="limit to sell"),
        pytest.param(buy(10, stop=55.0), UP, (3, "order", 20.0, 55.0), id="stop"),
        pytest.param(buy(10, stop=55.0, limit=56.0), UP, (3, "order", 20.0, 55.0), id="stop-limit"),
        pytest.param(sell(10, trail=5.0), DOWN, (3, "order", -20.0, 45.0), id="trailing by an amount"),
        pytest.param(sell(10, trail_percent=10.0), DOWN, (3, "order", -20.0, 45.0), id="trailing by a percentage"),
        pytest.param(
            buy(10, limit=45.0, time_in_force="gtd", expires=2**62), DOWN, (3, "order", 20.0, 45.0), id="until a moment"
        ),
        pytest.param(buy(10, limit=45.0, group=1), DOWN, (3, "order", 20.0, 45.0), id="of a group"),
    ],
)
def test_a_resting_order_of_any_kind_is_split(deed: Any, after: Any, fill: tuple[int, str, float, float]) -> None:
    bars = bars_of([*flat_rows(2), *flat_rows(1, 50.0), after], actions=[split_on(2, 2.0)])
    assert told_fills(both(lambda: Script({0: deed}), bars)) == [fill]


@pytest.mark.parametrize(
    "terms,after,fill",
    [
        pytest.param({"stop_loss": 45.0}, DOWN, (3, "stop_loss", -20.0, 45.0), id="stop-loss"),
        pytest.param({"take_profit": 55.0}, UP, (3, "take_profit", -20.0, 55.0), id="take-profit"),
    ],
)
def test_protection_is_split(terms: dict[str, float], after: Any, fill: tuple[int, str, float, float]) -> None:
    bars = bars_of([*flat_rows(2), *flat_rows(1, 50.0), after], actions=[split_on(2, 2.0)])
    assert told_fills(both(lambda: Script({0: buy(10, **terms)}), bars))[1:] == [fill]


def test_an_order_that_only_reduces_is_split_with_its_position() -> None:
    bars = bars_of([*flat_rows(2), *flat_rows(1, 50.0), UP], actions=[split_on(2, 2.0)])
    run = both(lambda: Script({0: buy(10), 1: sell(10, limit=55.0, reduces_only=True)}), bars)
    assert told_fills(run)[1:] == [(3, "order", -20.0, 55.0)] and run.quantity[0] == 0


def test_a_market_order_that_waits_over_a_split_fills_in_new_shares() -> None:
    bars = bars_of([*flat_rows(2), *flat_rows(2, 50.0)], actions=[split_on(2, 2.0)])
    assert told_fills(both(lambda: Script({1: buy(10)}), bars)) == [(2, "order", 20.0, 50.0)]
