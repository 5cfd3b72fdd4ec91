"""An indicator of your own: one step function, and the same floats over columns and bar by bar.

A step takes its state, the inputs of one bar and its parameters, and gives the next state and the answer. It uses
+ - * /, `math` and plain loops, so it can be compiled; columns and streaming are made from it.
"""

import math

import numpy as np

import tradewright as tw
from tradewright.indicators import Definition, Parameter, SingleLine, ValueFed, output_of


def streak_step(state, memory, at, close, most):
    """Bars in a row that rose (above zero) or fell (below), at most so many."""
    before, streak = state
    if close > before:
        streak = min(max(streak, 0.0) + 1.0, most)
    elif close < before:
        streak = max(min(streak, 0.0) - 1.0, -most)
    return (close, streak), streak


STREAK = Definition(
    name="streak", title="Streak", description="Bars in a row that rose or fell.", source="own",
    inputs=("value",), outputs=("streak",), parameters=(Parameter("most", 10.0, "cap on either side"),),
    step=streak_step, start=lambda most: ((math.nan, 0.0), []), warm_up=lambda most: 0,
)  # fmt: skip


class Streak(ValueFed, SingleLine):
    """The streak, bar by bar."""

    definition = STREAK


class BuyWeakness(tw.Strategy):
    """Long after some falling days in a row, flat after the first rising one."""

    falls: int = tw.parameter(4, low=1, high=10)

    def generate_signals(self, bars):
        streak = output_of(STREAK, (bars.close,))
        return tw.where(streak <= -self.falls, 1.0, tw.where(streak > 0, 0.0, math.nan))


bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM")
live = Streak()
one_by_one = [live.update(close) for close in bars.close]

print("columns and bar by bar are the same:", np.array_equal(output_of(STREAK, (bars.close,)), one_by_one))
print(tw.backtest(BuyWeakness(), bars))
