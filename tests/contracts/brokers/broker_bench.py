"""What the contract of brokers needs of a broker under test, and the desk that its cases trade from."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.domain.orders.ticket import Ticket
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskFills,
    AskOpenOrders,
    AskOrder,
    Broker,
    BrokerEvent,
    CancelOrder,
    Executed,
    FillsAnswer,
    OpenOrdersAnswer,
    OrderAnswer,
    OrderReport,
    ReplaceOrder,
    SubmitOrder,
)

Event = TypeVar("Event", bound=BrokerEvent)
PATIENCE_S = 60.0
PRICES = ("limit_price", "stop_price", "stop_loss", "take_profit", "trailing_offset", "trailing_share")


class Bench(Protocol):
    """A broker under test with a market that does what it is told; one bench a case, on an account that may be used."""

    instrument: str
    """Traded by this case alone; flat, and at 100 when the case begins."""
    stranger: str
    """An instrument that the venue does not have."""
    kinds: frozenset[OrderKind]
    """Kinds of order that the venue takes."""
    forces: frozenset[TimeInForce]
    """Times in force that it takes."""
    has_passive: bool
    """Takes orders that must not cross the spread."""
    lot: Decimal
    """Smallest quantity."""
    has_busts: bool
    """Takes executions back; the bench can let it."""

    def broker(self) -> Broker:
        """A new broker on the account, not connected."""
        ...

    async def move(self, prices: tuple[float, float, float, float], *, is_last: bool) -> None:
        """Let the market trade at open, high, low, close; `is_last`: this ends its session."""
        ...

    async def place_by_hand(self, request: OrderRequest) -> None:
        """Somebody places an order in the account without the broker."""
        ...

    async def take_back(self, execution_id: ExecutionId) -> None:
        """Let the venue take an execution back."""
        ...

    async def drop(self, broker: Broker) -> None:
        """Cut the broker's connection, as a network does; it can be opened again at once."""
        ...


@dataclass(slots=True)
class Desk:
    """A connected broker with all that it told, and short ways to trade."""

    bench: Bench
    broker: Broker
    prefix: str
    events: list[BrokerEvent] = field(default_factory=list)
    questions: int = 0

    async def open(self) -> None:
        """Connect."""
        await self.broker.connect(self.events.append)

    def request(self, quantity: float | str = 10, **terms: Any) -> OrderRequest:
        """A request on the bench's instrument; a negative quantity sells, prices may be plain numbers."""
        amount = Decimal(str(quantity))
        for name in PRICES:
            if name in terms:
                terms[name] = Decimal(str(terms[name]))
        has_limit, has_stop = "limit_price" in terms, "stop_price" in terms
        kind = {
            (True, True): OrderKind.STOP_LIMIT, (True, False): OrderKind.LIMIT, (False, True): OrderKind.STOP,
            (False, False): OrderKind.MARKET,
        }[has_limit, has_stop]  # fmt: skip
        settled = {"instrument": self.bench.instrument, "kind": kind, "time_in_force": TimeInForce.GTC, **terms}
        return OrderRequest(side=Side.of(amount), quantity=abs(amount), **settled)

    def name(self, short: str) -> ClientOrderId:
        """The client order id of a short name: no case knows another's."""
        return ClientOrderId(f"{self.prefix}-{short}")

    def send(self, short: str, quantity: float | str = 10, **terms: Any) -> OrderRequest:
        """Submit an order."""
        request = self.request(quantity, **terms)
        self.broker.enqueue(SubmitOrder(self.ticket(short, request)))
        return request

    def change(self, short: str, request: OrderRequest) -> None:
        """Replace an order's terms."""
        self.broker.enqueue(ReplaceOrder(self.ticket(short, request)))

    def cancel(self, short: str) -> None:
        """Cancel an order."""
        self.broker.enqueue(CancelOrder(self.name(short), self.bench.instrument))

    def ticket(self, short: str, request: OrderRequest) -> Ticket:
        """An approval as the gate would mint it."""
        name = self.name(short)
        return Ticket(client_order_id=name, request=request, limits_version=1, epoch=1, attempt=1, minted_ns=0)

    async def settle(self) -> None:
        """Until everything handed over before is answered: what has not come then does not come."""
        await self.account()

    async def move(self, *prices: float, is_last: bool = True) -> None:
        """Let the market trade; one price is all four, else open, high, low, close. Reports of it have come then."""
        four = prices * 4 if len(prices) == 1 else prices
        await self.settle()
        await self.bench.move((four[0], four[1], four[2], four[3]), is_last=is_last)
        await self.settle()

    async def hold(self, quantity: float = 10, short: str = "entry") -> None:
        """Have a position of the bench's instrument, entered at 100."""
        self.send(short, quantity)
        await self.move(100.0)
        assert self.filled(short) == abs(Decimal(str(quantity)))

    async def order(self, short: str) -> OrderReport | None:
        """What the venue says of an order."""
        return (await self.asked(lambda number: AskOrder(number, self.name(short)), OrderAnswer)).report

    async def open_orders(self) -> OpenOrdersAnswer:
        """What works for the account."""
        return await self.asked(AskOpenOrders, OpenOrdersAnswer)

    async def fills_since(self, moment_ns: int) -> FillsAnswer:
        """Executions from a moment on."""
        return await self.asked(lambda number: AskFills(number, moment_ns), FillsAnswer)

    async def account(self) -> AccountAnswer:
        """Positions and cash."""
        return await self.asked(AskAccount, AccountAnswer)

    async def asked(self, question: Callable[[int], Any], answer: type[Event]) -> Event:
        """Ask and wait for the answer of that number."""
        self.questions += 1
        number = self.questions
        self.broker.enqueue(question(number))
        return await self.heard(answer, lambda event: getattr(event, "number", 0) == number)

    async def heard(self, kind: type[Event], is_it: Callable[[Event], bool] = lambda event: True) -> Event:
        """Wait for an event of that kind; it may have come already."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and is_it(event):
                        return event
                await asyncio.sleep(0.001)

    async def position(self) -> Decimal:
        """What the account holds of the bench's instrument."""
        return (await self.account()).positions.get(self.bench.instrument, Decimal(0))

    def reports(self, short: str) -> list[OrderReport]:
        """Every report of an order that was told."""
        name = self.name(short)
        return [event for event in self.events if isinstance(event, OrderReport) and event.client_order_id == name]

    def life(self, short: str) -> str:
        """Where the last report said an order is; empty without one."""
        reports = self.reports(short)
        return reports[-1].life.value if reports else ""

    def fills(self, short: str) -> list[Fill]:
        """An order's executions that were told, each once."""
        name = self.name(short)
        told = [event.fill for event in self.events if isinstance(event, Executed)]
        return list({fill.execution_id: fill for fill in told if fill.client_order_id == name}.values())

    def filled(self, short: str) -> Decimal:
        """How much of an order was executed."""
        return sum((fill.quantity for fill in self.fills(short)), Decimal(0))

    def about(self, kind: type[Event], short: str) -> list[Event]:
        """Every event of a kind about an order."""
        name = self.name(short)
        return [
            event for event in self.events if isinstance(event, kind) and getattr(event, "client_order_id", "") == name
        ]


Case = Callable[[Desk], Awaitable[None]]
