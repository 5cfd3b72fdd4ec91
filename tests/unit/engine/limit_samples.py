"""Limits for the tests of runs: as wide as the code allows, and narrower where a test says so."""

from decimal import Decimal
from typing import Any

import numpy as np
from tests.unit.engine.engine_samples import random_bars

from tradewright.trading.bars import Bars
from tradewright.trading.risk.drawdown import DrawdownLevel, DrawdownLevels
from tradewright.trading.risk.limits import BOUNDS, read_limits, shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

WARM = 25
"""Bars after which a bad day and what moves together are known."""


def widest(bars: Bars, **changes: Any) -> LimitsPolicy:
    """Every limit where it limits least."""
    values: dict[str, Any] = {}
    for name, bound in BOUNDS.items():
        value = bound.least if bound.tightens_upwards else bound.most
        values[name] = int(value) if bound.is_whole else value
    mild, moderate, severe = (DrawdownLevel(f"level {n}", Decimal(f"0.4{n}"), Decimal(1)) for n in (7, 8, 9))
    values |= {
        "version": 1,
        "allows_short": True,
        "instruments": frozenset(bars.instruments),
        "drawdown": DrawdownLevels(mild, moderate, severe, Decimal("0.50")),
        **changes,
    }
    return LimitsPolicy(everywhere=read_limits(values))


def shipped(bars: Bars) -> LimitsPolicy:
    return LimitsPolicy(everywhere=shipped_limits(frozenset(bars.instruments)))


def liquid_bars(seed: int, *, rows: int = 80, width: int = 2, **terms: Any) -> Bars:
    """Bars of which any quantity is a small part of the day."""
    bars = random_bars(seed, rows=rows, width=width, **terms)
    bars.volumes[:] = np.where(np.isnan(bars.closes), np.nan, 1e9)
    return bars
