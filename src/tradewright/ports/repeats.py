"""Answers that are kept for a while, so that a command which comes twice with one key is done once.

This file decides what two commands with the same key are: the same wish when message and content are the same, an error
when they are not.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Claim(StrEnum):
    """What is known of a key."""

    NEW = "new"
    """Nothing: the caller does it now, and keeps or releases it."""
    AT_WORK = "at_work"
    """Somebody is doing it."""
    DONE = "done"
    """It was done; here is the answer."""
    OTHER = "other"
    """The key came with another content."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claim, and the kept answer where it was done."""

    claim: Claim
    answer: bytes = b""


class KeptRepeats(Protocol):
    """Answers by actor and key, kept for a day. StorageError where it fails."""

    def claim(self, actor: str, key: str, *, digest: str) -> Claimed:
        """Claim a key for a content with this digest; of two callers at once one gets NEW.

        A claim that was never kept nor released (its process died) stays AT_WORK for a minute, then is NEW again.
        """
        ...

    def keep(self, actor: str, key: str, *, answer: bytes) -> None:
        """It is done."""
        ...

    def release(self, actor: str, key: str) -> None:
        """It failed: as if it had never come."""
        ...
