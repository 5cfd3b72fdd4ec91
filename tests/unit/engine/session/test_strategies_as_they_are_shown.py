"""What a strategy sees in a session, when it is asked, and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import (
    NAMES,
    Columns,
    Gambler,
    Script,
    backtest,
    bars_of,
    both,
    flat_rows,
    market_of,
    random_bars,
    split_on,
)
from tests.unit.engine.session.session_walk import Walk, slices_of, terms_of

from tradewright.domain.errors import DataError, InputError, StrategyError
from tradewright.engine.assumptions import AdjustedTo, Assumptions
from tradewright.engine.session.strategies.history import FIRST_ROOM, GrowingMarket
from tradewright.engine.session.strategies.live import LiveStrategy
from tradewright.ports.hosts import (
    CancelWish,
    OrderWish,
    ProtectWish,
    Shown,
    ShownFill,
    ShownPosition,
    TargetWish,
    Wish,
)
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.strategy import Signals, Strategy


def shown_of(bars: Bars, *, trades_from: int = 0, **other: Any) -> list[Shown]:
    """The bars as a session with an idle account shows them."""
    stated: dict[str, Any] = {"cash": 1000.0, "equity": 1000.0, "positions": {}, "working": {}}
    return [Shown(slice=one, **(stated | other)) for one in slices_of(bars, trades_from=trades_from)]


def live(strategy: Strategy, bars: Bars, **terms: Any) -> LiveStrategy:
    return LiveStrategy(strategy, terms_of(bars, **terms))


def wishes_of(strategy: Strategy, bars: Bars, *, trades_from: int = 0, **terms: Any) -> list[tuple[Wish, ...]]:
    program = live(strategy, bars, **terms)
    return [program.show(one) for one in shown_of(bars, trades_from=trades_from)]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000), width=st.integers(1, 3), actions=st.integers(0, 4), missing=st.sampled_from([0, 0.3])
)
def test_history_that_grows_is_history_adjusted_to_its_first_row(
    seed: int, width: int, actions: int, missing: float
) -> None:
    bars = random_bars(seed, rows=30, width=width, actions=actions, missing=missing, session_bars=2)
    whole = market_of(bars, adjusted_to="first")
    growing = GrowingMarket(bars.instruments, bars.timeframe)
    for row, one in enumerate(slices_of(bars)):
        growing.append(one)
        for name in ("opens", "highs", "lows", "closes", "volumes", "time", "session"):
            expected = getattr(whole.seen, name)[: row + 1]
            assert np.array_equal(getattr(growing.seen, name), expected, equal_nan=name not in {"time", "session"}), (
                name
            )
        factor = np.ones_like(bars.closes) if whole.factor is None else whole.factor
        assert growing.factor is not None
        assert np.array_equal(growing.factor, factor[: row + 1])
        assert np.allclose(growing.mark, whole.mark[row], rtol=1e-14)
    assert len(growing) == len(bars)
    assert (growing.seen.prices, growing.seen.actions) == (whole.seen.prices, whole.seen.actions)


def test_marks_do_not_depend_on_what_prices_are_adjusted_to() -> None:
    bars = random_bars(3, rows=30, width=2, actions=4, missing=0.3)
    assert np.array_equal(market_of(bars, adjusted_to="first").mark, market_of(bars).mark)


def test_a_split_is_no_jump_and_prices_go_back_to_raw() -> None:
    bars = bars_of([(100, 110, 90, 100), (50, 55, 45, 50), (60, 66, 54, 60)], actions=[split_on(1, 2.0)])
    seen: list[tuple[float, float]] = []
    script = Script({2: lambda context, bar: context.buy(1, limit=bar.close, stop_loss=bar.low)})

    class Looks(Strategy):
        def on_bar(self, context: Any, bar: Any) -> None:
            seen.append((bar.close, bar.volume))
            script.on_bar(context, bar)

    (order,) = wishes_of(Looks(), bars)[2]
    assert seen == [(100.0, 1000.0), (100.0, 500.0), (120.0, 500.0)]
    assert isinstance(order, OrderWish)
    assert (order.limit, order.stop_loss) == (60.0, 54.0)


def test_a_run_adjusted_to_the_first_row_trades_like_one_adjusted_to_the_last() -> None:
    bars = random_bars(11, rows=80, actions=2)
    first = both(lambda: MovingAverage(fast=3, slow=7), bars, adjusted_to="first")
    last = both(lambda: MovingAverage(fast=3, slow=7), bars)
    assert first.fills.quantity.tolist() == last.fills.quantity.tolist()
    assert first.fills.price.tolist() == last.fills.price.tolist()


def test_history_outgrows_its_first_room() -> None:
    bars = bars_of(flat_rows(FIRST_ROOM + 5))
    program = live(MovingAverage(fast=2, slow=3), bars)
    kept: list[Bars] = []

    class Keeps(Strategy):
        def generate_signal(self, bars: Bars) -> float:
            kept.append(bars)
            return 1.0

    program = live(Keeps(), bars)
    for one in shown_of(bars):
        program.show(one)
    assert [len(one) for one in kept] == list(range(1, FIRST_ROOM + 6))
    assert kept[-1].closes[:, 0].tolist() == [100.0] * (FIRST_ROOM + 5)
    with pytest.raises(ValueError, match="read-only"):
        kept[-1].closes[0] = 1.0


def test_before_it_trades_a_run_asks_for_nothing_at_either_speed() -> None:
    bars = random_bars(5, rows=60, width=2)
    begin = int(bars.time[30])
    runs = [
        both(lambda: MovingAverage(fast=3, slow=7), bars, trades_from_ns=begin),
        both(lambda: Gambler(1, 0.9), bars, trades_from_ns=begin),
        both(lambda: MovingAverage(fast=3, slow=7), bars, trades_from_ns=begin, rebalance_band=0.02),
    ]
    for run in runs:
        assert len(run.fills)
        assert 31 <= run.fills.row.min() <= 33
    assert not len(backtest(MovingAverage(), bars, trades_from_ns=int(bars.time[-1]) + 1).fills)


def test_a_level_held_since_the_warm_up_is_news_when_trading_begins() -> None:
    bars = bars_of(flat_rows(6))
    run = backtest(Columns(np.ones(6)), bars, trades_from_ns=int(bars.time[3]))
    assert run.fills.row.tolist() == [4]


@pytest.mark.parametrize("wrong", [1.5, "2020", True])
def test_trading_from_no_moment_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="trades from cannot be used"):
        Assumptions(trades_from_ns=wrong)


def test_prices_are_adjusted_to_the_first_or_the_last_row() -> None:
    assert Assumptions().adjusted_to is AdjustedTo.LAST
    with pytest.raises(InputError, match="expected last or first"):
        Assumptions(adjusted_to="middle")  # type: ignore[arg-type]


class Newest(Strategy):
    """Says what it is told to say."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)

    def generate_signal(self, bars: Bars) -> Any:
        return self.answers[len(bars) - 1]


