"""A control is one rule of the gate: it measures a case, compares with its scalar, and says what it found."""

from decimal import Decimal
from typing import ClassVar, Protocol, runtime_checkable

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing


class Control(Protocol):
    """One rule."""

    name: ClassVar[str]
    """As it stands in findings and in the limits."""
    binds_reducing: ClassVar[bool]
    """Whether it also refuses an order that is proven to shrink a position."""
    depends_on_quantity: ClassVar[bool]
    """Whether a smaller quantity can pass where a larger one is refused: what sizing looks at."""

    def judge(self, case: Case) -> Finding:
        """What was measured, with the order counted in."""
        ...


@runtime_checkable
class Growing(Protocol):
    """A control whose measure grows with the quantity, evenly once the order opens: sizing divides by that."""

    def growth(self, case: Case) -> Decimal | Missing:
        """How much the measure grows with one unit more; a guess where orders of one group stand side by side."""
        ...
