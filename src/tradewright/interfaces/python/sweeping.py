"""`tw.sweep`: one call from a strategy, bars and a grid of parameters to a table of figures."""

from collections.abc import Mapping, Sequence
from typing import Unpack

import polars as pl

from tradewright.application.sweeps.messages import SweepStrategy
from tradewright.bootstrap import Progress, open_app
from tradewright.domain.costs import Cost
from tradewright.interfaces.python.loading import load_bars
from tradewright.interfaces.python.testing import Setting, stated_settings
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy


def sweep(
    strategy: type[Strategy] | str,
    bars: object,
    *,
    grid: Mapping[str, Sequence[object]],
    cash: float = 100_000.0,
    costs: Cost | str | None = None,
    fill: str = "next-open",
    workers: int | None = None,
    progress: Progress | None = None,
    **settings: Unpack[Setting],
) -> pl.DataFrame:
    """Run a strategy over every combination of `grid`: one row each, with its parameters and figures.

    `grid` gives the values to try by parameter: `{"fast": range(5, 30), "slow": range(40, 240, 5)}`. Combinations that
    the strategy refuses (as fast >= slow) are left out. Figures: final_equity, total_return, sharpe, max_drawdown,
    round_trips, fills, fees; each row equals the single backtest. `progress(done, total)` is called now and then.
    The other settings are those of `tw.backtest`.

    Raises InputError for a parameter that does not exist or is out of range, StrategyError when the strategy raises.
    """
    account, conventions = stated_settings(settings, cash=cash, costs=costs, fill=fill)
    tested = bars if isinstance(bars, Bars) else load_bars(bars)
    command = SweepStrategy(
        strategy=strategy, bars=tested, grid=grid, account=account, conventions=conventions, workers=workers
    )
    return open_app().ask(command, answer=pl.DataFrame, progress=progress)
