"""What the check of an upload found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewright.ports.shelf import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStrategy:
    """What the check found."""

    findings: tuple[Finding, ...]
    class_name: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """Name -> type, default, range, choices and description, as plain values."""
    walls: tuple[str, ...] = ()
    """What stood around it while it was tried."""

    @property
    def is_fit(self) -> bool:
        """Whether it may be run and deployed."""
        return not any(one.is_fatal for one in self.findings)
