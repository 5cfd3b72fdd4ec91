"""The engine's own books: what it believes of cash and positions, changed by facts alone (`apply.py`).

They are kept apart from the broker's, so that the two can be compared (reconciled) at any moment.
"""

from typing import Any

from tradewright.domain.matching.records import LedgerRecord, PositionRecord, blank
from tradewright.engine.market import MarketColumns
from tradewright.engine.runtime.numbers import ExactNumbers, FloatNumbers

NOTHING_WANTED = float("nan")


class State:
    """Cash, positions, working orders, and the weights wanted last. Mutable, and changed in `apply.py` only."""

    __slots__ = ("changes", "is_over", "ledger", "marks", "numbers", "positions", "wanted", "working")

    def __init__(self, market: MarketColumns, numbers: FloatNumbers | ExactNumbers, cash: Any, unit: Any) -> None:
        self.numbers = numbers
        self.ledger = blank(LedgerRecord, numbers.zero)
        self.ledger.cash, self.ledger.unit = cash, unit
        self.ledger.has_rates = int(market.rate is not None)
        self.positions = [blank(PositionRecord, numbers.zero) for _ in market.bars.instruments]
        for position, lot, multiplier in zip(self.positions, market.lot, market.multiplier, strict=True):
            position.lot, position.multiplier = numbers.of(lot), numbers.of(multiplier)
        self.marks = numbers.column(market.mark)
        self.wanted = [NOTHING_WANTED] * len(self.positions)
        self.working: dict[int, int] = {}
        """Instrument of each working order by id."""
        self.is_over = False
        """Trading ended: the account was ruined, or history is over."""
        self.changes: list[tuple[int, float, tuple[float, ...]]] = []
        """Row, cash and quantities after each row in which they changed."""

    def equity(self, row: int) -> Any:
        """Cash plus marked positions at the row's close, summed in the order of the instruments."""
        equity = self.ledger.cash
        first = row * len(self.positions)
        for i, position in enumerate(self.positions):
            if position.quantity != 0:
                equity = equity + position.quantity * self.marks[first + i] * position.multiplier
        return equity

    def has_mark(self, row: int, instrument: int) -> bool:
        """True once the instrument has had a bar, so that it can be valued."""
        return bool(self.marks[row * len(self.positions) + instrument] > 0)

    def note(self, row: int) -> None:
        """Write down cash and positions after a row in which they changed."""
        held = tuple(float(position.quantity) for position in self.positions)
        if self.changes and self.changes[-1][0] == row:
            self.changes.pop()
        self.changes.append((row, float(self.ledger.cash), held))
