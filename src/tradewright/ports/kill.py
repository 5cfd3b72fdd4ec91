"""The kill switch stands outside every trading session: once it is pulled, nothing that adds risk leaves this account.

This file decides what a session may ask of it before each send: whether it is pulled, by whom and why. What cannot be
looked at counts as pulled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class KillMode(StrEnum):
    """How far a kill goes; each does what the one before it does.

    >>> KillMode.FLATTEN.is_stronger_than(KillMode.CANCEL), KillMode.STOP.cancels
    (True, False)
    """

    STOP = "stop"
    """Nothing that adds risk leaves any more; what works goes on working."""
    CANCEL = "cancel"
    """And what could open a position is canceled; protection stays."""
    FLATTEN = "flatten"
    """And what is held is closed, a piece at a time."""

    @property
    def cancels(self) -> bool:
        """True where working orders are canceled."""
        return self is not KillMode.STOP

    def is_stronger_than(self, other: "KillMode") -> bool:
        """Whether it goes further."""
        every = list(KillMode)
        return every.index(self) > every.index(other)


@dataclass(frozen=True, slots=True)
class KillNote:
    """Who pulled it, and why."""

    who: str
    reason: str
    when_ns: int = 0
    """Wall clock, nanoseconds UTC; 0 where nobody told."""
    mode: KillMode = KillMode.CANCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardTerms:
    """What the guard of a session does when it hears nothing of it any more."""

    lost_after_s: float = 5.0
    """Silence after which the trader counts as lost, in seconds."""
    when_lost: KillMode = KillMode.CANCEL
    """`stop`: tell people; `cancel`: cancel what could open a position too; `flatten`: kill the account and close what
    is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardNote:
    """Something that a session's guard did or found, in the order of `number`."""

    number: int
    """From 1."""
    time_ns: int
    """Wall clock, nanoseconds UTC."""
    code: str
    story: str
    is_alarm: bool
    """Somebody has to look."""


class GuardNotes(Protocol):
    """The guard's own durable record beside a session's journal, which only the trader may write."""

    def all(self) -> Sequence[GuardNote]:
        """Every note, oldest first; a line that a crash has cut is left out."""
        ...

    def add(self, note: GuardNote) -> None:
        """Keep one, durably; StorageError where the disk refuses."""
        ...


class KillFence(Protocol):
    """What stands between a session and the venue once somebody killed trading."""

    def is_down(self) -> KillNote | None:
        """The note of whoever pulled the switch; None while trading is allowed. Cheap: asked before every send, and
        never an error: what cannot be looked at is down."""
        ...
