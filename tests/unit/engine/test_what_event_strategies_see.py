"""What an event strategy sees and asks: bars, positions, indicators, history, fills; prices adjusted for splits."""

import math
from typing import Any

import numpy as np
import pytest
from tests.unit.engine.engine_samples import (
    NAMES,
    Script,
    backtest,
    bars_of,
    both,
    dividend_on,
    flat_rows,
    random_bars,
    row_of,
    split_on,
    told_endings,
    told_fills,
)

from tradewright.domain.matching.plan import delta_to
from tradewright.indicators import Sma
from tradewright.trading.sizing.allocation import Slots
from tradewright.trading.strategies.strategy import Strategy


class Diary(Strategy):
    """Writes down what it sees, and does what it is told on a row."""

    def __init__(self, look: Any, deeds: dict[int, Any] | None = None) -> None:
        super().__init__()
        self.look = look
        self.deeds = deeds or {}
        self.pages: list[Any] = []
        self.told: list[Any] = []
        self.ended = False

    def on_bar(self, context: Any, bar: Any) -> None:
        self.pages.append(self.look(context, bar))
        deed = self.deeds.pop(row_of(bar.time), None)
        if deed is not None:
            deed(context, bar)

    def on_fill(self, context: Any, fill: Any) -> None:
        assert context.instrument == fill.instrument
        assert fill.fee == 0.0
        self.told.append((row_of(context.time), fill.order, fill.quantity, fill.price, fill.reason))

    def on_end(self, context: Any) -> None:
        self.ended = True
        assert context.buy(1) == 0
        context.target(1.0)
        context.protect(stop_loss=1.0)
        context.cancel(1)


def test_a_bar_shows_its_columns() -> None:
    diary = Diary(lambda c, b: (b.instrument, row_of(b.time), b.open, b.high, b.low, b.close, b.volume, repr(b)[:13]))
    backtest(diary, bars_of([(10, 12, 9, 11), None, (11, 13, 10, 12)]))
    assert diary.pages == [
        (NAMES[0], 0, 10.0, 12.0, 9.0, 11.0, 1000.0, "Bar(AAA.XNYS,"),
        (NAMES[0], 2, 11.0, 13.0, 10.0, 12.0, 1000.0, "Bar(AAA.XNYS,"),
    ]
    assert diary.ended


def test_a_position_is_live() -> None:
    diary = Diary(
        lambda c, b: (
            c.position.quantity,
            c.position.is_flat,
            c.position.is_long,
            c.position.is_short,
            str(c.position),
        ),
        {0: lambda c, b: c.buy(10), 1: lambda c, b: c.sell(15)},
    )
    backtest(diary, bars_of([(100, 100, 100, 100), (50, 50, 50, 50), (60, 60, 60, 60)]))
    assert diary.pages == [
        (0.0, True, False, False, "Position(0 at nan)"),
        (10.0, False, True, False, "Position(10 at 50)"),
        (-5.0, False, False, True, "Position(-5 at 60)"),
    ]


def test_positions_of_all_instruments_are_seen_by_name() -> None:
    def look(context: Any, bar: Any) -> Any:
        positions = context.positions
        return len(positions), list(positions), positions[NAMES[1]].quantity

    diary = Diary(look, {0: lambda c, b: c.buy(7, instrument="BBB")})
    backtest(diary, bars_of(flat_rows(2), flat_rows(2)))
    assert diary.pages[-1] == (2, list(NAMES[:2]), 7.0)


def test_average_price_is_nan_while_flat_and_counts_the_multiplier() -> None:
    diary = Diary(lambda c, b: c.position.average_price, {0: lambda c, b: c.buy(2)})
    backtest(diary, bars_of([(100,) * 4, (110,) * 4]), multipliers={NAMES[0]: 5.0})
    assert math.isnan(diary.pages[0])
    assert diary.pages[1] == 110.0


