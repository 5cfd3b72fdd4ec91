"""Zipline's commission per dollar and slippage by share of volume, and LEAN's short that is split seven for one.

Zipline fills at the close of a bar and asks a limit order again at each; ours are asked at the open, so the bars here
open at zipline's close, and an order works at once or not at all. Zipline's bars close outside their own range; these
are wide enough for the price.
"""

import json
from typing import Any

import pytest
from tests.shared_data import shared
from tests.unit.engine.engine_samples import Script, bars_of, both, split_on, told_fills

from tradewright.domain.costs import Commission, PerShare, VolumeShareSlippage

pytestmark = pytest.mark.oracle


def test_a_commission_of_15_basis_points_is_zipline_s_per_dollar() -> None:
    table = json.loads(shared("oracles/costs_zipline.json").read_text())["commission"]["per_dollar(0.0015)"]
    charged = [Commission(bps=15).fee(quantity, price) for quantity, price in table["fills"]]
    assert charged == pytest.approx(table["expected_by_fill"], rel=1e-12)


def slippage_table() -> dict[str, Any]:
    table = json.loads(shared("oracles/costs_zipline.json").read_text())
    return dict(table["volume_share_slippage(volume_limit=0.025, price_impact=0.1)"])


def played(price: float, volume: float, quantity: float, **terms: Any) -> list[tuple[int, str, float, float]]:
    """An order at the open of a bar of that price and volume; zipline's order may be on either side."""
    bars = bars_of([(price, price, price, price), (price, price + 0.5, price - 0.5, price)], volumes=[[volume]] * 2)
    script = {0: lambda c, bar: (c.buy if quantity > 0 else c.sell)(abs(quantity), **terms)}
    return told_fills(both(lambda: Script(script), bars, costs=VolumeShareSlippage(impact=0.1, limit=0.025)))


@pytest.mark.parametrize(
    ("name", "price", "volume", "quantity", "terms"),
    [
        ("limit_buy_100@3.6 at bar 3 (close 3.5)", 3.5, 2000.0, 100.0, {"limit": 3.6}),
        ("limit_sell_100@3.4 at bar 3 (close 3.5)", 3.5, 2000.0, -100.0, {"limit": 3.4}),
        ("buy_5_of_volume_200_close_3", 3.0, 200.0, 5.0, {}),
    ],
)
def test_slippage_by_share_of_volume_is_zipline_s(
    name: str, price: float, volume: float, quantity: float, terms: dict[str, Any]
) -> None:
    expected = slippage_table()[name]
    ((_, _, filled, paid),) = played(price, volume, quantity, time_in_force="ioc", **terms)
    assert filled == expected["filled"]
    assert paid == pytest.approx(expected["price"], rel=1e-15)


def test_a_limit_that_zipline_s_impact_would_break_is_not_filled() -> None:
    assert slippage_table()["limit_buy_100@3.5 at bar 3"].startswith("no fill")
    assert played(3.5, 2000.0, 100.0, limit=3.5, time_in_force="ioc") == []


def test_lean_s_short_of_aapl_over_its_split() -> None:
    """EquitySplitHoldingsDailyRegressionAlgorithm, in words in the oracles' README; raw closes of 2014-06-05..11.

    99.75% short (its buffer is 0.25%), sized at the close of 647.35: 154 shares at 650.00, fee 1. Its split factor is
    0.1428572, not 1/7, so 1,077 shares stay short and 0.9996 are settled at 645.57 x 0.1428572: 92.18.
    100,000 + 154 x 650 - 1 - 92.18 - 1,077 x 93.86 = 98,919.60.
    """
    rows = [
        (646.2, 649.37, 642.61, 647.35),
        (650.0, 651.26, 644.47, 645.57),
        (92.7, 93.88, 91.75, 93.7),
        (94.73, 95.05, 93.57, 94.25),
        (94.13, 94.76, 93.47, 93.86),
    ]
    bars = bars_of(rows, actions=[split_on(2, 1 / 0.1428572)])
    run = both(
        lambda: Script({0: lambda c, bar: c.target(-0.9975)}), bars, costs=PerShare(0.005, minimum=1), leverage=2
    )
    assert told_fills(run) == [(1, "target", -154.0, 650.0)]
    assert run.fees == 1.0
    assert run.quantity.tolist() == [-1077.0]
    assert run.equity[-1] == pytest.approx(98_919.60, abs=0.005)
