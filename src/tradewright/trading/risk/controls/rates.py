"""Controls of how much is sent: orders in a second, a minute and a day, messages in a second, messages for a fill."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

from tradewright.domain.calendars import SECOND
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.verdict import Finding, at_most

_HOUR: Final = 3600 * SECOND
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class OrdersPerSecond:
    """Orders in the last second; those that shrink a position have a budget of their own.

    An order from "the future" (the clock was set back) counts, so a jump never opens the window.
    """

    name: ClassVar[str] = "orders_per_second"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False
    limit: int
    reducing: int

    def judge(self, case: Case) -> Finding:
        """Orders of the same budget within a second, with this one."""
        since, sent = case.now_ns - SECOND + 1, case.book.sent
        opening = sent.opening(since_ns=since)
        recent = sent.number(since_ns=since) - opening if case.is_reducing else opening
        return at_most(
            self.name,
            Decimal(recent + 1),
            limit=Decimal(self.reducing if case.is_reducing else self.limit),
            what="orders in a second",
            remedy="wait a second",
        )


@dataclass(frozen=True, slots=True)
class OrdersPerMinute:
    """Orders of new risk in the last minute."""

    name: ClassVar[str] = "orders_per_minute"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def judge(self, case: Case) -> Finding:
        """Orders within a minute, with this one."""
        return at_most(
            self.name,
            Decimal(case.book.sent.opening(since_ns=case.now_ns - 60 * SECOND + 1) + 1),
            limit=Decimal(self.limit),
            what="orders in a minute",
            remedy="wait a minute",
        )


@dataclass(frozen=True, slots=True)
class TradesPerDay:
    """Orders that could become a trade since the day began."""

    name: ClassVar[str] = "trades_per_day"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def judge(self, case: Case) -> Finding:
        """Orders of new risk approved today, with this one."""
        return at_most(
            self.name,
            Decimal(case.book.sent.opening(since_ns=case.book.day_began_ns) + 1),
            limit=Decimal(self.limit),
            what="trades of the day",
            remedy="wait for the next trading day",
        )


@dataclass(frozen=True, slots=True)
class MessagesPerSecond:
    """Orders, replacements and cancels in the last second; a part of the budget is kept for cancels and ways out."""

    name: ClassVar[str] = "messages_per_second"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False
    limit: int
    reserve: Decimal

    def judge(self, case: Case) -> Finding:
        """Messages within a second, with this one."""
        return at_most(
            self.name,
            Decimal(_messages(case.book, since_ns=case.now_ns - SECOND + 1) + 1),
            limit=Decimal(self.limit) if case.is_reducing else self.limit * (_ONE - self.reserve),
            what="messages in a second",
            remedy="wait a second",
        )


@dataclass(frozen=True, slots=True)
class MessagesPerFill:
    """Messages over fills within an hour: a strategy that asks much and trades little."""

    name: ClassVar[str] = "messages_per_fill"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int
    judged_from: int
    """Fewer messages than that say nothing."""

    def judge(self, case: Case) -> Finding:
        """Messages of the hour with this one; without a fill they count as for one."""
        messages = _messages(case.book, since_ns=case.now_ns - _HOUR + 1) + 1
        fills = max(case.book.fills.count(after_ns=case.now_ns - _HOUR), 1)
        return at_most(
            self.name,
            Decimal(messages) / fills if messages >= self.judged_from else Decimal(0),
            limit=Decimal(self.limit),
            what="messages for each fill of the hour",
            remedy="ask less often; the count falls as the hour passes",
        )


def messages_left(book: Book, *, limits: Limits, now_ns: int, is_cancel: bool) -> int:
    """How many messages may go out now: of the whole budget for cancels, else of what is not kept for them."""
    budget = limits.messages_per_second
    usable = budget if is_cancel else int(budget * (_ONE - limits.message_reserve))
    return max(usable - _messages(book, since_ns=now_ns - SECOND + 1), 0)


def _messages(book: Book, *, since_ns: int) -> int:
    return book.sent.number(since_ns=since_ns) + book.messages.count(after_ns=since_ns - 1)
