"""What can be asked about sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradewright.application.backtests.messages import Account, Conventions

if TYPE_CHECKING:
    from tradewright.trading.bars import Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStrategy:
    """Run a strategy over every combination of a grid. Answer: a Polars frame, one row a combination.

    Columns: the parameters of the grid, then final_equity, total_return, sharpe, max_drawdown, round_trips, fills,
    fees; undefined is null. Each row equals the single backtest with these parameters.
    """

    strategy: object
    """Registry id, `path.py:ClassName`, or a strategy's class."""
    bars: Bars
    grid: Mapping[str, Sequence[object]]
    """The values to try, by parameter; the last parameter varies fastest."""
    account: Account = field(default_factory=Account)
    conventions: Conventions = field(default_factory=Conventions)
    workers: int | None = None
    """Threads; None: as many as there are cores."""
