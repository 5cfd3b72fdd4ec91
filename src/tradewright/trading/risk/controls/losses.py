"""Controls of what can be and what has been lost: risk to the stops, drawdown from the peak, the loss of the day."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.trading.risk.case import Case, depth_below_peak
from tradewright.trading.risk.exposure import unit_risk
from tradewright.trading.risk.verdict import Finding, Missing, at_most, below, number, part

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
            part(case.totals if isinstance(case.totals, Missing) else case.totals.risk, case.equity),
            limit=self.limit * case.scale,
            what="the loss to all stops over equity",
            remedy="send less, or put the protective stop nearer",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """What a unit loses at its stop, or on a bad day, over equity."""
        if isinstance(case.subject, Missing) or case.market is None:
            return case.subject if isinstance(case.subject, Missing) else Missing(f"the market of {case.instrument}")
        order, own = case.request.order, case.reservation
        loss = unit_risk(case.subject.stakes, case.market, side=order.side, prices=own.prices, stop=own.protective_stop)
        return part(loss, case.equity)


@dataclass(frozen=True, slots=True)
class DrawdownStop:
    """Equity below its peak; reaching the limit stops new risk."""

    name: ClassVar[str] = "drawdown"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The depth below the peak."""
        return below(
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
        return below(
            self.name,
            day_loss(case),
            limit=self.limit,
            what="the loss of the day",
            remedy="close positions and wait for the next trading day",
        )


def day_loss(case: Case) -> Decimal | Missing:
    """Equity lost since the day began, a positive fraction; 0 after a gain."""
    begun = case.day_equity
    equity = number(case.book.equity, "the account's equity")
    if isinstance(begun, Missing) or isinstance(equity, Missing):
        return begun if isinstance(begun, Missing) else equity
    return part(max(begun - equity, _ZERO), begun)
