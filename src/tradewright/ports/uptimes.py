"""How long each part of the platform was well, and how long not: counted by whoever looks, and kept when they end.

This file decides what is counted: the time between two looks belongs to what the second one found, whoever looked
first; a stretch in which nobody looked belongs to nobody, unless whoever looks knows that the part failed meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """One part, as it was found last. Lengths are nanoseconds; `open` are hours of the exchange."""

    component: str
    is_critical: bool
    is_ok: bool
    since_ns: int
    """When it began to be so."""
    noted_ns: int
    """The last look; 0: whoever looked has left in good order."""
    story: str
    """In words."""
    ok_open_ns: int = 0
    ok_closed_ns: int = 0
    failed_open_ns: int = 0
    failed_closed_ns: int = 0

    def share(self, *, is_open: bool) -> float | None:
        """Part of the time that it was well, in hours of the exchange or in all hours; None: nobody looked yet."""
        ok, failed = self.ok_open_ns, self.failed_open_ns
        if not is_open:
            ok, failed = ok + self.ok_closed_ns, failed + self.failed_closed_ns
        return ok / (ok + failed) if ok + failed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What somebody found of a part."""

    component: str
    is_critical: bool
    is_ok: bool
    story: str
    is_open: bool
    """The exchange is open."""
    time_ns: int
    longest_ns: int
    """A longer stretch since the last look was seen by nobody."""
    missed_is_failed: bool = False
    """Such a stretch is one in which it failed."""


class Uptimes(Protocol):
    """What is counted of every part. StorageError where it fails."""

    def note(self, looks: Sequence[Look]) -> None:
        """Count what was found; two who look at the same part count its time once."""
        ...

    def leave(self, components: Sequence[str]) -> None:
        """Nobody looks at these from now on, and that is no failure."""
        ...

    def all(self) -> Sequence[Uptime]:
        """Every part, by name."""
        ...
