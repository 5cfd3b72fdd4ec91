"""A lease makes one of several processes the one who acts; it runs out by itself when its holder dies.

This file decides how the one before is fenced: each new holder gets a higher epoch, and whoever acts by a lease proves
that its epoch is the newest.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lease:
    """Held by `holder` until then."""

    name: str
    holder: str
    epoch: int
    until_ns: int


class Leases(Protocol):
    """All leases. StorageError where it fails: then nobody holds anything."""

    def take(self, name: str, holder: str, *, for_ns: int) -> Lease | None:
        """Take or renew it; None while another one holds it. Renewing keeps the epoch."""
        ...

    def release(self, lease: Lease) -> None:
        """Let it go, where it is still ours."""
        ...

    def current(self, name: str) -> Lease | None:
        """Who holds it now; None: nobody."""
        ...
