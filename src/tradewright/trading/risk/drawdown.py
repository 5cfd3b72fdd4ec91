"""Drawdown control trades smaller the further equity is below its peak, and stops at a limit.

This file decides the levels: from each depth on, sizes are scaled by its factor; at the stop the factor is 0.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final


@dataclass(frozen=True, slots=True)
class DrawdownLevel:
    """From `depth` below the peak (a positive fraction) sizes are scaled by `scale`."""

    name: str
    depth: Decimal
    scale: Decimal


_NONE: Final = DrawdownLevel("none", Decimal(0), Decimal(1))


@dataclass(frozen=True, slots=True)
class DrawdownLevels:
    """Three levels that scale and a depth that stops, each deeper than the one before."""

    mild: DrawdownLevel = DrawdownLevel("mild", Decimal("0.05"), Decimal("0.75"))
    moderate: DrawdownLevel = DrawdownLevel("moderate", Decimal("0.08"), Decimal("0.50"))
    severe: DrawdownLevel = DrawdownLevel("severe", Decimal("0.12"), Decimal("0.25"))
    stop: Decimal = Decimal("0.15")

    @classmethod
    def stopping_at(cls, stop: Decimal) -> "DrawdownLevels":
        """The shipped levels with another stop, each as deep in proportion."""
        plain = cls()
        mild, moderate, severe = (
            DrawdownLevel(one.name, one.depth * stop / plain.stop, one.scale)
            for one in (plain.mild, plain.moderate, plain.severe)
        )
        return cls(mild, moderate, severe, stop)

    @property
    def all(self) -> tuple[DrawdownLevel, ...]:
        """From no drawdown to the stop."""
        return _NONE, self.mild, self.moderate, self.severe, DrawdownLevel("stop", self.stop, Decimal(0))

    def at(self, depth: Decimal) -> DrawdownLevel:
        """The level that holds at a depth below the peak (a positive fraction); reaching a level is being in it."""
        if depth >= self.stop:
            return DrawdownLevel("stop", self.stop, Decimal(0))
        return next((level for level in (self.severe, self.moderate, self.mild) if depth >= level.depth), _NONE)

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the levels, every problem in a sentence."""
        numbers = [number for level in self.all[1:] for number in (level.depth, level.scale)]
        if not all(isinstance(number, Decimal) and number.is_finite() for number in numbers):
            return ("drawdown: expected finite Decimals in every level",)
        depths = [level.depth for level in self.all]
        scales = [level.scale for level in self.all]
        found = []
        if any(later <= earlier for earlier, later in pairwise(depths)):
            found.append(f"drawdown: expected each level deeper than the one before, found {_told(depths[1:])}")
        if any(later > earlier for earlier, later in pairwise(scales)) or not all(scale > 0 for scale in scales[:-1]):
            found.append(f"drawdown: expected scales from at most 1 down, each above 0, found {_told(scales[1:-1])}")
        if self.stop > DEEPEST_STOP:
            found.append(f"drawdown: expected a stop of at most {DEEPEST_STOP}, found {self.stop}")
        return tuple(found)

    def tighter(self, other: "DrawdownLevels") -> "DrawdownLevels":
        """Of each level the smaller depth and the smaller scale."""
        return DrawdownLevels(
            _tighter(self.mild, other.mild),
            _tighter(self.moderate, other.moderate),
            _tighter(self.severe, other.severe),
            min(self.stop, other.stop),
        )


DEEPEST_STOP = Decimal("0.50")
"""No configuration lets trading go on below half of the peak."""


def _tighter(one: DrawdownLevel, other: DrawdownLevel) -> DrawdownLevel:
    return DrawdownLevel(one.name, min(one.depth, other.depth), min(one.scale, other.scale))


def _told(numbers: list[Decimal]) -> str:
    return ", ".join(str(number) for number in numbers)
