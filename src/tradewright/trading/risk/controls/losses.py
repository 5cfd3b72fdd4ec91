"""Controls of what can be and what has been lost: risk to the stops, drawdown from the peak, the loss of the day."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.trading.risk.case import Case, depth_below_peak
from tradewright.trading.risk.exposure import stop_risk
from tradewright.trading.risk.verdict import Finding, Missing, Verdict, absent, at_most, number, part, positive

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PortfolioRisk:
    """Loss to all protective stops over equity; a drawdown scales it down."""

    name: ClassVar[str] = "portfolio_risk"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """Sum over positions and orders; one-day 95% value at risk where there is no stop."""
        return at_most(
            self.name,
            part(_total_risk(case), case.equity),
            limit=self.limit * case.scale,
            what="the loss to all stops over equity",
            remedy="send less, or put the protective stop nearer",
        )


@dataclass(frozen=True, slots=True)
class DrawdownStop:
    """Equity below its peak; reaching the limit stops new risk."""

    name: ClassVar[str] = "drawdown"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The depth below the peak."""
        return _reached(
            self.name,
            depth_below_peak(case.book),
            limit=self.limit,
            what="the drawdown from the peak of equity",
            remedy="close positions; a named person sets a new peak or limit before trading goes on",
        )


@dataclass(frozen=True, slots=True)
class DailyLoss:
    """Loss since the start of the day, fees in it; reaching the limit ends the day for new risk."""

    name: ClassVar[str] = "daily_loss"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """Equity lost today over the equity at the start of the day."""
        return _reached(
            self.name,
            day_loss(case),
            limit=self.limit,
            what="the loss of the day",
            remedy="close positions and wait for the next trading day",
        )


def day_loss(case: Case) -> Decimal | Missing:
    """Equity lost since the day began, a positive fraction; 0 after a gain."""
    begun = positive(case.book.day_equity, "the equity at the start of the day")
    equity = number(case.book.equity, "the account's equity")
    if isinstance(begun, Missing) or isinstance(equity, Missing):
        return begun if isinstance(begun, Missing) else equity
    return part(max(begun - equity, _ZERO), begun)


def _total_risk(case: Case) -> Decimal | Missing:
    if isinstance(case.exposed, Missing):
        return case.exposed
    total = _ZERO
    for one in case.exposed:
        positions = tuple(held for held in case.after.positions if held.instrument == one.name)
        risk = stop_risk(one, case.after.markets[one.name], positions=positions)
        if isinstance(risk, Missing):
            return risk
        total += risk
    return total


def _reached(control: str, value: Decimal | Missing, *, limit: Decimal, what: str, remedy: str) -> Finding:
    """Refused at the limit and beyond."""
    if isinstance(value, Missing):
        return absent(control, value, limit=limit)
    is_reached = value >= limit
    return Finding(
        control=control,
        value=value,
        limit=limit,
        verdict=Verdict.REFUSED if is_reached else Verdict.PASSED,
        reason=f"{what} {value:.6f} {'has reached' if is_reached else 'is below'} {limit}",
        remedy=remedy if is_reached else "",
    )
