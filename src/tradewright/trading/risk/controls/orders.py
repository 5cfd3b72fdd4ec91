"""Controls of one order by itself: its quantity, its part of a day's trading, its money, the grid it must stand on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.arithmetic.rounding import steps_down
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, at_most, part, positive, stated


@dataclass(frozen=True, slots=True)
class OrderQuantity:
    """Units in one order."""

    name: ClassVar[str] = "order_quantity"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """The order's quantity."""
        return at_most(
            self.name,
            case.request.order.quantity,
            limit=self.limit,
            what="the order's quantity",
            remedy="send less, or split the order over time",
        )


@dataclass(frozen=True, slots=True)
class OrderDayPart:
    """One order against the quantity of an average day: a typing error in the quantity shows here."""

    name: ClassVar[str] = "order_day_part"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """Quantity over the average day's."""
        what = f"the average daily quantity of {case.instrument}"
        day: Decimal | Missing = Missing(what) if case.market is None else positive(case.market.day_quantity, what)
        return at_most(
            self.name,
            part(case.request.order.quantity, day),
            limit=self.limit,
            what="the order's part of an average day",
            remedy="send less, or spread it over days",
        )


@dataclass(frozen=True, slots=True)
class OrderNotional:
    """Money in one order; a drawdown scales it down."""

    name: ClassVar[str] = "order_notional"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """Quantity at its highest price, in the account's currency."""
        return at_most(
            self.name,
            case.order_notional,
            limit=self.limit * case.scale,
            what="the order's notional",
            remedy="send less",
        )


@dataclass(frozen=True, slots=True)
class OnGrid:
    """Quantity in whole lots, prices in whole ticks: nothing is rounded in silence."""

    name: ClassVar[str] = "grid"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False

    def judge(self, case: Case) -> Finding:
        """What is off the grid, with the nearest that is on it and risks less."""
        if case.market is None:
            return stated(
                self.name,
                "not known",
                limit="whole lots and ticks",
                is_good=case.is_reducing,
                reason=f"the steps of {case.instrument} are not known",
                remedy=f"supply the market of {case.instrument}, then send again",
            )
        one, quantity = case.market.instrument, case.request.order.quantity
        off = [f"quantity {quantity} (try {_down(quantity, one.lot)})"] if quantity % one.lot else []
        off += [f"price {price} (try {_down(price, one.tick)})" for price in case.request.prices if price % one.tick]
        return stated(
            self.name,
            ", ".join(off) or "on the grid",
            limit=f"lots of {one.lot}, ticks of {one.tick}",
            is_good=not off,
            reason=f"{', '.join(off)} is off the grid" if off else "quantity and prices are on the grid",
            remedy="round the quantity down to a lot and the prices to a tick",
        )


def _down(value: Decimal, step: Decimal) -> Decimal:
    return Decimal(steps_down(value, step)) * step
