"""What a process knows of itself: which service it is, since when, with which workers and callers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from tradewright.ports.cache import CacheCounts

BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the classes that durations of requests are counted in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFacts:
    """What does not change while it runs."""

    service: str
    version: str
    mode: str
    started_ns: int


@dataclass(slots=True)
class Durations:
    """How long requests of one route took, in classes; each counts what is below its end and above the one before."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    sum_s: float = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        place = next((number for number, end in enumerate(BUCKETS_S) if seconds <= end), len(BUCKETS_S))
        self.counts[place] += 1
        self.sum_s += seconds


def no_cache() -> CacheCounts:
    """Of a process that has none."""
    return CacheCounts(hits=0, misses=0, forgotten=0, failures=0, entries=0, bytes=0)


@dataclass(slots=True)
class Meters:
    """What this process counts as it goes. Doors and keepers of workers count here; may be used by several threads."""

    requests: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(method, route, status) -> how many were answered."""
    durations: dict[tuple[str, str], Durations] = field(default_factory=dict)
    """(method, route)."""
    at_work: int = 0
    """Requests that are being answered."""
    websocket_clients: int = 0
    websocket_messages: int = 0
    websocket_cut: int = 0
    """Clients that were cut because they stayed behind."""
    news_failures: int = 0
    """How often the newsroom broke and began anew."""
    cache: Callable[[], CacheCounts] = no_cache
    """What the cache before the store has counted."""
    workers_running: int = 0
    workers_down: int = 0
    worker_starts: int = 0
    _lock: Lock = field(default_factory=Lock)

    def began(self) -> None:
        """A request came in."""
        with self._lock:
            self.at_work += 1

    def answered(self, method: str, route: str, *, status: str, seconds: float) -> None:
        """It was answered, to the last byte."""
        with self._lock:
            self.at_work -= 1
            key = (method, route, status)
            self.requests[key] = self.requests.get(key, 0) + 1
            self.durations.setdefault((method, route), Durations()).add(seconds)

    def client_came(self) -> None:
        """A WebSocket client is connected."""
        with self._lock:
            self.websocket_clients += 1

    def client_left(self, *, is_cut: bool = False) -> None:
        """It is gone; `is_cut`: we cut it, because it stayed behind."""
        with self._lock:
            self.websocket_clients -= 1
            self.websocket_cut += is_cut

    def client_told(self, messages: int = 1) -> None:
        """So many messages went to WebSocket clients."""
        with self._lock:
            self.websocket_messages += messages

    def news_broke(self) -> None:
        """The newsroom broke."""
        with self._lock:
            self.news_failures += 1

    def answers(self) -> tuple[dict[tuple[str, str, str], int], dict[tuple[str, str], tuple[list[int], float]]]:
        """What was counted of requests until now."""
        with self._lock:
            told = {key: (list(one.counts), one.sum_s) for key, one in self.durations.items()}
            return dict(self.requests), told
