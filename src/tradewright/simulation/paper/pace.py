"""The pace of a replay: so many slices a second, so many times as fast as the market was, or as fast as it goes.

This file decides how a pace is spelled (`20`, `60x`, `max`) and how long to wait between two slices.
"""

import re
from dataclasses import dataclass

from tradewright.domain.errors import InputError
from tradewright.ports.feed import Slice

MAX = "max"
_SPELLED = re.compile(r"(\d+(?:\.\d+)?)(x?)")
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a replay goes; without a rate and a multiple as fast as slices are acknowledged."""

    slices_a_second: float = 0.0
    multiple: float = 0.0
    """Of real time."""
    patience_s: float = 5.0
    """How long an acknowledgement is waited for."""

    @classmethod
    def parse(cls, text: str, *, patience_s: float = 5.0) -> "Pace":
        """`20`, `60x` or `max`; else an InputError."""
        spelled = _SPELLED.fullmatch(text.strip().lower())
        number = float(spelled[1]) if spelled else 0.0
        if text.strip().lower() == MAX:
            return cls(patience_s=patience_s)
        if spelled is None or not 0 < number < float("inf"):
            raise InputError(
                "the speed of a replay cannot be read",
                expected="bars a second as 20, a multiple of real time as 60x, or max",
                found=repr(text),
            )
        if spelled[2]:
            return cls(multiple=number, patience_s=patience_s)
        return cls(slices_a_second=number, patience_s=patience_s)

    def wait_s(self, shown: Slice, following: Slice | None) -> float:
        """Seconds from one slice to the next; none for the warm-up, which is history."""
        if following is None or following.is_warm_up:
            return 0.0
        if self.slices_a_second > 0:
            return 1.0 / self.slices_a_second
        if self.multiple > 0:
            return (following.time_ns - shown.time_ns) / SECOND_NS / self.multiple
        return 0.0
