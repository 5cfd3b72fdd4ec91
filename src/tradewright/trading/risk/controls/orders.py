"""Controls of the order itself: its quantity, its part of a day's trading, its money alone and with those just before
it, the grid it must stand on."""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import ClassVar, Final

from tradewright.domain.arithmetic.rounding import steps_down
from tradewright.domain.instruments.instrument import Instrument
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, absent, at_most, part, positive, stated

_ONE = Decimal(1)
_WIDE: Final = Context(prec=80)
"""The largest price on the finest grid has more digits than the usual 28."""


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

    def growth(self, case: Case) -> Decimal | Missing:
        """One."""
        return _ONE


@dataclass(frozen=True, slots=True)
class OrderDayPart:
    """One order against the quantity of an average day: a typing error in the quantity shows here."""

    name: ClassVar[str] = "order_day_part"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def judge(self, case: Case) -> Finding:
        """Quantity over the average day's."""
        return at_most(
            self.name,
            part(case.request.order.quantity, _day_quantity(case)),
            limit=self.limit,
            what="the order's part of an average day",
            remedy="send less, or spread it over days",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit over the average day's quantity."""
        return part(_ONE, _day_quantity(case))


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

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional."""
        return case.unit_notional


@dataclass(frozen=True, slots=True)
class BasketNotional:
    """Money in all orders of new risk within a window: many small orders are one large one."""

    name: ClassVar[str] = "basket_notional"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal
    window_ms: int

    def judge(self, case: Case) -> Finding:
        """Their notional with this one, over the equity at the start of the day."""
        return at_most(
            self.name,
            part(self._money(case), case.day_equity),
            limit=self.limit,
            what="orders within the window over the equity at the start of the day",
            remedy="send less, or spread it over time",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional over the equity of the morning."""
        return part(case.unit_notional, case.day_equity)

    def _money(self, case: Case) -> Decimal | Missing:
        own = case.order_notional
        if isinstance(own, Missing):
            return own
        return own + case.book.sent.money(since_ns=case.now_ns - self.window_ms * 1_000_000 + 1)


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
        one = case.market.instrument
        off = _off_grid(case, one)
        return stated(
            self.name,
            ", ".join(off) or "on the grid",
            limit=f"lots of {one.lot}, ticks of {one.tick}",
            is_good=not off,
            reason=f"{', '.join(off)} is off the grid" if off else "quantity and prices are on the grid",
            remedy="round the quantity down to a lot and the prices to a tick",
        )


@dataclass(frozen=True, slots=True)
class SmallestOrder:
    """Not less than the venue trades at least, in quantity and in money."""

    name: ClassVar[str] = "smallest_order"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False

    def judge(self, case: Case) -> Finding:
        """The quantity, against the smallest whole lots that are enough."""
        if case.market is None or isinstance(case.subject, Missing):
            missing = case.subject if isinstance(case.subject, Missing) else Missing(f"the market of {case.instrument}")
            return absent(self.name, missing, limit="what is traded at least")
        one, order = case.market.instrument, case.request.order
        price = case.subject.mark if order.limit_price is None else order.limit_price
        least = max(one.smallest_quantity, one.smallest_notional / (price * one.multiplier))
        is_enough = order.quantity >= one.smallest_quantity
        is_enough = is_enough and one.notional(order.quantity, price) >= one.smallest_notional
        return stated(
            self.name,
            f"{order.quantity}",
            limit=f"{least}",
            is_good=is_enough,
            reason=f"{one.id} is traded in {least} at least" if not is_enough else "it is as large as the venue wants",
            remedy=f"send nothing, or {_up(least, one.lot)}",
        )


def _day_quantity(case: Case) -> Decimal | Missing:
    what = f"the average daily quantity of {case.instrument}"
    return Missing(what) if case.market is None else positive(case.market.day_quantity, what)


def _off_grid(case: Case, one: Instrument) -> list[str]:
    order = case.request.order
    quantity, off = order.quantity, []
    if _WIDE.remainder(quantity, one.lot):
        off.append(f"quantity {quantity} (try {_down(quantity, one.lot)})")
    for price in case.reservation.prices:
        if _WIDE.remainder(price, one.tick):
            near = _down(price, one.tick)
            off.append(f"price {price} (try {near if order.side is Side.BUY else near + one.tick})")
    if order.trailing_offset is not None and _WIDE.remainder(order.trailing_offset, one.tick):
        off.append(f"trailing offset {order.trailing_offset} (try {_down(order.trailing_offset, one.tick)})")
    return off


def _down(value: Decimal, step: Decimal) -> Decimal:
    return Decimal(steps_down(value, step)) * step


def _up(value: Decimal, step: Decimal) -> Decimal:
    down = _down(value, step)
    return down if down == value else down + step
