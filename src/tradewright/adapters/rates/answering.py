"""Whether Redis answers."""

from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from tradewright.domain.errors import StorageError

WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class RedisAnswers:
    """Asks once, by a connection of its own, so that what others do with theirs plays no part."""

    url: str

    def look(self) -> str:
        """In words; StorageError where it does not answer."""
        try:
            with Redis.from_url(self.url, socket_timeout=WITHIN_S, socket_connect_timeout=WITHIN_S) as client:
                client.ping()
        except (RedisError, OSError, ValueError) as problem:
            raise StorageError("Redis does not answer", found=type(problem).__name__) from problem
        return "answers"
