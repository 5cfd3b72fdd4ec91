"""Many runs over the same bars on the kernel: the market is laid out once, a lane is used again for run after run.

A run of a sweep is the single run, bit for bit: the same loop on the same arrays. Only what is kept of it is less.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.costs.algebra import split_models
from tradewright.domain.matching.layout import Changes
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.arrays import enlarged, program_of, venue_of
from tradewright.engine.kernel.run import walker
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import Wishes

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LaneRun:
    """What is left of a run until the lane's next one."""

    equity: Floats
    """Per bar; overwritten by the next run."""
    fills: int
    round_trips: int
    """Closed ones."""
    fees: float


class Lane:
    """A venue that is used for one run after the other; one lane a thread."""

    __slots__ = ("_assumptions", "_changes", "_equity", "_ledger", "_positions", "_rows", "_venue", "_walk")

    def __init__(self, market: MarketColumns, assumptions: Assumptions) -> None:
        rows = len(market.bars)
        self._assumptions = assumptions
        self._rows = rows
        self._venue = venue_of(market, assumptions, rows=split_models(assumptions.costs)[0])
        self._ledger = self._venue.book.ledger.copy()
        self._positions = self._venue.book.positions.copy()
        self._equity = np.empty(rows)
        self._changes = Changes(np.empty(rows, np.int64), np.empty(rows), np.empty(rows * self._venue.width))
        self._walk = walker()

    def run(self, wishes: Wishes) -> LaneRun:
        """One run from a fresh account."""
        program = program_of(wishes, None, assumptions=self._assumptions)
        self._venue.book.ledger[:] = self._ledger
        self._venue.book.positions[:] = self._positions
        closes_out = int(self._assumptions.close_at_end)
        reached = self._walk(self._venue, program, 0, self._rows, closes_out, self._equity, self._changes)
        while reached < self._rows:
            self._venue = enlarged(self._venue)
            reached = self._walk(self._venue, program, reached, self._rows, closes_out, self._equity, self._changes)
        ledger = self._venue.book.ledger[0]
        return LaneRun(self._equity, int(ledger["filled"]), int(ledger["closed"]), float(ledger["fees"]))
