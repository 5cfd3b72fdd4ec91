"""Answers of one trader about itself: look at its books, or turn a message into a command and wait for what came of it.

Ids may be given by their beginning; an instrument by a bare symbol. A refusal of the gate is an answer, not an error.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from tradewright.application.envelope import Envelope
from tradewright.application.trading.archive import newest_first
from tradewright.application.trading.books import order_view, portfolio_view, position_views, session_view
from tradewright.application.trading.messages import (
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    Orders,
    PauseStrategy,
    Portfolio,
    Positions,
    ResumeStrategy,
    SeeAlert,
    SessionShown,
    StopSession,
    SubmitOrder,
)
from tradewright.application.trading.trader import Trader
from tradewright.application.trading.views import Done, OrderView, PortfolioView, PositionView, SessionView
from tradewright.domain.errors import InputError, NotFound, UnknownInstrument
from tradewright.domain.identifiers import resolve
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.request import OrderKind, OrderRequest, Origin, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.session import inputs
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder

Choice = TypeVar("Choice", bound=StrEnum)
NONE_LEFT: Final[Mapping[str, TrackedOrder]] = MappingProxyType({})
ENDINGS = ("keep_protection", "cancel_all", "keep_all")


def session_shown(_query: SessionShown, *, trader: Trader) -> SessionView:
    """Everything at once."""
    return session_view(trader)


def orders(query: Orders, *, trader: Trader) -> tuple[OrderView, ...]:
    """Newest first."""
    state = trader.state
    if query.life and query.life not in {one.value for one in OrderLife}:
        expected = ", ".join(one.value for one in OrderLife)
        raise InputError("there is no such state of an order", expected=f"one of {expected}", found=query.life)
    wanted = instrument_of(state, query.symbol) if query.symbol else ""

    def asked_for(tracked: Iterable[TrackedOrder]) -> Iterator[OrderView]:
        return (
            order_view(one)
            for one in tracked
            if (not query.is_open or one.is_open)
            and (not wanted or one.instrument == wanted)
            and (not query.life or one.order.life.value == query.life)
        )

    held, left = reversed(state.orders.values()), trader.left.values()
    return newest_first(asked_for(held), asked_for(left), limit=query.limit)


def positions(query: Positions, *, trader: Trader) -> tuple[PositionView, ...]:
    """What is held."""
    return position_views(trader.state, with_flat=query.with_flat)


def portfolio(_query: Portfolio, *, trader: Trader) -> PortfolioView:
    """The account."""
    return portfolio_view(trader)


def submit_order(command: SubmitOrder, *, trader: Trader, envelope: Envelope) -> Done:
    """Through the gate."""
    request = request_of(command, trader=trader, envelope=envelope)
    answer = trader.ask(
        lambda number: inputs.SendOrder(
            number=number,
            who=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            request=request,
            typed=command.typed,
        )
    )
    return _done(trader, answer)


def request_of(command: SubmitOrder, *, trader: Trader, envelope: Envelope) -> OrderRequest:
    """What a person asks for, as the gate is asked; InputError for what is no order."""
    return OrderRequest(
        instrument=instrument_of(trader.state, command.symbol),
        side=chosen(Side, command.side.upper(), what="side"),
        quantity=command.quantity,
        kind=chosen(OrderKind, command.kind, what="kind of order"),
        limit_price=command.limit_price,
        stop_price=command.stop_price,
        trailing_offset=command.trailing_offset,
        trailing_share=command.trailing_share,
        time_in_force=chosen(TimeInForce, command.time_in_force, what="time in force"),
        reduces_only=command.reduces_only,
        is_passive=command.is_passive,
        stop_loss=command.stop_loss,
        take_profit=command.take_profit,
        reason=command.reason or f"by hand of {envelope.actor.name}",
        origin=Origin.OPERATOR,
    )


def change_order(command: ChangeOrder, *, trader: Trader, envelope: Envelope) -> Done:
    """Terms that are given take the place of those it has; a price of 0 is none."""
    tracked = order_of(trader.state, command.order)
    given = {
        name: value
        for name in ("quantity", "limit_price", "stop_price", "stop_loss", "take_profit")
        if (value := getattr(command, name)) is not None
    }
    if not given:
        raise InputError(
            f"order {tracked.id} is left as it is", expected="a new quantity or price", found="none of them"
        )
    request = replace(tracked.order.request, **given)
    answer = trader.ask(
        lambda number: inputs.ChangeOrder(
            number=number,
            who=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            client_order_id=tracked.id,
            request=request,
        )
    )
    return _done(trader, answer)


def cancel_orders(command: CancelOrders, *, trader: Trader, envelope: Envelope) -> Done:
    """The named ones, or all of the account."""
    if command.is_all == bool(command.orders):
        raise InputError(
            "which orders are to be canceled?", expected="their ids, or all of them", found=_of_both(command.is_all)
        )
    names = tuple(order_of(trader.state, one).id for one in command.orders)
    answer = trader.ask(
        lambda number: inputs.CancelOrders(
            number=number,
            who=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            client_order_ids=names,
            keeps_protection=command.keeps_protection,
        )
    )
    return _done(trader, answer)


def close_position(command: ClosePosition, *, trader: Trader, envelope: Envelope) -> Done:
    """One instrument, or all."""
    if command.is_all == bool(command.symbol):
        raise InputError(
            "which position is to be closed?", expected="a symbol, or all of them", found=_of_both(command.is_all)
        )
    names = () if command.is_all else (instrument_of(trader.state, command.symbol),)
    answer = trader.ask(
        lambda number: inputs.ClosePositions(
            number=number,
            who=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            instruments=names,
        )
    )
    return _done(trader, answer)


def pause_strategy(command: PauseStrategy, *, trader: Trader, envelope: Envelope) -> Done:
    """No more orders of its own."""
    return _live(trader, envelope, StrategyLife.PAUSED, command.reason)


def resume_strategy(command: ResumeStrategy, *, trader: Trader, envelope: Envelope) -> Done:
    """It trades again."""
    return _live(trader, envelope, StrategyLife.RUNNING, command.reason)


def stop_session(command: StopSession, *, trader: Trader, envelope: Envelope) -> Done:
    """In good order."""
    if command.orders not in ENDINGS:
        raise InputError("what becomes of the orders?", expected=f"one of {', '.join(ENDINGS)}", found=command.orders)
    reason = command.reason or "asked to"
    answer = trader.ask(
        lambda number: inputs.StopSession(
            number=number,
            who=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            orders=command.orders,
            reason=reason,
        )
    )
    return _done(trader, answer)


def see_alert(command: SeeAlert, *, trader: Trader, envelope: Envelope) -> Done:
    """It was seen."""
    answer = trader.ask(
        lambda number: inputs.SeeAlert(
            number=number,
            who=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            code=command.code,
            subject=command.subject,
        )
    )
    return _done(trader, answer)


def _live(trader: Trader, envelope: Envelope, life: StrategyLife, reason: str) -> Done:
    answer = trader.ask(
        lambda number: inputs.SetStrategyLife(
            number=number,
            who=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            key=envelope.idempotency_key or "",
            life=life,
            reason=reason,
        )
    )
    return _done(trader, answer)


def _done(trader: Trader, answer: Answer) -> Done:
    return Done(trader.session.terms.session, answer.is_done, answer.story, answer.client_order_ids, answer.to_type)


def _of_both(is_all: bool) -> str:
    return "both" if is_all else "neither"


def instrument_of(state: SessionState, symbol: str) -> str:
    """The instrument of the session that a symbol means."""
    known = {one.instrument for one in state.terms.instruments} | set(state.net_positions())
    try:
        return resolve(symbol, known)
    except UnknownInstrument as unknown:
        if unknown.near:
            raise
        raise NotFound(
            f"the session has no {symbol}", expected=f"one of {', '.join(sorted(known))}", found=symbol
        ) from unknown


def order_of(state: SessionState, name: str, *, left: Mapping[str, TrackedOrder] = NONE_LEFT) -> TrackedOrder:
    """The order of an id or of the beginning of one, also among those that have left the books where these are told;
    InputError where it is none's or several's."""
    orders = {**left, **state.orders} if left else state.orders
    wanted = name.strip().lower()
    exact = orders.get(wanted) or orders.get(name.strip())
    found = [exact] if exact else [one for one in orders.values() if wanted and one.id.lower().startswith(wanted)]
    if not found and state.gone.has_order(wanted):
        raise InputError(
            f"order {wanted} ended long ago",
            expected="an order that works, or that ended lately",
            found="one that has left the books",
            remedy=f"`tradewright trade order {wanted}` tells its story",
        )
    if len(found) != 1:
        raise NotFound(
            f"order {name} is not {'the only one' if found else 'known'}",
            expected="a client order id, or the beginning of one",
            found=", ".join(one.id for one in found[:5]) or "no order of that id in this session",
            remedy="`tradewright trade orders` lists them",
        )
    return found[0]


def chosen(kind: type[Choice], text: str, *, what: str) -> Choice:
    """A value of a closed set by its name; InputError that lists the set."""
    values = {one.value: one for one in kind}
    if text not in values:
        raise InputError(f"there is no such {what}", expected=f"one of {', '.join(values)}", found=repr(text))
    return values[text]
