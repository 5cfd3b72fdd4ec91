"""The line to Redis: every command goes through here, with patience while the server is away.

This file decides how long that is: a command is tried again for some seconds, with growing pauses; then it is a
`StorageError`, and whoever asked decides. A command that was cut off may have been done: what is published so may
arrive twice.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tradewright.adapters.buses.redis_scripts import CLOSE, NEWEST, PUBLISH, SEEN, WAITING
from tradewright.domain.errors import StorageError
from tradewright.lazy import load

if TYPE_CHECKING:
    from redis import Redis

TIMEOUT_S: Final = 5.0
TRIES: Final = 6
LONGEST_S: Final = 1.0
FIRST_S: Final = 0.05
_SCRIPTS: Final = {"publish": PUBLISH, "seen": SEEN, "newest": NEWEST, "close": CLOSE, "waiting": WAITING}
Argument = str | bytes | int
T = TypeVar("T")


class RedisLine:
    """One connection pool; safe for several threads."""

    def __init__(self, url: str, *, tries: int = TRIES) -> None:
        redis = load("redis", extra="redis")
        self._problem: type[Exception] = redis.RedisError
        wait = load("redis.backoff").ExponentialBackoff(cap=LONGEST_S, base=FIRST_S)
        self.client: Redis = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=load("redis.retry").Retry(wait, tries),
            retry_on_error=[redis.ConnectionError, redis.TimeoutError],
        )
        self.place = url.rpartition("@")[2]
        self._scripts = {name: self.client.register_script(text) for name, text in _SCRIPTS.items()}

    def script(self, name: str, *, key: str, arguments: Sequence[Argument]) -> Any:
        """What one of our scripts answers."""
        return self.ask(lambda client: self._scripts[name](keys=[key], args=list(arguments), client=client))

    def ask(self, command: "Callable[[Redis], T]") -> T:
        """What Redis answers; StorageError where it does not."""
        try:
            return command(self.client)
        except self._problem as problem:
            raise StorageError(
                "Redis cannot be used",
                expected=f"a server at {self.place}",
                found=f"{type(problem).__name__}: {problem}"[:300],
                remedy="start it, or see redis.url in the settings",
            ) from problem

    def close(self) -> None:
        """Let the connections go."""
        self.client.close()
