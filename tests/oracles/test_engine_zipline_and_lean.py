"""Zipline's commission per dollar, and LEAN's short that is split seven for one.

Zipline's slippage by share of volume has no counterpart: our fills do not look at volume yet.
"""

import json

import pytest
from tests.shared_data import shared
from tests.unit.engine.engine_samples import Script, bars_of, both, split_on, told_fills

from tradewright.domain.costs import Commission, PerShare

pytestmark = pytest.mark.oracle


def test_a_commission_of_15_basis_points_is_zipline_s_per_dollar() -> None:
    table = json.loads(shared("oracles/costs_zipline.json").read_text())["commission"]["per_dollar(0.0015)"]
    charged = [Commission(bps=15).fee(quantity, price) for quantity, price in table["fills"]]
    assert charged == pytest.approx(table["expected_by_fill"], rel=1e-12)


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
