"""Protecting keeps what closes a position at a loss, at a gain, or at a time: at the venue where it can live there.

This file decides which order carries a wish for protection: a working leg is moved, a waiting entry gets other legs, a
bare position gets orders of its own that cancel each other. A time exit is the session's own, looked at every slice.
"""

from collections.abc import Generator
from dataclasses import replace
from decimal import Decimal

from tradewright.domain.errors import InputError
from tradewright.domain.orders.request import OrderKind, OrderRequest, Origin, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcome, Outcomes
from tradewright.engine.session.deciding.ordering import Purpose, change, own_purpose, place
from tradewright.engine.session.effects import Answer, Severity
from tradewright.engine.session.facts import Role
from tradewright.engine.session.inputs import ProtectPosition
from tradewright.engine.session.tracked import TrackedOrder

_ZERO = Decimal(0)


def protect(desk: Desk, instrument: str, *, loss: Decimal, gain: Decimal) -> Outcomes:
    """Move or make protection at prices; 0 leaves that side as it is."""
    if loss == 0 and gain == 0:
        return
    stop, profit = desk.protection(instrument, Role.STOP_LOSS), desk.protection(instrument, Role.TAKE_PROFIT)
    bare_loss, bare_gain = loss, gain
    if stop is not None and loss:
        bare_loss = _ZERO
        yield from _move(desk, stop, _at_price(stop.order.request, loss))
    if profit is not None and gain:
        bare_gain = _ZERO
        yield from _move(desk, profit, replace(profit.order.request, limit_price=gain))
    for entry in desk.targets(instrument):
        request = entry.order.request
        moved = replace(request, stop_loss=loss or request.stop_loss, take_profit=gain or request.take_profit)
        yield from _move(desk, entry, moved)
    if desk.state.held(instrument):
        if bare_loss:
            wish = replace(_closing(desk, instrument), kind=OrderKind.STOP, stop_price=bare_loss)
            yield from place(desk, wish, purpose=own_purpose(desk, Role.STOP_LOSS, slice_number=desk.state.slice))
        if bare_gain:
            wish = replace(_closing(desk, instrument), kind=OrderKind.LIMIT, limit_price=bare_gain)
            yield from place(desk, wish, purpose=own_purpose(desk, Role.TAKE_PROFIT, slice_number=desk.state.slice))


def protect_by_hand(desk: Desk, given: ProtectPosition) -> Outcomes:
    """A person's wish for protection of a position."""
    if not desk.state.held(given.instrument):
        yield Answer(given.number, False, f"nothing is held of {given.instrument}")
        return
    try:
        wishes = _wishes(desk, given)
    except InputError as problem:
        yield Answer(given.number, False, str(problem))
        return
    if given.exit_ns is not None:
        yield facts.ExitTimed(desk.now_ns, given.instrument, given.exit_ns, given.who)
    problems: list[str] = []
    names: list[str] = []
    for role, wish in wishes:
        working = desk.protection(given.instrument, role)
        if working is not None:
            problems.append((yield from change(desk, working, request=wish, who=given.who)))
            names.append(working.id)
        else:
            purpose = Purpose(
                strategy=desk.state.terms.strategy_name,
                role=role,
                correlation_id=given.correlation_id,
                key=given.key,
            )
            name = yield from place(desk, wish, purpose=purpose)
            problems.append("" if name in desk.state.orders else f"risk refused {name}")
            names.append(name)
    wrong = "; ".join(problem for problem in problems if problem)
    yield Answer(given.number, not wrong, wrong or "the position's protection was asked for", tuple(names))


def close_position(
    desk: Desk,
    instrument: str,
    *,
    purpose: Purpose,
    origin: Origin = Origin.STRATEGY,
    quantity: Decimal | None = None,
) -> Generator[Outcome, None, str]:
    """An order that closes what is held of an instrument, or as much of it as is told."""
    held = desk.state.held(instrument)
    request = OrderRequest(
        instrument=instrument,
        side=Side.of(-held),
        quantity=abs(held) if quantity is None else quantity,
        time_in_force=TimeInForce.DAY,
        reduces_only=True,
        origin=origin,
        reason="close",
    )
    return (yield from place(desk, request, purpose=purpose))


def exits(desk: Desk) -> Outcomes:
    """Close what was to be closed by now; an exit of a position that is gone is forgotten."""
    for instrument, at_ns in list(desk.state.exits.items()):
        if not desk.state.held(instrument):
            yield facts.ExitTimed(desk.now_ns, instrument, 0, "session")
        elif desk.now_ns >= at_ns and desk.memory.is_green:
            yield facts.ExitTimed(desk.now_ns, instrument, 0, "session")
            purpose = own_purpose(desk, Role.FLATTEN, slice_number=desk.state.slice)
            yield from close_position(desk, instrument, purpose=purpose)


def _wishes(desk: Desk, given: ProtectPosition) -> list[tuple[Role, OrderRequest]]:
    base = _closing(desk, given.instrument)
    found = []
    if given.trailing_offset is not None or given.trailing_share is not None:
        if given.stop_loss is not None:
            raise InputError("a position has one stop", expected="a price or a distance", found="both")
        follows = replace(
            base,
            kind=OrderKind.TRAILING_STOP,
            trailing_offset=given.trailing_offset,
            trailing_share=given.trailing_share,
        )
        found.append((Role.STOP_LOSS, follows))
    elif given.stop_loss is not None:
        found.append((Role.STOP_LOSS, replace(base, kind=OrderKind.STOP, stop_price=given.stop_loss)))
    if given.take_profit is not None:
        found.append((Role.TAKE_PROFIT, replace(base, kind=OrderKind.LIMIT, limit_price=given.take_profit)))
    return found


def _closing(desk: Desk, instrument: str) -> OrderRequest:
    """What closes the position, whatever it is when it goes off; the orders of a position cancel each other."""
    held = desk.state.held(instrument)
    return OrderRequest(
        instrument=instrument,
        side=Side.of(-held),
        quantity=abs(held),
        time_in_force=TimeInForce.GTC,
        reduces_only=True,
        closes_position=True,
        group=f"protect {instrument}",
        reason="protection",
    )


def _at_price(request: OrderRequest, price: Decimal) -> OrderRequest:
    """A stop at a price, also where it followed the market before."""
    return replace(request, kind=OrderKind.STOP, stop_price=price, trailing_offset=None, trailing_share=None)


def _move(desk: Desk, tracked: TrackedOrder, request: OrderRequest) -> Outcomes:
    """Other terms for an order that protects; somebody is told where they cannot be had."""
    problem = yield from change(desk, tracked, request=request, who=desk.state.terms.strategy_name)
    if problem:
        story = f"the protection of order {tracked.id} was not moved: {problem}"
        yield from desk.alert(Severity.WARNING, "NOT_MOVED", subject=tracked.instrument, story=story)
