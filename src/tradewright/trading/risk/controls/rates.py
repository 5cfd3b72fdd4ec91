"""Controls of how much is sent: orders in a second, trades in a day, the same order twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.calendars import SECOND
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderRequest
from tradewright.trading.risk.book import Book, SentOrder
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, at_most, stated


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
        recent = [
            one for one in case.book.sent if one.is_reducing is case.is_reducing and one.time_ns > case.now_ns - SECOND
        ]
        return at_most(
            self.name,
            Decimal(len(recent) + 1),
            limit=Decimal(self.reducing if case.is_reducing else self.limit),
            what="orders in a second",
            remedy="wait a second",
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
        today = [one for one in case.book.sent if not one.is_reducing and one.time_ns >= case.book.day_began_ns]
        return at_most(
            self.name,
            Decimal(len(today) + 1),
            limit=Decimal(self.limit),
            what="trades of the day",
            remedy="wait for the next trading day",
        )


@dataclass(frozen=True, slots=True)
class SameId:
    """A client order id is used once; only a proven absence lets a further attempt pass."""

    name: ClassVar[str] = "order_id"
    binds_reducing: ClassVar[bool] = True
    depends_on_quantity: ClassVar[bool] = False

    def judge(self, case: Case) -> Finding:
        """Whether the id was seen before, and whether it had to be."""
        own = case.request.client_order_id
        is_known = any(own == known for known in _known_ids(case.book))
        is_again = case.request.attempt > 1
        reason = (
            f"order {own} was {'sent before' if is_known else 'never sent'} and this is attempt {case.request.attempt}"
        )
        return stated(
            self.name,
            "known" if is_known else "new",
            limit="known" if is_again else "new",
            is_good=is_known is is_again,
            reason=reason,
            remedy="make a new id for a new order; send one again only after its absence was proven",
        )


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same order of the same strategy within a window is a double click or a loop."""

    name: ClassVar[str] = "duplicate"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = False
    window_ms: int

    def judge(self, case: Case) -> Finding:
        """The same strategy, instrument, side, quantity and prices."""
        since = case.now_ns - self.window_ms * 1_000_000
        own = case.request.client_order_id
        like = [one for one in case.book.sent if one.client_order_id != own and one.time_ns > since]
        twin = next((one for one in like if _print(one.order) == _print(case.request.order)), None)
        return stated(
            self.name,
            twin.client_order_id if isinstance(twin, SentOrder) else "none",
            limit=f"none in {self.window_ms} ms",
            is_good=twin is None,
            reason=f"order {twin.client_order_id} is the same" if twin else "no order of late is the same",
            remedy="if it is meant, send it after the window",
        )


def _known_ids(book: Book) -> Iterator[ClientOrderId]:
    yield from (one.client_order_id for one in book.sent)
    yield from (one.client_order_id for one in book.reservations)


def _print(order: OrderRequest) -> tuple[object, ...]:
    return (
        order.strategy,
        order.instrument,
        order.side,
        order.quantity,
        order.kind,
        order.limit_price,
        order.stop_price,
        order.trailing_offset,
    )
