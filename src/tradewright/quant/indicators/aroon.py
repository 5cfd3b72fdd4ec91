"""Aroon: how long ago the last high and the last low were made, 100 for now and 0 for a whole window ago."""

import math
from typing import NamedTuple

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition, Memory, Parameter, window
from tradewright.quant.indicators.series import Columns, outputs_of
from tradewright.quant.indicators.streaming import HighLowFed, Line, ManyLines

nan = math.nan

AroonState = tuple[int, int, int, int]
AROON_START: AroonState = (0, 0, 0, 0)


def highest_age_step(memory: Memory, at: int, place: int, size: int, ties: int) -> int:
    """Rows since the highest value in a ring whose newest is at `place`; of equal ones the newest, or oldest (1)."""
    age = 0
    best = memory[at + place]
    for back in range(1, size):
        slot = place - back
        value = memory[at + (slot if slot >= 0 else slot + size)]
        if value > best or (ties == 1 and value == best):
            best = value
            age = back
    return age


def aroon_step(
    state: AroonState, memory: Memory, at: int, high: float, low: float, window: int, ties: int
) -> tuple[AroonState, tuple[float, float, float]]:
    """One bar: rows seen, place in the rings of highs and of mirrored lows, age of the high and of the low."""
    count, place, high_age, low_age = state
    size = window + 1
    under = at + size
    if count == 0:
        memory[at + place] = high
        memory[under + place] = -low
        return (1, place, 0, 0), (nan, nan, nan)
    peak = place - high_age
    trough = place - low_age
    best_high = memory[at + (peak if peak >= 0 else peak + size)]
    best_low = memory[under + (trough if trough >= 0 else trough + size)]
    place = place + 1 if place < window else 0
    memory[at + place] = high
    memory[under + place] = -low
    high_age = 0 if high > best_high or (ties == 0 and high == best_high) else high_age + 1
    low_age = 0 if -low > best_low or (ties == 0 and -low == best_low) else low_age + 1
    if high_age > window:
        high_age = highest_age_step(memory, at, place, size, ties)
    if low_age > window:
        low_age = highest_age_step(memory, under, place, size, ties)
    if count < window:
        return (count + 1, place, high_age, low_age), (nan, nan, nan)
    up = 100.0 * (window - high_age) / window
    down = 100.0 * (window - low_age) / window
    return (count, place, high_age, low_age), (up, down, up - down)


AROON = Definition(
    name="aroon",
    title="Aroon",
    description="How lately the highest high (up) and the lowest low (down) were made, 0 to 100, and their difference.",
    source="Chande (1995); equal to TA-Lib AROON and AROONOSC; ties='oldest' as Skender",
    inputs=("high", "low"),
    outputs=("up", "down", "oscillator"),
    parameters=(
        window(25),
        Parameter("ties", "newest", "which of equal extremes counts", choices=("newest", "oldest")),
    ),
    step=aroon_step,
    start=lambda window, ties: (AROON_START, [nan] * (2 * window + 2)),
    warm_up=lambda window, ties: window,
    cost=4,
)


class AroonLines(NamedTuple):
    """The three lines, each of the shape of the input."""

    up: Array
    down: Array
    oscillator: Array


def aroon(*columns: Columns, window: int = 25, ties: str = "newest") -> AroonLines:
    """Aroon of high, low (or of bars that have them)."""
    return AroonLines(*outputs_of(AROON, columns, window=window, ties=ties))


class Aroon(HighLowFed[tuple[float, ...]], ManyLines):
    """Aroon, bar by bar."""

    definition = AROON
    up: Line
    down: Line
    oscillator: Line

    def __init__(self, window: int = 25, *, ties: str = "newest") -> None:
        super().__init__(window=window, ties=ties)
