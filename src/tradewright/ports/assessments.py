"""Assessments of risk that were made, each as it was told, for whoever asks later what was known then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tradewright.ports.paging import Page, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One assessment. Times are nanoseconds UTC."""

    id: str
    time_ns: int
    kind: str
    """`validation` of an order, `portfolio`, `stress`."""
    account: str
    session: str = ""
    actor: str
    verdict: str
    """`allowed`, `refused`, or empty where it is no yes or no."""
    content: Mapping[str, object]
    """The view as it was shown; money as decimal text."""
    correlation_id: str = ""


class Assessments(Protocol):
    """All assessments. StorageError where it fails."""

    def add(self, assessment: Assessment) -> None:
        """Keep one."""
        ...

    def find(self, assessment: str) -> Assessment:
        """By id; InputError where there is none."""
        ...

    def all(self, slot: Slot, *, account: str = "") -> Page[Assessment]:
        """Newest first."""
        ...
