"""How a session does: how late its loop is, what waits, how long a commit takes, how fast an event becomes an order.

This file decides how durations are counted: in fixed buckets, eight to each doubling, so that a year of them takes as
much memory as a minute and a quantile is at most an eighth too high (Tene's HdrHistogram has the same idea).
"""

from array import array
from dataclasses import dataclass, field
from typing import Final

_PARTS: Final = 8
_OCTAVES: Final = 40
_PLACES: Final = _PARTS * _OCTAVES


class Histogram:
    """Counts of whole numbers from 0 on: nanoseconds, or pieces. Above 10^12 everything is in the last bucket."""

    __slots__ = ("_counts", "count", "largest", "total")

    def __init__(self) -> None:
        self._counts = array("Q", bytes(8 * _PLACES))
        self.count = 0
        self.total = 0
        self.largest = 0

    def record(self, value: int) -> None:
        """Count one; below 0 counts as 0."""
        value = max(0, value)
        self._counts[_place(value)] += 1
        self.count += 1
        self.total += value
        self.largest = max(self.largest, value)

    def quantile(self, share: float) -> int:
        """The value that so large a share does not exceed: up to an eighth too high, never too low; 0 without any."""
        wanted, seen = share * self.count, 0
        for place, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return min(_highest(place), self.largest)
        return self.largest


def _place(value: int) -> int:
    if value < _PARTS:
        return value
    octave = value.bit_length() - 4
    return min(_PARTS * (octave + 1) + ((value >> octave) & (_PARTS - 1)), _PLACES - 1)


def _highest(place: int) -> int:
    if place < _PARTS:
        return place
    octave = place // _PARTS - 1
    return ((_PARTS + place % _PARTS + 1) << octave) - 1


@dataclass(frozen=True, slots=True)
class SessionMetrics:
    """One session's counts since it began in this process; durations in nanoseconds."""

    loop_lag: Histogram = field(default_factory=Histogram)
    """How much later than asked the loop woke."""
    waiting: Histogram = field(default_factory=Histogram)
    """Inputs in the inbox when a group was taken."""
    group: Histogram = field(default_factory=Histogram)
    """Inputs in a group."""
    commit: Histogram = field(default_factory=Histogram)
    decision: Histogram = field(default_factory=Histogram)
    """From taking an input up to the last fact and effect that followed from it."""
    to_wire: Histogram = field(default_factory=Histogram)
    """From the arrival of an input to the hand-over of the order that it led to."""
