"""Small paper accounts, requests and walks that the tests of the paper venue share."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from tests.unit.engine.engine_samples import NAMES, Row, bars_of

from tradewright.domain.identifiers import AccountId, ClientOrderId
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import BrokerEvent, Executed, OrderReport
from tradewright.ports.feed import Slice
from tradewright.simulation.paper.history import slices_of
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.trading.bars import Bars

AAA = NAMES[0]


def terms(**changes: Any) -> AccountTerms:
    return AccountTerms(account=AccountId("main"), **changes)


def request(quantity: float | str = 10, **changes: Any) -> OrderRequest:
    """A market order good till canceled; a negative quantity sells, and prices may be given as numbers."""
    amount = Decimal(str(quantity))
    for name in ("limit_price", "stop_price", "stop_loss", "take_profit", "trailing_offset", "trailing_share"):
        if name in changes:
            changes[name] = Decimal(str(changes[name]))
    if "kind" not in changes and "limit_price" in changes:
        changes["kind"] = OrderKind.STOP_LIMIT if "stop_price" in changes else OrderKind.LIMIT
    elif "kind" not in changes and "stop_price" in changes:
        changes["kind"] = OrderKind.STOP
    settled = {"instrument": AAA, "time_in_force": TimeInForce.GTC, **changes}
    return OrderRequest(side=Side.of(amount), quantity=abs(amount), **settled)


class Walk:
    """A venue and the history it walks, slice by slice; keeps every event."""

    def __init__(self, bars: Bars, **changes: Any) -> None:
        self.venue = PaperVenue(terms(**changes))
        self.events: list[BrokerEvent] = []
        self.slices = list(slices_of(bars, warm_up_bars=0))
        self._next = 0
        self.events += self.venue.open_market(bars.instruments)

    @classmethod
    def over(cls, *columns: Sequence[Row], **changes: Any) -> "Walk":
        return cls(bars_of(*columns), **changes)

    def step(self) -> list[BrokerEvent]:
        """The next slice; gives what it brought."""
        piece: Slice = self.slices[self._next]
        self._next += 1
        return self._kept(self.venue.advance(piece))

    def steps(self, count: int) -> list[BrokerEvent]:
        return [event for _ in range(count) for event in self.step()]

    def send(self, name: str, quantity: float | str = 10, **changes: Any) -> list[BrokerEvent]:
        return self._kept(self.venue.submit(ClientOrderId(name), request(quantity, **changes)))

    def _kept(self, events: list[BrokerEvent]) -> list[BrokerEvent]:
        self.events += events
        return events


def executions(events: Iterable[BrokerEvent]) -> list[tuple[str, Decimal, Decimal]]:
    """Order, signed quantity and price of each execution."""
    fills = [event.fill for event in events if isinstance(event, Executed)]
    return [(fill.client_order_id, fill.signed_quantity, fill.price) for fill in fills]


def lives(events: Iterable[BrokerEvent]) -> list[tuple[str | None, str, str]]:
    """Order, life and reason of each report."""
    return [
        (event.client_order_id, event.life.value, event.reason) for event in events if isinstance(event, OrderReport)
    ]
