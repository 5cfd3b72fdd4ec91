"""Mutants 42 to 46: books that orders leave, and with them something that was needed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from simulator.zoo.mutant import Mutant
from tradewright.domain.orders.life import OrderLife
from tradewright.engine.session import pruning
from tradewright.engine.session.dropped import Base
from tradewright.engine.session.state import SessionState

Right = Callable[..., Any]
_DOUBT = {OrderLife.APPROVED, OrderLife.UNKNOWN}


def _doubtful_too(right: Right) -> Right:
    def prunable(state: SessionState, before_ns: int) -> dict[str, Any]:
        found: dict[str, Any] = right(state, before_ns)
        for name in list(state.open):
            if state.orders[name].order.life in _DOUBT:
                found[name] = state.orders[name]
                del state.open[name]
        return found

    return prunable


def _working_too(right: Right) -> Right:
    def prunable(state: SessionState, before_ns: int) -> dict[str, Any]:
        found: dict[str, Any] = right(state, before_ns)
        for name in list(state.open):
            if state.orders[name].changed_ns < before_ns and not state.orders[name].order.executions:
                found[name] = state.orders[name]
                del state.open[name]
        return found

    return prunable


def _forgotten(right: Right) -> Right:
    del right

    def entries(before: bytes, found: object) -> bytes:
        del before, found
        return b""

    return entries


def _at_no_cost(right: Right) -> Right:
    def bases(*given: Any) -> Mapping[str, Base]:
        return {
            name: replace(
                base, positions={who: replace(one, cost_basis=Decimal(0)) for who, one in base.positions.items()}
            )
            for name, base in right(*given).items()
        }

    return bases


def _from_nothing(right: Right) -> Right:
    del right

    def bases(*_: Any) -> Mapping[str, Base]:
        return {}

    return bases


MUTANTS = (
    Mutant("42", "an order in doubt leaves the books", ((pruning, "prunable"),), _doubtful_too,
           families=("pruning", "replies", "late")),
    Mutant("43", "an order that works leaves the books", ((pruning, "prunable"),), _working_too, families=("pruning",)),
    Mutant("44", "the executions of orders that have left are forgotten", ((pruning, "execution_entries"),), _forgotten,
           families=("pruning",)),
    Mutant("45", "what was held when orders left is kept without its cost", ((pruning, "_bases"),), _at_no_cost,
           families=("pruning", "splits", "events")),
    Mutant("46", "what was held when orders left is forgotten", ((pruning, "_bases"),), _from_nothing,
           families=("pruning", "splits", "events")),
)  # fmt: skip
