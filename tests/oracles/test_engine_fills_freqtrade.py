"""freqtrade's scenarios of stop-loss, take-profit (ROI), trailing stop and signal exit, both directions, gaps.

Fifteen of the 26 follow rules that ours share; the others are listed with the reason why our answer differs, and with
their convention, under which their trade follows from the bars alone.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.shared_data import FOLDER, shared
from tests.unit.engine.engine_samples import bars_of, both, row_of

from tradewright.trading.strategies.strategy import Strategy

pytestmark = pytest.mark.oracle

QUANTITY = 10.0
DIFFERENT = {
    "tc12": "their trailing stop moves within a bar on the bar's own high; ours moves after the bar",
    "tc34": "the same, within the bar of the entry",
    "tc36": "the same, by a custom stop",
    "tc38": "the same, short",
    "tc16": "their target that ends in the middle of a bar sells at the bar's low",
    "tc20": "their target that falls in the middle of a bar sells at its price below the open; ours at the open",
    "tc24": "their target comes before a stop that the bar has opened beyond; ours fills the stop at the open",
    "tc40": "their buy limit above the market fills at the bar's high; ours at the better open",
    "tc48": "their buy limit above the market fills at its price; ours at the better open",
    "tc52": "the same",
    "tc44": "their sell limit below the market fills at the bar's low; ours at the better open",
}
Bars = list[list[float]]
OPEN, HIGH, LOW = 1, 2, 3
THEIRS: dict[str, tuple[str, Callable[[dict[str, Any], Bars], tuple[float, float]]]] = {
    "tc12": (
        "the bar's high moves the stop, then the bar's low meets it",
        lambda case, bars: (bars[1][OPEN], bars[2][HIGH] * (1 - case["trailing_stop_positive"])),
    ),
    "tc34": (
        "within the bar of the entry the price ticks up and falls: the stop is its distance behind the open",
        lambda case, bars: (bars[1][OPEN], bars[1][OPEN] * (1 - case["trailing_stop_positive"])),
    ),
    "tc36": (
        "the same, and no price outside the bar",
        lambda case, bars: (bars[1][OPEN], max(bars[1][OPEN] * (1 - case["trailing_stop_positive"]), bars[1][LOW])),
    ),
    "tc38": (
        "the same, short",
        lambda case, bars: (bars[1][OPEN], min(bars[1][OPEN] * (1 + case["trailing_stop_positive"]), bars[1][HIGH])),
    ),
    "tc16": (
        "a target that gives up in the middle of a bar sells at the bar's low",
        lambda case, bars: (bars[1][OPEN], bars[3][LOW]),
    ),
    "tc20": (
        "a target that falls in the middle of a bar sells at its price, whatever the open",
        lambda case, bars: (bars[1][OPEN], bars[1][OPEN] * (1 + case["roi"]["119"])),
    ),
    "tc24": (
        "the same, before a stop that the bar has opened beyond",
        lambda case, bars: (bars[1][OPEN], bars[1][OPEN] * (1 + case["roi"]["119"])),
    ),
    "tc40": (
        "a buy limit above the bar fills at its high, and its stop is counted from there",
        lambda case, bars: (bars[1][HIGH], bars[1][HIGH] * (1 + case["stop_loss"])),
    ),
    "tc44": (
        "a sell limit below the bar fills at its low",
        lambda case, bars: (bars[1][OPEN], max(case["custom_exit_price"], bars[3][LOW])),
    ),
    "tc48": (
        "a buy limit above the open and within the bar fills at its own price",
        lambda case, bars: (case["adjust_entry_price"], bars[4][OPEN]),
    ),
    "tc52": (
        "the same, and its stop is counted from there",
        lambda case, bars: (case["adjust_entry_price"], case["adjust_entry_price"] * (1 + case["stop_loss"])),
    ),
}
"""Their convention in words, and entry and exit as it makes them of the bars."""
REASON = {
    "STOP_LOSS": "stop_loss", "TRAILING_STOP_LOSS": "stop_loss", "ROI": "take_profit", "EXIT_SIGNAL": "order",
    "FORCE_EXIT": "order",
}  # fmt: skip


class Freqtrade(Strategy):
    """Enters after a signal; stop and target are fractions of the entry price: the next open, or the limit."""

    def __init__(self, case: dict[str, Any]) -> None:
        super().__init__()
        self.case = case
        self.side = 1
        self.entry = self.best = 0.0
        self.entered = self.order = self.exit_order = 0

    def on_bar(self, context: Any, bar: Any) -> None:
        row = row_of(bar.time)
        signals = [*self.case["data"][row][6:10], 0, 0][:4]
        if row < len(self.case["data"]) - 1 and (signals[0] or signals[2]):
            self.side = 1 if signals[0] else -1
            self.enter(context, self.case["data"][row + 1][1], limit=self.case.get("custom_entry_price", 0))
            return
        if not context.position.is_flat:
            self.manage(context, bar, row)
            if signals[1] or signals[3]:
                self.leave(context, limit=self.case.get("custom_exit_price", 0))
            elif self.exit_order and row == len(self.case["data"]) - 2:
                context.cancel(self.exit_order)
                self.leave(context, limit=0)
        elif self.order and not self.entered and self.case.get("adjust_entry_price"):
            context.cancel(self.order)
            self.enter(context, 0.0, limit=self.case["adjust_entry_price"])

    def enter(self, context: Any, next_open: float, *, limit: float) -> None:
        self.entry = self.best = limit or next_open
        trade = context.buy if self.side > 0 else context.sell
        stop = self.beyond(self.case["stop_loss"])
        self.order = trade(QUANTITY, limit=limit, stop_loss=stop, take_profit=self.target(0))

    def leave(self, context: Any, *, limit: float) -> None:
        if self.exit_order == 0 or limit == 0:
            trade = context.sell if self.side > 0 else context.buy
            self.exit_order = trade(QUANTITY, limit=limit)

    def manage(self, context: Any, bar: Any, row: int) -> None:
        """Trail the stop by the best price so far; lower the target as time goes by."""
        self.entered = self.entered or row
        best = bar.high if self.side > 0 else bar.low
        self.best = max(self.best, best) if self.side > 0 else min(self.best, best)
        context.protect(take_profit=self.target(60 * (row + 1 - self.entered)))
        offset = self.case.get("trailing_stop_positive_offset", 0.0)
        is_reached = self.side * (self.best / self.entry - 1.0) >= offset
        if not self.case.get("trailing_stop") or (self.case.get("trailing_only_offset_is_reached") and not is_reached):
            return
        trail = self.case.get("trailing_stop_positive", -self.case["stop_loss"])
        context.protect(stop_loss=self.best * (1 - self.side * trail))

    def beyond(self, fraction: float) -> float:
        return self.entry * (1 + self.side * fraction)

    def target(self, minutes: int) -> float:
        known = [part for since, part in self.case["roi"].items() if int(since) <= minutes]
        return self.beyond(known[-1]) if known else 0.0


class FreqtradeTrailing(Freqtrade):
    """The same with a trailing order of the venue, made once the trade has gained its offset."""

    def manage(self, context: Any, bar: Any, row: int) -> None:
        best = bar.high if self.side > 0 else bar.low
        offset = self.case.get("trailing_stop_positive_offset", 0.0)
        if not self.exit_order and self.side * (best / self.entry - 1.0) >= offset:
            trade = context.sell if self.side > 0 else context.buy
            trail = self.case.get("trailing_stop_positive", -self.case["stop_loss"])
            self.exit_order = trade(QUANTITY, trail_percent=100 * trail, reduces_only=True)


class FreqtradeChild(Freqtrade):
    """The same with a trailing stop that sleeps until the entry fills, and lives in that bar."""

    def enter(self, context: Any, next_open: float, *, limit: float) -> None:
        trail = 100 * self.case.get("trailing_stop_positive", -self.case["stop_loss"])
        self.order = context.buy(QUANTITY)
        context.sell(QUANTITY, trail_percent=trail, after=self.order, reduces_only=True)

    def manage(self, context: Any, bar: Any, row: int) -> None:
        """The stop follows by itself."""


def cases() -> list[dict[str, Any]]:
    return list(json.loads(shared("oracles/fills_freqtrade/cases.json").read_text())) if FOLDER.exists() else []


def played(case: dict[str, Any]) -> Any:
    bars = bars_of([(float(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in case["data"]])
    return both(lambda: Freqtrade(case), bars, cash=1e6)


@pytest.mark.parametrize(
    "case", [case for case in cases() if case["name"] not in DIFFERENT], ids=lambda case: case["name"]
)
def test_shared_rules_give_their_trades(case: dict[str, Any]) -> None:
    f = played(case).fills
    trips = [(n, n + 1) for n in range(0, len(f), 2)]
    assert len(f) == 2 * len(case["trades"])
    gained = 0.0
    for (first, last), trade in zip(trips, case["trades"], strict=True):
        side = -1 if trade.get("is_short") else 1
        assert (f.row[first], f.row[last]) == (trade["open_tick"], trade["close_tick"])
        assert ("order", "target", "stop_loss", "take_profit")[f.role[last]] == REASON[trade["exit_reason"]]
        gained += side * (f.price[last] / f.price[first] - 1.0)
    assert gained == pytest.approx(case["profit_perc"], abs=0.0005)


@pytest.mark.parametrize(
    "case",
    [case for case in cases() if case.get("trailing_stop") and case["name"] not in DIFFERENT],
    ids=lambda case: case["name"],
)
def test_a_trailing_order_gives_their_trailing_trades(case: dict[str, Any]) -> None:
    bars = bars_of([(float(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in case["data"]])
    run = both(lambda: FreqtradeTrailing(case), bars, cash=1e6)
    (trade,) = case["trades"]
    side = -1 if trade.get("is_short") else 1
    assert run.fills.row.tolist() == [trade["open_tick"], trade["close_tick"]]
    assert side * (run.fills.price[1] / run.fills.price[0] - 1.0) == pytest.approx(case["profit_perc"], abs=0.0005)


@pytest.mark.parametrize("case", [case for case in cases() if case["name"] in DIFFERENT], ids=lambda case: case["name"])
def test_other_rules_give_other_trades(case: dict[str, Any]) -> None:
    f = played(case).fills
    trade = case["trades"][0]
    side = -1 if trade.get("is_short") else 1
    ours = (f.row.tolist(), side * (f.price[-1] / f.price[0] - 1.0))
    theirs = ([trade["open_tick"], trade["close_tick"]], pytest.approx(case["profit_perc"], abs=0.0005))
    assert ours != theirs, DIFFERENT[case["name"]]


@pytest.mark.parametrize("case", [case for case in cases() if case["name"] in DIFFERENT], ids=lambda case: case["name"])
def test_their_convention_gives_their_profit(case: dict[str, Any]) -> None:
    convention, trade = THEIRS[case["name"]]
    entry, left = trade(case, [row[:1] + [float(price) for price in row[1:5]] for row in case["data"]])
    side = -1 if case["trades"][0].get("is_short") else 1
    assert side * (left / entry - 1) == pytest.approx(case["profit_perc"], abs=0.0005), convention


def test_a_trailing_stop_that_its_entry_wakes_gives_their_exit_in_the_bar_of_the_entry() -> None:
    if not FOLDER.exists():
        pytest.skip("the shared data folder is not beside this checkout")
    (case,) = [case for case in cases() if case["name"] == "tc34"]
    bars = bars_of([(float(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in case["data"]])
    f = both(lambda: FreqtradeChild(case), bars, cash=1e6).fills
    assert f.row.tolist() == [case["trades"][0]["open_tick"], case["trades"][0]["close_tick"]]
    assert f.price[1] / f.price[0] - 1.0 == pytest.approx(case["profit_perc"], abs=0.0005)


def test_no_scenario_is_forgotten() -> None:
    if not FOLDER.exists():
        pytest.skip("the shared data folder is not beside this checkout")
    names = {case["name"] for case in cases()}
    assert len(names) == 26
    assert set(DIFFERENT) < names
    assert set(DIFFERENT) == set(THEIRS)
