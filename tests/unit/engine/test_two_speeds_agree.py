"""The runtime and the kernel agree to the last bit: fill by fill, ending by ending, equity by bar."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.engine.engine_samples import (
    NAMES,
    Columns,
    DeepGambler,
    Gambler,
    backtest,
    both,
    random_bars,
    told_fills,
)

from tradewright.domain.costs import Commission, Cost, Costs, PerOrder, PerShare, Slippage, Spread
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.run import run_kernel
from tradewright.engine.kernel.sweep import Lane
from tradewright.engine.market import MarketColumns, prepare
from tradewright.engine.program import wishes_of
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.choice import where
from tradewright.trading.strategies.registry import REGISTRY
from tradewright.trading.strategies.strategy import Speaks, Strategy

BUILT_IN: dict[str, dict[str, object]] = {
    "moving_average": {"fast": 3, "slow": 8, "short": True},
    "trend_following": {"fast": 3, "slow": 8, "atr_window": 5, "stop_atr": 1.0},
    "mean_reversion": {"window": 6, "rsi_window": 4, "oversold": 45.0, "deviations": 0.5, "short": True},
    "breakout": {"lookback": 5, "exit_lookback": 3, "stop_atr": 0.5, "short": True},
    "momentum_rotation": {"lookback": 5, "every": 4, "top": 2, "only_rising": False},
    "range_trading": {"wing": 1, "tolerance": 1.9, "zone": 0.4, "stop_atr": 0.3, "short": True},
    "pairs": {"window": 8, "entry": 1.0, "leave": 0.2, "give_up": 2.5, "most_bars": 5},
}
COSTS: tuple[Cost, ...] = (
    Costs(),
    Commission(bps=10),
    PerShare(0.005, minimum=1, maximum=0.01) + Spread(bps=4),
    PerOrder(2.5) + Slippage(bps=20) + Commission(bps=5, minimum=3),
)
TERMS = st.fixed_dictionaries(
    {
        "cash": st.sampled_from([1_000.0, 25_000.0, 1e6]),
        "costs": st.sampled_from(COSTS),
        "fill": st.sampled_from(["next-open", "signal-close"]),
        "size_at": st.sampled_from(["decision", "fill"]),
        "lot": st.sampled_from([0.0, 1.0, 0.01, 10.0]),
        "multipliers": st.sampled_from([{}, {NAMES[0]: 5.0}]),
        "leverage": st.sampled_from([1.0, 0.5, 3.0]),
        "rebalance_band": st.sampled_from([0.0, 0.0, 0.03]),
        "close_at_end": st.booleans(),
        "participation": st.sampled_from([0.0, 0.0, 0.0, 0.1, 1.0]),
    }
)


def test_every_built_in_strategy_is_listed_here() -> None:
    assert set(BUILT_IN) == set(REGISTRY)


@pytest.mark.parametrize("fill", ["next-open", "signal-close"])
@pytest.mark.parametrize("size_at", ["decision", "fill"])
@pytest.mark.parametrize("name", REGISTRY)
def test_built_in_strategies_agree(name: str, size_at: str, fill: str) -> None:
    for number, costs in enumerate(COSTS):
        width = REGISTRY[name].instrument_count or 3
        bars = random_bars(number, rows=120, width=width, missing=0.1, actions=4)
        lot, leverage, band = ((1.0, 1.0, 0.0), (0.0, 2.0, 0.05), (0.5, 1.0, 0.0), (10.0, 1.0, 0.02))[number]
        run = both(
            lambda: REGISTRY[name](**BUILT_IN[name]), bars, costs=costs, fill=fill, size_at=size_at, lot=lot,
            leverage=leverage, rebalance_band=band, close_at_end=number % 2 == 1,
        )  # fmt: skip
        assert len(run.fills) > 0


@st.composite
def column_strategies(draw: st.DrawFn) -> tuple[Bars, dict[str, Any]]:
    """Bars and random answers: strengths with holes, stops and targets near the prices, some already reached."""
    seed = draw(st.integers(0, 2**32 - 1))
    width = draw(st.integers(1, 3))
    bars = random_bars(
        seed, rows=draw(st.integers(2, 50)), width=width, missing=draw(st.sampled_from([0.0, 0.2])),
        actions=draw(st.sampled_from([0, 3])),
    )  # fmt: skip
    random = np.random.default_rng(seed + 1)
    shape = bars.closes.shape
    values = draw(st.sampled_from([(1.0, 0.0), (1.0, -1.0, 0.0), (0.5, -0.3, 0.9, 0.0)]))
    strength = np.where(random.random(shape) < draw(st.sampled_from([0.1, 0.6])), random.choice(values, shape), np.nan)
    answer: dict[str, Any] = {"strength": strength}
    for name in ("stop_loss", "take_profit"):
        if draw(st.booleans()):
            level = 50.0 * np.exp(random.normal(0.0, 0.1, shape))
            answer[name] = np.where(random.random(shape) < 0.4, level, np.nan)
    return bars, answer


class Weights(Columns):
    speaks = Speaks.WEIGHTS


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), TERMS, st.booleans(), st.sampled_from([0.02, 0.3]))
def test_random_choices_of_few_values_agree(
    seed: int, width: int, terms: dict[str, Any], weights: bool, often: float
) -> None:
    bars = random_bars(seed, rows=60, width=width, missing=0.1, actions=2)
    random = np.random.default_rng(seed)
    turns = np.cumsum(random.random(bars.close.shape) < often, axis=0)
    strength = where(turns % 3 == 0, where(turns % 2 == 0, 1.0, float("nan")), where(turns % 4 == 1, -0.5, 0.0))
    both(lambda: (Weights if weights else Columns)(strength), bars, **terms)


@settings(max_examples=150, deadline=None)
@given(column_strategies(), TERMS, st.booleans())
def test_random_column_strategies_agree(
    case: tuple[Bars, dict[str, Any]], terms: dict[str, Any], weights: bool
) -> None:
    bars, answer = case
    shaped = {name: values[:, 0] if bars.closes.shape[1] == 1 else values for name, values in answer.items()}
    both(lambda: (Weights if weights else Columns)(**shaped), bars, **terms)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([0.2, 0.8]), st.sampled_from([1, 3]),
    st.sampled_from([0.0, 0.2]), TERMS,
)  # fmt: skip
def test_random_event_strategies_agree(
    seed: int, width: int, often: float, session_bars: int, missing: float, terms: dict[str, Any]
) -> None:
    bars = random_bars(seed, rows=40, width=width, missing=missing, actions=seed % 4, session_bars=session_bars)
    both(lambda: Gambler(seed, often, is_plain=seed % 4 == 0), bars, **terms)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([0.3, 0.9]), st.sampled_from([1, 3]),
    st.sampled_from([0.0, 0.2]), TERMS,
)  # fmt: skip
def test_touched_passive_sleeping_and_replaced_orders_agree(
    seed: int, width: int, often: float, session_bars: int, missing: float, terms: dict[str, Any]
) -> None:
    bars = random_bars(seed, rows=40, width=width, missing=missing, actions=seed % 4, session_bars=session_bars)
    both(lambda: DeepGambler(seed, often), bars, **terms)


def test_a_run_outgrows_the_room_of_its_records() -> None:
    bars = random_bars(5, rows=400, width=1)
    turns = np.where(np.arange(400) % 2 == 0, 1.0, -1.0)
    levels = np.full(400, 50.0)
    run = both(lambda: Columns(turns, stop_loss=levels, take_profit=levels), bars)
    assert len(run.endings) > 400 // 8


def test_auto_takes_the_runtime_for_small_work_and_answers_the_same() -> None:
    bars = random_bars(7, rows=50)
    strength = np.where(np.arange(50) % 7 < 4, 1.0, 0.0)
    auto = backtest(Columns(strength), bars, engine="auto")
    kernel = backtest(Columns(strength), bars, engine="kernel")
    assert (auto.engine, kernel.engine) == ("runtime", "kernel")
    assert told_fills(auto) == told_fills(kernel)


@settings(max_examples=100, deadline=None)
@given(st.lists(column_strategies(), min_size=1, max_size=3), TERMS, st.integers(1, 7))
def test_a_lane_that_is_used_again_follows_the_single_run(
    cases: list[tuple[Bars, dict[str, Any]]], terms: dict[str, Any], every: int
) -> None:
    bars, assumptions = cases[0][0], Assumptions(**terms)
    market = prepare(bars, assumptions)
    rows = np.arange(every - 1, len(bars), every)
    lane = Lane(market, assumptions, rows=rows)
    for _, answer in [case for case in cases if case[0].closes.shape == bars.closes.shape]:
        shaped = {name: values[:, 0] if bars.closes.shape[1] == 1 else values for name, values in answer.items()}
        follows_the_single_run(Columns(**shaped), lane, rows, market=market, assumptions=assumptions)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2]), st.sampled_from([19, 64, 1000]), st.sampled_from([1.0, 8.0]))
def test_a_lane_strides_over_quiet_rows_and_sees_every_peak_and_ruin(
    seed: int, width: int, every: int, leverage: float
) -> None:
    bars, assumptions = random_bars(seed, rows=200, width=width), Assumptions(leverage=leverage)
    market, random = prepare(bars, assumptions), np.random.default_rng(seed)
    weights = np.where(
        random.random(bars.close.shape) < 0.02, random.choice([1.0, -1.0, 0.0], bars.close.shape), np.nan
    )
    weights[0] = leverage
    rows = np.arange(0, 200, every)
    lane = Lane(market, assumptions, rows=rows)
    strategy = Weights(weights * leverage / width)
    follows_the_single_run(strategy, lane, rows, market=market, assumptions=assumptions)


def follows_the_single_run(
    strategy: Strategy, lane: Lane, rows: NDArray[np.int64], *, market: MarketColumns, assumptions: Assumptions
) -> None:
    asked = wishes_of(strategy, market, assumptions=assumptions)
    single, followed = run_kernel(market, assumptions, wishes=asked), lane.run(asked)
    assert (followed.final_equity, followed.fills, followed.fees) == (single.equity[-1], len(single.fills), single.fees)
    assert followed.samples.tolist() == single.equity[rows].tolist()
    peaks = np.maximum.accumulate(np.concatenate(([single.opening_cash], single.equity)))[1:]
    assert followed.max_drawdown == min(0.0, float((single.equity / peaks - 1).min()))
