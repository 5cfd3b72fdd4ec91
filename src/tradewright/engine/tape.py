"""A tape of requests: what an event strategy asked of the broker, row by row.

The runtime writes it, the kernel can play it, and both must then have the same fills; so a tape proves that the two
speeds agree.
"""

from dataclasses import dataclass, field
from typing import Any

from tradewright.domain.matching.layout import CANCEL, PROTECT, REPLACE, SUBMIT, TARGET
from tradewright.ports.historical import NewOrder

Numbers = list[Any]


@dataclass(slots=True)
class Tape:
    """Requests in columns, in the order they were made."""

    row: list[int] = field(default_factory=list)
    action: list[int] = field(default_factory=list)
    instrument: list[int] = field(default_factory=list)
    side: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    role: list[int] = field(default_factory=list)
    until: list[int] = field(default_factory=list)
    subject: list[int] = field(default_factory=list)
    shrinks: list[int] = field(default_factory=list)
    by_weight: list[int] = field(default_factory=list)
    force: list[int] = field(default_factory=list)
    expires: list[int] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    reduces: list[int] = field(default_factory=list)
    quantity: Numbers = field(default_factory=list)
    limit: Numbers = field(default_factory=list)
    trigger: Numbers = field(default_factory=list)
    weight: Numbers = field(default_factory=list)
    loss: Numbers = field(default_factory=list)
    gain: Numbers = field(default_factory=list)
    trail: Numbers = field(default_factory=list)
    trail_share: Numbers = field(default_factory=list)
    passive: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row)

    def submit(self, row: int, order: NewOrder) -> None:
        """An order; side 0 only ends the waiting target orders."""
        self._write(row, SUBMIT, order, 0)

    def supersede(self, row: int, instrument: int) -> None:
        """The instrument's waiting target orders end."""
        self._write(row, SUBMIT, NewOrder(instrument, 0, 0, TARGET, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0)

    def cancel(self, row: int, order: int) -> None:
        """A cancel."""
        self._write(row, CANCEL, NewOrder(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), order)

    def replace(self, row: int, order: int, *, terms: NewOrder) -> None:
        """Other terms for a working order."""
        self._write(row, REPLACE, terms, order)

    def protect(self, row: int, instrument: int, *, loss: Any, gain: Any) -> None:
        """Protection set or moved."""
        self._write(row, PROTECT, NewOrder(instrument, 0, 0, 0, 0, 0, 0, 0, loss, gain, 0, 0, 0), 0)

    def _write(self, row: int, action: int, order: NewOrder, subject: int) -> None:
        self.row.append(row)
        self.action.append(action)
        self.subject.append(subject)
        for name, value in zip(order._fields, order, strict=True):
            getattr(self, name).append(value)
