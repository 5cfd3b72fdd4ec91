"""Rates: how often somebody may ask, so that one who asks too often leaves room for the others.

This file decides that a count is kept per subject in a window that slides, and that who is refused is told how long.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """So many askings in so many seconds."""

    most: int
    seconds: int = 60


class Rates(Protocol):
    """Counts of all subjects, of this process or of all that share a server."""

    @property
    def is_at_hand(self) -> bool:
        """No server has to be asked."""
        ...

    def take(self, subject: str, rate: Rate) -> int:
        """Count one asking; 0 where there was room, else the seconds to wait, and nothing was counted."""
        ...
