"""The books of a long session: a journal of so many records that ends with orders that work.

This file decides what is in them: for every slice its close, the answer of the strategy and five orders from intent to
fill, the two halves of a round trip on two days; at the end limit orders that wait far away from the market.
"""

from collections.abc import Callable, Generator, Iterator
from decimal import Decimal

from proofs.desk.desk import CASH, DAY_NS, WARM_UP, Desk
from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.books import Books
from tradewright.engine.session.naming import client_order_id
from tradewright.ports.broker import OrderReport, ReportedLife
from tradewright.ports.hosts import OrderWish

GROUP = 200
"""Records of one commit."""
FEE = Money.of("1.00", "USD")
_PRICE = Decimal("100.25")


class LongBooks:
    """Makes them, and remembers what the venue would know."""

    def __init__(self, desk: Desk, *, records: int, open_orders: int) -> None:
        self.desk, self.records, self.open_orders = desk, records, open_orders
        self.fills: list[Fill] = []
        self.working: list[OrderReport] = []
        self.cash = CASH
        self._intents = 0
        self._slices = 0

    def write(self, books: Books) -> None:
        """Append until there are so many records, commit, close."""
        journal = books.journal
        for fact in self._facts(lambda: journal.sequence):
            if journal.append(fact) % GROUP == 0:
                journal.commit()
                if journal.is_running_short:
                    journal.prepare()
        journal.commit()
        books.close()

    def _facts(self, written: Callable[[], int]) -> Iterator[facts.Fact]:
        yield self.desk.start()
        yield facts.CashBooked(0, "opening USD", facts.OPENING, "", "USD", CASH)
        until = self.records - 4 * self.open_orders
        while written() < until:
            yield from self._slice()
        for number in range(self.open_orders):
            yield from self._waiting(number)

    def _slice(self) -> Iterator[facts.Fact]:
        self._slices += 1
        number, now = WARM_UP + self._slices, (WARM_UP + self._slices) * DAY_NS
        names = self.desk.instruments
        yield facts.SliceClosed(now, number, number, dict.fromkeys(names, _PRICE))
        yield facts.DayBegan(now, number + 1, self.cash)
        side = Side.BUY if number % 2 else Side.SELL
        wishes = tuple(
            OrderWish(number=number * 5 + place, instrument=name, side=side.value, quantity=1.0)
            for place, name in enumerate(names)
        )
        yield facts.StrategyProposed(now, number, tuple(facts.RecordedWish.of(one) for one in wishes), 90_000)
        for wish in wishes:
            request = OrderRequest(
                instrument=wish.instrument, side=side, quantity=Decimal(1), time_in_force=TimeInForce.GTC
            )
            name, venue_name = yield from self._sent(request, now=now, number=wish.number)
            fill = Fill(
                execution_id=ExecutionId(f"E{len(self.fills) + 1}"), client_order_id=name, instrument=wish.instrument,
                side=side, quantity=Decimal(1), price=_PRICE, fee=FEE, time_ns=now + DAY_NS // 2,
                venue_order_id=venue_name,
            )  # fmt: skip
            self.fills.append(fill)
            self.cash -= fill.signed_quantity * fill.price + fill.fee.amount
            yield facts.OrderFilled(now, fill)

    def _waiting(self, number: int) -> Iterator[facts.Fact]:
        now = (WARM_UP + self._slices) * DAY_NS
        request = OrderRequest(
            instrument=self.desk.instruments[number % 5], side=Side.BUY, quantity=Decimal(1), kind=OrderKind.LIMIT,
            limit_price=Decimal("60.00") - number % 50, time_in_force=TimeInForce.GTC,
        )  # fmt: skip
        name, venue_name = yield from self._sent(request, now=now, number=10_000_000 + number)
        self.working.append(
            OrderReport(
                client_order_id=name, venue_order_id=venue_name, request=request, life=ReportedLife.WORKING,
                filled=Decimal(0), time_ns=now,
            )
        )  # fmt: skip

    def _sent(
        self, request: OrderRequest, *, now: int, number: int
    ) -> Generator[facts.Fact, None, tuple[ClientOrderId, VenueOrderId]]:
        """Intent, hand-over and acceptance of one order."""
        self._intents += 1
        name = client_order_id("s1", "a1", strategy="churner", intent=self._intents, engine="tw")
        venue_name = VenueOrderId(f"V{self._intents}")
        yield facts.OrderIntended(
            time_ns=now, client_order_id=name, intent=self._intents, request=request, strategy="churner",
            role=facts.Role.PLAIN, limits_version=1, epoch=1, attempt=1, slice=WARM_UP + self._slices,
            correlation_id=f"s1-{self._slices}", arrival_price=_PRICE, wished=Decimal(1), number=number,
            notional=_PRICE,
        )  # fmt: skip
        yield facts.OrderHandedOver(now, name, 1)
        yield facts.OrderAccepted(now, name, venue_name)
        return name, venue_name
