"""Controls of how much is sent: orders in a second, a minute and a day, messages in a second, messages for a fill."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

from tradewright.domain.calendars import SECOND
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Measure
from tradewright.trading.risk.limits import Limits

_HOUR: Final = 3600 * SECOND
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class OrdersPerSecond(Measure):
    """Orders in the last second; those that shrink a position have a budget of their own.

    An order from "the future" (the clock was set back) counts, so a jump never opens the window.
    """

    name: ClassVar[str] = "orders_per_second"
    words: ClassVar[str] = "orders in a second"
    remedy: ClassVar[str] = "wait a second"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False
    limit: int
    reducing: int

    def measure(self, case: Case) -> int:
        """Orders of the same budget within a second, with this one."""
        since, sent = case.now_ns - SECOND + 1, case.book.sent
        opening = sent.opening(since_ns=since)
        return (sent.number(since_ns=since) - opening if case.is_reducing else opening) + 1

    def bound(self, case: Case) -> int:
        """The budget that it counts against."""
        return self.reducing if case.is_reducing else self.limit


@dataclass(frozen=True, slots=True)
class OrdersPerMinute(Measure):
    """Orders of new risk in the last minute."""

    name: ClassVar[str] = "orders_per_minute"
    words: ClassVar[str] = "orders in a minute"
    remedy: ClassVar[str] = "wait a minute"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def measure(self, case: Case) -> int:
        """Orders within a minute, with this one."""
        return case.book.sent.opening(since_ns=case.now_ns - 60 * SECOND + 1) + 1


@dataclass(frozen=True, slots=True)
class TradesPerDay(Measure):
    """Orders that could become a trade since the day began."""

    name: ClassVar[str] = "trades_per_day"
    words: ClassVar[str] = "trades of the day"
    remedy: ClassVar[str] = "wait for the next trading day"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int

    def measure(self, case: Case) -> int:
        """Orders of new risk approved today, with this one."""
        return case.book.sent.opening(since_ns=case.book.day_began_ns) + 1


@dataclass(frozen=True, slots=True)
class MessagesPerSecond(Measure):
    """Orders, replacements and cancels in the last second; a part of the budget is kept for cancels and ways out."""

    name: ClassVar[str] = "messages_per_second"
    words: ClassVar[str] = "messages in a second"
    remedy: ClassVar[str] = "wait a second"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False
    limit: int
    reserve: Decimal

    def measure(self, case: Case) -> int:
        """Messages within a second, with this one."""
        return _messages(case.book, since_ns=case.now_ns - SECOND + 1) + 1

    def bound(self, case: Case) -> Decimal | int:
        """The whole budget for a way out, else what is not kept for them."""
        return self.limit if case.is_reducing else self.limit * (_ONE - self.reserve)


@dataclass(frozen=True, slots=True)
class MessagesPerFill(Measure):
    """Messages over fills within an hour: a strategy that asks much and trades little."""

    name: ClassVar[str] = "messages_per_fill"
    words: ClassVar[str] = "messages for each fill of the hour"
    remedy: ClassVar[str] = "ask less often; the count falls as the hour passes"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    limit: int
    judged_from: int
    """Fewer messages than that say nothing."""

    def measure(self, case: Case) -> Decimal | int:
        """Messages of the hour with this one; without a fill they count as for one."""
        messages = _messages(case.book, since_ns=case.now_ns - _HOUR + 1) + 1
        if messages < self.judged_from:
            return 0
        return Decimal(messages) / max(case.book.fills.count(after_ns=case.now_ns - _HOUR), 1)


def messages_left(book: Book, *, limits: Limits, now_ns: int, is_cancel: bool) -> int:
    """How many messages may go out now: of the whole budget for cancels, else of what is not kept for them."""
    budget = limits.messages_per_second
    usable = budget if is_cancel else int(budget * (_ONE - limits.message_reserve))
    return max(usable - _messages(book, since_ns=now_ns - SECOND + 1), 0)


def _messages(book: Book, *, since_ns: int) -> int:
    return book.sent.number(since_ns=since_ns) + book.messages.count(after_ns=since_ns - 1)
