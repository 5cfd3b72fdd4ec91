"""A basket is one request of several orders: all of them pass the gate, or none is sent.

This file decides that each order of a basket is judged with those before it counted in, and that the first refusal
stops the basket.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tradewright.trading.risk.book import Book
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest


@dataclass(frozen=True, slots=True)
class ApprovedBasket:
    """Yes to every order, in their order; the last one has the book from now on."""

    approvals: tuple[Approved, ...]
    book: Book


@dataclass(frozen=True, slots=True)
class RefusedBasket:
    """No to all of them, because of one; the book stays as it was."""

    request: RiskRequest
    """The order that was refused."""
    refused: Refused


def check_basket(
    requests: Sequence[RiskRequest], book: Book, *, limits: Limits, now_ns: int
) -> ApprovedBasket | RefusedBasket:
    """Judge orders that belong together; a basket without orders is approved and changes nothing."""
    approvals = []
    for request in requests:
        answer = check(request, book, limits=limits, now_ns=now_ns)
        if isinstance(answer, Refused):
            return RefusedBasket(request, answer)
        approvals.append(answer)
        book = answer.book
    return ApprovedBasket(tuple(approvals), book)
