"""Controls of the order itself: its quantity, its part of a day's trading, its money alone and with those just before
it, the grid it must stand on."""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import ClassVar, Final

from tradewright.domain.arithmetic.rounding import steps_down
from tradewright.domain.instruments.instrument import Instrument
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Growing, Measure
from tradewright.trading.risk.verdict import Finding, Missing, absent, is_positive, part, stated

_ONE = Decimal(1)
_WIDE: Final = Context(prec=80)
"""The largest price on the finest grid has more digits than the usual 28."""


@dataclass(frozen=True, slots=True)
class OrderQuantity(Measure, Growing):
    """Units in one order."""

    name: ClassVar[str] = "order_quantity"
    words: ClassVar[str] = "the order's quantity"
    remedy: ClassVar[str] = "send less, or split the order over time"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """The order's quantity."""
        return case.request.order.quantity

    def growth(self, case: Case) -> Decimal | Missing:
        """One."""
        return _ONE


@dataclass(frozen=True, slots=True)
class OrderDayPart(Measure, Growing):
    """One order against the quantity of an average day: a typing error in the quantity shows here."""

    name: ClassVar[str] = "order_day_part"
    words: ClassVar[str] = "the order's part of an average day"
    remedy: ClassVar[str] = "send less, or spread it over days"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """Quantity over the average day's."""
        return part(case.request.order.quantity, _day_quantity(case))

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit over the average day's quantity."""
        return part(_ONE, _day_quantity(case))


@dataclass(frozen=True, slots=True)
class OrderNotional(Measure, Growing):
    """Money in one order; a drawdown scales it down."""

    name: ClassVar[str] = "order_notional"
    words: ClassVar[str] = "the order's notional"
    remedy: ClassVar[str] = "send less"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal

    def measure(self, case: Case) -> Decimal | Missing:
        """Quantity at its highest price, in the account's currency."""
        return case.order_notional

    def bound(self, case: Case) -> Decimal:
        """The limit, scaled."""
        return self.limit * case.scale

    def growth(self, case: Case) -> Decimal | Missing:
        """A unit's notional."""
        return case.unit_notional


@dataclass(frozen=True, slots=True)
class BasketNotional(Measure, Growing):
    """Money in all orders of new risk within a window: many small orders are one large one."""

    name: ClassVar[str] = "basket_notional"
    words: ClassVar[str] = "orders within the window over the equity at the start of the day"
    remedy: ClassVar[str] = "send less, or spread it over time"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    limit: Decimal
    window_ms: int

    def measure(self, case: Case) -> Decimal | Missing:
        """Their notional with this one, over the equity at the start of the day."""
        return part(self._money(case), case.day_equity)

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

    def lets_pass(self, case: Case) -> bool:
        """Whether nothing is off it; a way out passes where the steps are not known."""
        return case.is_reducing if case.market is None else not _off_grid(case, case.market.instrument)

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

    def lets_pass(self, case: Case) -> bool:
        """Whether quantity and money are enough."""
        if case.market is None or isinstance(case.subject, Missing):
            return False
        one, quantity = case.market.instrument, case.request.order.quantity
        price = _price(case, case.subject.stakes.mark)
        return quantity >= one.smallest_quantity and one.notional(quantity, price) >= one.smallest_notional

    def judge(self, case: Case) -> Finding:
        """The quantity, against the smallest whole lots that are enough."""
        if case.market is None or isinstance(case.subject, Missing):
            missing = case.subject if isinstance(case.subject, Missing) else Missing(f"the market of {case.instrument}")
            return absent(self.name, missing, limit="what is traded at least")
        one, order = case.market.instrument, case.request.order
        price = _price(case, case.subject.mark)
        least = max(one.smallest_quantity, one.smallest_notional / (price * one.multiplier))
        is_enough = self.lets_pass(case)
        return stated(
            self.name,
            f"{order.quantity}",
            limit=f"{least}",
            is_good=is_enough,
            reason=f"{one.id} is traded in {least} at least" if not is_enough else "it is as large as the venue wants",
            remedy=f"send nothing, or {_up(least, one.lot)}",
        )


def _day_quantity(case: Case) -> Decimal | Missing:
    found = None if case.market is None else case.market.day_quantity
    return found if is_positive(found) else Missing(f"the average daily quantity of {case.instrument}")


def _price(case: Case, mark: Decimal) -> Decimal:
    limit = case.request.order.limit_price
    return mark if limit is None else limit


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
