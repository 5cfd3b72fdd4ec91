"""A case is one request beside the book as it would be if the request were approved.

This file decides what every control looks at: the book with the reservation in it, valued once.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Book, MarketView, Reservation
from tradewright.trading.risk.drawdown import DrawdownLevel
from tradewright.trading.risk.exposure import Totals, Valued, everything, is_reducing, totals, valued
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import SentOrder
from tradewright.trading.risk.verdict import Missing, number, part, positive

_ZERO = Decimal(0)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the controls judge."""

    request: RiskRequest
    book: Book
    """As it is."""
    after: Book
    """With the request's reservation."""
    reservation: Reservation
    now_ns: int
    market: MarketView | None
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
    level: DrawdownLevel | Missing
    scale: Decimal
    """What the drawdown, and the newness of the strategy, leave of a size limit. At the drawdown stop, or where the
    drawdown is not known, its own control refuses."""

    @classmethod
    def of(cls, request: RiskRequest, book: Book, *, limits: Limits, now_ns: int) -> "Case":
        """The case of a request at a moment."""
        name = request.order.instrument
        others = everything(book, but=name)  # before the reservation, so that what is found out stays with the book
        reservation = Reservation.wanted(request)
        after, level = book.reserving(reservation), _level(book, limits)
        scale = _ONE if isinstance(level, Missing) or level.scale == 0 else level.scale
        subject = valued(after, name)
        return cls(
            request=request,
            book=book,
            after=after,
            reservation=reservation,
            now_ns=now_ns,
            market=book.markets.get(name),
            subject=subject,
            others=others,
            totals=_together(others, subject),
            is_reducing=request.order.closes_position or is_reducing(after, name, side=request.order.side),
            equity=positive(book.equity, "the account's equity"),
            day_equity=positive(book.day_equity, "the equity at the start of the day"),
            level=level,
            scale=scale * limits.ramp_part if _is_new(request, book, limits) else scale,
        )

    def resized(self, quantity: Decimal) -> "Case":
        """The same case with another quantity of the order; what is not the order's instrument stays valued."""
        request = replace(self.request, order=replace(self.request.order, quantity=quantity))
        reservation = Reservation.wanted(request)
        after, name = self.book.reserving(reservation), self.instrument
        subject = valued(after, name)
        return replace(
            self,
            request=request,
            after=after,
            reservation=reservation,
            subject=subject,
            totals=_together(self.others, subject),
            is_reducing=request.order.closes_position or is_reducing(after, name, side=request.order.side),
        )

    @property
    def instrument(self) -> str:
        """The id of what is to be traded."""
        return self.request.order.instrument

    @property
    def order_notional(self) -> Decimal | Missing:
        """Money that the order itself moves, at the highest price that it can have."""
        if isinstance(self.subject, Missing):
            return self.subject
        stakes, quantity = self.subject.stakes, self.request.order.quantity
        prices = self.reservation.prices
        return quantity * (max(stakes.mark, *prices) if prices else stakes.mark) * stakes.unit

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


def _level(book: Book, limits: Limits) -> DrawdownLevel | Missing:
    depth = depth_below_peak(book)
    return depth if isinstance(depth, Missing) else limits.drawdown.at(depth)


def _is_new(request: RiskRequest, book: Book, limits: Limits) -> bool:
    """Whether the strategy has not been live for as many days as it takes to get its whole limits."""
    strategy, days = request.order.strategy, book.live_days
    return days is not None and strategy is not None and days.get(strategy, 0) < limits.ramp_days
