"""The audit trail from the application's side: what goes into it, and how it is read.

This file decides what weighs enough to be kept for good: every command, everything that was not allowed, and whatever
only an admin may ask. That somebody looked stands in the log alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tradewright.application.access.messages import AuditCheck, AuditEntries
from tradewright.application.access.views import AuditCheckView
from tradewright.application.dispatcher import AuditRecord, Outcome
from tradewright.application.messages import MessageKind, Role
from tradewright.ports.audit import AuditEntry, AuditFilter, AuditTrail
from tradewright.ports.paging import Page, Slot


@dataclass(frozen=True, slots=True)
class Trailed:
    """Tells the log, and adds to the trail what weighs; a trail that fails makes the asking fail."""

    trail: AuditTrail
    log: Callable[[AuditRecord], None]

    def __call__(self, record: AuditRecord) -> None:
        """One message that passed the gate, or did not."""
        self.log(record)
        if weighs(record):
            self.trail.add([entry_of(record)])


def weighs(record: AuditRecord) -> bool:
    """Whether it is kept for good."""
    is_look = record.kind is MessageKind.QUERY and record.role is not Role.ADMIN
    return not is_look or record.outcome is Outcome.UNAUTHORIZED


def entry_of(record: AuditRecord) -> AuditEntry:
    """As the trail keeps it."""
    return AuditEntry(
        time_ns=record.time_ns,
        duration_ns=record.duration_ns,
        actor=record.actor,
        message=record.message,
        kind=record.kind.value,
        correlation_id=record.correlation_id,
        idempotency_key=record.idempotency_key or "",
        outcome=record.outcome.value,
        error=record.error,
        door=record.door,
    )


def audit_entries(query: AuditEntries, *, audit: AuditTrail) -> Page[AuditEntry]:
    """Newest first."""
    wanted = AuditFilter(
        actor=query.actor,
        message=query.message,
        correlation_id=query.correlation_id,
        outcome=query.outcome,
        since_ns=query.since_ns,
        until_ns=query.until_ns,
    )
    return audit.entries(wanted, Slot(query.limit, query.cursor))


def audit_check(_query: AuditCheck, *, audit: AuditTrail) -> AuditCheckView:
    """The whole chain."""
    broken = audit.first_broken()
    return AuditCheckView(broken is None, broken)
