"""Every planted leak is found, and its line is named; strategies that are honest are accused of nothing."""

import copy
import dataclasses
import gc
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans, integers
from tests.unit.research import planted_leaks
from tests.unit.research.planted_leaks import AHEAD, OUTSIDE, LeftBehind

import tradewright as tw
from tradewright.domain.errors import DataError, StrategyError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.backtest import run_backtest
from tradewright.research.lookahead.check import check
from tradewright.research.lookahead.report import HonestyReport, Kind, Verdict
from tradewright.simulation.broker import SimulatedBroker
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.registry import REGISTRY
from tradewright.trading.strategies.strategy import Strategy

ENGINE = partial(run_backtest, broker_factory=SimulatedBroker)
LINES = Path(planted_leaks.__file__).read_text(encoding="utf-8").splitlines()


def walk(rows: int, width: int = 1, *, seed: int = 11) -> Bars:
    """A random walk in hours, five a session."""
    chance = np.random.default_rng(seed)
    closes = np.round(100 * np.exp(np.cumsum(chance.normal(0.0002, 0.012, (rows, width)), axis=0)), 2)
    opens = np.round(np.vstack((np.full((1, width), 100.0), closes[:-1])) * chance.normal(1, 0.002, (rows, width)), 2)
    high, low = np.maximum(opens, closes) + 0.25, np.minimum(opens, closes) - 0.25
    return Bars(
        tuple(f"I{n}.XNYS" for n in range(width)),
        Timeframe.parse("1h"),
        np.arange(1, rows + 1, dtype=np.int64) * 3_600_000_000_000,
        (np.arange(rows) // 5).astype(np.int32),
        opens,
        high,
        low,
        closes,
        np.full((rows, width), 1e6),
    )


def checked(
    make: Callable[[], Strategy], bars: Bars, *, is_fast: bool = True, fill: str = "next-open"
) -> HonestyReport:
    assumptions = Assumptions(fill=fill)  # type: ignore[arg-type]
    return check(make, bars, assumptions=assumptions, engine=ENGINE, is_fast=is_fast)


def marked_lines(kind: type[Strategy]) -> list[int]:
    """The lines of a class that are marked as its leak."""
    first = next(number for number, text in enumerate(LINES, 1) if text.startswith(f"class {kind.__name__}("))
    last = next((n for n, text in enumerate(LINES, 1) if n > first and text.startswith("class ")), len(LINES))
    helper = [n for n, text in enumerate(LINES, 1) if "# LEAK of whoever uses it" in text]
    own = [number for number in range(first, last) if "# LEAK" in LINES[number - 1]]
    return [*own, *(helper if any("moved(" in LINES[number - 1] for number in own) else [])]


@pytest.mark.parametrize("kind", AHEAD, ids=[one.__name__ for one in AHEAD])
def test_a_planted_leak_is_found_and_its_line_is_named(kind: type[Strategy]) -> None:
    (found,) = checked(kind, walk(300)).of(Kind.LOOK_AHEAD)
    assert found.verdict is Verdict.FINDING, found
    assert found.place is not None, found
    assert found.place.line in marked_lines(kind), (found.place, found.story)


@pytest.mark.parametrize(("kind", "what"), OUTSIDE, ids=[one.__name__ for one, _ in OUTSIDE])
def test_what_comes_from_outside_of_the_bars_is_found_with_its_line(kind: type[Strategy], what: str) -> None:
    report = checked(kind, walk(200))
    found = [one for one in report.of(Kind.OUTSIDE) if one.facts.get("what") == what]
    assert len(found) == 1 and found[0].verdict is Verdict.FINDING, report
    assert found[0].place is not None and found[0].place.line in marked_lines(kind), found
    assert not report.is_clean


def test_a_library_that_measures_itself_while_the_strategy_works_is_not_the_strategy() -> None:
    measured = partial(logging.LogRecord, "library", 0, "path", 0, "collected")  # it asks for the time
    gc.callbacks.append(measured)
    try:
        report = checked(Collecting, walk(60))
    finally:
        gc.callbacks.remove(measured)
    assert report.of(Kind.OUTSIDE)[0].verdict is Verdict.CLEAN, report.findings


class Collecting(tw.Strategy):
    """Honest, and tidy: what others have registered runs while it is at work."""

    def generate_signal(self, bars: Bars) -> Any:
        gc.collect(0)
        return 1.0 if float(bars.close[-1]) > float(bars.open[-1]) else 0.0


def test_chance_makes_cuts_say_nothing_and_that_is_said() -> None:
    report = checked(planted_leaks.TossedACoin, walk(200))
    assert report.of(Kind.NOT_REPEATABLE)[0].verdict is Verdict.FINDING
    assert report.of(Kind.LOOK_AHEAD)[0].verdict is Verdict.NOT_CHECKED


def test_what_a_run_leaves_to_the_next_is_found() -> None:
    planted_leaks.KEPT.clear()
    (found,) = checked(LeftBehind, walk(200)).of(Kind.NOT_REPEATABLE)
    assert found.verdict is Verdict.FINDING, found


class MeansOverTime(tw.Strategy):
    """Honest, in ways that look like leaks: reversed slices, cumulated extremes, a loop with windows up to its row."""

    def generate_signals(self, bars: Bars) -> Any:
        unused = np.roll(bars.close, -1)
        del unused
        lowest = np.minimum.accumulate(bars.low)
        strength = np.full(len(bars), np.nan)
        for row in range(10, len(bars)):
            window = bars.close[row - 9 : row + 1]
            mean = float(window[::-1].mean())
            strength[row] = 1.0 if bars.close[row] < mean and bars.low[row] > lowest[row] else 0.0
        return strength


class CountsItsRows(tw.Strategy):
    """Honest: it keeps what it has seen in itself, and draws from a generator with a seed."""

    def on_start(self, context: Any) -> None:
        self.chance = np.random.default_rng(5)
        self.seen: list[float] = []

    def on_bar(self, context: Any, bar: Any) -> None:
        self.seen.append(bar.close)
        mean = sum(self.seen[-20:]) / len(self.seen[-20:])
        if bar.close > mean and self.chance.random() < 0.5:
            context.target(0.5)
        elif bar.close < mean:
            context.close()


class NewestOnly(tw.Strategy):
    """Honest: one opinion, of the bars up to now."""

    def generate_signal(self, bars: Bars) -> Any:
        return 1.0 if float(bars.close[-1]) > float(bars.close[-10:].mean()) else 0.0


HONEST = (MeansOverTime, CountsItsRows, NewestOnly)


@pytest.mark.parametrize("kind", HONEST, ids=[one.__name__ for one in HONEST])
def test_honest_strategies_are_accused_of_nothing(kind: type[Strategy]) -> None:
    report = checked(kind, walk(250), is_fast=False)
    assert report.is_clean, report.findings
    assert report.orders > 5 and report.cuts > 20


@pytest.mark.parametrize("name", REGISTRY)
@pytest.mark.parametrize("seed", [3, 4])
def test_built_in_strategies_are_accused_of_nothing_on_any_walk(name: str, seed: int) -> None:
    width = REGISTRY[name].instrument_count or (3 if name == "momentum_rotation" or seed == 4 else 1)
    report = checked(REGISTRY[name], walk(600, width, seed=seed))
    assert report.is_clean, report.findings
    assert report.orders > 0


@given(seed=integers(0, 10_000), rows=integers(250, 400), short=booleans())
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_walk_makes_a_breakout_or_a_crossover_look_ahead(seed: int, rows: int, short: bool) -> None:
    bars = walk(rows, seed=seed)
    for made in (Breakout(lookback=20, exit_lookback=10, short=short), MovingAverage(fast=3, slow=9)):
        report = checked(lambda made=made: copy.deepcopy(made), bars)  # type: ignore[misc]
        assert report.is_clean, report.findings


def test_fills_at_the_close_that_decided_them_are_told() -> None:
    report = checked(NewestOnly, walk(200), fill="signal-close")
    (found,) = report.of(Kind.SAME_BAR)
    assert found.verdict is Verdict.FINDING and int(found.facts["fills"]) > 10


class AboveFifty(tw.Strategy):
    """Compares a price with a number."""

    def generate_signals(self, bars: Bars) -> Any:
        return tw.where(bars.close > 50.0, 1.0, 0.0)


def with_split(bars: Bars) -> Bars:
    """The shares are split four for one in the middle."""
    middle = int(bars.session[len(bars) // 2])
    after = bars.session >= middle
    scale = np.where(after, 0.25, 1.0)[:, None]
    prices = {name: getattr(bars, name) * scale for name in ("opens", "highs", "lows", "closes")}
    split = CorporateAction(middle, bars.instruments[0], ActionKind.SPLIT, 4.0)
    return dataclasses.replace(bars, **prices, actions=(split,))


def test_a_price_that_is_compared_with_a_number_is_told_where_splits_lie() -> None:
    bars = with_split(walk(300))
    assert checked(AboveFifty, bars).of(Kind.ADJUSTED_PRICES)[0].verdict is Verdict.FINDING
    assert checked(NewestOnly, bars).of(Kind.ADJUSTED_PRICES)[0].verdict is Verdict.CLEAN
    assert checked(NewestOnly, bars).is_clean


class LongMemory(tw.Strategy):
    """Needs 40 bars and says 5."""

    def warm_up_bars(self) -> int:
        return 5

    def on_start(self, context: Any) -> None:
        self.seen: list[float] = []

    def on_bar(self, context: Any, bar: Any) -> None:
        self.seen.append(bar.close)
        if len(self.seen) > 40:
            context.target(0.9)


def test_a_later_start_tells_how_many_bars_a_strategy_needs() -> None:
    (told,) = checked(LongMemory, walk(300), is_fast=False).of(Kind.WARM_UP)
    assert told.verdict is Verdict.REMARK
    assert told.facts == {"needed": 41, "declared": 5}


def test_a_universe_that_all_live_is_remarked_and_one_that_ends_is_not() -> None:
    bars = walk(1400, 3)
    (told,) = checked(REGISTRY["moving_average"], bars).of(Kind.SURVIVORSHIP)
    assert told.verdict is Verdict.REMARK and told.facts["instruments"] == 3
    for column in (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes):
        column[-40:, 1] = np.nan
    (told,) = checked(REGISTRY["moving_average"], bars).of(Kind.SURVIVORSHIP)
    assert told.verdict is Verdict.CLEAN and told.facts["ended"] == 1


def test_progress_is_told_and_never_goes_back() -> None:
    told: list[tuple[int, int | None]] = []
    check(
        NewestOnly,
        walk(100),
        assumptions=Assumptions(),
        engine=ENGINE,
        is_fast=True,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == sorted(done for done, _ in told) and len(told) > 10
    assert all(total is not None and done <= total for done, total in told)


def test_too_few_bars_are_refused() -> None:
    with pytest.raises(DataError, match="too few bars"):
        checked(NewestOnly, walk(19))


def test_what_the_strategy_raises_over_all_bars_is_raised() -> None:
    class Broken(tw.Strategy):
        def generate_signal(self, bars: Bars) -> Any:
            raise ValueError("no")

    with pytest.raises(StrategyError, match="raised ValueError"):
        checked(Broken, walk(60))
