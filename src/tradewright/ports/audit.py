"""The audit trail: who asked what of the system, when, and what came of it; entries are added and never changed.

This file decides what makes a change visible: each entry holds the digest of the one before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tradewright.ports.paging import Page, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One asking. Names and ids, never contents."""

    time_ns: int
    duration_ns: int
    actor: str
    message: str
    kind: str
    """`command` or `query`."""
    correlation_id: str
    idempotency_key: str = ""
    outcome: str
    error: str = ""
    """Class of the error."""
    door: str = ""
    """`cli`, `api`, `python`, `schedule`, `job`."""
    sequence: int = 0
    """Given by the trail."""
    digest: str = ""
    """SHA-256 over this entry and the digest of the one before; given by the trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are wanted; empty: all."""

    actor: str = ""
    message: str = ""
    correlation_id: str = ""
    outcome: str = ""
    since_ns: int | None = None
    until_ns: int | None = None


class AuditTrail(Protocol):
    """The trail. StorageError where it fails: then what was asked is not answered."""

    def add(self, entries: Sequence[AuditEntry]) -> None:
        """Add in this order, all or none."""
        ...

    def entries(self, wanted: AuditFilter, slot: Slot) -> Page[AuditEntry]:
        """Newest first."""
        ...

    def first_broken(self) -> int | None:
        """Sequence of the first entry that does not follow from the one before; None where all do."""
        ...
