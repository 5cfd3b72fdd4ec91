"""What can be asked about honesty: does a strategy look ahead?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradewright.application.backtests.messages import Account, Market

if TYPE_CHECKING:
    from tradewright.trading.bars import Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckHonesty:
    """Whether orders stand when the future is cut away, and what else flatters a backtest. Answer: `HonestyReport`."""

    strategy: object
    """As in `RunBacktest`; of the shelf it is checked behind walls."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    market: Market = field(default_factory=Market)
    bars: Bars | None = None
    """Bars at hand; then `market` is not asked."""
    account: Account = field(default_factory=Account)
    is_fast: bool = False
    """Fewer cuts: a first look."""
