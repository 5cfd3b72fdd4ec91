"""Indicators that go on from bar to bar leave a strategy's answers as they are, also where its history moves house."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import random_bars
from tests.unit.engine.session.session_walk import slices_of, terms_of

from tradewright.engine.session.strategies import live
from tradewright.engine.session.strategies.history import FIRST_ROOM
from tradewright.ports.hosts import Shown, Wish
from tradewright.quant.indicators.growing import GrowingMemo
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.mean_reversion import MeanReversion
from tradewright.trading.strategies.momentum_rotation import MomentumRotation
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.pairs import Pairs
from tradewright.trading.strategies.range_trading import RangeTrading
from tradewright.trading.strategies.strategy import Strategy
from tradewright.trading.strategies.trend_following import TrendFollowing

BUILT_IN: dict[str, Callable[[], Strategy]] = {
    "moving_average": lambda: MovingAverage(fast=3, slow=8),
    "trend_following": TrendFollowing,
    "mean_reversion": lambda: MeanReversion(window=5),
    "breakout": lambda: Breakout(lookback=6, exit_lookback=3, short=True),
    "momentum_rotation": lambda: MomentumRotation(lookback=5, every=3, top=1),
    "range_trading": lambda: RangeTrading(wing=1, tolerance=1.9, zone=0.4, short=True),
    "pairs": lambda: Pairs(window=8, entry=1.0, leave=0.2, most_bars=5),
}


@contextmanager
def from_the_beginning(memo: GrowingMemo) -> Iterator[GrowingMemo]:
    """Goes on with nothing."""
    yield memo


def answers(make: Callable[[], Strategy], bars: Bars, trades_from: int) -> list[tuple[Wish, ...]]:
    strategy = live.LiveStrategy(make(), terms_of(bars))
    return [
        strategy.show(Shown(slice=one, cash=1e5, equity=1e5, positions={}, working={}))
        for one in slices_of(bars, trades_from=trades_from)
    ]


@settings(max_examples=12, deadline=None)
@given(
    name=st.sampled_from(sorted(BUILT_IN)),
    seed=st.integers(0, 10_000),
    width=st.integers(1, 3),
    missing=st.sampled_from([0.0, 0.2]),
    actions=st.integers(0, 4),
    beyond=st.integers(-40, 40),
)
def test_the_answers_are_those_of_the_whole_history(
    name: str, seed: int, width: int, missing: float, actions: int, beyond: int
) -> None:
    """Around the row at which the buffers double, with gaps and splits."""
    rows = FIRST_ROOM + beyond + 45
    bars = random_bars(
        seed, rows=rows, width=BUILT_IN[name]().instrument_count or width, missing=missing, actions=actions
    )
    going = answers(BUILT_IN[name], bars, rows - 40)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "going_on", from_the_beginning)
        assert answers(BUILT_IN[name], bars, rows - 40) == going
    assert any(going) or name == "trend_following"
