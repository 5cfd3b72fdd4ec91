"""What can be asked about backtests over ticks: run a compiled strategy on a stream of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradewright.application.backtests.messages import Account, Conventions

if TYPE_CHECKING:
    from tradewright.trading.ticks import Ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class TickTerms:
    """What a run over ticks assumes beside money and costs; `engine.tick_assumptions` says what each means."""

    order_latency_ns: object = 0
    """Nanoseconds: one number, or one for each event."""
    answer_latency_ns: object = 0
    cancels_ahead: float = 0.0
    unseen_ahead: float = 0.0
    sampled: str = "1m"
    """The interval at whose ends equity is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTickBacktest:
    """Test a compiled strategy on ticks. Answer: `FinishedBacktest`; `KeepBacktest` keeps it."""

    strategy: object
    """`path.py:ClassName`, a strategy's class, or a strategy."""
    ticks: Ticks
    parameters: Mapping[str, object] = field(default_factory=dict)
    """By name; text is read as the parameter's type."""
    terms: TickTerms = field(default_factory=TickTerms)
    account: Account = field(default_factory=Account)
    conventions: Conventions = field(default_factory=Conventions)
    engine: str = "auto"
    """`auto`, `runtime` or `kernel`; all give the same fills."""
