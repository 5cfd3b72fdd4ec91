"""The built-in strategies say what their names promise, and look at nothing that comes later."""

from typing import Any

import numpy as np
import pytest
from tests.unit.engine.engine_samples import NAMES, bars_of, flat_rows, random_bars

from tradewright.domain.errors import InputError, StrategyError
from tradewright.trading.bars import Bars
from tradewright.trading.sizing.allocation import EqualSlots, Slots
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.mean_reversion import MeanReversion
from tradewright.trading.strategies.momentum_rotation import MomentumRotation
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.pairs import Pairs
from tradewright.trading.strategies.range_trading import RangeTrading
from tradewright.trading.strategies.registry import REGISTRY, find_strategy, id_of
from tradewright.trading.strategies.strategy import Dialect, Signals, Strategy
from tradewright.trading.strategies.trend_following import TrendFollowing

SMALL: dict[str, dict[str, object]] = {
    "moving_average": {"fast": 3, "slow": 8},
    "trend_following": {"fast": 3, "slow": 8, "atr_window": 5},
    "mean_reversion": {"window": 6, "rsi_window": 4, "oversold": 40.0, "deviations": 1.0},
    "breakout": {"lookback": 5, "exit_lookback": 3},
    "momentum_rotation": {"lookback": 5, "every": 4, "top": 1},
    "range_trading": {"wing": 1, "tolerance": 1.5, "zone": 0.4, "short": True},
    "pairs": {"window": 8, "entry": 1.0, "leave": 0.2, "give_up": 2.5, "most_bars": 5},
}
ALONE = [name for name in REGISTRY if name not in ("momentum_rotation", "pairs")]


def said(strategy: Strategy, bars: Bars) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    answer = strategy.generate_signals(bars)
    signals = answer if isinstance(answer, Signals) else Signals(answer)
    return {
        name: np.asarray(values, np.float64)
        for name, values in (
            ("strength", signals.strength),
            ("stop_loss", signals.stop_loss),
            ("take_profit", signals.take_profit),
        )
        if values is not None
    }


def closes(*prices: float) -> Bars:
    return bars_of([(price, price + 0.5, price - 0.5, price) for price in prices])


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("name", REGISTRY)
def test_nothing_is_said_from_what_comes_later(name: str, width: int) -> None:
    strategy = REGISTRY[name](**SMALL[name])
    bars = random_bars(3, rows=60, width=strategy.instrument_count or width, missing=0.1 * (width - 1) / 2)
    whole = said(strategy, bars)
    for until in range(16, 60):
        for what, values in said(strategy, bars.rows(0, until)).items():
            assert np.array_equal(values, whole[what][:until], equal_nan=True), what


@pytest.mark.parametrize("name", ALONE)
def test_a_matrix_says_what_each_column_says_where_instruments_are_not_compared(name: str) -> None:
    strategy = REGISTRY[name](**SMALL[name])
    bars = random_bars(4, rows=60, width=2)
    whole = said(strategy, bars)
    for column, instrument in enumerate(bars.instruments):
        for what, values in said(strategy, bars.select([instrument])).items():
            assert np.array_equal(values, whole[what][:, column], equal_nan=True), what


def test_moving_average_follows_the_faster_one() -> None:
    bars = closes(10, 10, 10, 12, 14, 12, 8, 6)
    strategy = MovingAverage(fast=1, slow=3)
    assert said(strategy, bars)["strength"].tolist() == [0, 0, 0, 1, 1, 0, 0, 0]
    short = said(MovingAverage(fast=1, slow=3, short=True), bars)["strength"].tolist()
    assert short == [0, 0, -1, 1, 1, -1, -1, -1]


def test_breakout_buys_the_close_above_the_channel_and_leaves_below() -> None:
    strategy = Breakout(lookback=3, exit_lookback=2, stop_atr=1.0)
    strength = said(strategy, closes(10, 10, 10, 12, 13, 11, 9, 9))["strength"].tolist()
    assert strength[3:5] == [1.0, 1.0]
    assert strength[6] == 0.0
    both_sides = said(Breakout(lookback=3, exit_lookback=2, short=True), closes(10, 10, 10, 12, 13, 11, 8))
    assert both_sides["strength"].tolist()[3] == 1.0
    assert both_sides["strength"].tolist()[6] == -1.0


def test_mean_reversion_holds_from_the_band_to_the_middle() -> None:
    bars = random_bars(9, rows=200)
    terms: dict[str, object] = {"window": 10, "rsi_window": 5, "deviations": 1.0, "oversold": 45.0}
    long = said(MeanReversion(**terms), bars)["strength"]
    assert set(long[~np.isnan(long)].tolist()) == {0.0, 1.0}
    both_sides = said(MeanReversion(short=True, **terms), bars)["strength"]
    assert set(both_sides.tolist()) == {-1.0, 0.0, 1.0}


