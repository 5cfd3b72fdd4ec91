"""Controls of what could be held: one instrument, all of them gross and net, and what equity carries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, at_most, part


@dataclass(frozen=True, slots=True)
class PositionSize:
    """The largest notional of the instrument over equity; a drawdown scales it down."""

    name: ClassVar[str] = "position"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The position with everything that could still fill."""
        notional = case.subject if isinstance(case.subject, Missing) else case.subject.notional
        return at_most(
            self.name,
            part(notional, case.equity),
            limit=self.limit * case.scale,
            what=f"the position in {case.instrument} over equity",
            remedy="send less, or cancel what is working",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over equity."""
        return part(case.unit_notional, case.equity)


@dataclass(frozen=True, slots=True)
class GrossExposure:
    """All notionals over the equity at the start of the day: a gain of today is not risked today."""

    name: ClassVar[str] = "gross_exposure"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The sum of the largest notionals."""
        return at_most(
            self.name,
            part(gross(case), case.day_equity),
            limit=self.limit,
            what="gross exposure over the equity at the start of the day",
            remedy="send less, or close something first",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over the equity of the morning."""
        return part(case.unit_notional, case.day_equity)


@dataclass(frozen=True, slots=True)
class NetExposure:
    """Longs minus shorts over the equity at the start of the day, whichever way the orders fill."""

    name: ClassVar[str] = "net_exposure"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The larger of the most long and the most short."""
        return at_most(
            self.name,
            part(_net(case), case.day_equity),
            limit=self.limit,
            what="net exposure over the equity at the start of the day",
            remedy="send less, or close something on the same side first",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over the equity of the morning."""
        return part(case.unit_notional, case.day_equity)


@dataclass(frozen=True, slots=True)
class Leverage:
    """All notionals over equity now: what losses of today leave to carry."""

    name: ClassVar[str] = "leverage"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The sum of the largest notionals over equity."""
        return at_most(
            self.name,
            part(gross(case), case.equity),
            limit=self.limit,
            what="leverage",
            remedy="send less, or close something first",
        )

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
