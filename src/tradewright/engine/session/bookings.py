"""Bookings of orders and of the account: what each fact does to orders, positions and cash.

This file decides how a fill reaches a position and cash, and that an order only ever takes steps of its table; a fact
that the table forbids never reaches the journal, so here it is a broken assumption and an assertion.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from types import MappingProxyType

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderKind, OrderRequest
from tradewright.domain.orders.transitions import IllegalStep, OrderEvent
from tradewright.domain.portfolio.position import Position
from tradewright.engine.session import facts
from tradewright.engine.session.pruning import prune
from tradewright.engine.session.splitting import (
    adopted,
    book_held_before,
    book_split,
    comes_late,
    make_anew,
    with_fill,
)
from tradewright.engine.session.state import SessionState, WantedAway, WantedStop
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.trading.risk.sent import SentOrder

_ZERO = Decimal(0)
_ANSWERS_KEPT = 50
_BREACHES_KEPT = 20
_RATES = frozenset({"orders_per_second", "orders_per_minute", "messages_per_second"})


def _intended(state: SessionState, fact: facts.OrderIntended) -> None:
    name = fact.client_order_id
    state.intents = max(state.intents, fact.intent)
    if fact.attempt > 1:
        _step(state, name, OrderEvent.RESEND_APPROVED)
        state.messages.append(fact.time_ns)
        return
    order = _legal(Order(ClientOrderId(name), fact.request).after(OrderEvent.GATE_APPROVED))
    _keep(
        state,
        TrackedOrder(
            order=order,
            strategy=fact.strategy,
            role=fact.role,
            intent=fact.intent,
            born_ns=fact.time_ns,
            slice=fact.slice,
            correlation_id=fact.correlation_id,
            arrival_price=fact.arrival_price,
            wished=fact.wished,
            bound=fact.bound,
            number=fact.number,
            key=fact.key,
            parent=fact.parent,
            changed_ns=fact.time_ns,
        ),
    )
    state.live_orders += state.is_live and counts_as_begun(state, fact.strategy, role=fact.role)
    if fact.number:
        state.numbers[fact.number] = name
    if fact.key:
        state.keys[fact.key] = name
    request = fact.request
    price = _paid_at_once(request, fact.arrival_price)
    state.sent.append(
        SentOrder(ClientOrderId(name), request, fact.time_ns, fact.is_reducing, fact.notional, price=price)
    )


def counts_as_begun(state: SessionState, strategy: str, *, role: facts.Role) -> bool:
    """Whether an order is one of those by which a strategy begins: its own, and no protection."""
    return strategy == state.terms.strategy_name and not role.is_protection


def _paid_at_once(request: OrderRequest, mark: Decimal | None) -> Decimal | None:
    """What the order would pay at once, as the gate counts it; None for one that waits at a price of its own."""
    limit = request.limit_price
    if mark is None or request.kind.has_stop or request.kind is OrderKind.TRAILING_STOP:
        return None
    if limit is None:
        return mark
    return limit if (limit - mark) * request.side.sign >= 0 else None


def _refused(state: SessionState, fact: facts.OrderRefused) -> None:
    state.intents = max(state.intents, fact.intent)
    if fact.key:
        state.keys[fact.key] = fact.client_order_id
    if any(one.control in _RATES for one in fact.by):
        state.rate_breaches.append(fact.time_ns)
        del state.rate_breaches[:-_BREACHES_KEPT]


def _handed_over(state: SessionState, fact: facts.OrderHandedOver) -> None:
    _step(state, fact.client_order_id, OrderEvent.HANDED_OVER, time_ns=fact.time_ns)


def _not_sent(state: SessionState, fact: facts.OrderNotSent) -> None:
    _step(state, fact.client_order_id, OrderEvent.NOT_SENT, remark=fact.reason, time_ns=fact.time_ns)


def _accepted(state: SessionState, fact: facts.OrderAccepted) -> None:
    tracked = state.orders[fact.client_order_id]
    name = fact.venue_order_id
    known = tracked.order.accepted_as(VenueOrderId(name)) if name else tracked.order.after(OrderEvent.REPORTED_WORKING)
    order = _legal(known)
    _keep(state, replace(tracked, order=order, changed_ns=fact.time_ns))
    _answered(state, took=True)


def _rejected(state: SessionState, fact: facts.OrderRejected) -> None:
    _step(state, fact.client_order_id, OrderEvent.REJECTED, remark=fact.reason, time_ns=fact.time_ns)
    _answered(state, took=False)


def _filled(state: SessionState, fact: facts.OrderFilled) -> None:
    fill = fact.fill
    tracked = state.orders[fill.client_order_id]
    order = _legal(tracked.order.with_fill(fill))
    _keep(state, tracked.after_fill(order, fill, changed_ns=fact.time_ns))
    state.executions[fill.execution_id] = fill
    state.fill_times.append(fact.time_ns)
    if tracked.strategy == state.terms.strategy_name:
        state.untold.append(fill.execution_id)
    _book(state, tracked.strategy, fill)
    _want_stop(state, tracked, fact.time_ns)
    if comes_late(state, fill):
        make_anew(state, fill.instrument)


def _want_stop(state: SessionState, tracked: TrackedOrder, time_ns: int) -> None:
    """An entry with a stop wants one for the whole position, where the venue attaches one: to a position that it opens
    or enlarges, and to what a target leaves. A position that is gone wants none."""
    name, request = tracked.instrument, tracked.order.request
    held = state.held(name)
    if held == 0:
        state.stops.pop(name, None)
    elif request.stop_loss is not None and (held * request.side.sign > 0 or tracked.role is facts.Role.TARGET):
        state.stops[name] = WantedStop(request.stop_loss, time_ns)


def _busted(state: SessionState, fact: facts.FillBusted) -> None:
    tracked, fill = state.orders[fact.client_order_id], state.executions[fact.execution_id]
    order = _legal(tracked.order.without_fill(ExecutionId(fact.execution_id)))
    value = tracked.filled_value - fill.quantity * fill.price
    _keep(state, replace(tracked, order=order, filled_value=value, changed_ns=fact.time_ns))
    state.busted[fact.execution_id] = None
    back = replace(fill, side=fill.side.opposite, fee=Money(-fill.fee.amount, fill.fee.currency))
    _book(state, tracked.strategy, back)
    if comes_late(state, fill):
        make_anew(state, fill.instrument)


def _ended(state: SessionState, fact: facts.OrderCanceled | facts.OrderExpired, *, event: OrderEvent) -> None:
    _step(state, fact.client_order_id, event, remark=fact.reason, time_ns=fact.time_ns)


def _lost(state: SessionState, fact: facts.OrderLost) -> None:
    _step(state, fact.client_order_id, OrderEvent.ABSENCE_PROVEN, remark=fact.evidence, time_ns=fact.time_ns)


def _cancel_wanted(state: SessionState, fact: facts.CancelWanted) -> None:
    state.unwanted[fact.client_order_id] = WantedAway(fact.who, fact.reason)


def _cancel_requested(state: SessionState, fact: facts.CancelRequested) -> None:
    event = OrderEvent.CANCEL_REQUESTED if fact.attempt == 1 else OrderEvent.CANCEL_UNANSWERED
    state.messages.append(fact.time_ns)
    state.unwanted.pop(fact.client_order_id, None)
    _step(state, fact.client_order_id, event, time_ns=fact.time_ns)


def _cancel_refused(state: SessionState, fact: facts.CancelRefusedByVenue) -> None:
    _step(state, fact.client_order_id, OrderEvent.CANCEL_REJECTED, time_ns=fact.time_ns)


def _replace_requested(state: SessionState, fact: facts.ReplaceRequested) -> None:
    event = OrderEvent.REPLACE_REQUESTED if fact.attempt == 1 else OrderEvent.REPLACE_UNANSWERED
    if fact.attempt == 1:  # what is asked again is only asked for, not sent
        state.messages.append(fact.time_ns)
    _step(state, fact.client_order_id, event, time_ns=fact.time_ns)
    tracked = state.orders[fact.client_order_id]
    _keep(state, replace(tracked, wanted_terms=fact.request, changes=tracked.changes + (fact.attempt == 1)))


def _replaced(state: SessionState, fact: facts.OrderReplaced) -> None:
    tracked = state.orders[fact.client_order_id]
    order = _legal(tracked.order.with_terms(fact.request))
    _keep(state, replace(tracked, order=order, wanted_terms=None, changed_ns=fact.time_ns))
    price = fact.request.stop_price
    if tracked.role is facts.Role.STOP_LOSS and price is not None and state.held(tracked.instrument):
        state.stops[tracked.instrument] = WantedStop(price, fact.time_ns)


def _replace_refused(state: SessionState, fact: facts.ReplaceRefusedByVenue) -> None:
    _step(state, fact.client_order_id, OrderEvent.REPLACE_REJECTED, time_ns=fact.time_ns)
    _keep(state, replace(state.orders[fact.client_order_id], wanted_terms=None))


def _adopted(state: SessionState, fact: facts.OrderAdopted) -> None:
    order = Order(
        ClientOrderId(fact.client_order_id),
        fact.request,
        life=OrderLife(fact.life),
        venue_order_id=VenueOrderId(fact.venue_order_id),
    )
    _keep(
        state,
        TrackedOrder(
            order=order,
            strategy=fact.strategy,
            role=fact.role,
            intent=0,
            born_ns=fact.time_ns,
            slice=state.slice,
            correlation_id=state.orders[fact.parent].correlation_id if fact.parent in state.orders else "",
            arrival_price=None,
            wished=fact.request.quantity,
            parent=fact.parent,
            changed_ns=fact.time_ns,
        ),
    )


def _resumed(state: SessionState, fact: facts.SessionResumed) -> None:
    """What was approved and has no outcome may have been sent: nobody can tell. One that was stopped goes on."""
    del fact
    state.is_over, state.end = False, ""
    for tracked in list(state.working()):
        if tracked.order.life is OrderLife.APPROVED:
            _step(state, tracked.id, OrderEvent.RECOVERED)


def _book(state: SessionState, strategy: str, fill: Fill) -> None:
    """Position and cash after a fill; a fee in another currency is taken from that currency's cash."""
    of = state.positions.setdefault(strategy, {})
    position = of.get(fill.instrument) or _new_position(state, fill.instrument)
    is_own = fill.fee.currency == position.currency
    of[fill.instrument] = position.after_fill(
        fill if is_own else replace(fill, fee=Money.zero(position.currency)),
    )
    _rebase(state, strategy, fill)
    paid = fill.signed_quantity * fill.price * position.multiplier
    state.cash[position.currency] = state.cash.get(position.currency, _ZERO) - paid
    state.cash[fill.fee.currency] = state.cash.get(fill.fee.currency, _ZERO) - fill.fee.amount


