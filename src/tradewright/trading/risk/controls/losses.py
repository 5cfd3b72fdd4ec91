"""Controls of what can be and what has been lost: risk to the stops, drawdown from the peak, the loss of the day."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Growing, Measure, Stop
from tradewright.trading.risk.exposure import unit_risk
from tradewright.trading.risk.verdict import Missing, number, part

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PortfolioRisk(Measure, Growing):
    """Loss to all protective stops over equity; a drawdown scales it down."""

    name: ClassVar[str] = "portfolio_risk"
    words: ClassVar[str] = "the loss to all stops over equity"
    remedy: ClassVar[str] = "send less, or put the protective stop nearer"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """Sum over positions and orders; one-day 95% value at risk where there is no stop."""
        return part(case.totals if isinstance(case.totals, Missing) else case.totals.risk, case.equity)

    def bound(self, case: Case) -> Decimal:
        """The limit, scaled."""
        return self.limit * case.scale

    def growth(self, case: Case) -> Decimal | Missing:
        """What a unit loses at its stop, or on a bad day, over equity."""
        if isinstance(case.subject, Missing) or case.market is None:
            return case.subject if isinstance(case.subject, Missing) else Missing(f"the market of {case.instrument}")
        order, own = case.request.order, case.reservation
        loss = unit_risk(case.subject.stakes, case.market, side=order.side, prices=own.prices, stop=own.protective_stop)
        return part(loss, case.equity)


@dataclass(frozen=True, slots=True)
class DrawdownStop(Stop):
    """Equity below its peak; reaching the limit stops new risk."""

    name: ClassVar[str] = "drawdown"
    words: ClassVar[str] = "the drawdown from the peak of equity"
    remedy: ClassVar[str] = "close positions; a named person sets a new peak or limit before trading goes on"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The depth below the peak."""
        return case.depth


@dataclass(frozen=True, slots=True)
class DailyLoss(Stop):
    """Loss since the start of the day, fees in it; reaching the limit ends the day for new risk."""

    name: ClassVar[str] = "daily_loss"
    words: ClassVar[str] = "the loss of the day"
    remedy: ClassVar[str] = "close positions and wait for the next trading day"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """Equity lost today over the equity at the start of the day."""
        return day_loss(case)


def day_loss(case: Case) -> Decimal | Missing:
    """Equity lost since the day began, a positive fraction; 0 after a gain."""
    begun = case.day_equity
    equity = number(case.book.equity, "the account's equity")
    if isinstance(begun, Missing) or isinstance(equity, Missing):
        return begun if isinstance(begun, Missing) else equity
    return part(max(begun - equity, _ZERO), begun)
