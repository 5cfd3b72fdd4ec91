"""A cache keeps what was read a moment ago, so that what many ask for is read once.

This file decides how nothing stale is ever told: whoever asks gets a place with the answer, made of the generations of
its tags at that moment, and keeps what it reads under that place. Forgetting a tag begins a new generation, so that
what was read before, and is kept only afterwards, lies where nobody looks any more. A cache that fails is an empty one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Looked:
    """What is kept, and where the answer belongs when nothing is."""

    value: bytes | None
    place: str
    """Empty: nothing can be kept now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheCounts:
    """Since the process began."""

    hits: int
    misses: int
    forgotten: int
    """Tags that began a new generation."""
    failures: int
    """Askings that found no cache."""
    entries: int
    bytes: int
    """Kept in this process; 0 where a server keeps them."""

    @property
    def hit_rate(self) -> float:
        """Part of the askings that were answered; 0 before the first."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0


class Cache(Protocol):
    """Safe for several threads. Never raises."""

    def look(self, name: str, *, tags: Sequence[str]) -> Looked:
        """What is kept under a name, if none of its tags was forgotten since."""
        ...

    def at_hand(self, name: str, *, tags: Sequence[str]) -> bytes | None:
        """The same without asking any server and without counting; None also where a server has to be asked."""
        ...

    def keep(self, place: str, value: bytes, *, ttl_s: float) -> None:
        """Keep an answer at the place that was looked at, for so long at most."""
        ...

    def forget(self, tags: Sequence[str]) -> None:
        """Whatever has one of these tags is not told any more, in any process that shares the cache."""
        ...

    def counts(self) -> CacheCounts:
        """Hits and misses."""
        ...