def test_cash_equity_and_orders_are_seen() -> None:
    diary = Diary(
        lambda c, b: (c.cash, c.equity, c.has_order, c.instruments, c.instrument), {0: lambda c, b: c.buy(10, limit=98)}
    )
    backtest(diary, bars_of([(100,) * 4, (100, 101, 99, 100), (98, 98, 98, 98), (97, 97, 97, 97)]))
    assert [page[:3] for page in diary.pages] == [
        (100_000.0, 100_000.0, False),
        (100_000.0, 100_000.0, True),
        (99_020.0, 100_000.0, False),
        (99_020.0, 99_990.0, False),
    ]
    assert diary.pages[0][3:] == ((NAMES[0],), NAMES[0])


def test_history_ends_now() -> None:
    diary = Diary(lambda c, b: c.history(2).close.tolist())
    backtest(diary, bars_of([(p, p, p, p) for p in (10.0, 11.0, 12.0)]))
    assert diary.pages == [[10.0], [10.0, 11.0], [11.0, 12.0]]


class Averages(Strategy):
    """One moving average per instrument."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, Any]] = []

    def on_start(self, context: Any) -> None:
        assert (context.time > 0, context.equity, context.cash) == (True, 100_000.0, 100_000.0)
        self.average = context.indicator(Sma(2))

    def on_bar(self, context: Any, bar: Any) -> None:
        self.seen.append((bar.instrument, self.average.value))


def test_an_indicator_is_fed_before_the_bar_for_each_instrument_on_its_own() -> None:
    strategy = Averages()
    backtest(strategy, bars_of([(10,) * 4, (12,) * 4], [(50,) * 4, (70,) * 4]))
    assert [name for name, _ in strategy.seen] == [NAMES[0], NAMES[1]] * 2
    assert [value for _, value in strategy.seen][2:] == [11.0, 60.0]
    with pytest.raises(AttributeError, match="value belongs to an indicator"):
        strategy.average.value = 3


def test_an_indicator_of_a_single_instrument_is_itself() -> None:
    strategy = Averages()
    backtest(strategy, bars_of([(10,) * 4, (12,) * 4]))
    assert strategy.seen[1] == (NAMES[0], 11.0)
    assert isinstance(strategy.average, Sma)


def test_fills_are_told_before_the_bar_and_those_of_a_close_with_the_next_one() -> None:
    diary = Diary(lambda c, b: None, {0: lambda c, b: c.buy(10, stop_loss=95), 2: lambda c, b: c.sell(1)})
    rows = [(100,) * 4, (101,) * 4, (101,) * 4, (101,) * 4]
    backtest(diary, bars_of(rows))
    assert diary.told == [
        (1, 1, 10.0, 101.0, "order"),
        (3, 3, -1.0, 101.0, "order"),
    ]
    diary = Diary(lambda c, b: None, {0: lambda c, b: c.buy(10), 3: lambda c, b: c.sell(1)})
    backtest(diary, bars_of(rows), fill="signal-close")
    assert [(row, price) for row, *_, price, _ in diary.told] == [(1, 100.0), (3, 101.0)]


def test_what_is_asked_after_the_last_bar_goes_nowhere() -> None:
    diary = Diary(lambda c, b: None, {0: lambda c, b: c.buy(10)})
    run = both(lambda: Diary(lambda c, b: None, {0: lambda c, b: c.buy(10)}), bars_of(flat_rows(3)))
    backtest(diary, bars_of(flat_rows(3)))
    assert told_fills(run) == [(1, "order", 10.0, 100.0)]
    assert told_endings(run) == []


def test_prices_are_seen_as_they_are_counted_today() -> None:
    """Before a two-for-one split a price of 100 is seen as 50, and a limit of 48 reaches the market as 96."""
    diary = Diary(lambda c, b: (b.close, b.volume, c.history(1).close[-1]), {0: lambda c, b: c.buy(10, limit=48)})
    bars = bars_of([(100,) * 4, (100, 100, 95, 97), (50, 51, 49, 50)], actions=[split_on(2, 2), dividend_on(2, 0.5)])
    run = backtest(diary, bars)
    assert diary.pages == [(50.0, 2000.0, 50.0), (48.5, 2000.0, 48.5), (50.0, 1000.0, 50.0)]
    assert told_fills(run) == [(1, "order", 10.0, 96.0)]
    assert diary.told[0][2:] == (10.0, 48.0, "order")
    assert run.quantity.tolist() == [20.0]
    assert run.splits == ((2, 0, 2.0),)
    assert run.dividends == 10.0


def test_enter_fills_a_slot() -> None:
    def deed(context: Any, bar: Any) -> None:
        context.enter(weight=0.5, stop_loss=90, take_profit=120, reason="a reason")

    run = backtest(Script({0: deed}), bars_of(flat_rows(3)), allocation=Slots({NAMES[0]: 0.4}))
    assert told_fills(run) == [(1, "target", 200.0, 100.0)]


def test_a_target_for_an_instrument_without_a_bar_yet_is_not_taken() -> None:
    silent: list[Any] = [None, None, (100.0,) * 4]
    run = both(lambda: Script({0: lambda c, b: c.target(0.5, instrument="BBB")}), bars_of(flat_rows(3), silent))
    assert told_fills(run) == []


def test_dust_of_floats_is_not_a_position() -> None:
    deeds = {0: lambda c, b: c.buy(0.1), 1: lambda c, b: c.buy(0.2), 2: lambda c, b: c.sell(0.3)}
    assert 0.1 + 0.2 - 0.3 != 0
    run = both(lambda: Script(dict(deeds)), bars_of(flat_rows(5)), lot=0.1)
    assert run.quantity.tolist() == [0.0]
    assert run.basis.tolist() == [0.0]


def test_a_target_is_not_asked_for_the_dust_of_floats() -> None:
    deeds = {0: lambda c, b: c.buy(0.1), 1: lambda c, b: c.buy(0.2), 2: lambda c, b: c.target(0.3)}
    bars = bars_of(flat_rows(5, 1.0))
    assert len(both(lambda: Script(dict(deeds)), bars, lot=0.1, cash=1.0).fills) == 2
    assert delta_to(0.5, 2.0, 1.0, 1.0, 0.0, 1.0 + 1e-12) == 0.0


def test_columns_of_a_run_follow_its_changes() -> None:
    run = backtest(Script({0: lambda c, b: c.sell(10)}), bars_of([(100,) * 4, (100,) * 4, (90,) * 4]))
    assert run.cash.tolist() == [100_000.0, 101_000.0, 101_000.0]
    assert run.gross.tolist() == [0.0, 1000.0, 900.0]
    assert run.net.tolist() == [0.0, -1000.0, -900.0]
    assert run.equity.tolist() == [100_000.0, 100_000.0, 100_100.0]


def test_a_multiplier_counts_in_cash_equity_and_exposure() -> None:
    bars = bars_of([(100,) * 4, (100,) * 4, (110,) * 4])
    run = both(lambda: Script({0: lambda c, b: c.buy(2)}), bars, multipliers={NAMES[0]: 50.0})
    assert run.cash[-1] == 90_000.0
    assert run.equity[-1] == 101_000.0
    assert run.net[-1] == 11_000.0


def test_marks_of_missing_bars_are_carried_and_split() -> None:
    bars = bars_of([None, (100,) * 4, None, None], actions=[split_on(2, 4)])
    run = backtest(Script({}), bars)
    assert run.mark[:, 0].tolist() == [0.0, 100.0, 25.0, 25.0]
    assert np.isnan(bars.closes[0, 0])


def test_exact_numbers_are_decimals_within() -> None:
    bars = random_bars(11, rows=20)
    run = backtest(Script({0: lambda c, b: c.buy(3), 9: lambda c, b: c.sell(1)}), bars, numbers="exact")
    assert run.fills.price.tolist() == [bars.opens[1, 0], bars.opens[10, 0]]


def test_a_fill_tells_what_is_left_of_its_order() -> None:
    class Counting(Script):
        def on_fill(self, context: Any, fill: Any) -> None:
            left.append((fill.order, fill.remaining, context.has_order))

    left: list[tuple[int, float, bool]] = []
    backtest(Counting({0: lambda c, b: c.buy(25)}), bars_of(flat_rows(5)), participation=0.01)
    assert left == [(1, 15.0, True), (1, 5.0, True), (1, 0.0, False)]
