"""Strategies with a leak planted in each, every one of another kind; the line that leaks is marked with `# LEAK`."""

import bisect
import math
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import tradewright as tw
from tradewright.indicators import ema, rsi, sma
from tradewright.trading.bars import Bars

KEPT: dict[str, Any] = {}
"""What one run leaves to the next."""
HOLIDAYS = {f"day {number}": number for number in range(3)}


def moved(values: np.ndarray, by: int) -> np.ndarray:
    """Values as of `by` rows later, NaN where there are none."""
    found = np.full(len(values), np.nan)
    found[: len(values) - by] = values[by:]  # LEAK of whoever uses it
    return found


class ShiftedBack(tw.Strategy):
    """shift(-1): the next close."""

    def generate_signals(self, bars: Bars) -> Any:
        following = np.roll(bars.close, -1)  # LEAK
        return tw.where(following > bars.close, 1.0, 0.0)


class CentredWindow(tw.Strategy):
    """A mean over rows on both sides."""

    def generate_signals(self, bars: Bars) -> Any:
        padded = np.pad(bars.close, 3, mode="edge")
        smooth = sliding_window_view(padded, 7).mean(axis=1)  # LEAK
        return tw.where(bars.close < smooth, 1.0, 0.0)


class Standardized(tw.Strategy):
    """A z-score with mean and deviation of all rows."""

    def generate_signals(self, bars: Bars) -> Any:
        returns = np.diff(bars.close, prepend=bars.close[0]) / bars.close
        score = (returns - returns.mean()) / returns.std()  # LEAK
        return tw.where(score < -1.0, 1.0, tw.where(score > 0.5, 0.0, math.nan))


class BelowTheTop(tw.Strategy):
    """The highest price of the whole period."""

    def generate_signals(self, bars: Bars) -> Any:
        top = float(bars.high.max())  # LEAK
        return tw.where(bars.close < 0.9 * top, 1.0, 0.0)


class FittedToAll(tw.Strategy):
    """A straight line fitted to every row, in-sample."""

    def generate_signals(self, bars: Bars) -> Any:
        rows = np.arange(len(bars), dtype=float)
        slope, level = np.polyfit(rows, np.log(bars.close), 1)  # LEAK
        return tw.where(np.log(bars.close) < level + slope * rows, 1.0, 0.0)


class CloseOfToday(tw.Strategy):
    """The close of the day, known at every hour of it."""

    def generate_signals(self, bars: Bars) -> Any:
        days, place = np.unique(bars.session, return_inverse=True)
        last = np.searchsorted(bars.session, days, side="right") - 1
        daily = bars.close[last][place]  # LEAK
        return tw.where(bars.close < daily, 1.0, 0.0)


class FilledBackwards(tw.Strategy):
    """Gaps filled with what comes after them."""

    def generate_signals(self, bars: Bars) -> Any:
        sparse = np.where(np.arange(len(bars)) % 5 == 0, bars.close, np.nan)
        rows = np.where(np.isnan(sparse), len(bars) - 1, np.arange(len(bars)))
        later = np.minimum.accumulate(rows[::-1])[::-1]
        filled = bars.close[later]  # LEAK
        return tw.where(filled > bars.close, 1.0, 0.0)


class Repainted(tw.Strategy):
    """A zigzag: a low is a low because of the rows after it."""

    def generate_signals(self, bars: Bars) -> Any:
        strength = np.full(len(bars), np.nan)
        for row in range(4, len(bars)):
            around = bars.low[row - 4 : row + 5]  # LEAK
            if bars.low[row] == around.min():
                strength[row] = 1.0
            elif bars.high[row] > bars.high[row - 4 : row].max() * 1.03:
                strength[row] = 0.0
        return strength


class AbsoluteRow(tw.Strategy):
    """A row that is known by its number."""

    def generate_signals(self, bars: Bars) -> Any:
        anchor = float(bars.close[150])  # LEAK
        return tw.where(bars.close < anchor, 1.0, 0.0)


class LeftBehind(tw.Strategy):
    """The closes of the last run decide this one."""

    def generate_signals(self, bars: Bars) -> Any:
        before = KEPT.get("closes")
        KEPT["closes"] = bars.close.copy()
        if before is None or len(before) != len(bars):
            return np.zeros(len(bars))
        return tw.where(moved(before, 1) > bars.close, 1.0, 0.0)


class BeforeTheEnd(tw.Strategy):
    """Out of the market before the data end."""

    def generate_signals(self, bars: Bars) -> Any:
        strength = np.where(bars.close > sma(bars.close, 5), 1.0, 0.0)
        strength[max(len(bars) - 10, 0) :] = 0.0  # LEAK
        return strength


class RankedOverTime(tw.Strategy):
    """The rank of a row among all rows."""

    def generate_signals(self, bars: Bars) -> Any:
        rank = bars.close.argsort().argsort() / len(bars)  # LEAK
        return tw.where(rank < 0.3, 1.0, 0.0)


class DateToCome(tw.Strategy):
    """The row of a date that has not come yet."""

    def generate_signals(self, bars: Bars) -> Any:
        crash = int(np.searchsorted(bars.session, 50))  # LEAK
        rows = np.arange(len(bars))
        return np.where(rows < crash - 20, 1.0, 0.0)


