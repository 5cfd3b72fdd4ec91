"""Schedules: what the system does by itself, and when; and every firing, so that none happens twice.

This file decides how a double run is ruled out: a firing is named by its schedule and its planned moment, and only one
process can write that name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class FiringLife(StrEnum):
    """What became of a firing."""

    FIRED = "fired"
    """Its job is in the queue."""
    MISSED = "missed"
    """Nobody looked at its moment, and it was too late to make up for it."""
    SKIPPED = "skipped"
    """The schedule was paused, or its last firing was still at work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Something that is done again and again. Times are nanoseconds UTC."""

    id: str
    """A word: `daily_collection`."""
    title: str
    rule: str
    """When, in words that `application/schedules` reads: `XNYS open-5m`, `every 30s`, `cron 30 18 * * mon-fri`."""
    timezone: str
    """Whose clock the rule speaks of."""
    message: str
    """`package.module:Class` of what is asked then."""
    content: bytes
    """Its fields as a JSON object."""
    after: str = ""
    """Id of a schedule whose job must be done first (a chain); empty: the rule alone decides."""
    grace_s: int = 3_600
    """A firing later than this after its moment is MISSED."""
    is_paused: bool = False
    next_ns: int | None = None
    changed_ns: int
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One firing."""

    schedule: str
    planned_ns: int
    fired_ns: int
    life: FiringLife
    job: str = ""
    by: str = ""
    """The process that fired it, or the person who triggered it."""


class Schedules(Protocol):
    """All schedules. StorageError where it fails."""

    def add(self, schedule: Schedule) -> bool:
        """Keep a new one; False, and nothing is changed, where one of that id is there."""
        ...

    def keep(self, schedule: Schedule) -> None:
        """Add, or put in place of the one of that id."""
        ...

    def advance(self, schedule: str, *, was_ns: int | None, next_ns: int | None) -> bool:
        """Write its next moment and nothing else; False where that is no longer `was_ns`, because somebody changed it
        meanwhile, or where there is no such schedule."""
        ...

    def find(self, schedule: str) -> Schedule:
        """By id; InputError with near ids."""
        ...

    def all(self) -> Sequence[Schedule]:
        """By id."""
        ...

    def remove(self, schedule: str) -> None:
        """With its firings; InputError where there is none."""
        ...

    def fire(self, firing: Firing) -> bool:
        """Write a firing down; False where one of that schedule and moment is there already: then do nothing."""
        ...

    def firings(self, schedule: str, *, limit: int = 50) -> Sequence[Firing]:
        """Newest first."""
        ...
