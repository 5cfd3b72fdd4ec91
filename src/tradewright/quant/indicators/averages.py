"""Averages that weigh the newest value most: exponential (and Wilder's) and linear weights."""

import math

from tradewright.quant.indicators.definition import Memory

nan = math.nan

Running = tuple[int, float]
"""Values seen (up to the window), and the average (their sum before it begins)."""

RUNNING: Running = (0, 0.0)
WEIGHTED: tuple[int, float, float, float, int] = (0, 0.0, 0.0, nan, 0)

SEED_SMA = 0
SEED_FIRST = 1


def exponential_step(state: Running, x: float, window: int, weight: float, seed: int) -> tuple[Running, float]:
    """Average that moves by `weight` of the way to each value; see `definition.SEEDS` for how it begins."""
    count, average = state
    if count < window:
        if seed == SEED_SMA:
            count += 1
            average += x
            if count < window:
                return (count, average), nan
            average /= window
            return (count, average), average
        count = window
        if seed == SEED_FIRST:
            average = x
            return (count, average), average
    average += (x - average) * weight
    return (count, average), average


def weighted_step(
    state: tuple[int, float, float, float, int], memory: Memory, at: int, x: float, window: int
) -> tuple[tuple[int, float, float, float, int], float]:
    """Average with weights 1 (oldest) to `window` (newest), by suffixes of suffixes as in `windows.sum_step`."""
    place, prefix, rising, last, run = state
    memory[at + place] = x
    place += 1
    prefix += x
    rising += x * place
    total = memory[at + place] + rising + prefix * (window - place)
    if place == window:
        running = 0.0
        doubled = 0.0
        for slot in range(at + window - 1, at, -1):
            running += memory[slot]
            doubled += running
            memory[slot] = doubled
        place = 0
        prefix = 0.0
        rising = 0.0
    run = run + 1 if x == last else 1
    value = x if run >= window else total / (window * (window + 1) / 2)
    return (place, prefix, rising, x, run), value
