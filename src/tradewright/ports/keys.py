"""Who may come in: keys for programs, people with passwords, and the sessions of people who logged in.

This file decides that no secret is ever kept: a key or a session's token is kept as the SHA-256 digest of 256 random
bits, a password as what argon2id makes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class KeyKind(StrEnum):
    """What a key is for."""

    PROGRAM = "program"
    """Made by an admin, shown once, good until it expires or is revoked."""
    LOGIN = "login"
    """Made by a login, short-lived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    """A key without its secret. Times are nanoseconds UTC."""

    id: str
    """Public: the part of the key before the dot."""
    digest: bytes
    """SHA-256 of the secret part."""
    kind: KeyKind
    name: str
    """Whose it is: the actor's name in audit and journal."""
    roles: frozenset[str]
    accounts: frozenset[str] | None = None
    """Accounts it may see and trade; None: all."""
    created_ns: int
    created_by: str
    expires_ns: int | None = None
    revoked_ns: int | None = None
    used_ns: int | None = None
    """Last use, to the minute."""
    replaces: str = ""
    """Id of the key that this one was rotated from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who logs in with a password."""

    name: str
    password: str
    """argon2id's encoded hash."""
    roles: frozenset[str]
    accounts: frozenset[str] | None = None
    created_ns: int
    failures: int = 0
    """Wrong passwords in a row."""
    locked_until_ns: int = 0


class KeyRing(Protocol):
    """All keys and people. StorageError where it fails."""

    @property
    def changes(self) -> int:
        """How often this process has changed a key or a person; what was read at another count may be over."""
        ...

    def add(self, key: KeptKey) -> None:
        """Keep a new key; InputError where its id is taken."""
        ...

    def find(self, key: str) -> KeptKey | None:
        """By id, whatever its state."""
        ...

    def all(self) -> Sequence[KeptKey]:
        """Newest first, revoked and expired ones too."""
        ...

    def revoke(self, key: str, *, now_ns: int) -> None:
        """From now on it opens nothing; InputError where there is none. Twice is allowed."""
        ...

    def expire(self, key: str, *, at_ns: int) -> None:
        """It opens nothing from then on (for rotation with an overlap); only ever earlier than it was."""
        ...

    def used(self, key: str, *, now_ns: int) -> None:
        """Write down a use; at most one write a minute and key."""
        ...

    def revoke_logins(self, name: str, *, now_ns: int) -> int:
        """End all logins of a person; how many."""
        ...

    def person(self, name: str) -> Person | None:
        """By name."""
        ...

    def people(self) -> Sequence[Person]:
        """By name."""
        ...

    def keep_person(self, person: Person) -> None:
        """Add, or put in place of the one of that name."""
        ...

    def remove_person(self, name: str) -> None:
        """With all logins; InputError where there is none."""
        ...

    def is_empty(self) -> bool:
        """No key was ever made."""
        ...
