"""A case is one request beside the book as it would be if the request were approved.

This file decides what every control looks at: the book with the reservation in it, valued once. Of that book only the
request's own instrument differs from the book as it is, so only that is made anew; the rest of it is made when somebody
asks for it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from tradewright.domain.orders.side import Side
from tradewright.domain.quick import quick
from tradewright.trading.risk.book import Book, MarketView, Reservation
from tradewright.trading.risk.exposure import Totals, Valued, everything, is_reducing, totals, valued, valued_with
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import SentOrder
from tradewright.trading.risk.verdict import Missing, number, part, positive

_ZERO = Decimal(0)
_ONE = Decimal(1)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the controls judge."""

    request: RiskRequest
    book: Book
    """As it is."""
    reservation: Reservation
    now_ns: int
    market: MarketView | None
    orders: tuple[Reservation, ...]
    """What could fill of the request's instrument, the request among it."""
    subject: Valued | Missing
    """The request's instrument in the book after."""
    others: tuple[Valued, ...] | Missing
    """Every other instrument that is or could be held."""
    totals: Totals | Missing
    """Of all of them together with the request's instrument."""
    is_reducing: bool
    """Proven: together with everything else on its side it only shrinks the position, or the venue itself sees to it
    that it closes what is held and no more."""
    equity: Decimal | Missing
    """Equity now, above 0."""
    day_equity: Decimal | Missing
    """Equity at the start of the day, above 0."""
    order_notional: Decimal | Missing
    """Money that the order itself moves, at the highest price that it can have."""
    depth: Decimal | Missing
    """How far equity is below its peak."""
    scale: Decimal
    """What the drawdown, and the newness of the strategy, leave of a size limit. At the drawdown stop, or where the
    drawdown is not known, its own control refuses."""

    @classmethod
    def of(cls, request: RiskRequest, book: Book, *, limits: Limits, now_ns: int) -> "Case":
        """The case of a request at a moment."""
        name = request.order.instrument
        others = everything(book, but=name)
        reservation = Reservation.wanted(request)
        orders = book.orders_with(reservation)
        subject, depth = valued_with(book, name, orders=orders), depth_below_peak(book)
        return cls(
            request=request,
            book=book,
            reservation=reservation,
            now_ns=now_ns,
            market=book.markets.get(name),
            orders=orders,
            subject=subject,
            others=others,
            totals=_together(others, subject),
            is_reducing=request.order.closes_position
            or is_reducing(book, name, side=request.order.side, orders=orders),
            equity=positive(book.equity, "the account's equity"),
            day_equity=positive(book.day_equity, "the equity at the start of the day"),
            order_notional=_order_notional(subject, reservation),
            depth=depth,
            scale=_scale(request, book, limits, depth=depth),
        )

    def resized(self, quantity: Decimal) -> "Case":
        """The same case with another quantity of the order; what is not the order's instrument stays valued."""
        request = replace(self.request, order=replace(self.request.order, quantity=quantity))
        reservation = Reservation.wanted(request)
        name, side, orders = self.instrument, request.order.side, self.book.orders_with(reservation)
        subject = valued_with(self.book, name, orders=orders)
        return Case(
            request=request,
            book=self.book,
            reservation=reservation,
            now_ns=self.now_ns,
            market=self.market,
            orders=orders,
            subject=subject,
            others=self.others,
            totals=_together(self.others, subject),
            is_reducing=request.order.closes_position or is_reducing(self.book, name, side=side, orders=orders),
            equity=self.equity,
            day_equity=self.day_equity,
            order_notional=_order_notional(subject, reservation),
            depth=self.depth,
            scale=self.scale,
        )

    @property
    def instrument(self) -> str:
        """The id of what is to be traded."""
        return self.request.order.instrument

    @property
    def after(self) -> Book:
        """The book with the request's reservation."""
        return self.book.reserving(self.reservation)

    @property
    def exposed(self) -> tuple[str, ...]:
        """Instruments that are held or could be with the request, in alphabetical order."""
        return self.book.exposed_with(self.reservation)

    @property
    def working(self) -> int:
        """Orders of the account that could fill, the request among them."""
        return self.book.working_with(self.reservation)

    def valued(self, name: str) -> Valued | Missing:
        """An instrument of the book after."""
        return self.subject if name == self.instrument else valued(self.book, name)

    @property
    def unit_notional(self) -> Decimal | Missing:
        """Money that one unit of the order moves, at the highest price that it can have."""
        if isinstance(self.subject, Missing):
            return self.subject
        return max((self.subject.mark, *self.reservation.prices)) * self.subject.unit

    @property
    def crossing_price(self) -> Decimal | None:
        """The price that the order would pay at once: its limit price at the mark or beyond, the mark where it has
        none; None for an order that waits, or where the mark is not known."""
        order = self.request.order
        if isinstance(self.subject, Missing) or self.reservation.is_dormant:
            return None
        mark, price = self.subject.stakes.mark, order.limit_price
        if price is None:
            return mark
        is_beyond = price >= mark if order.side is Side.BUY else price <= mark
        return price if is_beyond else None

    @property
    def sent(self) -> SentOrder:
        """The order as it counts once it is approved."""
        notional = self.order_notional
        return SentOrder(
            self.request.client_order_id,
            self.request.order,
            self.now_ns,
            self.is_reducing,
            notional if isinstance(notional, Decimal) else _ZERO,
            self.crossing_price,
        )


def depth_below_peak(book: Book) -> Decimal | Missing:
    """How far equity is below its peak, a positive fraction; equity above the peak is at the peak."""
    equity, peak = number(book.equity, "the account's equity"), positive(book.peak_equity, "the peak of equity")
    if isinstance(equity, Missing) or isinstance(peak, Missing):
        return equity if isinstance(equity, Missing) else peak
    return part(max(peak - equity, _ZERO), peak)


def _together(others: tuple[Valued, ...] | Missing, subject: Valued | Missing) -> Totals | Missing:
    if isinstance(others, Missing):
        return others
    return subject if isinstance(subject, Missing) else totals(others, subject)


def _order_notional(subject: Valued | Missing, reservation: Reservation) -> Decimal | Missing:
    if isinstance(subject, Missing):
        return subject
    stakes, prices = subject.stakes, reservation.prices
    return reservation.quantity * (max(stakes.mark, *prices) if prices else stakes.mark) * stakes.unit


def _scale(request: RiskRequest, book: Book, limits: Limits, *, depth: Decimal | Missing) -> Decimal:
    scale = _ONE if isinstance(depth, Missing) else limits.drawdown.at(depth).scale or _ONE
    return scale * limits.ramp_part if _is_new(request, book, limits) else scale


def _is_new(request: RiskRequest, book: Book, limits: Limits) -> bool:
    """Whether the strategy has not been live for as many days as it takes to get its whole limits."""
    strategy, days = request.order.strategy, book.live_days
    return days is not None and strategy is not None and days.get(strategy, 0) < limits.ramp_days
