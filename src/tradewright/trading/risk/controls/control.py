"""A control is one rule of the gate: it measures a case, compares with its scalar, and says what it found."""

from typing import ClassVar, Protocol

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding


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