def _rebase(state: SessionState, strategy: str, fill: Fill) -> None:
    """What is older than the base of its instrument belongs to it."""
    name, base = fill.instrument, state.base(fill.instrument)
    if base is not None and fill.time_ns < base.until_ns:
        later = with_fill(base, fill, strategy=strategy, flat=_new_position(state, name))
        state.dropped = replace(state.gone, bases={**state.gone.bases, name: later})


def _new_position(state: SessionState, instrument: str) -> Position:
    terms = state.instrument(instrument)
    if terms is None:  # a foreign fill in something the session does not trade
        return Position(instrument, state.currency)
    return Position(instrument, terms.currency, terms.multiplier)


def _answered(state: SessionState, *, took: bool) -> None:
    state.answers.append(took)
    del state.answers[:-_ANSWERS_KEPT]


def _step(state: SessionState, name: str, event: OrderEvent, *, remark: str = "", time_ns: int = 0) -> None:
    tracked = state.orders[name]
    order = _legal(tracked.order.after(event))
    terms = None if order.life.is_final else tracked.wanted_terms
    changed = time_ns or tracked.changed_ns
    _keep(state, replace(tracked, order=order, wanted_terms=terms, changed_ns=changed, remark=remark or tracked.remark))


def _keep(state: SessionState, tracked: TrackedOrder) -> None:
    name = tracked.id
    state.orders[name] = tracked
    if tracked.is_open:
        state.open[name] = None
    elif name in state.open:
        del state.open[name]
        state.unwanted.pop(name, None)
        if tracked.number:
            state.unended.append(tracked.number)


