"""apply(state, fact): the only place where the engine's books change. Synchronous, deterministic, without effects."""

from tradewright.domain.arithmetic.accounting import split
from tradewright.domain.matching.fills import book_fill
from tradewright.domain.matching.layout import RUINED
from tradewright.engine.runtime.state import State
from tradewright.ports.historical import Dividend, Ended, Filled, Report, Split


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
    else:
        _dividend(state, fact)


def _fill(state: State, fact: Filled) -> None:
    if fact.remaining == 0:
        state.working.pop(fact.order, None)
    book_fill(state.ledger, state.positions[fact.instrument], fact.quantity, fact.unit_price, fact.fee)
    state.ledger.slippage = state.ledger.slippage + fact.slippage


def _split(state: State, fact: Split) -> None:
    position = state.positions[fact.instrument]
    if position.quantity == 0:
        return
    quantity, basis, realized, cash = split(
        position.quantity, position.basis, fact.ratio, fact.lot, fact.unit_price, state.ledger.unit
    )
    position.quantity, position.basis = quantity, basis
    position.realized = position.realized + realized
    state.ledger.cash = state.ledger.cash + cash


def _dividend(state: State, fact: Dividend) -> None:
    position = state.positions[fact.instrument]
    if position.quantity != 0:
        paid = position.quantity * fact.amount
        state.ledger.cash = state.ledger.cash + paid
        state.ledger.dividends = state.ledger.dividends + paid
