"""A case is one request beside the book as it would be if the request were approved.

This file decides what every control looks at: the book with the reservation in it, valued once.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from tradewright.trading.risk.book import Book, MarketView, Reservation
from tradewright.trading.risk.drawdown import DrawdownLevel, DrawdownLevels
from tradewright.trading.risk.exposure import Valued, everything, is_reducing, valued
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.verdict import Missing, number, part, positive

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
    exposed: tuple[Valued, ...] | Missing
    """Every instrument that is or could be held, in the book after."""
    is_reducing: bool
    """Proven: together with everything else on its side it only shrinks the position."""
    level: DrawdownLevel | Missing

    def resized(self, quantity: Decimal) -> "Case":
        """The same case with another quantity of the order; what is not the order's instrument stays valued."""
        request = replace(self.request, order=replace(self.request.order, quantity=quantity))
        reservation = Reservation.wanted(request)
        after, name = self.book.reserving(reservation), self.instrument
        subject, exposed = valued(after, name), self.exposed
        if not isinstance(exposed, Missing):
            others = (one for one in exposed if one.name != name)
            exposed = subject if isinstance(subject, Missing) else (*others, subject)
        return replace(
            self,
            request=request,
            after=after,
            reservation=reservation,
            subject=subject,
            exposed=exposed,
            is_reducing=is_reducing(after, name, side=request.order.side),
        )

    @classmethod
    def of(cls, request: RiskRequest, book: Book, *, drawdown: DrawdownLevels, now_ns: int) -> "Case":
        """The case of a request at a moment."""
        reservation = Reservation.wanted(request)
        after = book.reserving(reservation)
        name = request.order.instrument
        return cls(
            request=request,
            book=book,
            after=after,
            reservation=reservation,
            now_ns=now_ns,
            market=book.markets.get(name),
            subject=valued(after, name),
            exposed=everything(after),
            is_reducing=is_reducing(after, name, side=request.order.side),
            level=_level(book, drawdown),
        )

    @property
    def instrument(self) -> str:
        """The id of what is to be traded."""
        return self.request.order.instrument

    @property
    def equity(self) -> Decimal | Missing:
        """Equity now, above 0."""
        return positive(self.book.equity, "the account's equity")

    @property
    def scale(self) -> Decimal:
        """What the drawdown leaves of a size limit; at the stop, or where it is not known, its own control refuses."""
        return _ONE if isinstance(self.level, Missing) or self.level.scale == 0 else self.level.scale

    @property
    def order_notional(self) -> Decimal | Missing:
        """Money that the order itself moves, at the highest price that it can have."""
        if isinstance(self.subject, Missing):
            return self.subject
        highest = max((self.subject.mark, *self.request.prices))
        return self.request.order.quantity * highest * self.subject.unit


def depth_below_peak(book: Book) -> Decimal | Missing:
    """How far equity is below its peak, a positive fraction; equity above the peak is at the peak."""
    equity, peak = number(book.equity, "the account's equity"), positive(book.peak_equity, "the peak of equity")
    if isinstance(equity, Missing) or isinstance(peak, Missing):
        return equity if isinstance(equity, Missing) else peak
    return part(max(peak - equity, Decimal(0)), peak)


def _level(book: Book, drawdown: DrawdownLevels) -> DrawdownLevel | Missing:
    depth = depth_below_peak(book)
    return depth if isinstance(depth, Missing) else drawdown.at(depth)