def _legal(order: Order | IllegalStep) -> Order:
    assert isinstance(order, Order), f"a fact that cannot have happened: {order}"
    return order


def _cash(state: SessionState, fact: facts.CashBooked) -> None:
    state.moved[fact.identity] = None
    state.cash[fact.currency] = state.cash.get(fact.currency, _ZERO) + fact.amount
    state.other_cash[fact.currency] = state.other_cash.get(fact.currency, _ZERO) + fact.amount
    if fact.kind == facts.OPENING:
        state.peak_equity = state.day_equity = state.equity()


def _report_refused(state: SessionState, fact: facts.ReportRefused) -> None:
    state.refused[f"{fact.what} {fact.identity}"] = None


def _held_before(state: SessionState, fact: facts.PositionAdopted) -> None:
    """A position that was there before the session: somebody else's, at the price it was found at."""
    of = state.positions.setdefault(fact.strategy, {})
    of[fact.instrument] = adopted(of.get(fact.instrument) or _new_position(state, fact.instrument), fact)
    book_held_before(state, fact)
    state.peak_equity = state.day_equity = state.equity()


BOOKINGS: Mapping[type, Callable[..., None]] = MappingProxyType(
    {
        facts.SessionResumed: _resumed,
        facts.OrderIntended: _intended,
        facts.OrderRefused: _refused,
        facts.OrderHandedOver: _handed_over,
        facts.OrderNotSent: _not_sent,
        facts.OrderAccepted: _accepted,
        facts.OrderRejected: _rejected,
        facts.OrderFilled: _filled,
        facts.FillBusted: _busted,
        facts.OrderCanceled: partial(_ended, event=OrderEvent.CANCELED),
        facts.OrderExpired: partial(_ended, event=OrderEvent.EXPIRED),
        facts.OrderLost: _lost,
        facts.CancelWanted: _cancel_wanted,
        facts.CancelRequested: _cancel_requested,
        facts.CancelRefusedByVenue: _cancel_refused,
        facts.ReplaceRequested: _replace_requested,
        facts.OrderReplaced: _replaced,
        facts.ReplaceRefusedByVenue: _replace_refused,
        facts.OrderAdopted: _adopted,
        facts.SplitBooked: book_split,
        facts.CashBooked: _cash,
        facts.PositionAdopted: _held_before,
        facts.Pruned: prune,
        facts.ReportRefused: _report_refused,
    }
)
"""What each fact of orders and of the account does."""
