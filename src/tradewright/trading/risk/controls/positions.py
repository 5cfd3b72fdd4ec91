"""Controls of what could be held: one instrument, all of them gross and net, and what equity carries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Growing, Measure
from tradewright.trading.risk.verdict import Missing, part


@dataclass(frozen=True, slots=True)
class PositionSize(Measure, Growing):
    """The largest notional of the instrument over equity; a drawdown scales it down."""

    name: ClassVar[str] = "position"
    remedy: ClassVar[str] = "send less, or cancel what is working"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The position with everything that could still fill."""
        return part(case.subject if isinstance(case.subject, Missing) else case.subject.notional, case.equity)

    def bound(self, case: Case) -> Decimal:
        """The limit, scaled."""
        return self.limit * case.scale

    def what(self, case: Case) -> str:
        """The instrument."""
        return f"the position in {case.instrument} over equity"

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)


@dataclass(frozen=True, slots=True)
class GrossExposure(Measure, Growing):
    """All notionals over the equity at the start of the day: a gain of today is not risked today."""

    name: ClassVar[str] = "gross_exposure"
    words: ClassVar[str] = "gross exposure over the equity at the start of the day"
    remedy: ClassVar[str] = "send less, or close something first"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The sum of the largest notionals."""
        return part(gross(case), case.day_equity)

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over the equity of the morning."""
        return part(case.unit_notional, case.day_equity)


@dataclass(frozen=True, slots=True)
class NetExposure(Measure, Growing):
    """Longs minus shorts over the equity at the start of the day, whichever way the orders fill."""

    name: ClassVar[str] = "net_exposure"
    words: ClassVar[str] = "net exposure over the equity at the start of the day"
    remedy: ClassVar[str] = "send less, or close something on the same side first"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The larger of the most long and the most short."""
        return part(_net(case), case.day_equity)

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over the equity of the morning."""
        return part(case.unit_notional, case.day_equity)


@dataclass(frozen=True, slots=True)
class Leverage(Measure, Growing):
    """All notionals over equity now: what losses of today leave to carry."""

    name: ClassVar[str] = "leverage"
    words: ClassVar[str] = "leverage"
    remedy: ClassVar[str] = "send less, or close something first"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The sum of the largest notionals over equity."""
        return part(gross(case), case.equity)

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)


def gross(case: Case) -> Decimal | Missing:
    """The sum of the largest notionals of everything exposed."""
    return case.totals if isinstance(case.totals, Missing) else case.totals.gross


def _net(case: Case) -> Decimal | Missing:
    if isinstance(case.totals, Missing):
        return case.totals
    return max(abs(case.totals.longest), abs(case.totals.shortest))
