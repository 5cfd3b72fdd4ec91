"""Commands to a session that is named by itself, by its account, or by an order of it.

This file decides that they reach the trader as the very messages of the command line, so that the journal is the same
whichever door was taken.
"""

from dataclasses import fields, replace

from tradewright.application.envelope import Envelope
from tradewright.application.trading.across import meant, session_of
from tradewright.application.trading.across_messages import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CloseHeld,
    PlaceOrder,
)
from tradewright.application.trading.asking import Wish, ask_done
from tradewright.application.trading.messages import CancelOrders, ChangeOrder, ClosePosition, SubmitOrder
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import Done
from tradewright.domain.errors import Conflict, InputError, TradewrightError
from tradewright.ports.clock import Clock
from tradewright.ports.sessions import KeptSession
from tradewright.ports.tables import TradingTables


def place_order(command: PlaceOrder, *, traders: Traders, clock: Clock, envelope: Envelope) -> Done:
    """Through the gate of the session."""
    kept = the_one(traders, session=command.session, account=command.account, clock=clock)
    told = {one.name: getattr(command, one.name) for one in fields(SubmitOrder)}
    return _done(SubmitOrder(**{**told, "session": kept.terms.session}), traders=traders, envelope=envelope)


def amend_order(
    command: AmendOrder, *, traders: Traders, tables: TradingTables, clock: Clock, envelope: Envelope
) -> Done:
    """Through the gate of its session."""
    kept = session_of(command.order, command.session, traders=traders, tables=tables, clock=clock, envelope=envelope)
    told = {one.name: getattr(command, one.name) for one in fields(ChangeOrder)}
    return _done(ChangeOrder(**{**told, "session": kept.terms.session}), traders=traders, envelope=envelope)


def cancel_order(
    command: CancelOrder, *, traders: Traders, tables: TradingTables, clock: Clock, envelope: Envelope
) -> Done:
    """In its session."""
    kept = session_of(command.order, command.session, traders=traders, tables=tables, clock=clock, envelope=envelope)
    wish = CancelOrders(orders=(command.order,), session=kept.terms.session)
    return _done(wish, traders=traders, envelope=envelope)


def cancel_all(command: CancelAll, *, traders: Traders, clock: Clock, envelope: Envelope) -> tuple[Done, ...]:
    """Session by session; one that fails does not keep the others from being canceled."""
    chosen = meant(traders, session=command.session, account=command.account, now_ns=clock.now_ns(), is_running=True)
    found = []
    for kept in chosen:
        name = kept.terms.session
        wish = CancelOrders(is_all=True, keeps_protection=command.keeps_protection, session=name)
        try:
            found.append(_done(wish, traders=traders, envelope=envelope))
        except TradewrightError as problem:
            found.append(Done(name, False, str(problem)))
    return tuple(found)


def close_held(command: CloseHeld, *, traders: Traders, clock: Clock, envelope: Envelope) -> Done:
    """At market."""
    kept = the_one(traders, session=command.session, account=command.account, clock=clock)
    wish = ClosePosition(symbol=command.symbol, session=kept.terms.session)
    return _done(wish, traders=traders, envelope=envelope)


def the_one(traders: Traders, *, session: str, account: str, clock: Clock) -> KeptSession:
    """The session that a command is for; InputError where it is not said and several run."""
    chosen = meant(traders, session=session, account=account, now_ns=clock.now_ns(), is_running=True)
    if not chosen:
        raise Conflict(
            f"no session runs{f' on account {account}' if account else ''}",
            remedy="start one: tradewright trade start STRATEGY --symbols ...",
        )
    if len(chosen) > 1:
        names = ", ".join(f"{one.terms.session} on {one.terms.account}" for one in chosen[:8])
        raise InputError("several sessions run", expected="the session, or its account", found=names)
    return chosen[0]


def _done(wish: Wish, *, traders: Traders, envelope: Envelope) -> Done:
    return ask_done(wish, traders=traders, envelope=replace(envelope, message=wish))
