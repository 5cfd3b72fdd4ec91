"""A sizing is said in words through the Python door, in a backtest and on paper."""

from dataclasses import replace

import pytest
from tests.unit.engine.engine_samples import random_bars

import tradewright as tw
from tradewright.domain.errors import InputError

SIZING = "AtrRisk(0.02) + FixedQuantity(60)"


def test_a_backtest_is_sized_and_says_what_bound() -> None:
    result = tw.backtest(tw.Breakout(lookback=16, exit_lookback=4), random_bars(3, rows=120), sizing=SIZING)
    assert any(warning.startswith("sizes were bound by ") for warning in result.warnings)
    assert max(result.fills["quantity"].to_list()) <= 60
    assert "Sizing(AtrRisk(0.02), FixedQuantity(60))" in str(result.view.assumptions["allocation"])


def test_paper_buys_what_the_backtest_buys() -> None:
    thin = random_bars(3, rows=120)
    bars = replace(thin, volumes=thin.volumes * 1e5)  # so that the shipped limits cut nothing
    strategy = tw.Breakout(lookback=16, exit_lookback=4)
    traded = tw.paper(strategy, bars, sizing="FixedQuantity(30)")
    tested = tw.backtest(strategy, bars, sizing="FixedQuantity(30)", limits="default")
    assert traded.fills["quantity"].to_list() == tested.fills["quantity"].to_list()
    assert set(traded.fills["quantity"]) == {30.0}
    assert traded.parity.is_equal


def test_slots_and_sizes_are_not_both_given() -> None:
    with pytest.raises(InputError, match="slots and rules of size are both given"):
        tw.backtest("breakout", random_bars(3, rows=120), sizing=SIZING, allocation=tw.EqualSlots())
    with pytest.raises(InputError, match="sizing 'Nothing' cannot be used"):
        tw.paper("breakout", random_bars(3, rows=120), sizing="Nothing")
