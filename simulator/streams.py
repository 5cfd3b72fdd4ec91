"""A stream is one subsystem's own source of chance: all come from one seed, and none shifts when another draws more."""

import random
from hashlib import blake2b


def stream(seed: int, name: str) -> random.Random:
    """The chance of one subsystem.

    >>> stream(1, "disk").random() == stream(1, "disk").random()
    True
    """
    return random.Random(int.from_bytes(blake2b(f"{seed}:{name}".encode(), digest_size=16).digest(), "big"))


class Chance:
    """The randomness port of one simulated process."""

    __slots__ = ("_random",)

    def __init__(self, source: random.Random) -> None:
        self._random = source

    def token(self, length: int = 16) -> str:
        """A name of letters and digits."""
        return "".join(self._random.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(length))

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`."""
        if limit < 1:
            raise ValueError(f"a limit above 0 is expected, not {limit}")
        return self._random.randrange(limit)
