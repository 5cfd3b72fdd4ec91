"""The way within a bar as an assumption: a worked table, the same way point by point, and what holds on every way."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import (
    Deed,
    DeepGambler,
    Price,
    Script,
    bars_of,
    both,
    random_bars,
    told_fills,
)

from tradewright.domain.costs import Cost, Costs, MakerTaker, Slippage, SquareRootImpact, VolumeShareSlippage
from tradewright.domain.errors import InputError
from tradewright.engine.assumptions import Assumptions, Path

FLAT = (100.0, 100.0, 100.0, 100.0)
WAYS = (Path.HIGH_FIRST, Path.LOW_FIRST, Path.NEAREST)
Fills = list[tuple[str, float, float]]


def fills_on(path: str, bar: Price, deed: Deed, **terms: Any) -> Fills:
    run = both(lambda: Script({0: deed}), bars_of([FLAT, bar]), path=path, **terms)
    return [fill[1:] for fill in told_fills(run)]


def buy(**terms: Any) -> Deed:
    return lambda context, bar: context.buy(10, **terms)


IN, OUT = ("order", 10.0), ("take_profit", -10.0)
STOPPED = ("stop_loss", -10.0)
TABLE: tuple[tuple[str, Price, Deed, dict[str, Fills]], ...] = (
    (
        "both protective prices are touched",
        (100, 106, 94, 105),
        buy(stop_loss=95, take_profit=105),
        {
            "worst": [(*IN, 100), (*STOPPED, 95)],
            "open-high-low-close": [(*IN, 100), (*OUT, 105)],
            "open-low-high-close": [(*IN, 100), (*STOPPED, 95)],
            "nearest": [(*IN, 100), (*STOPPED, 95)],
        },
    ),
    (
        "a limit entry and its take-profit",
        (100, 106, 97, 104),
        buy(limit=98, take_profit=105),
        {
            "worst": [(*IN, 98)],
            "open-high-low-close": [(*IN, 98)],
            "open-low-high-close": [(*IN, 98), (*OUT, 105)],
            "nearest": [(*IN, 98), (*OUT, 105)],
        },
    ),
    (
        "a stop entry and its stop-loss",
        (100, 106, 98, 103),
        buy(stop=102, stop_loss=99),
        {
            "worst": [(*IN, 102), (*STOPPED, 99)],
            "open-high-low-close": [(*IN, 102), (*STOPPED, 99)],
            "open-low-high-close": [(*IN, 102)],
            "nearest": [(*IN, 102)],
        },
    ),
    (
        "a limit short of the stop that wakes it",
        (100, 103, 99, 102.5),
        buy(stop=102, limit=101),
        {
            "worst": [],
            "open-high-low-close": [(*IN, 101)],
            "open-low-high-close": [],
            "nearest": [],
        },
    ),
    (
        "a trailing stop",
        (100, 110, 99, 103),
        lambda context, bar: context.sell(10, trail=5),
        {
            "worst": [("order", -10.0, 103)],
            "open-high-low-close": [("order", -10.0, 105)],
            "open-low-high-close": [("order", -10.0, 105)],
            "nearest": [("order", -10.0, 105)],
        },
    ),
)


@pytest.mark.parametrize(("name", "bar", "deed", "told"), TABLE, ids=[row[0] for row in TABLE])
def test_the_worked_table(name: str, bar: Price, deed: Deed, told: dict[str, Fills]) -> None:
    for path, fills in told.items():
        assert fills_on(path, bar, deed) == fills, path


def test_the_nearer_extreme_comes_first_and_the_low_where_both_are_as_near() -> None:
    deed = buy(stop_loss=95, take_profit=104)
    assert fills_on("nearest", (100, 104, 95, 100), deed)[1][0] == "take_profit"
    assert fills_on("nearest", (100, 106, 95, 100), deed)[1][0] == "stop_loss"
    assert fills_on("nearest", (100, 105, 95, 100), deed)[1][0] == "stop_loss"


def points(bar: Price, path: Path) -> list[float]:
    """The way of a bar in steps of half a point."""
    open_, high, low, close = bar
    is_up = path is Path.HIGH_FIRST or (path is Path.NEAREST and high - open_ < open_ - low)
    corners = [open_, high, low, close] if is_up else [open_, low, high, close]
    way = [open_]
    for corner in corners[1:]:
        step = 0.5 if corner > way[-1] else -0.5
        way += np.arange(way[-1] + step, corner + step / 2, step).tolist() if corner != way[-1] else []
    return way


HALVES = st.integers(-8, 8).map(lambda n: 100 + n / 2)


@st.composite
def bar_of_halves(draw: st.DrawFn) -> Price:
    open_, close, one, two = (draw(HALVES) for _ in range(4))
    return open_, max(open_, close, one, two), min(open_, close, one, two), close


@st.composite
def orders_of_halves(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["", "limit", "stop", "touch", "both", "trail"]))
    terms: dict[str, Any] = {"trail": draw(st.integers(1, 8)) / 2} if kind == "trail" else {}
    for name in ("stop", "limit") if kind == "both" else (kind,):
        if name and name != "trail":
            terms[name] = draw(HALVES)
    for name in ("stop_loss", "take_profit"):
        if draw(st.booleans()):
            terms[name] = draw(HALVES)
    return terms


@settings(max_examples=60, deadline=None)
@given(st.lists(bar_of_halves(), min_size=1, max_size=3), orders_of_halves(), st.sampled_from(WAYS), st.booleans())
def test_a_way_fills_as_if_every_point_of_it_were_a_bar(
    bars: list[Price], terms: dict[str, Any], path: Path, is_bought: bool
) -> None:
    """One order and what it protects, over bars and over the very same way point by point."""
    deed: Deed = lambda c, bar: (c.buy if is_bought else c.sell)(10, **terms)  # noqa: E731
    whole = both(lambda: Script({0: deed}), bars_of([FLAT, *bars]), path=path)
    fine = [point for bar in bars for point in points(bar, path)]
    stepped = both(lambda: Script({0: deed}), bars_of([FLAT, *[(p, p, p, p) for p in fine]]))
    assert [fill[1:] for fill in told_fills(whole)] == [fill[1:] for fill in told_fills(stepped)]


@settings(max_examples=60, deadline=None)
@given(bar_of_halves(), orders_of_halves(), st.sampled_from(WAYS), st.booleans())
def test_the_worst_is_never_better_than_any_way_for_a_protected_position(
    bar: Price, terms: dict[str, Any], path: Path, is_bought: bool
) -> None:
    """By the close of the bar in which it was entered; an entry at market, by a limit or by a stop."""
    entry = {name: value for name, value in terms.items() if name in ("limit", "stop_loss", "take_profit")}
    if not entry.get("limit") and "stop" in terms:
        entry["stop"] = terms["stop"]
    deed: Deed = lambda c, bar: (c.buy if is_bought else c.sell)(10, **entry)  # noqa: E731
    bars = bars_of([FLAT, bar])
    worst = both(lambda: Script({0: deed}), bars, path="worst")
    assert worst.equity[-1] <= both(lambda: Script({0: deed}), bars, path=path).equity[-1] + 1e-9


COSTS: tuple[Cost, ...] = (
    Costs(), Slippage(bps=30), MakerTaker(-1, 5), VolumeShareSlippage(0.1, 0.3), SquareRootImpact(0.8, window=5),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from(Path), st.sampled_from(COSTS), st.sampled_from([0.0, 0.1]),
    st.sampled_from([0.0, 0.2]),
)  # fmt: skip
def test_on_any_way_both_speeds_agree_and_no_fill_leaves_its_bar_or_its_limit(
    seed: int, path: Path, costs: Cost, participation: float, missing: float
) -> None:
    bars = random_bars(seed, rows=40, width=2, missing=missing, session_bars=seed % 3 + 1)
    gambler = DeepGambler(seed, 0.8)
    made: list[DeepGambler] = [gambler]
    make: Callable[[], DeepGambler] = lambda: made.pop() if made else DeepGambler(seed, 0.8)  # noqa: E731
    run = both(make, bars, path=path, costs=costs, participation=participation, cash=50_000.0)
    f = run.fills
    seen: dict[int, float] = {}
    columns = (f.row, f.order, f.instrument, f.quantity, f.price, f.asked, f.remaining)
    for row, order, column, quantity, price, asked, remaining in zip(*(c.tolist() for c in columns), strict=True):
        assert bars.lows[row, column] <= price <= bars.highs[row, column]
        kind, level = gambler.asked.get(order, ("", 0.0))
        if kind == "limit" and order not in gambler.replaced:
            assert quantity * (level - price) >= -1e-9
        if order in gambler.ordered and order not in gambler.replaced and "group" not in gambler.ordered[order][2]:
            seen[order] = seen.get(order, 0.0) + asked
            assert seen[order] + remaining == pytest.approx(gambler.ordered[order][0])


def test_a_path_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="path 'best' is not known"):
        Assumptions(path="best")  # type: ignore[arg-type]
