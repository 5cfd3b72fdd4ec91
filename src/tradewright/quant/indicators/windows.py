"""What the last `window` values add up to, reach and stray: the parts that most indicators are made of.

A sliding sum kept by adding the new and taking away the old value drifts, and one huge value spoils it for good. These
parts keep suffixes of the previous block and a prefix of the current one instead (two halves that together are the
window: van Herk 1992, Gil and Werman 1993), so every result is made of the window's own values only, never by
subtraction, at a constant price per row.

Each needs `window + 1` slots of memory (`spread` twice that); unfilled slots are NaN, which is the warm-up.
"""

import math

from tradewright.quant.indicators.definition import Memory

nan = math.nan
inf = math.inf

Walk = tuple[int, float]
"""Place in the block, and what the block has gathered so far."""

SUM: Walk = (0, 0.0)
HIGHEST: Walk = (0, -inf)
LOWEST: Walk = (0, inf)
SPREAD: tuple[int, float, float] = (0, 0.0, 0.0)
MEAN: tuple[Walk, float, int] = (SUM, nan, 0)


def sum_memory(window: int) -> Memory:
    """Slots of `sum_step` and `mean_step`."""
    return [nan] * window + [0.0]


def highest_memory(window: int) -> Memory:
    """Slots of `highest_step`."""
    return [nan] * window + [-inf]


def lowest_memory(window: int) -> Memory:
    """Slots of `lowest_step`."""
    return [nan] * window + [inf]


def spread_memory(window: int) -> Memory:
    """Slots of `spread_step`: means, then squared deviations."""
    return ([nan] * window + [0.0]) * 2


def sum_step(state: Walk, memory: Memory, at: int, x: float, window: int) -> tuple[Walk, float]:
    """Sum of the last `window` values; NaN until there are so many."""
    place, prefix = state
    prefix += x
    memory[at + place] = x
    place += 1
    total = prefix + memory[at + place]
    if place == window:
        running = 0.0
        for slot in range(at + window - 1, at, -1):
            running += memory[slot]
            memory[slot] = running
        place = 0
        prefix = 0.0
    return (place, prefix), total


def mean_step(
    state: tuple[Walk, float, int], memory: Memory, at: int, x: float, window: int
) -> tuple[tuple[Walk, float, int], float]:
    """Mean of the last `window` values; of equal values it is exactly that value, so averages of a flat price tie."""
    walk, last, run = state
    walk, total = sum_step(walk, memory, at, x, window)
    run = run + 1 if x == last else 1
    return (walk, x, run), (x if run >= window else total / window)


def highest_step(state: Walk, memory: Memory, at: int, x: float, window: int) -> tuple[Walk, float]:
    """Highest of the last `window` values; NaN until there are so many."""
    place, prefix = state
    prefix = max(prefix, x)
    memory[at + place] = x
    place += 1
    rest = memory[at + place]
    top = prefix if prefix > rest else rest
    if place == window:
        running = -inf
        for slot in range(at + window - 1, at, -1):
            running = max(running, memory[slot])
            memory[slot] = running
        place = 0
        prefix = -inf
    return (place, prefix), top


def lowest_step(state: Walk, memory: Memory, at: int, x: float, window: int) -> tuple[Walk, float]:
    """Lowest of the last `window` values; NaN until there are so many."""
    place, prefix = state
    prefix = min(prefix, x)
    memory[at + place] = x
    place += 1
    rest = memory[at + place]
    bottom = prefix if prefix < rest else rest
    if place == window:
        running = inf
        for slot in range(at + window - 1, at, -1):
            running = min(running, memory[slot])
            memory[slot] = running
        place = 0
        prefix = inf
    return (place, prefix), bottom


def spread_step(
    state: tuple[int, float, float], memory: Memory, at: int, x: float, window: int
) -> tuple[tuple[int, float, float], float]:
    """Sum of squared deviations from the mean over the last `window` values: never negative, exactly 0 when flat.

    Blocks by Welford (1962), put together by Chan, Golub and LeVeque (1983), eq. 2.1.
    """
    place, mean, squares = state
    beyond = at + window + 1
    memory[at + place] = x
    place += 1
    gap = x - mean
    mean += gap / place
    squares += gap * (x - mean)
    rest = window - place
    between = memory[at + place] - mean
    total = squares + memory[beyond + place] + between * between * (place * rest / window)
    if place == window:
        mean = 0.0
        squares = 0.0
        for count in range(1, window):
            slot = window - count
            gap = memory[at + slot] - mean
            mean += gap / count
            squares += gap * (memory[at + slot] - mean)
            memory[at + slot] = mean
            memory[beyond + slot] = squares
        place = 0
        mean = 0.0
        squares = 0.0
    return (place, mean, squares), total


def delay_step(place: int, memory: Memory, at: int, x: float, lag: int) -> tuple[int, float]:
    """The value `lag` rows ago (a ring of `lag` slots that start as NaN)."""
    old = memory[at + place]
    memory[at + place] = x
    place += 1
    return (0 if place == lag else place), old
