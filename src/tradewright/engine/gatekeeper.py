"""The gatekeeper stands between whoever trades an account and the gate: a backtest and a live session ask it alike.

This file decides what is asked: the order is cut to what the limits leave, naming the limit that bound, and only what
is left is judged. Everything it needs comes as an `AccountView`; rows, clocks and brokers stay with the caller.
"""

from dataclasses import dataclass, replace

from tradewright.domain.orders.request import LEAST
from tradewright.domain.quick import quick
from tradewright.trading.risk.account import AccountView, book_of
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.gate import Approved, Refused, answered, asked, check, refused
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.sizing.size import Sized, fitted

__all__ = ["AccountView", "Cut", "Gatekeeper", "Verdict", "book_of"]


@dataclass(frozen=True, slots=True)
class Cut:
    """An order was made smaller: how much of it is left, and the limit that left no more."""

    asked: Sized
    left: Sized


@quick
@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one request."""

    request: RiskRequest
    """As it was judged: with the quantity that was left of it."""
    answer: Approved | Refused
    cut: Cut | None = None
    """None where nothing was taken away."""


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """Asks the gate on behalf of one account."""

    policy: LimitsPolicy

    def limits_of(self, request: RiskRequest, book: Book) -> Limits:
        """The limits that hold for a request."""
        return self.policy.tightest(account=book.account, strategy=request.order.strategy)

    def judge(self, request: RiskRequest, book: Book, *, now_ns: int) -> Verdict:
        """Approve or refuse a request as it is."""
        return Verdict(request, check(request, book, limits=self.limits_of(request, book), now_ns=now_ns))

    def cut_and_judge(self, request: RiskRequest, book: Book, *, now_ns: int) -> Verdict:
        """Cut a request to what the limits leave, then approve it.

        Where they leave nothing, the reasons are those for which not even one lot passes.
        """
        limits = self.limits_of(request, book)
        case = Case.of(request, book, limits=limits, now_ns=now_ns)
        whole = asked(case, limits)
        if isinstance(whole, Approved):
            return Verdict(request, whole)
        wanted = Sized(request.order.quantity, "asked", "the quantity that was asked for", ())
        left = fitted(wanted, case, limits=limits, against=whole)
        if left.case is not None:
            return Verdict(left.case.request, answered(left.case, limits), Cut(wanted, left.size))
        if left.size.quantity == 0:
            least = check(_one_lot(request, book), book, limits=limits, now_ns=now_ns)
            if isinstance(least, Refused):
                return Verdict(request, least)
        return Verdict(request, refused(case, limits))


def _one_lot(request: RiskRequest, book: Book) -> RiskRequest:
    market = book.markets.get(request.order.instrument)
    lot = request.order.quantity if market is None else max(market.instrument.lot, LEAST)
    quantity = min(lot, request.order.quantity)
    return replace(request, order=replace(request.order, quantity=quantity))