def test_prices_without_an_opinion_move_protection() -> None:
    bars = bars_of(flat_rows(3), flat_rows(3))
    nothing = float("nan")
    strategy = Newest(
        Signals([1.0, nothing], stop_loss=[90.0, 80.0]),
        Signals([nothing, nothing], take_profit=[nothing, 120.0]),
        [nothing, -1.0],
    )
    assert wishes_of(strategy, bars) == [
        (TargetWish(NAMES[0], 0.5, 90.0), ProtectWish(NAMES[1], 80.0)),
        (ProtectWish(NAMES[1], 0.0, 120.0),),
        (TargetWish(NAMES[1], -0.5),),
    ]


def test_each_may_use_all_where_the_terms_say_so() -> None:
    bars = bars_of(flat_rows(1), flat_rows(1))
    (wishes,) = wishes_of(Columns([[1.0, 0.5]]), bars, allocation="whole")
    assert wishes == (TargetWish(NAMES[0], 1.0), TargetWish(NAMES[1], 0.5))


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        (Newest(0.0, 2.0), "strength out of range: expected .* found 2.0 for AAA.XNYS in row 1"),
        (Newest(0.0, Signals(1.0, stop_loss=-3.0)), "stop_loss that is no price: expected .* found row 1"),
        (Newest(0.0, [1.0, 2.0]), "wrong number of values"),
        (Newest(0.0, "much"), "gave no number"),
        (Newest(0.0), "Newest.generate_signal raised IndexError in line"),
        (Columns([1.0]), "strength of the wrong length"),
    ],
)  # fmt: skip
def test_nonsense_is_told_as_in_a_backtest(strategy: Strategy, told: str) -> None:
    bars = bars_of(flat_rows(2))
    program = live(strategy, bars)
    with pytest.raises(StrategyError, match=told):
        for one in shown_of(bars):
            program.show(one)


