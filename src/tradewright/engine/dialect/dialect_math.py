"""The few functions that a compiled strategy calls where plain Python and machine code would differ, made equal.

Machine code answers NaN or nonsense where Python raises; these raise, with Python's own kinds of error.
"""

import math


def place_in(place, length):
    """The place in a row of `length` numbers, negative ones counted from the end; an IndexError outside of it."""
    if place < 0:
        place = place + length
    if place < 0 or place >= length:
        raise IndexError("a place outside of a row of the strategy's state")
    return place


def square_root(value):
    """math.sqrt; a ValueError below 0."""
    if value < 0:
        raise ValueError("math domain error")
    return math.sqrt(value)


def natural_log(value):
    """math.log; a ValueError at 0 and below."""
    if value <= 0:
        raise ValueError("math domain error")
    return math.log(value)


def exponential(value):
    """math.exp; an OverflowError beyond what a float holds."""
    if 709.782712893384 < value < math.inf:
        raise OverflowError("math range error")
    return math.exp(value)


def whole_of(value):
    """int(value): towards 0; a ValueError for what is no whole number of 64 bits."""
    if not (abs(value) < 9000000000000000000):
        raise ValueError("a number that is not finite, or too large, cannot be made whole")
    return int(value)


def rounded(value):
    """round(value): to the nearest whole number, halves to even."""
    if not (abs(value) < 9000000000000000000):
        raise ValueError("a number that is not finite, or too large, cannot be made whole")
    return round(value)


def floor_of(value):
    """math.floor(value)."""
    if not (abs(value) < 9000000000000000000):
        raise ValueError("a number that is not finite, or too large, cannot be made whole")
    return math.floor(value)


def ceiling_of(value):
    """math.ceil(value)."""
    if not (abs(value) < 9000000000000000000):
        raise ValueError("a number that is not finite, or too large, cannot be made whole")
    return math.ceil(value)


def kept_whole(value):
    """A whole number as it is; a fraction has no bits, and is refused by both speeds."""
    return value | 0


def float_of(code):
    """Infinity by its sign, NaN for 0: numbers that have no spelling."""
    if code == 0:
        return math.nan
    return math.inf if code > 0 else -math.inf
