"""The cache of this process: a bounded number of bytes, of which those that were asked for longest ago go first."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from tradewright.ports.cache import CacheCounts, Looked
from tradewright.ports.clock import Clock

MOST_BYTES: Final = 64 * 1_048_576
MOST_TAGS: Final = 100_000


@dataclass(slots=True)
class LocalCache:
    """See `tradewright.ports.cache.Cache`."""

    clock: Clock
    most_bytes: int = MOST_BYTES
    _kept: OrderedDict[str, tuple[bytes, int]] = field(default_factory=OrderedDict)
    """Place -> value, and until when it is good."""
    _generations: dict[str, int] = field(default_factory=dict)
    _floor: int = 0
    """Generation of every tag that was never forgotten."""
    _bytes: int = 0
    _hits: int = 0
    _misses: int = 0
    _forgotten: int = 0
    _lock: Lock = field(default_factory=Lock)

    def look(self, name: str, *, tags: Sequence[str]) -> Looked:
        """See the port."""
        with self._lock:
            place = self._place(name, tags)
            value, until_ns = self._kept.get(place, (None, 0))
            if value is None or until_ns <= self.clock.monotonic_ns():
                self._drop(place)
                self._misses += 1
                return Looked(None, place)
            self._kept.move_to_end(place)
            self._hits += 1
            return Looked(value, place)

    def at_hand(self, name: str, *, tags: Sequence[str]) -> bytes | None:
        """See the port."""
        with self._lock:
            value, until_ns = self._kept.get(self._place(name, tags), (None, 0))
            return value if until_ns > self.clock.monotonic_ns() else None

    def keep(self, place: str, value: bytes, *, ttl_s: float) -> None:
        """See the port; what is larger than an eighth of the cache is not kept."""
        if not place or ttl_s <= 0 or len(value) > self.most_bytes // 8:
            return
        with self._lock:
            self._drop(place)
            self._kept[place] = value, self.clock.monotonic_ns() + int(ttl_s * 1e9)
            self._bytes += len(value)
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._kept)))

    def forget(self, tags: Sequence[str]) -> None:
        """See the port."""
        with self._lock:
            for tag in tags:
                self._generations[tag] = self._generations.get(tag, self._floor) + 1
                self._forgotten += 1
            if len(self._generations) > MOST_TAGS:  # begin anew, above all that were given
                self._floor = max(self._generations.values()) + 1
                self._generations.clear()

    def counts(self) -> CacheCounts:
        """See the port."""
        with self._lock:
            return CacheCounts(
                hits=self._hits, misses=self._misses, forgotten=self._forgotten, failures=0,
                entries=len(self._kept), bytes=self._bytes,
            )  # fmt: skip

    def _place(self, name: str, tags: Sequence[str]) -> str:
        return ".".join([*(str(self._generations.get(tag, self._floor)) for tag in tags), name])

    def _drop(self, place: str) -> None:
        found = self._kept.pop(place, None)
        if found is not None:
            self._bytes -= len(found[0])
