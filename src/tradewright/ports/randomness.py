"""Randomness gives numbers and names that nobody can foresee, or that a seed repeats; who draws, asks it."""

from typing import Protocol


class Randomness(Protocol):
    """A source of random numbers and of names."""

    def token(self, length: int = 16) -> str:
        """A name of `length` letters and digits (base 32, lower case): 5 bits of randomness each."""
        ...

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, `limit`; a limit below 1 is a ValueError."""
        ...
