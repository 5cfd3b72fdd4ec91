"""What every door shows of a backtest: the run's identity, its statistics and its tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

Number = float | int | None


@dataclass(frozen=True, slots=True, eq=False)
class BacktestView:
    """One finished run. Times are UTC; money is in `currency`; returns are fractions, never percent."""

    run_id: str
    strategy: str
    """Registry id, or the class name of a strategy that is not registered."""
    strategy_expression: str
    """The expression that makes the strategy: `MovingAverage(fast=20, slow=50)`."""
    parameters: Mapping[str, object]
    symbols: tuple[str, ...]
    """Instrument ids."""
    timeframe: str
    start: str
    """First session date, ISO."""
    end: str
    """Last session date, ISO."""
    currency: str
    cash: float
    data_digest: str
    engine: str
    """`runtime` or `kernel`: which of the two speeds ran (results are the same)."""
    engine_version: str
    fill_rule: str
    assumptions: Mapping[str, object]
    """Every setting of the run: costs, sizing, leverage, lot, prices, numbers, seed, conventions of the statistics."""
    stats: Mapping[str, Number]
    """The statistics by name; undefined is None, never NaN."""
    benchmark: str | None
    benchmark_stats: Mapping[str, Number]
    """The same return statistics of the benchmark (buy and hold); empty without one."""
    equity: pl.DataFrame
    """time, session (date), equity, cash, gross_exposure, net_exposure (money), benchmark (money, null without one);
    one row a bar. With a margin mode also margin_used, maintenance_margin and free_margin (money)."""
    fills: pl.DataFrame
    """fill, time, session, symbol, side (BUY/SELL), quantity, price, fee, slippage (money, worse is positive), reason,
    order, bar (row number)."""
    round_trips: pl.DataFrame
    """symbol, direction (LONG/SHORT), entry_time, exit_time, entry_bar, exit_bar, quantity (largest), entry_price,
    exit_price (averages), pnl (net of fees), gross_pnl, fees, return (on entry notional), bars, mae, mfe (fractions),
    entry_reason, exit_reason, is_open."""
    prices: pl.DataFrame
    """time, symbol, open, high, low, close, volume: the bars of the run, for charts."""
    rejections: pl.DataFrame
    """time, symbol, order, reason: orders that the venue or the account did not take."""
    refusals: pl.DataFrame = field(default_factory=pl.DataFrame)
    """time, symbol, side, asked, sent (0: refused), control, reason, remedy: orders that the limits refused or cut; one
    row a control; empty without limits."""
    warnings: tuple[str, ...] = field(default=())
    duration_s: float = 0.0
    created_at: str = ""
    """When the run was made, ISO UTC; no part of its identity."""
    recipe: Mapping[str, object] = field(default_factory=dict)
    """What was asked for, to make the run again; empty of runs of earlier versions. No part of its identity."""
    report: str | None = None
    """Path of the tear sheet, once written."""
