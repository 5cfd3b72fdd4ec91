"""The cache in Redis, for several processes: values that expire by themselves, and a counter for each tag.

This file decides what happens while Redis is away: everything is read anew, and a tag that could not be forgotten is
forgotten first when it is back; until then nothing is told of what others may have kept.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from tradewright.lazy import load
from tradewright.ports.cache import CacheCounts, Looked
from tradewright.ports.clock import Clock

if TYPE_CHECKING:
    from redis import Redis

TIMEOUT_S: Final = 0.5
TRIED_EVERY_NS: Final = 5_000_000_000
TAGS_LIVE_S: Final = 30 * 86_400
"""Longer than any value that was kept under a generation."""
MOST_BYTES: Final = 8 * 1_048_576
"""Of one value."""
_LOG: Final = logging.getLogger("tradewright.cache")
T = TypeVar("T")


@dataclass(slots=True)
class RedisCache:
    """See `tradewright.ports.cache.Cache`."""

    url: str
    clock: Clock
    prefix: str = "tradewright:cache:"
    _client: "Redis" = field(init=False)
    _problem: type[Exception] = field(init=False)
    _away_ns: int | None = None
    _unsaid: set[str] = field(default_factory=set)
    """Tags that Redis has not heard of yet."""
    _hits: int = 0
    _misses: int = 0
    _forgotten: int = 0
    _failures: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        redis = load("redis", extra="redis")
        self._problem = redis.RedisError
        self._client = redis.Redis.from_url(
            self.url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=None
        )

    def look(self, name: str, *, tags: Sequence[str]) -> Looked:
        """See the port."""
        if not self._says_all():
            return self._missed("")
        found = self._asked(lambda client: client.mget([f"{self.prefix}tag:{tag}" for tag in tags]) if tags else [])
        if found is None:
            return self._missed("")
        generations = ".".join("0" if one is None else bytes(one).decode() for one in cast("list[Any]", found))
        place = f"{self.prefix}value:{generations}.{name}"
        value = self._asked(lambda client: client.get(place) or b"")
        if not value:
            return self._missed(place)
        with self._lock:
            self._hits += 1
        return Looked(bytes(cast("bytes", value)), place)

    def at_hand(self, name: str, *, tags: Sequence[str]) -> bytes | None:
        """Never: Redis has to be asked."""
        return None

    def keep(self, place: str, value: bytes, *, ttl_s: float) -> None:
        """See the port."""
        if place and value and ttl_s > 0 and len(value) <= MOST_BYTES:
            self._asked(lambda client: client.set(place, value, px=int(ttl_s * 1_000)))

    def forget(self, tags: Sequence[str]) -> None:
        """See the port."""
        with self._lock:
            self._forgotten += len(tags)
            self._unsaid.update(tags)
        self._says_all()

    def counts(self) -> CacheCounts:
        """See the port."""
        with self._lock:
            return CacheCounts(
                hits=self._hits, misses=self._misses, forgotten=self._forgotten, failures=self._failures,
                entries=0, bytes=0,
            )  # fmt: skip

    def _says_all(self) -> bool:
        """Whether Redis has heard of every tag that was to be forgotten."""
        with self._lock:
            tags = sorted(self._unsaid)
        if not tags:
            return True

        def said(client: "Redis") -> object:
            together = client.pipeline(transaction=True)
            for tag in tags:
                together.incr(f"{self.prefix}tag:{tag}")
                together.expire(f"{self.prefix}tag:{tag}", TAGS_LIVE_S)
            return together.execute()

        if self._asked(said) is None:
            return False
        with self._lock:
            self._unsaid.difference_update(tags)
        return True

    def _missed(self, place: str) -> Looked:
        with self._lock:
            self._misses += 1
        return Looked(None, place)

    def _asked(self, command: "Callable[[Redis], T]") -> T | None:
        """What Redis answers; None where it does not, and for some seconds then."""
        now_ns = self.clock.monotonic_ns()
        if self._away_ns is not None and now_ns - self._away_ns < TRIED_EVERY_NS:
            self._failures += 1
            return None
        try:
            found = command(self._client)
        except self._problem as problem:
            if self._away_ns is None:
                _LOG.warning("the cache is away, everything is read anew: %s", problem)
            self._away_ns = self.clock.monotonic_ns()
            self._failures += 1
            return None
        if self._away_ns is not None:
            _LOG.warning("the cache is back")
            self._away_ns = None
        return found
