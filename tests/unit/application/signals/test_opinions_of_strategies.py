"""What a strategy wants after the newest bar, in each dialect, worked out by hand."""

from typing import Any

import numpy as np
import pytest
from tests.contracts.confined_work import CROSSING, bars
from tests.contracts.strategy_hosts import needs_walls

import tradewright as tw
from tradewright.application.confined.signaling import confined_opinions
from tradewright.application.signals.opinions import View, opinions
from tradewright.bootstrap.confining import confinement
from tradewright.bootstrap.engines import backtesting
from tradewright.domain.errors import DataError, StrategyError
from tradewright.trading.strategies.moving_average import MovingAverage


def asked(strategy: tw.Strategy, rows: int = 60) -> list[View]:
    return opinions(strategy, bars().rows(0, rows), engine=backtesting())  # type: ignore[arg-type]


class Columns(tw.Strategy):
    """What it is told to say."""

    def __init__(self, said: list[list[float]]) -> None:
        super().__init__()
        self.said = said

    def generate_signals(self, bars: tw.Bars) -> Any:
        column = np.full((len(bars), 2), np.nan)
        column[-len(self.said) :] = self.said
        return column


def test_columns_give_the_newest_strength_and_the_opinion_before_it() -> None:
    nan = float("nan")
    assert asked(Columns([[0.5, -1.0], [nan, nan], [1.0, nan]])) == [
        View("AAA.XNYS", 1.0, 0.5),
        View("BBB.XNYS", None, -1.0),
    ]
    assert asked(Columns([[0.25, 1 / 3]])) == [View("AAA.XNYS", 0.25, 0.0), View("BBB.XNYS", 0.333333333, 0.0)]


class Newest(tw.Strategy):
    """Long what rose with the newest bar."""

    def generate_signal(self, bars: tw.Bars) -> Any:
        return np.where(bars.closes[-1] > bars.closes[-2], 1.0, -0.5)

    def warm_up_bars(self) -> int:
        return 2


def test_a_strategy_of_the_newest_bar_is_asked_with_it_and_without() -> None:
    closes = bars().closes
    expected = [
        View(name, 1.0 if closes[59, at] > closes[58, at] else -0.5, 1.0 if closes[58, at] > closes[57, at] else -0.5)
        for at, name in enumerate(("AAA.XNYS", "BBB.XNYS"))
    ]
    assert asked(Newest()) == expected
    assert [one.previous for one in asked(Newest(), rows=3)] == [0.0, 0.0]


class Events(tw.Strategy):
    """Half a slot of AAA at bar 40, all of BBB at the newest one."""

    def on_start(self, context: Any) -> None:
        self.rows = 0

    def on_bar(self, context: Any, bar: Any) -> None:
        self.rows += bar.instrument == "AAA.XNYS"
        if (self.rows, bar.instrument) == (40, "AAA.XNYS"):
            context.enter(weight=0.5)
        if (self.rows, bar.instrument) == (60, "BBB.XNYS"):
            context.enter(weight=-1.0)


def test_a_strategy_of_events_is_read_by_what_it_would_hold_at_the_close() -> None:
    found = {one.instrument: one for one in asked(Events())}
    first, second = found["AAA.XNYS"], found["BBB.XNYS"]
    assert first.target == first.previous
    assert first.target == pytest.approx(0.5 * bars().closes[59, 0] / bars().closes[39, 0], rel=0.1)
    assert second.target == pytest.approx(-1.0, abs=1e-4) and second.previous == 0.0


def test_the_future_changes_no_signal_of_the_past() -> None:
    part = bars().rows(0, 80)
    before = opinions(MovingAverage(fast=5, slow=20), part, engine=backtesting())  # type: ignore[arg-type]
    whole = MovingAverage(fast=5, slow=20).generate_signals(bars())
    strengths = np.asarray(whole).reshape(len(bars()), -1)
    assert [one.target for one in before] == strengths[79].tolist()


def test_too_few_bars_and_other_shapes_are_refused() -> None:
    with pytest.raises(DataError, match="too few bars for a signal"):
        asked(MovingAverage(fast=20, slow=50), rows=20)

    class Wrong(tw.Strategy):
        def generate_signals(self, bars: tw.Bars) -> Any:
            return np.zeros(3)

    with pytest.raises(StrategyError, match="another shape"):
        asked(Wrong())


@needs_walls
def test_an_uploaded_strategy_gives_the_same_behind_walls() -> None:
    part = bars().rows(0, 60)
    told = confined_opinions(CROSSING, "Idea", parameters={"fast": 7}, bars=part, confinement=confinement())
    closes = part.closes
    mean = np.stack([np.convolve(closes[:, at], np.ones(7) / 7)[:60] for at in range(2)], axis=1)
    long = np.where(closes > mean, 1.0, 0.0)
    assert told.values == {"fast": 7}
    assert told.views == [
        View(name, float(long[59, at]), float(long[58, at])) for at, name in enumerate(part.instruments)
    ]
