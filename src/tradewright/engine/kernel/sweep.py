"""Many runs over the same bars on the kernel: the market is laid out once, a lane is used again for run after run.

A run of a sweep is the single run, bit for bit: the same loop on the same arrays. Only what is kept of it is less.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.costs.algebra import split_models
from tradewright.domain.matching.layout import Changes, Program
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.arrays import NO_ROWS, enlarged, program_of, pulse_of, venue_of
from tradewright.engine.kernel.run import walker
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import Wishes

Floats = NDArray[np.float64]
NO_EQUITY = np.empty(0)
NO_CHANGES = Changes(NO_ROWS, np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True, eq=False)
class LaneRun:
    """What is left of a run until the lane's next one."""

    final_equity: float
    samples: Floats
    """Equity at the rows that the lane keeps; overwritten by the next run."""
    max_drawdown: float
    """Of every bar, from the opening cash: a fraction, at or below zero."""
    fills: int
    round_trips: int
    """Closed ones."""
    fees: float


class Lane:
    """A venue that is used for one run after the other; one lane a thread. Equity is kept at `rows` only."""

    __slots__ = ("_assumptions", "_ledger", "_length", "_positions", "_pulse", "_track", "_venue", "_walk")

    def __init__(self, market: MarketColumns, assumptions: Assumptions, *, rows: NDArray[np.int64]) -> None:
        self._assumptions = assumptions
        self._length = len(market.bars)
        self._venue = venue_of(market, assumptions, rows=split_models(assumptions.costs)[0])
        self._ledger = self._venue.book.ledger.copy()
        self._positions = self._venue.book.positions.copy()
        self._pulse = pulse_of(rows, cash=float(assumptions.cash), mark=market.mark)
        self._track = self._pulse.track.copy()
        self._walk = walker()

    def run(self, wishes: Wishes) -> LaneRun:
        """One run from a fresh account."""
        program = program_of(wishes, None, assumptions=self._assumptions)
        self._venue.book.ledger[:] = self._ledger
        self._venue.book.positions[:] = self._positions
        self._pulse.track[:] = self._track
        reached = self._advance(program, 0)
        while reached < self._length:
            self._venue = enlarged(self._venue)
            reached = self._advance(program, reached)
        ledger, track = self._venue.book.ledger[0], self._pulse.track[0]
        open_depth = float(track["trough"] / track["peak"] - 1.0) if track["peak"] > 0 else math.nan
        return LaneRun(
            final_equity=float(track["last"]),
            samples=self._pulse.samples,
            max_drawdown=min(float(track["depth"]), open_depth),
            fills=int(ledger["filled"]),
            round_trips=int(ledger["closed"]),
            fees=float(ledger["fees"]),
        )

    def _advance(self, program: Program, row: int) -> int:
        closes_out = int(self._assumptions.close_at_end)
        return self._walk(self._venue, program, row, self._length, closes_out, NO_EQUITY, NO_CHANGES, self._pulse)
