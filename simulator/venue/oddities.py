"""What a venue must not do and does: it executes what it had rejected, or what came after its own promise; it fills
more than was ordered; somebody at the broker's own screen makes one of our orders larger or smaller.

Each breaks a word of the port, so the books are judged all the same, but not that everything was reserved before.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderRequest, TimeInForce
from tradewright.ports import broker
from tradewright.ports.broker import BrokerEvent, ReportedLife

if TYPE_CHECKING:
    from simulator.venue.book import VenueOrder
    from simulator.venue.venue import Venue


def executed_and_rejected(venue: "Venue", name: str, request: OrderRequest) -> BrokerEvent:
    """The front end says no; the market behind it had taken the order, and what it did is told later."""
    venue.log.hit("V0 order rejected and executed")
    venue.contradicted.append(name)
    order = venue.account.take(request, client_order_id=name, now_ns=venue.now_ns())
    venue.fill_unseen(order)
    _over(venue, order, "rejected after an execution")
    return broker.SubmitRejected(ClientOrderId(name), "the venue does not want it")


def mislaid(venue: "Venue", name: str, request: OrderRequest, *, for_ns: int) -> None:
    """The order lies somewhere, longer than the venue promises; then it is executed, if there is none of its name."""
    venue.log.hit("N5 request mislaid")

    def turn_up() -> None:
        if venue.account.named(name) or not venue.habits.mislays or not venue.is_open:
            return
        venue.log.hit("N5 request carried out after the promise")
        order = venue.account.take(request, client_order_id=name, now_ns=venue.now_ns())
        venue.matching.execute(order, _some(venue, order.remaining), venue.market.price(request.instrument))
        _over(venue, order, "what was left came too late")
        venue.emit(order.report())

    venue.later(for_ns, turn_up)


def overfill_one(venue: "Venue") -> None:
    """One order that works is filled with more than was ordered."""
    plain = [
        one
        for one in venue.account.working()
        if not one.request.reduces_only and one.request.time_in_force is not TimeInForce.FOK
    ]
    if not plain or not venue.is_open:
        return
    venue.log.hit("V6 filled beyond the order")
    order = venue.chance.choice(plain)
    venue.may_exceed[order.name] = None
    venue.contradicted.append(order.name)
    price = venue.market.price(order.request.instrument)
    venue.matching.execute(order, order.remaining + venue.chance.randint(1, 3), price)


def resize_one(venue: "Venue") -> None:
    """A person at the broker's own screen changes how much of an order is wanted."""
    plain = [one for one in venue.account.working() if not one.request.reduces_only]
    if not plain:
        return
    venue.log.hit("H6 quantity changed by hand")
    order = venue.chance.choice(plain)
    quantity = order.filled + venue.chance.randint(1, 12)
    if quantity > order.request.quantity:
        venue.may_exceed[order.name] = None
        venue.contradicted.append(order.name)
    venue.account.change(order, now_ns=venue.now_ns(), quantity=quantity)
    venue.emit(order.report())


def _some(venue: "Venue", remaining: Decimal) -> Decimal:
    return Decimal(venue.chance.randint(1, int(remaining)))


def _over(venue: "Venue", order: "VenueOrder", reason: str) -> None:
    if order.remaining:
        venue.account.end(order, ReportedLife.CANCELED, reason=reason, now_ns=venue.now_ns())
