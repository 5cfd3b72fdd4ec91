"""A strategy that is shown slice by slice asks for exactly what it asks for in a backtest of the same bars."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import Books, Gambler, random_bars
from tests.unit.engine.session.session_walk import Walk, taped

from tradewright.domain.costs import PerShare
from tradewright.domain.errors import StrategyError
from tradewright.engine.assumptions import FillRule
from tradewright.engine.backtest import run_backtest
from tradewright.engine.tape import Tape
from tradewright.indicators import Atr, Sma
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.mean_reversion import MeanReversion
from tradewright.trading.strategies.momentum_rotation import MomentumRotation
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.pairs import Pairs
from tradewright.trading.strategies.range_trading import RangeTrading
from tradewright.trading.strategies.strategy import Signals, Strategy
from tradewright.trading.strategies.trend_following import TrendFollowing


class NewestChannel(Strategy):
    """Speaks of the newest bar: strength by rank, a stop below, sometimes no opinion."""

    def warm_up_bars(self) -> int:
        return 4

    def generate_signal(self, bars: Bars) -> Signals:
        closes = bars.closes
        change = closes[-1] / closes[-4] - 1.0
        strength = np.where(np.abs(change) < 0.005, np.nan, np.clip(change * 20.0, -1.0, 1.0))
        return Signals(strength, stop_loss=closes[-1] * 0.97 if len(bars) % 3 == 0 else None)


class Crosser(Strategy):
    """Handles events with an indicator, history, equity, and looks at what it caused within a bar."""

    def on_start(self, context: Any) -> None:
        self.average = context.indicator(Sma(5))
        self.range = context.indicator(Atr(4))
        self.opened = (context.time, context.cash, context.equity, len(context.history(3)))
        self.filled = 0.0

    def on_fill(self, context: Any, fill: Any) -> None:
        self.filled += fill.quantity
        if fill.reason == "stop_loss":
            context.buy(1.0, limit=round(fill.price * 0.99, 2))

    def on_bar(self, context: Any, bar: Any) -> None:
        if np.isnan(self.average.value) or np.isnan(self.range.value):
            return
        past = context.history(3)
        if bar.close > self.average.value and not context.has_order and context.position.is_flat:
            context.enter(weight=0.8, stop_loss=max(bar.close - 2 * self.range.value, 0.01), reason="above")
            if context.has_order:  # true at once
                context.protect(take_profit=bar.close * 1.08)
        elif bar.close < self.average.value and context.position.is_long:
            context.close()
            context.sell(round(1 + context.equity % 5), stop=bar.close * 0.95, day_only=True)
            assert context.has_order
        elif len(past) == 3 and past.closes[-1, 0] > past.closes[0, 0]:
            order = context.buy(2.0, limit=bar.close * 0.99)
            if bar.close % 2 < 1:
                context.cancel(order)


BUILT_IN: dict[str, Callable[[], Strategy]] = {
    "moving_average": lambda: MovingAverage(fast=3, slow=8),
    "trend_following": TrendFollowing,
    "mean_reversion": lambda: MeanReversion(window=5),
    "breakout": lambda: Breakout(lookback=6, exit_lookback=3),
    "breakout_both_ways": lambda: Breakout(lookback=6, exit_lookback=3, short=True),
    "momentum_rotation": lambda: MomentumRotation(lookback=5, every=3, top=1),
    "range_trading": lambda: RangeTrading(wing=1, tolerance=1.9, zone=0.4, short=True),
    "pairs": lambda: Pairs(window=8, entry=1.0, leave=0.2, most_bars=5),
    "newest_channel": NewestChannel,
    "crosser": Crosser,
}


def compare(make: Callable[[], Strategy], bars: Bars, trades_from: int, **terms: Any) -> Walk:
    """Both ask the same, row by row; or both are nonsense, and say so in the same words."""
    walk, tape = Walk(make(), bars, trades_from=trades_from, **terms), Tape()
    backtest = partial(run_backtest, broker_factory=Books(), engine="runtime", tape=tape)
    try:
        backtest(make(), bars, assumptions=walk.assumptions)
    except StrategyError as nonsense:
        with pytest.raises(StrategyError, match=re.escape(str(nonsense))):
            walk.run()
        return walk
    walk.run()
    found, expected = taped(walk.tape), taped(tape)
    for mine, theirs in zip(found, expected, strict=False):
        assert mine == theirs
    assert len(found) == len(expected)
    return walk


markets = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000),
        "width": st.integers(1, 3),
        "missing": st.sampled_from([0.0, 0.2]),
        "actions": st.integers(0, 3),
        "session_bars": st.sampled_from([1, 4]),
    }
)


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(sorted(BUILT_IN)),
    market=markets,
    warm_up=st.integers(0, 20),
    band=st.sampled_from([0.0, 0.02]),
)
def test_a_strategy_asks_the_same_as_in_a_backtest(
    name: str, market: dict[str, Any], warm_up: int, band: float
) -> None:
    market["width"] = BUILT_IN[name]().instrument_count or market["width"]
    bars = random_bars(**market, rows=60)
    if name == "trend_following":
        bars = random_bars(**market, rows=130)
        warm_up += 60
    compare(BUILT_IN[name], bars, warm_up, rebalance_band=band, costs=PerShare(0.01, minimum=1))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    often=st.floats(0.1, 0.9),
    market=markets,
    warm_up=st.integers(0, 10),
    fill=st.sampled_from(list(FillRule)),
)
def test_a_strategy_that_does_random_things_asks_the_same(
    seed: int, often: float, market: dict[str, Any], warm_up: int, fill: FillRule
) -> None:
    bars = random_bars(**market, rows=40)
    compare(lambda: Gambler(seed, often), bars, warm_up, leverage=3.0, fill=fill)