def test_a_strategy_is_not_asked_before_its_warm_up_is_over() -> None:
    class Late(Newest):
        def warm_up_bars(self) -> int:
            return 2

    assert wishes_of(Late(None, None, 1.0), bars_of(flat_rows(3))) == [(), (), (TargetWish(NAMES[0], 1.0),)]


def test_a_warm_up_is_seen_and_nothing_comes_of_it() -> None:
    bars = bars_of(flat_rows(4))
    told: list[int] = []

    class Trades(Strategy):
        def on_start(self, context: Any) -> None:
            assert (context.cash, context.equity, context.time) == (1000.0, 1000.0, int(bars.time[0]))

        def on_bar(self, context: Any, bar: Any) -> None:
            context.target(1.0)
            context.protect(stop_loss=90.0)
            told.append(context.buy(1))
            context.cancel(1)

    assert wishes_of(Trades(), bars, trades_from=3)[:3] == [(), (), ()]
    assert told == [0, 0, 0, 1]
    assert wishes_of(Newest(1.0, 1.0, 1.0, 1.0), bars, trades_from=3)[2:] == [(), (TargetWish(NAMES[0], 1.0),)]


def test_an_order_works_at_once_and_a_target_too_where_it_leads_to_one() -> None:
    bars = bars_of(flat_rows(1), flat_rows(1))
    seen: list[bool] = []

    class Looks(Strategy):
        def on_bar(self, context: Any, bar: Any) -> None:
            seen.append(context.has_order)
            if bar.instrument == NAMES[0]:
                context.buy(1)
            else:
                context.close()  # flat already: no order
                seen.append(context.has_order)
                context.target(0.5)
            seen.append(context.has_order)

    program = live(Looks(), bars)
    program.show(replace(shown_of(bars)[0], working={-7: NAMES[1], 9: "OTHER.XNYS"}))
    assert seen == [False, True, True, True, True]
    seen.clear()
    live(Looks(), bars).show(shown_of(bars)[0])
    assert seen == [False, True, False, False, True]


def test_positions_and_fills_are_those_that_are_shown() -> None:
    bars = bars_of([(100, 100, 100, 100), (50, 50, 50, 50)], actions=[split_on(1, 2.0)])
    told: list[Any] = []

    class Hears(Strategy):
        def on_fill(self, context: Any, fill: Any) -> None:
            told.append((fill.order, fill.quantity, fill.price, fill.fee, fill.reason, context.position.quantity))
            context.cancel(fill.order)

        def on_bar(self, context: Any, bar: Any) -> None:
            told.append((context.cash, context.equity, context.position.average_price))

    first, second = shown_of(bars)
    fills = (
        ShownFill(3, NAMES[0], 1.0, 100.0, 0.5, "plain", slice=1),
        ShownFill(0, NAMES[0], -1.0, 50.0, 0.5, "flatten"),
    )
    program = live(Hears(), bars)
    program.show(first)
    held = {NAMES[0]: ShownPosition(4.0, 200.0), "OTHER.XNYS": ShownPosition(1.0, 1.0)}
    wishes = program.show(replace(second, cash=7.0, equity=9.0, positions=held, fills=fills))
    assert told[1:] == [
        (3, 1.0, 100.0, 0.5, "order", 4.0),
        (0, -1.0, 100.0, 0.5, "liquidation", 4.0),
        (7.0, 9.0, 50.0),
    ]
    assert wishes == (CancelWish(3), CancelWish(0))


def test_the_newest_slice_shown_once_more_gets_the_same_answer() -> None:
    walk = Walk(Gambler(4, 0.9), random_bars(4, rows=30, width=2)).run()
    program = LiveStrategy(Gambler(4, 0.9), walk.terms)
    for one, answer in zip(walk.shown, walk.answers, strict=True):
        assert program.show(replace(one, is_again=True)) == answer
        assert program.show(one) == answer


