"""A sweep: every row is the single run, whatever the speed; wrong grids are told apart from refused combinations."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest

from tradewright.domain.costs import Commission, Cost, Spread
from tradewright.domain.errors import InputError, StrategyError
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.backtest import run_backtest
from tradewright.quant.performance.conventions import Conventions
from tradewright.quant.performance.drawdowns import deepest_drawdown
from tradewright.quant.performance.ratios import sharpe
from tradewright.quant.performance.sampling import sample_equity
from tradewright.research.sweep import Sweep, _room, sweep
from tradewright.simulation.broker import SimulatedBroker
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.context import BarView, Context
from tradewright.trading.strategies.mean_reversion import MeanReversion
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.parameters import parameter
from tradewright.trading.strategies.strategy import Strategy
from tradewright.trading.strategies.trend_following import TrendFollowing


class BuyEvery(Strategy):
    """Buy and sell in turn, every so many bars."""

    every: int = parameter(10, low=1, high=100)

    def on_start(self, context: Context) -> None:
        self.seen = 0

    def on_bar(self, context: Context, bar: BarView) -> None:
        self.seen += 1
        if self.seen % self.every == 0:
            context.target(0.0 if context.position.is_long else 0.5)


class FlatFee(Cost):
    """An own cost model."""

    __slots__ = ()

    def fee(self, quantity: float, price: float) -> float:
        return 1.5


def walk(rows: int, width: int = 1) -> Bars:
    generator = np.random.default_rng(7)
    closes = np.round(100 * np.exp(np.cumsum(generator.normal(0.0005, 0.01, (rows, width)), axis=0)), 2)
    opens = np.round(np.vstack((np.full((1, width), 100.0), closes[:-1])) * 1.0005, 2)
    return Bars(
        tuple(f"I{n}.XNYS" for n in range(width)),
        Timeframe.parse("1h"),
        np.arange(rows, dtype=np.int64) * 3_600_000_000_000,
        (np.arange(rows) // 7).astype(np.int32),
        opens,
        np.maximum(opens, closes) * 1.002,
        np.minimum(opens, closes) * 0.998,
        closes,
        np.full((rows, width), 1e6),
    )


def swept(
    strategy: type[Strategy], bars: Bars, grid: Mapping[str, Sequence[object]], assumptions: Assumptions | None = None
) -> Sweep:
    return sweep(
        strategy,
        bars,
        grid=grid,
        assumptions=assumptions or Assumptions(costs=Commission(bps=5) + Spread(bps=2)),
        conventions=Conventions(),
        broker_factory=SimulatedBroker,
    )


@pytest.mark.parametrize("engine", ["kernel", "runtime"])
@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize(
    ("strategy", "grid"),
    [
        (MovingAverage, {"fast": [3, 8], "slow": [15, 30], "short": [False, True]}),
        (TrendFollowing, {"fast": [5], "slow": [20, 40], "stop_atr": [1.0, 2.5]}),
        (MeanReversion, {"window": [10, 20], "short": [True, False]}),
    ],
)
def test_every_row_of_a_sweep_equals_the_single_run(
    strategy: type[Strategy], grid: dict[str, list[object]], width: int, engine: str
) -> None:
    bars, assumptions = walk(600, width), Assumptions(costs=Commission(bps=5), leverage=2.0, lot=0)
    found = swept(strategy, bars, grid, assumptions)
    for k in range(len(found)):
        one = strategy(**{name: values[k] for name, values in found.parameters.items()})
        run = run_backtest(one, bars, assumptions=assumptions, broker_factory=SimulatedBroker, engine=engine)
        sample = sample_equity(run.equity, bars.session, cash=assumptions.cash, conventions=Conventions())
        assert found.figures["final_equity"][k] == run.equity[-1]
        assert found.figures["fills"][k] == len(run.fills)
        assert found.figures["round_trips"][k] == run.closed_round_trips
        assert found.figures["fees"][k] == run.fees
        assert found.figures["max_drawdown"][k] == deepest_drawdown(run.equity, start=assumptions.cash)
        assert found.figures["sharpe"][k] == pytest.approx(
            sharpe(sample.returns, periods_per_year=sample.periods_per_year), rel=0, abs=0, nan_ok=True
        )


@pytest.mark.parametrize("costs", [Commission(bps=5), FlatFee()])
def test_event_strategies_and_own_cost_models_are_swept_on_the_runtime(costs: Cost) -> None:
    bars, assumptions = walk(200), Assumptions(costs=costs)
    found = swept(BuyEvery, bars, {"every": [5, 20]}, assumptions)
    for k, every in enumerate(found.parameters["every"]):
        run = run_backtest(BuyEvery(every=every), bars, assumptions=assumptions, broker_factory=SimulatedBroker)
        assert found.figures["final_equity"][k] == run.equity[-1]


def test_the_last_parameter_varies_fastest_and_refused_combinations_are_left_out() -> None:
    found = swept(MovingAverage, walk(200), {"fast": [5, 30], "slow": [20, 40]})
    pairs = list(zip(found.parameters["fast"], found.parameters["slow"], strict=True))
    assert pairs == [(5, 20), (5, 40), (30, 40)]


def test_progress_rises_to_the_number_of_combinations() -> None:
    told: list[tuple[int, int]] = []
    sweep(
        MovingAverage,
        walk(100),
        grid={"fast": list(range(2, 42)), "slow": [50]},
        assumptions=Assumptions(),
        conventions=Conventions(),
        broker_factory=SimulatedBroker,
        progress=lambda done, total: told.append((done, total)),
        workers=2,
    )
    assert told[-1] == (40, 40)
    assert all(first < second for (first, _), (second, _) in pairwise(told))


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ({}, "needs values"),
        ({"fast": []}, "needs values"),
        ({"fats": [3]}, "no parameter"),
        ({"fast": [0]}, "does not take"),
        ({"fast": ["three"]}, "does not take"),
        ({"fast": [30], "slow": [20]}, "refuses every combination"),
        ({"fast": list(range(2, 302)), "slow": list(range(302, 902)), "short": [True, False] * 5}, "too large"),
    ],
)
def test_a_grid_that_cannot_be_used_is_told(grid: dict[str, list[object]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        swept(MovingAverage, walk(100), grid)


@pytest.mark.parametrize("refusal", [ValueError, InputError, StrategyError])
def test_whatever_a_check_raises_to_refuse_leaves_the_combination_out(refusal: type[Exception]) -> None:
    class Picky(MovingAverage):
        def check(self) -> None:
            if self.fast + 10 > self.slow:
                raise refusal("too near")

    found = swept(Picky, walk(100), {"fast": [5, 15], "slow": [20, 30]})
    kept = list(zip(found.parameters["fast"], found.parameters["slow"], strict=True))
    assert kept == [(5, 20), (5, 30), (15, 30)]
    with pytest.raises(InputError, match=r"refuses every combination of the grid.*the last: too near"):
        swept(Picky, walk(100), {"fast": [15], "slow": [20]})


def test_runs_that_share_an_average_are_near_each_other() -> None:
    asked: list[int] = []

    class Noting(MovingAverage):
        def generate_signals(self, bars: Bars) -> object:  # type: ignore[override]
            asked.append(self.slow)
            return super().generate_signals(bars)

    sweep(
        Noting,
        walk(100),
        grid={"fast": list(range(2, 10)), "slow": list(range(20, 36))},
        assumptions=Assumptions(),
        conventions=Conventions(),
        broker_factory=SimulatedBroker,
        workers=1,
    )
    assert len(asked) == 128
    assert {len(set(asked[first : first + 16])) for first in range(0, 128, 16)} == {4}  # of 4 fast with 4 slow windows


def test_the_room_for_averages_grows_with_the_bars_up_to_a_limit() -> None:
    rooms = [_room(walk(rows), threads) for rows, threads in ((100, 2), (200_000, 2), (200_000, 4), (450_000, 2))]
    assert rooms == [16 * 2**20, 20 * 8 * 200_000, 32 * 8 * 200_000, 64 * 2**20]
