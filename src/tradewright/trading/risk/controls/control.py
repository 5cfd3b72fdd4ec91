"""A control is one rule of the gate: it measures a case, compares with its scalar, and says what it found.

This file decides how answer and words hang together. A control measures in one place; `lets_pass` compares, and `judge`
tells the same comparison in words. The gate asks every control for its answer, and for words where somebody reads them.
"""

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import ClassVar, Protocol

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, at_most, below


class Control(Protocol):
    """One rule."""

    name: ClassVar[str]
    """As it stands in findings and in the limits."""
    binds_reducing: ClassVar[bool]
    """Whether it also refuses an order that is proven to shrink a position."""
    depends_on_quantity: ClassVar[bool]
    """Whether a smaller quantity can pass where a larger one is refused: what sizing looks at."""

    def lets_pass(self, case: Case) -> bool:
        """Whether the finding is no refusal."""
        ...

    def judge(self, case: Case) -> Finding:
        """What was measured, with the order counted in."""
        ...


class Growing(ABC):
    """A control whose measure grows with the quantity, evenly once the order opens: sizing divides by that."""

    __slots__ = ()

    @abstractmethod
    def growth(self, case: Case) -> Decimal | Missing:
        """How much the measure grows with one unit more; a guess where orders of one group stand side by side."""


class Measure(ABC):
    """A control of a number: it passes up to its limit and at it, and not where it cannot be measured."""

    __slots__ = ()
    name: ClassVar[str]
    words: ClassVar[str]
    """What is measured."""
    remedy: ClassVar[str]
    """What to do about a refusal."""
    limit: Decimal | int

    @abstractmethod
    def measure(self, case: Case) -> Decimal | int | Missing:
        """The number."""

    def bound(self, case: Case) -> Decimal | int:
        """The limit that holds for the case."""
        return self.limit

    def what(self, case: Case) -> str:
        """What is measured of the case, in words."""
        return self.words

    def lets_pass(self, case: Case) -> bool:
        """Whether the number is within the limit."""
        value = self.measure(case)
        return not isinstance(value, Missing) and value <= self.bound(case)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        value, limit = _exact(self.measure(case)), Decimal(self.bound(case))
        return at_most(self.name, value, limit=limit, what=self.what(case), remedy=self.remedy)


class Stop(Measure):
    """A measure that refuses at its limit already."""

    __slots__ = ()

    def lets_pass(self, case: Case) -> bool:
        """Whether the number is below the limit."""
        value = self.measure(case)
        return not isinstance(value, Missing) and value < self.bound(case)

    def judge(self, case: Case) -> Finding:
        """The same, told."""
        value, limit = _exact(self.measure(case)), Decimal(self.bound(case))
        return below(self.name, value, limit=limit, what=self.what(case), remedy=self.remedy)


def _exact(value: Decimal | int | Missing) -> Decimal | Missing:
    return Decimal(value) if isinstance(value, int) else value