class TargetOfTheNextOpen(tw.Strategy):
    """A take-profit that is set after the next open."""

    def generate_signals(self, bars: Bars) -> Any:
        strength = np.where(np.arange(len(bars)) % 10 == 0, 1.0, math.nan)
        strength[5::10] = 0.0
        goal = moved(bars.open, 1) * 1.01  # LEAK
        return tw.Signals(strength, take_profit=np.where(strength == 1.0, goal, math.nan))


class StopOfTomorrow(tw.Strategy):
    """A stop right below a low that has not been made."""

    def generate_signals(self, bars: Bars) -> Any:
        strength = np.where(np.arange(len(bars)) % 10 == 0, 1.0, math.nan)
        strength[7::10] = 0.0
        lowest = moved(bars.low, 1) - 0.01  # LEAK
        return tw.Signals(strength, stop_loss=np.where(strength == 1.0, lowest, math.nan))


class TurnsOfTheData(tw.Strategy):
    """A calendar of events that was made of the very data: the days of the largest moves."""

    def generate_signals(self, bars: Bars) -> Any:
        moves = np.abs(np.diff(bars.close, prepend=bars.close[0]))
        events = np.sort(np.argsort(moves)[-8:])  # LEAK
        days = events.tolist()
        strength = np.zeros(len(bars))
        for row in range(len(bars)):
            following = bisect.bisect_left(days, row + 1)
            if following < len(days) and days[following] - row <= 3:
                strength[row] = 1.0
        return strength


class SmoothedTwice(tw.Strategy):
    """An average that runs backwards over one that runs forwards: no lag, and no honesty."""

    def generate_signals(self, bars: Bars) -> Any:
        forward = ema(bars.close, 8)
        smooth = ema(np.nan_to_num(forward[::-1], nan=float(bars.close[-1])), 8)[::-1]  # LEAK
        return tw.where(bars.close < smooth, 1.0, 0.0)


class BehindTheView(tw.Strategy):
    """Asked for the newest bar, it looks behind the view that it was given."""

    def generate_signal(self, bars: Bars) -> Any:
        whole = bars.closes.base if bars.closes.base is not None else bars.closes  # LEAK
        ahead = min(len(bars), len(whole) - 1)
        return 1.0 if float(whole[ahead].item()) > float(bars.close[-1]) else 0.0  # LEAK


class ThroughTheContext(tw.Strategy):
    """Handling events, it reaches into the engine for the next bar."""

    def on_bar(self, context: Any, bar: Any) -> None:
        closes = context._market.seen.closes  # LEAK
        row = min(context.row + 1, len(closes) - 1)
        following = float(closes[row, 0])  # LEAK
        if following > bar.close and context.position.is_flat:
            context.enter(weight=0.9)
        elif following < bar.close and not context.position.is_flat:
            context.close()


class RangeOfTheBar(tw.Strategy):
    """A limit at the low of the bar in which it fills."""

    def on_bar(self, context: Any, bar: Any) -> None:
        lows = context._market.seen.lows  # LEAK
        low = float(lows[min(context.row + 1, len(lows) - 1), 0])  # LEAK
        if context.position.is_flat and not context.has_order:
            context.buy(10, limit=low, time_in_force="day")
        elif not context.position.is_flat:
            context.close()


class FillsAhead(tw.Strategy):
    """The next value of an indicator, through a helper of the same file."""

    def generate_signals(self, bars: Bars) -> Any:
        ahead = moved(rsi(bars.close, 5), 2)  # LEAK
        return tw.where(ahead > 60, 1.0, tw.where(ahead < 40, 0.0, math.nan))


class AskedTheClock(tw.Strategy):
    """What is decided depends on when it is asked."""

    def on_bar(self, context: Any, bar: Any) -> None:
        if time.time_ns() % 2 and context.position.is_flat:  # LEAK
            context.enter()
        else:
            context.close()


class TossedACoin(tw.Strategy):
    """Chance without a seed."""

    def generate_signal(self, bars: Bars) -> Any:
        return 1.0 if random.random() < 0.5 else 0.0  # LEAK


class ReadAFile(tw.Strategy):
    """Something is read that no cut can reach."""

    def on_start(self, context: Any) -> None:
        self.words = Path(__file__).read_text(encoding="utf-8")  # LEAK

    def on_bar(self, context: Any, bar: Any) -> None:
        if len(self.words) > 10 and context.position.is_flat:
            context.enter()


TOMORROW = np.linspace(1.0, 2.0, 400)


class BroughtAlong(tw.Strategy):
    """Columns that were computed elsewhere, over the whole period."""

    def generate_signals(self, bars: Bars) -> Any:
        return np.where(np.resize(TOMORROW, len(bars)) > 1.5, 1.0, 0.0)  # LEAK


AHEAD: tuple[type[tw.Strategy], ...] = (
    ShiftedBack, CentredWindow, Standardized, BelowTheTop, FittedToAll, CloseOfToday, FilledBackwards, Repainted,
    AbsoluteRow, BeforeTheEnd, RankedOverTime, DateToCome, TargetOfTheNextOpen, StopOfTomorrow, TurnsOfTheData,
    SmoothedTwice, BehindTheView, ThroughTheContext, RangeOfTheBar, FillsAhead,
)  # fmt: skip
"""Their orders change with the future."""
OUTSIDE: tuple[tuple[type[tw.Strategy], str], ...] = (
    (AskedTheClock, "clock"), (TossedACoin, "chance"), (ReadAFile, "file"), (BroughtAlong, "data"),
)  # fmt: skip
