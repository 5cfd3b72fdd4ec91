"""Adopting takes up what the venue has and nobody here knows: a leg of a bracket, or somebody else's order.

This file decides whose it is then. A foreign order counts in every limit, and no strategy is told of it.
"""

from dataclasses import replace
from decimal import Decimal

from tradewright.domain.identifiers import ClientOrderId, VenueOrderId, foreign_order_id
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderKind, OrderRequest, Origin, TimeInForce
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.facts import Role
from tradewright.engine.session.naming import STOP_LEG, TARGET_LEG
from tradewright.engine.session.state import EXTERNAL
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.broker import OrderReport, ReportedLife

_FOREIGN = foreign_order_id("")
_DAY_NS = 86_400_000_000_000
GUESSED = "known by its executions alone"
"""The reason on an order of which only executions are known."""


def found(desk: Desk, given: OrderReport) -> TrackedOrder | None:
    """The order that a report is about: by our id, else by the venue's, which another order may have had before."""
    if given.client_order_id:
        return desk.state.orders.get(given.client_order_id)
    known = by_venue_id(desk, given.venue_order_id)
    return None if known is not None and _is_another(known, given) else known


def by_venue_id(desk: Desk, venue_order_id: str) -> TrackedOrder | None:
    """The order that the venue calls so and that came without an id of ours: one of ours, or the newest foreign one."""
    ours = next((one for one in desk.state.working() if one.order.venue_order_id == venue_order_id), None)
    return ours or desk.state.orders.get(newest_foreign_id(desk, venue_order_id))


def _is_another(known: TrackedOrder, given: OrderReport) -> bool:
    """Whether the venue gives the id of an order that is over to a new one: ids begin anew with every day somewhere."""
    if known.is_open or known.order.life is OrderLife.LOST:
        return False
    ours, theirs = known.order.request, given.request
    return (ours.instrument, ours.side) != (
        theirs.instrument,
        theirs.side,
    ) or given.time_ns >= known.changed_ns + _DAY_NS


def fresh_id(desk: Desk, venue_order_id: str) -> ClientOrderId:
    """A name for a foreign order that none had before."""
    newest = newest_foreign_id(desk, venue_order_id)
    return ClientOrderId(f"{newest}+") if _was_given(desk, newest) else newest


def newest_foreign_id(desk: Desk, venue_order_id: str) -> ClientOrderId:
    """What the newest foreign order that the venue called so is called, whether it was dropped or not."""
    name: str = foreign_order_id(venue_order_id)
    while _was_given(desk, f"{name}+"):
        name = f"{name}+"
    return ClientOrderId(name)


def _was_given(desk: Desk, name: str) -> bool:
    return name in desk.state.orders or desk.state.gone.has_order(name)


def is_foreign(name: str) -> bool:
    """Whether it is the name of an order that carries no id of ours."""
    return name.startswith(_FOREIGN)


def adopt(desk: Desk, given: OrderReport) -> Outcomes:
    """Take up an order that is not known: a leg of a bracket, or somebody else's."""
    parent = desk.state.orders.get(given.parent) if given.parent is not None else None
    name = given.client_order_id or fresh_id(desk, given.venue_order_id)
    role, strategy = Role.FOREIGN, EXTERNAL
    request = replace(given.request, origin=Origin.EXTERNAL)
    if parent is not None:
        role = Role.STOP_LOSS if given.request.kind is not OrderKind.LIMIT else Role.TAKE_PROFIT
        strategy, request = parent.strategy, given.request
    yield facts.OrderAdopted(
        time_ns=desk.now_ns,
        client_order_id=name,
        venue_order_id=given.venue_order_id,
        request=request,
        strategy=strategy,
        role=role,
        life=OrderLife.WORKING.value,
        parent="" if parent is None else parent.id,
    )
    if parent is None:
        story = f"{request.side.value} {request.quantity} {request.instrument} was not sent by this session"
        yield from desk.incident("FOREIGN_ORDER", request.instrument, story=f"order {name}: {story}")


def parent_of(desk: Desk, name: str) -> TrackedOrder | None:
    """The order whose bracket a leg of that name belongs to; None where it is no leg of ours."""
    bases = (name.removesuffix(leg) for leg in (STOP_LEG, TARGET_LEG) if name.endswith(leg))
    return next((desk.state.orders[base] for base in bases if base in desk.state.orders), None)


def report_of(fill: Fill, *, parent: TrackedOrder | None) -> OrderReport:
    """The least that is known of an order from one of its executions: it may well be for more, so it stays open."""
    bracket = None if parent is None else parent.order.request
    is_target = bracket is not None and fill.client_order_id.endswith(TARGET_LEG)
    kind = OrderKind.MARKET if bracket is None else OrderKind.LIMIT if is_target else OrderKind.STOP
    request = OrderRequest(
        instrument=fill.instrument,
        side=fill.side,
        quantity=fill.quantity * 2,
        kind=kind,
        limit_price=(bracket.take_profit or fill.price) if bracket is not None and is_target else None,
        stop_price=(bracket.stop_loss or fill.price) if bracket is not None and not is_target else None,
        time_in_force=TimeInForce.GTC,
        reduces_only=bracket is not None,
        closes_position=bracket is not None,
        origin=Origin.EXTERNAL,
        reason=GUESSED,
    )
    return OrderReport(
        client_order_id=fill.client_order_id,
        venue_order_id=fill.venue_order_id or VenueOrderId(fill.client_order_id),
        request=request,
        life=ReportedLife.WORKING,
        filled=Decimal(0),
        parent=None if parent is None else parent.id,
    )
