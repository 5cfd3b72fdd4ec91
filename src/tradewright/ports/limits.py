"""An audit trail keeps every change of limits for good: what was changed, in which order, untouched since.

Records are texts that only their writer understands. The trail cannot be opened when a record was altered, taken out or
cut off: then nobody knows the limits, and nothing may start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One record as it lies in the trail."""

    sequence: int
    """From 1, without a gap."""
    content: str
    digest: str
    """Of this record and, through it, of all before."""


class LimitsTrail(Protocol):
    """The records of one policy."""

    def records(self) -> Sequence[AuditRecord]:
        """All records, oldest first; `StorageError` where the chain is broken."""
        ...

    def append(self, content: str) -> AuditRecord:
        """Add a record; it is durable when this returns. `StorageError` where the chain is broken or the disk fails."""
        ...