def test_what_is_shown_out_of_place_is_refused() -> None:
    bars = bars_of(flat_rows(2))
    first, second = shown_of(bars)
    program = live(MovingAverage(), bars)
    with pytest.raises(DataError, match="does not fit the strategy's instruments"):
        program.show(replace(first, slice=replace(first.slice, bars=())))
    program.show(second)
    with pytest.raises(DataError, match="not later than the one before"):
        program.show(first)
    strange = ShownFill(1, "OTHER.XNYS", 1.0, 1.0, 0.0, "plain")
    with pytest.raises(DataError, match=r"none of the strategy's \(plain in OTHER.XNYS\)"):
        live(Script({}), bars).show(replace(first, fills=(strange,)))


@pytest.mark.parametrize("moment", ["on_start", "on_fill", "on_bar", "on_end"])
def test_what_a_handler_raises_is_told_with_its_line(moment: str) -> None:
    bars = bars_of(flat_rows(1))

    class Breaks(Strategy):
        def on_bar(self, context: Any, bar: Any) -> None:
            pass

    def broken(self: Strategy, *arguments: Any) -> None:
        raise KeyError("nothing")

    setattr(Breaks, moment, broken)
    program = live(Breaks(), bars)
    fill = ShownFill(1, NAMES[0], 1.0, 100.0, 0.0, "plain")

    def all_of_it() -> None:
        program.show(replace(shown_of(bars)[0], fills=(fill,)))
        program.end()

    with pytest.raises(StrategyError, match=rf"Breaks.{moment} raised KeyError in line \d+ of test_strategies_as_they"):
        all_of_it()


def test_an_error_of_ours_passes_as_it_is() -> None:
    bars = bars_of(flat_rows(1))

    class Early(Strategy):
        def on_start(self, context: Any) -> None:
            context.buy(1)

        def on_bar(self, context: Any, bar: Any) -> None:
            pass

    class Ends(Strategy):
        def on_bar(self, context: Any, bar: Any) -> None:
            pass

        def on_end(self, context: Any) -> None:
            context.buy(-1)

    with pytest.raises(StrategyError, match="trades before the first bar"):
        live(Early(), bars).show(shown_of(bars)[0])
    program = live(Ends(), bars)
    program.end()  # nothing was shown, so there is nothing to end
    program.show(shown_of(bars)[0])
    with pytest.raises(StrategyError, match="finite number above 0"):
        program.end()


def test_terms_that_cannot_be_are_refused() -> None:
    bars = bars_of(flat_rows(1))

    class Endless(MovingAverage):
        def warm_up_bars(self) -> Any:
            return "long"

    with pytest.raises(InputError, match="needs an instrument"):
        live(MovingAverage(), bars, instruments=())
    with pytest.raises(InputError, match="allocation greedy is not known"):
        live(MovingAverage(), bars, allocation="greedy")
    with pytest.raises(InputError, match="timeframe 'often' is not understood"):
        live(MovingAverage(), bars, interval="often")
    with pytest.raises(StrategyError, match="expected a whole number, 0 or more, found 'long'"):
        live(Endless(), bars)


def test_every_term_of_an_order_becomes_a_wish() -> None:
    bars = bars_of(flat_rows(6))
    until = int(bars.time[5])
    deeds: dict[int, Any] = {
        0: lambda c, b: c.buy(1, limit=99.0, stop=101.0, time_in_force="gtd", expires=until, group=7),
        1: lambda c, b: c.sell(2, trail=3.0, reduces_only=True, time_in_force="day"),
        2: lambda c, b: c.sell(2, trail_percent=5.0, time_in_force="gtc"),
        3: lambda c, b: c.buy(1, time_in_force="at_close", stop_loss=90.0, take_profit=110.0),
    }
    found = [wishes[0] for wishes in wishes_of(Script(deeds), bars)[:4]]
    first, second, third, fourth = [wish for wish in found if isinstance(wish, OrderWish)]
    assert (first.kind, first.limit, first.stop, first.time_in_force) == ("stop_limit", 99.0, 101.0, "gtd")
    assert (first.expires_ns, first.group, first.side) == (until, "7", "BUY")
    assert (second.kind, second.trail, second.reduces_only, second.time_in_force) == ("trailing_stop", 3.0, True, "day")
    assert (third.trail_share, third.time_in_force, third.number, third.group) == (0.05, "gtc", 3, "")
    assert (fourth.time_in_force, fourth.stop_loss, fourth.take_profit) == ("at_close", 90.0, 110.0)
