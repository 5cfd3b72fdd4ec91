"""What a run says of itself: cuts, refusals, ruin, silence; in the words of the first case and the number of all."""

import numpy as np
import pytest

from tradewright.domain.timeframe import Timeframe
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.backtest import run_backtest
from tradewright.engine.run import Run
from tradewright.simulation.broker import SimulatedBroker
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.context import BarView, Context
from tradewright.trading.strategies.strategy import Strategy


class Weights(Strategy):
    """The same weight from the first bar on."""

    weight = 1.0

    def generate_signals(self, bars: Bars) -> np.ndarray:
        return np.full(bars.close.shape, self.weight)


class Short(Weights):
    weight = -1.0


class Silent(Weights):
    weight = 0.0


class Greedy(Strategy):
    """Asks for more than anybody has."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        context.buy(1_000_000)


def bars(opens: list[float], closes: list[float]) -> Bars:
    first, last = np.array(opens)[:, None], np.array(closes)[:, None]
    rows = len(opens)
    return Bars(
        ("AAPL.XNAS",),
        Timeframe.parse("1d"),
        np.arange(rows, dtype=np.int64) * 86_400_000_000_000,
        np.arange(10_957, 10_957 + rows, dtype=np.int32),
        first,
        np.maximum(first, last) + 1,
        np.minimum(first, last) - 1,
        last,
        np.full((rows, 1), 1e6),
    )


def run(strategy: Strategy, tested: Bars, engine: str, leverage: float = 1.0) -> Run:
    return run_backtest(
        strategy,
        tested,
        assumptions=Assumptions(cash=10_000, leverage=leverage),
        broker_factory=SimulatedBroker,
        engine=engine,
    )


@pytest.mark.parametrize("engine", ["runtime", "kernel"])
def test_a_buy_that_the_next_open_made_too_dear_is_cut_and_told(engine: str) -> None:
    found = run(Weights(), bars([100, 125, 125], [100, 125, 125]), engine)
    assert found.fills.quantity.tolist() == [80.0]
    assert found.fills.asked.tolist() == [100.0]
    assert found.warnings == (
        "1 order was cut by more than 1% to what the account affords; "
        "the first on 2000-01-02: AAPL.XNAS wanted 100, filled 80",
    )


@pytest.mark.parametrize("engine", ["runtime", "kernel"])
def test_a_buy_at_the_price_it_was_sized_at_is_not_worth_a_word(engine: str) -> None:
    assert run(Weights(), bars([100, 100, 100], [100, 100, 100]), engine).warnings == ()


def test_orders_beyond_the_buying_power_are_counted_and_the_first_is_told() -> None:
    found = run(Greedy(), bars([100, 100, 100], [100, 100, 100]), "runtime")
    assert found.warnings == (
        "2 orders were refused for lack of buying power; "
        "the first on 2000-01-02: AAPL.XNAS needed 1,000,000, affordable 100",
    )


@pytest.mark.parametrize("engine", ["runtime", "kernel"])
def test_a_short_that_eats_the_account_is_told_with_the_day(engine: str) -> None:
    found = run(Short(), bars([100, 100, 250, 250], [100, 100, 250, 250]), engine)
    assert found.warnings == ("the account was ruined on 2000-01-03: equity fell to zero and trading ended",)


@pytest.mark.parametrize("engine", ["runtime", "kernel"])
def test_a_strategy_that_never_trades_is_told(engine: str) -> None:
    found = run(Silent(), bars([100, 100], [100, 100]), engine)
    assert found.warnings == ("the strategy never traded: none of its signals led to a fill",)


def test_whole_and_decimal_spellings_of_money_are_the_same_assumption() -> None:
    assert repr(Assumptions(cash=100_000, lot=1, leverage=2)) == repr(
        Assumptions(cash=100_000.0, lot=1.0, leverage=2.0)
    )
