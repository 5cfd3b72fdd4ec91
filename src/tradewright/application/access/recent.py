"""Keys that were looked at a moment ago: a program that asks often has its key read once a second, not each time.

This file decides how long a key is believed without a look at the state (a second, counted from before the look), and
that a change by this process, of whatever key or person, is believed at once. What is remembered is what the state
keeps: the digest of a secret, never a secret. A text that opens nothing is looked up each time.
"""

from dataclasses import dataclass, field
from typing import Final

from tradewright.ports.clock import Clock
from tradewright.ports.keys import KeptKey, KeyRing

BELIEVED_NS: Final = 1_000_000_000
MOST_KEYS: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Seen:
    kept: KeptKey
    looked_ns: int
    changes: int


@dataclass(slots=True)
class RecentKeys:
    """The keys of a ring, as they were less than a second ago. Safe for several threads."""

    ring: KeyRing
    clock: Clock
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def find(self, key: str) -> KeptKey | None:
        """By id, whatever its state; remembered, or looked up."""
        return self.at_hand(key) or self._looked_up(key)

    def at_hand(self, key: str) -> KeptKey | None:
        """By id, without a look at the state; None where it takes one."""
        seen = self._seen.get(key)
        if seen is None or seen.changes != self.ring.changes:
            return None
        return seen.kept if 0 <= self.clock.monotonic_ns() - seen.looked_ns < BELIEVED_NS else None

    def _looked_up(self, key: str) -> KeptKey | None:
        changes, looked_ns = self.ring.changes, self.clock.monotonic_ns()  # both before the look
        kept = self.ring.find(key)
        if kept is None:
            self._seen.pop(key, None)
            return None
        if len(self._seen) >= MOST_KEYS:
            self._seen.clear()
        self._seen[key] = _Seen(kept, looked_ns, changes)
        return kept
