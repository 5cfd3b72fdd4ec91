"""Bad input of a run is a clear message: what was expected, what was found, what to do."""

from typing import Any

import numpy as np
import pytest
from tests.unit.engine.engine_samples import (
    NAMES,
    Columns,
    Script,
    backtest,
    bars_of,
    dividend_on,
    flat_rows,
    market_of,
    random_bars,
    wishes,
)

from tradewright.domain.costs import Cost
from tradewright.domain.errors import DataError, InputError, StrategyError
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.run import run_kernel
from tradewright.trading.bars import Bars
from tradewright.trading.sizing.allocation import EqualSlots, Slots
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.strategy import Signals, Speaks, Strategy

ROWS = bars_of(flat_rows(5))
WIDE = bars_of(flat_rows(5), flat_rows(5))


class Weights(Columns):
    speaks = Speaks.WEIGHTS


class Raising(Strategy):
    def generate_signals(self, bars: Bars) -> Any:
        return 1 / 0


class RaisingLater(Strategy):
    def on_bar(self, context: Any, bar: Any) -> None:
        if bar.close > 0:
            raise KeyError("volume profile")


class Newest(Strategy):
    """Answers what it was given for the newest bar."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def generate_signal(self, bars: Bars) -> Any:
        return self.answer


class Silent(Strategy):
    pass


class Twofold(Strategy):
    def generate_signals(self, bars: Bars) -> Any:
        return bars.close * 0

    def on_bar(self, context: Any, bar: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("strategy", "bars", "message"),
    [
        (Columns([1.0] * 4), ROWS, r"length: expected one value per bar: shape \(5,\), found shape \(4,\); return"),
        (Columns([1.0] * 5), WIDE, r"one value per bar and instrument: shape \(5, 2\), found shape \(5,\)"),
        (Columns([1.5, 0, 0, 0, 0]), ROWS, "strengths from -1 to 1, or NaN, found 1.5 for AAA.XNYS in row 0"),
        (Weights([0, 0, np.inf, 0, 0]), ROWS, "expected finite weights, found inf for AAA.XNYS in row 2"),
        (Columns(["up"] * 5), ROWS, r"a strength that is not numbers: expected floats, found list"),
        (Columns([0.0] * 5, [90, -1, 90, 90, 90]), ROWS, "a stop_loss that is no price: expected more than 0, or NaN"),
        (Columns([0.0] * 5, None, [90, np.inf, 90, 90, 90]), ROWS, "a take_profit that is no price.*row 1"),
        (Raising(), ROWS, r"Raising.generate_signals raised ZeroDivisionError in line \d+ of .*: division by zero"),
        (RaisingLater(), ROWS, r"RaisingLater.on_bar raised KeyError in line \d+ of .*: 'volume profile'"),
        (Newest([1.0, 0.0]), ROWS, r"number of values: expected one value, or 1, found shape \(2,\) in row 0"),
        (Newest("buy"), ROWS, r"Newest.generate_signal gave no number: found 'buy' in row 0"),
        (Silent(), ROWS, r"Silent speaks no dialect: expected exactly one of"),
        (Twofold(), ROWS, r"Twofold speaks columns and events"),
        (Script({0: lambda c, b: c.buy(5, instrument="BBC.XNYS")}), WIDE, r"trades BBC.XNYS.*did you mean BBB.XNYS"),
        (Script({0: lambda c, b: c.target(1, instrument="ZZZ")}), ROWS, r"add it to the symbols of the run"),
        (Script({0: lambda c, b: c.buy(0)}), ROWS, r"an order's quantity is a finite number above 0: found 0"),
        (Script({0: lambda c, b: c.sell("5")}), ROWS, r"an order's quantity is a finite number above 0: found '5'"),
        (Script({0: lambda c, b: c.buy(5, trail=1, trail_percent=2)}), ROWS, r"by an amount or by a percentage"),
        (Script({0: lambda c, b: c.buy(5, trail=1, limit=2)}), ROWS, r"price itself: found a trail with a limit"),
        (Script({0: lambda c, b: c.buy(5, trail_percent=1, stop=2)}), ROWS, r"found a trail with a stop"),
        (Script({0: lambda c, b: c.sell(5, trail_percent=100)}), ROWS, r"expected above 0 and below 100, found 100"),
        (Script({0: lambda c, b: c.sell(5, trail=-1)}), ROWS, r"a price is a finite number above 0"),
        (Script({0: lambda c, b: c.buy(5, time_in_force="dya")}), ROWS, r"'dya' is not known: .*; did you mean day"),
        (Script({0: lambda c, b: c.buy(5, time_in_force=None)}), ROWS, r"None is not known: expected one of gtc"),
        (Script({0: lambda c, b: c.buy(5, stop=2, time_in_force="ioc")}), ROWS, r"at once or .* has no stop"),
        (Script({0: lambda c, b: c.buy(5, trail=2, time_in_force="at_close")}), ROWS, r"'at_close' with a stop"),
        (Script({0: lambda c, b: c.buy(5, day_only=True, time_in_force="ioc")}), ROWS, r"day_only with time_in_force="),
        (Script({0: lambda c, b: c.buy(5, time_in_force="gtd")}), ROWS, r"until a moment names it: .* found 0"),
        (Script({0: lambda c, b: c.buy(5, time_in_force="gtd", expires=c.time)}), ROWS, r"after context.time"),
        (Script({0: lambda c, b: c.buy(5, expires=c.time + 1)}), ROWS, r"only an order that works until a moment"),
        (Script({0: lambda c, b: c.buy(5, group=-1)}), ROWS, r"a group is a whole number above 0"),
        (Script({0: lambda c, b: c.buy(5, group=True)}), ROWS, r"a group is a whole number above 0"),
        (Script({0: lambda c, b: c.sell(5, reduces_only=True, stop_loss=3)}), ROWS, r"nothing of its own to protect"),
        (Script({0: lambda c, b: c.sell(5, limt=3)}), ROWS, r"no term 'limt': .*; did you mean limit"),
        (Script({0: lambda c, b: c.buy(5, limit=-1)}), ROWS, r"a price is a finite number above 0"),
        (Script({0: lambda c, b: c.target(float("nan"))}), ROWS, r"a target weight is a finite number: found nan"),
        (Script({0: lambda c, b: c.indicator(None)}), ROWS, r"an indicator is registered in on_start"),
    ],
)  # fmt: skip
def test_nonsense_of_a_strategy_is_told(strategy: Strategy, bars: Bars, message: str) -> None:
    with pytest.raises(StrategyError, match=message):
        backtest(strategy, bars)


class Early(Strategy):
    def __init__(self, deed: Any) -> None:
        super().__init__()
        self.deed = deed

    def on_start(self, context: Any) -> None:
        self.deed(context)

    def on_bar(self, context: Any, bar: Any) -> None:
        pass


@pytest.mark.parametrize(
    "deed",
    [
        lambda c: c.buy(1), lambda c: c.target(0.5), lambda c: c.protect(stop_loss=5), lambda c: c.cancel(1),
        lambda c: c.enter(stop_loss=3), lambda c: c.close(),
    ],
)  # fmt: skip
def test_nothing_is_asked_before_the_first_bar(deed: Any) -> None:
    with pytest.raises(StrategyError, match=r"trades before the first bar: .* move it to on_bar"):
        backtest(Early(deed), ROWS)


def test_an_indicator_can_be_fed() -> None:
    with pytest.raises(StrategyError, match=r"an indicator has update_bar\(open, high, low, close, volume\)"):
        backtest(Early(lambda c: c.indicator(object())), ROWS)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"cash": 0}, "cash cannot be used: expected a finite number above 0, found 0"),
        ({"cash": float("nan")}, "cash cannot be used: .* found nan"),
        ({"cash": "many"}, "cash cannot be used: .* found 'many'"),
        ({"cash": True}, "cash cannot be used"),
        ({"lot": -1}, "lot cannot be used: expected a finite number, 0 or more, found -1"),
        ({"leverage": 0}, "leverage cannot be used"),
        ({"rebalance_band": -0.1}, "rebalance_band cannot be used"),
        ({"participation": -0.1}, "participation cannot be used: expected a finite number, 0 or more"),
        ({"participation": 1.1}, "participation cannot be used: expected a part of the volume, 0 to 1, found 1.1"),
        ({"fill": "yesterday"}, "fill 'yesterday' is not known: expected next-open or signal-close"),
        ({"size_at": "noon"}, "size at 'noon' is not known: expected decision or fill"),
        ({"numbers": "roman"}, "numbers 'roman' is not known: expected float or exact"),
        ({"lots": {NAMES[0]: -1}}, "lot of AAA.XNYS cannot be used"),
        ({"lots": {"AAA": 1}}, "a lot is given for AAA, which is not in the run: expected instruments among AAA.XNYS"),
        ({"multipliers": {NAMES[0]: 0}}, "multiplier of AAA.XNYS cannot be used"),
        ({"multipliers": {"ES": 50}}, "a multiplier is given for ES"),
        ({"costs": 5}, "costs are not a cost: expected as PerShare"),
        ({"engine": "warp"}, "engine 'warp' is not known: expected auto or runtime or kernel"),
        ({"allocation": Slots({"ZZZ": 0.5})}, "a slot is given for ZZZ, which is not in the run"),
    ],
)
def test_assumptions_that_cannot_be_used_are_told(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        backtest(Columns([0.0] * 5), ROWS, **terms)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MovingAverage(fast=50, slow=20), "do not cross: expected fast below slow"),
        (lambda: MovingAverage(fast=0), "fast of MovingAverage does not take 0: expected a whole number from 1 to 500"),
        (lambda: MovingAverage(fats=3), "MovingAverage has no parameter 'fats': .*; did you mean fast"),
        (lambda: Breakout(exit_lookback=100), "the exit channel is longer than the entry channel"),
        (lambda: EqualSlots(0), "more than 0"),
        (lambda: Slots({"AAA.XNYS": -1}), "0 or more"),
    ],
)  # fmt: skip
def test_parameters_out_of_range_are_told(make: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(100, 100, 0, 100)], "low price of AAA.XNYS cannot be traded at: expected finite .*, found 0.0 in row 0"),
        ([None, (100, np.inf, 90, 100)], "the high price .* found inf in row 1"),
        ([(-5, 100, 90, 100)], "the open price"),
    ],
)  # fmt: skip
def test_impossible_prices_are_told(rows: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        backtest(Columns([0.0] * len(rows)), bars_of(rows))


def test_too_few_bars_are_told() -> None:
    with pytest.raises(DataError, match=r"the warm-up of MovingAverage.*expected more than 50 bars, found 5 bars"):
        backtest(MovingAverage(), ROWS)
    with pytest.raises(DataError, match="there are no bars to run on"):
        backtest(Columns([]), ROWS.rows(0, 0))


def test_an_action_of_a_stranger_is_told() -> None:
    with pytest.raises(InputError, match="an action is given for BBB"):
        market_of(bars_of(flat_rows(3), actions=[dividend_on(1, 1.0, NAMES[1])]))


class Flat(Cost):
    """An own model: one a fill."""

    def fee(self, quantity: float, price: float) -> float:
        return 1.0


def test_the_kernel_says_what_it_cannot_do() -> None:
    for terms, message in (
        ({"costs": Flat()}, "own cost model|the kernel cannot charge"),
        ({"numbers": "exact"}, "the kernel counts with floats"),
    ):
        with pytest.raises(InputError, match=message):
            backtest(Columns([0.0] * 5), ROWS, engine="kernel", **terms)
    with pytest.raises(InputError, match="Script handles events, which the kernel cannot compile"):
        backtest(Script({}), ROWS, engine="kernel")
    with pytest.raises(InputError, match="the kernel cannot charge"):
        run_kernel(market_of(ROWS), Assumptions(costs=Flat()), wishes=wishes(np.zeros((5, 1))))


def test_an_own_cost_model_is_charged_by_the_runtime() -> None:
    run = backtest(Columns([1.0, np.nan, np.nan, 0.0, np.nan]), ROWS, costs=Flat() * 2, engine="auto")
    assert run.engine == "runtime"
    assert run.fees == 4.0
    exact = backtest(Columns([1.0, np.nan, np.nan, 0.0, np.nan]), ROWS, costs=Flat() * 2, numbers="exact")
    assert exact.fees == 4.0


def test_newest_bar_strategies_are_asked_bar_by_bar() -> None:
    class Rising(Strategy):
        def generate_signal(self, bars: Bars) -> Any:
            if len(bars) < 3:
                return float("nan")
            up = float(bars.close[-1] > bars.close[-2])
            return Signals(up, stop_loss=bars.close[-1] * 0.95, take_profit=bars.close[-1] * 1.05)

    bars = random_bars(3, rows=40)
    newest = backtest(Rising(), bars, engine="kernel")
    rising = np.concatenate(([np.nan, np.nan], np.where(bars.close[2:] > bars.close[1:-1], 1.0, 0.0)))
    hold = np.isnan(rising)
    levels = [np.where(hold, np.nan, bars.close * factor) for factor in (0.95, 1.05)]
    columns = backtest(Columns(rising, *levels), bars, engine="runtime")
    assert newest.equity.tolist() == columns.equity.tolist()
    assert newest.fills.price.tolist() == columns.fills.price.tolist()


def test_a_strategy_may_answer_with_a_frame_s_column() -> None:
    class Frame:
        def to_numpy(self) -> Any:
            return np.array([1.0, np.nan, np.nan, np.nan, np.nan])

    assert len(backtest(Columns(Frame()), ROWS).fills) == 1


class Forger(Strategy):
    """Writes better prices into history."""

    def generate_signals(self, bars: Bars) -> Any:
        bars.closes[:] = 1.0
        return np.ones(bars.close.shape)


@pytest.mark.parametrize("engine", ["runtime", "kernel"])
def test_a_strategy_cannot_change_the_bars_it_is_shown(engine: str) -> None:
    tested = bars_of(flat_rows(5))
    before = tested.closes.copy()
    with pytest.raises(StrategyError, match="read-only"):
        backtest(Forger(), tested, engine=engine)
    assert np.array_equal(tested.closes, before)
