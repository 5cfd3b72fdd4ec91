"""An observation is a slice with what indicators say of it: all that a rule for signals looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tradewright.engine.pipeline.slices import BarSlice

Answer: TypeAlias = float | tuple[float, ...]
"""A number, or one for each line of an indicator; NaN while it warms up and where a bar is missing."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One moment as a rule sees it."""

    slice: BarSlice
    values: Mapping[str, tuple[Answer, ...]]
    """By the name given to the indicator: its answer for each instrument, in the order of the slice."""
