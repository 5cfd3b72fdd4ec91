"""Counts of requests: in the memory of this process, or by the library `limits` in Redis for several together.

This file decides what happens while Redis is away: this process counts by itself, which allows each process what all
together were allowed, and says so in its log. A kill switch that is asked for then must not fail for want of a counter.
"""

import logging
import math
import time
from dataclasses import dataclass, field
from typing import Final

from limits import RateLimitItemPerSecond
from limits.errors import StorageError as CountsGone
from limits.storage import RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from tradewright.adapters.rates.own import OwnRates
from tradewright.ports.rates import Rate

_LOG: Final = logging.getLogger("tradewright.rates")
_TOLD_EVERY_S: Final = 60.0
_TRIED_EVERY_S: Final = 5.0


@dataclass(slots=True)
class CountedRates:
    """Implements the port; `redis` is an address as redis://host:6379/0, empty: this process alone."""

    redis: str = ""
    _shared: SlidingWindowCounterRateLimiter | None = field(init=False)
    _own: OwnRates = field(default_factory=OwnRates)
    _told_s: float = field(init=False, default=-math.inf)
    _away_s: float = field(init=False, default=-math.inf)

    def __post_init__(self) -> None:
        self._shared = None
        if self.redis:
            made: Storage = RedisStorage(
                self.redis, wrap_exceptions=True, socket_timeout=1.0, socket_connect_timeout=1.0
            )
            self._shared = SlidingWindowCounterRateLimiter(made)

    @property
    def is_at_hand(self) -> bool:
        """See the port."""
        return self._shared is None

    def take(self, subject: str, rate: Rate) -> int:
        """By a window that slides."""
        if self._shared is not None and time.monotonic() - self._away_s >= _TRIED_EVERY_S:
            try:
                return _taken(self._shared, subject, rate)
            except CountsGone as problem:
                self._tell(problem)
        return self._own.take(subject, rate)

    def _tell(self, problem: Exception) -> None:
        self._away_s = now = time.monotonic()
        if now - self._told_s >= _TOLD_EVERY_S:
            self._told_s = now
            _LOG.warning("Redis is away, this process counts its requests alone: %s", problem)


def _taken(limiter: SlidingWindowCounterRateLimiter, subject: str, rate: Rate) -> int:
    item = RateLimitItemPerSecond(rate.most, rate.seconds, namespace="tradewright")
    if limiter.hit(item, subject):
        return 0
    until = limiter.get_window_stats(item, subject).reset_time
    return max(1, math.ceil(until - time.time()))