def test_momentum_holds_what_rose_most_and_only_what_rose() -> None:
    up, down = [(p, p, p, p) for p in (10.0, 11, 12, 13)], [(p, p, p, p) for p in (10.0, 9, 8, 7)]
    bars = bars_of(up, down)
    weights = said(MomentumRotation(lookback=2, every=1, top=2), bars)["strength"]
    assert weights[2:].tolist() == [[0.5, 0.0], [0.5, 0.0]]
    always = said(MomentumRotation(lookback=2, every=1, top=2, only_rising=False), bars)["strength"]
    assert always[2:].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert said(MomentumRotation(lookback=2, every=1, top=1), bars.select([NAMES[0]]))["strength"][2:].tolist() == [
        1,
        1,
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: MovingAverage(fast=5, slow=5), lambda: TrendFollowing(fast=50, slow=20),
        lambda: Breakout(lookback=5, exit_lookback=6), lambda: MomentumRotation(lookback=2, every=30),
        lambda: RangeTrading(tolerance=2.0, least_height=2.0), lambda: Pairs(entry=2.0, leave=2.0),
        lambda: Pairs(entry=4.0, give_up=4.0), lambda: Pairs(window=5, entry=1.8),
    ],
)  # fmt: skip
def test_combinations_without_sense_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()


def test_warm_up_covers_the_longest_window() -> None:
    assert MovingAverage(fast=3, slow=8).warm_up_bars() == 8
    assert Breakout().warm_up_bars() == 56
    assert TrendFollowing(fast=3, slow=5, atr_window=22).warm_up_bars() == 23
    assert MeanReversion(window=5, rsi_window=14).warm_up_bars() == 15
    assert MomentumRotation(lookback=5).warm_up_bars() == 6
    assert RangeTrading(wing=10, touches=3).warm_up_bars() == 23
    assert RangeTrading(wing=1).warm_up_bars() == 15
    assert Pairs(window=30).warm_up_bars() == 30
    assert Strategy().warm_up_bars() == 0


def test_strategies_are_found_by_id() -> None:
    assert find_strategy("breakout") is Breakout
    assert id_of(Breakout) == "breakout"
    assert id_of(Strategy) == "Strategy"
    with pytest.raises(InputError, match=r"strategy brekout is not known: .* did you mean breakout"):
        find_strategy("brekout")
    with pytest.raises(InputError, match="see: tradewright strategy list"):
        find_strategy("zzz")


def test_a_strategy_speaks_one_dialect() -> None:
    assert Breakout.dialect() is Dialect.COLUMNS
    with pytest.raises(StrategyError, match="has no generate_signals"):
        Strategy().generate_signals(closes(1))
    with pytest.raises(StrategyError, match="has no generate_signal"):
        Strategy().generate_signal(closes(1))


def test_slots_share_the_equity() -> None:
    assert EqualSlots().slots(NAMES).tolist() == [0.25] * 4
    assert Slots({NAMES[1]: 0.7}).slots(NAMES[:2]).tolist() == [0.0, 0.7]


def test_selected_bars_leave_out_rows_without_any() -> None:
    bars = bars_of(flat_rows(3), [None, (50.0,) * 4, None])
    chosen = bars.select([NAMES[1]])
    assert (len(chosen), chosen.instruments, chosen.close.tolist()) == (1, (NAMES[1],), [50.0])
    assert bars.open.shape == bars.volume.shape == (3, 2)
    assert (chosen.high.tolist(), chosen.low.tolist(), chosen.volume.tolist()) == ([50.0], [50.0], [1000.0])


@pytest.mark.parametrize("name", ["breakout", "trend_following"])
def test_where_a_stop_would_lie_below_zero_there_is_none(name: str) -> None:
    calm = [(10 + row / 10, 10.5 + row / 10, 9.5 + row / 10, 10.2 + row / 10) for row in range(40)]
    calm.append((14.0, 15.9, 13.9, 15.8))
    wild = [(10.0, 90.0, 0.5, 20.0 + row) for row in range(20)]
    strategy = REGISTRY[name](**{**SMALL[name], **({"short": True} if name == "breakout" else {})})
    for rows, has_stops in ((calm, True), ([*calm, *wild, (40.0, 95.0, 1.0, 94.0)], False)):
        told = said(strategy, bars_of(rows))
        assert told["strength"][-1] == 1.0
        assert np.isfinite(told["stop_loss"][-1]) == has_stops
        assert not (told["stop_loss"] <= 0).any()
