"""Randomness: the operating system's, and a seeded one that repeats itself."""

import random
import secrets
from dataclasses import dataclass, field

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_LETTERS = bytes(ALPHABET[number % len(ALPHABET)].encode()[0] for number in range(256))
"""Byte -> letter; each letter has eight bytes, so that all are equally likely."""


@dataclass(frozen=True, slots=True)
class SystemRandomness:
    """Cannot be foreseen and cannot be repeated."""

    def token(self, length: int = 16) -> str:
        """A name of `length` letters and digits."""
        return secrets.token_bytes(length).translate(_LETTERS).decode("ascii")

    def below(self, limit: int) -> int:
        """A whole number below `limit`."""
        return secrets.randbelow(limit)


@dataclass(slots=True)
class SeededRandomness:
    """The same seed gives the same numbers and names, on every machine."""

    seed: int
    _generator: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._generator = random.Random(self.seed)

    def token(self, length: int = 16) -> str:
        """A name of `length` letters and digits."""
        return "".join(ALPHABET[self._generator.randrange(len(ALPHABET))] for _ in range(length))

    def below(self, limit: int) -> int:
        """A whole number below `limit`."""
        return self._generator.randrange(limit)
