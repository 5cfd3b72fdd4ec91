"""Passwords by argon2id with the library's parameters (RFC 9106, low memory), two at a time: each takes 64 MiB."""

from functools import cached_property
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE: Final = 2


class ArgonPasswords:
    """Implements the port; safe for several threads."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib)
        self._room = BoundedSemaphore(AT_ONCE)

    def kept(self, password: str) -> str:
        """The encoded hash, with its parameters and its salt."""
        with self._room:
            return self._hasher.hash(password)

    def fits(self, password: str, kept: str) -> bool:
        """Against the hash of nobody where there is none."""
        with self._room:
            try:
                return self._hasher.verify(kept or self._nobody, password) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("nobody has this password")
