"""The account as a strategy of a trading session sees it: a mirror, set anew with each slice.

The true books are the session's. This file decides what the mirror reckons by itself: nothing but the orders that the
strategy asks for within a slice.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from tradewright.engine.market import MarketColumns
from tradewright.engine.runtime.numbers import ExactNumbers
from tradewright.engine.runtime.state import State
from tradewright.engine.session.strategies.history import GrowingMarket
from tradewright.ports.hosts import Shown, StrategyTerms


class MirrorState(State):
    """The engine's own kind of state, in exact numbers, filled from what is shown."""

    __slots__ = ("_columns", "_equity", "_names")

    def __init__(self, terms: StrategyTerms, market: GrowingMarket) -> None:
        super().__init__(_columns_of(terms, market), ExactNumbers(), Decimal(0), Decimal(0))
        self.marks = NewestMarks(market)
        self._names = terms.instruments
        self._columns: Mapping[str, int] = {name: number for number, name in enumerate(terms.instruments)}
        self._equity: Any = Decimal(0)

    def equity(self, row: int) -> Any:
        """Equity as it was shown with the newest slice."""
        del row
        return self._equity

    def show(self, shown: Shown) -> None:
        """Set cash, positions and working orders."""
        numbers = self.numbers
        self.ledger.cash = numbers.of(shown.cash)
        self._equity = numbers.of(shown.equity)
        for name, position in zip(self._names, self.positions, strict=True):
            held = shown.positions.get(name)
            position.quantity = numbers.zero if held is None else numbers.of(held.quantity)
            position.basis = numbers.zero if held is None else numbers.of(held.basis)
        self.working = {number: self._columns[name] for number, name in shown.working.items() if name in self._columns}


class NewestMarks(Sequence[Any]):
    """Marks of the newest row, whatever row is asked for; nobody in a session looks back at marks."""

    __slots__ = ("_market",)

    def __init__(self, market: GrowingMarket) -> None:
        self._market = market

    def __getitem__(self, index: Any) -> Any:
        """The mark of a flat index, row x width + instrument."""
        mark = self._market.mark
        return Decimal(repr(float(mark[index % len(mark)])))

    def __len__(self) -> int:
        return len(self._market) * len(self._market.mark)


def _columns_of(terms: StrategyTerms, market: GrowingMarket) -> MarketColumns:
    """What the state wants to know of the market at its start."""
    nothing = np.empty(0, np.int64)
    return MarketColumns(
        bars=market.bars,
        seen=market.seen,
        factor=None,
        mark=np.empty((0, len(terms.instruments))),
        lot=np.array([terms.lots.get(name, 1.0) for name in terms.instruments], np.float64),
        multiplier=np.array([terms.multipliers.get(name, 1.0) for name in terms.instruments], np.float64),
        action_row=nothing,
        action_instrument=nothing,
        action_kind=nothing,
        action_value=np.empty(0),
    )
