"""Kept runs at a glance: one line a run, and several runs side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradewright.application.backtests.views import Number


@dataclass(frozen=True, slots=True)
class BacktestSummary:
    """One kept run without its tables; the fields mean what they mean in `BacktestView`."""

    run_id: str
    strategy: str
    strategy_expression: str
    parameters: Mapping[str, object]
    symbols: tuple[str, ...]
    timeframe: str
    start: str
    end: str
    currency: str
    fill_rule: str
    stats: Mapping[str, Number]
    created_at: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Several runs, one a column: what they differ in, and their statistics."""

    runs: tuple[BacktestSummary, ...]
    differences: Mapping[str, tuple[object, ...]]
    """Settings that are not the same in all runs, by name, one value a run."""
    stats: Mapping[str, tuple[Number, ...]]
    """Statistics by name, one value a run."""
