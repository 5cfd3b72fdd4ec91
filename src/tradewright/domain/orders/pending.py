"""A pending request is the one cancel or replacement that we asked for and that has no answer yet.

This file decides that there is at most one, and that asking again counts.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class PendingKind(StrEnum):
    """What was asked.

    >>> PendingKind.CANCEL.value
    'cancel'
    """

    CANCEL = "cancel"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """An outstanding request.

    >>> PendingRequest(PendingKind.CANCEL).again().attempt
    2
    """

    kind: PendingKind
    attempt: int = 1

    def again(self) -> "PendingRequest":
        """The same request, one attempt later."""
        return replace(self, attempt=self.attempt + 1)
