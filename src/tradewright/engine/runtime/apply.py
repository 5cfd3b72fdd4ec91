"""apply(state, fact): the only place where the engine's books change. Synchronous, deterministic, without effects."""

from typing import Final

from tradewright.domain.arithmetic.accounting import split
from tradewright.domain.matching.carry import book_local, split_local
from tradewright.domain.matching.fills import book_fill
from tradewright.domain.matching.layout import BORROW, EARNED, FUNDING, INTEREST, RUINED
from tradewright.engine.runtime.state import State
from tradewright.ports.historical import Carried, Dividend, Ended, Filled, Report, Split


def apply(state: State, fact: Report) -> None:
    """Book one fact."""
    if isinstance(fact, Filled):
        _fill(state, fact)
    elif isinstance(fact, Ended):
        state.working.pop(fact.order, None)
        if fact.reason == RUINED:
            state.is_over = True
    elif isinstance(fact, Split):
        _split(state, fact)
    elif isinstance(fact, Carried):
        _carried(state, fact)
    else:
        _dividend(state, fact)


def _fill(state: State, fact: Filled) -> None:
    if fact.remaining == 0:
        state.working.pop(fact.order, None)
    position = state.positions[fact.instrument]
    if state.ledger.has_rates == 1:
        local_price = fact.price * position.multiplier
        book_local(position, fact.quantity, local_price, fact.rate, state.ledger.zero)
    book_fill(state.ledger, position, fact.quantity, fact.unit_price, fact.fee)
    state.ledger.slippage = state.ledger.slippage + fact.slippage


def _split(state: State, fact: Split) -> None:
    position = state.positions[fact.instrument]
    if position.quantity == 0:
        return
    quantity, basis, realized, cash = split(
        position.quantity, position.basis, fact.ratio, fact.lot, fact.unit_price, state.ledger.unit
    )
    if state.ledger.has_rates == 1:
        split_local(position, fact.ratio, fact.unit_price, fact.rate, state.ledger.zero)
    position.quantity, position.basis = quantity, basis
    position.realized = position.realized + realized
    state.ledger.cash = state.ledger.cash + cash


def _dividend(state: State, fact: Dividend) -> None:
    position = state.positions[fact.instrument]
    if position.quantity != 0:
        paid = position.quantity * fact.amount
        state.ledger.cash = state.ledger.cash + paid
        state.ledger.dividends = state.ledger.dividends + paid


def _carried(state: State, fact: Carried) -> None:
    ledger = state.ledger
    ledger.cash = ledger.cash + fact.amount
    ledger.due = ledger.due + fact.due
    name = _TOTALS.get(fact.kind)
    if name is not None:
        setattr(ledger, name, getattr(ledger, name) + fact.amount)


_TOTALS: Final = {EARNED: "dividends", FUNDING: "funding", INTEREST: "interest", BORROW: "borrow"}
"""Where the ledger adds up what was carried; a payment of what was due moves no cash."""
