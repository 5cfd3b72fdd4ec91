"""What a backtest gives back in Python: its statistics and tables, a readable summary, the tear sheet in any form."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.messages import KeepBacktest
from tradewright.application.backtests.review import review
from tradewright.application.backtests.review_remark import ReviewRemark
from tradewright.application.backtests.views import BacktestView, Number
from tradewright.bootstrap import open_app
from tradewright.lazy import load
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_REPORTS = "tradewright.interfaces.reports"


class Result:
    """One finished backtest; what is not asked for is not computed.

    Tables are Polars frames, times UTC, money in the currency of the account, returns fractions. Printing a result
    shows a summary; in a notebook it shows a table and the curve of equity.
    """

    def __init__(self, finished: FinishedBacktest) -> None:
        self._finished = finished

    @property
    def stats(self) -> dict[str, Number]:
        """The statistics by name; None where undefined (never NaN)."""
        return dict(self._finished.stats)

    @property
    def equity(self) -> pl.DataFrame:
        """One row a bar: time, session, equity, cash, gross_exposure, net_exposure, benchmark.

        With a margin mode also margin_used, maintenance_margin and free_margin.
        """
        return self._finished.equity

    @property
    def fills(self) -> pl.DataFrame:
        """One row a fill: fill, time, session, symbol, side, quantity, price, fee, slippage, reason, order, bar."""
        return self._finished.fills

    @property
    def round_trips(self) -> pl.DataFrame:
        """One row from flat to flat: symbol, direction, entry and exit, quantity, pnl, fees, return, mae, mfe ..."""
        return self._finished.round_trips

    @property
    def carried(self) -> pl.DataFrame:
        """What moved cash without an order: time, session, symbol, kind, amount.

        Kinds are funding, interest, borrow, dividend (earned, and due until it is paid) and paid (due no more).
        """
        return self._finished.carried

    @property
    def liquidation_prices(self) -> pl.DataFrame:
        """The positions open at the end: symbol, quantity, mark_price, liquidation_price (null: at none)."""
        return self._finished.liquidation_prices

    @property
    def rejections(self) -> pl.DataFrame:
        """The orders that the account could not carry, and why."""
        return self.view.rejections

    @property
    def warnings(self) -> tuple[str, ...]:
        """What somebody should know before believing the numbers."""
        return self._finished.run.warnings

    @cached_property
    def review(self) -> tuple[ReviewRemark, ...]:
        """What an honest friend would say of the run, the gravest first: code, severity, found, remedy, facts."""
        return review(self.view)

    @property
    def strategy(self) -> Strategy:
        """The strategy that ran."""
        ran = self._finished.strategy
        assert isinstance(ran, Strategy), "uploaded strategies are run by the platform, not by this door"
        return ran

    @property
    def bars(self) -> Bars:
        """The bars it ran on."""
        return self._finished.bars

    @property
    def engine(self) -> str:
        """`runtime` or `kernel`: which of the two speeds ran."""
        return self._finished.run.engine

    @property
    def benchmark_stats(self) -> Mapping[str, Number]:
        """The benchmark's own return statistics; empty without one."""
        return self._finished.benchmark_stats

    @property
    def run_id(self) -> str:
        """The name of the run: the same code, parameters, data and assumptions give the same name."""
        return self._finished.run_id

    @cached_property
    def view(self) -> BacktestView:
        """Everything at once, as the tear sheet takes it."""
        return self._finished.view

    def to_html(self, path: str | Path) -> Path:
        """Write the tear sheet as one HTML file that needs no network; returns where it is."""
        return Path(load(f"{_REPORTS}.html").write_html(self.view, path))

    def to_png(self, path: str | Path) -> Path:
        """Write the charts: one picture when the path ends in .png, else a folder of them; needs matplotlib."""
        return Path(load(f"{_REPORTS}.pictures").write_png(self.view, path))

    def to_csv(self, folder: str | Path) -> Path:
        """Write statistics, equity, fills and round trips as CSV files into a folder; returns the folder."""
        return Path(load(f"{_REPORTS}.tables").write_csv(self.view, folder))

    def to_json(self, path: str | Path) -> Path:
        """Write the statistics, fills and round trips as one JSON object; returns where it is."""
        return Path(load(f"{_REPORTS}.json_file").write_json(self.view, path))

    def plot(self) -> "Figure":
        """The charts as a matplotlib figure; needs matplotlib."""
        figure: Figure = load(f"{_REPORTS}.pictures").plot(self.view)
        return figure

    def keep(self) -> str:
        """Keep the run in the project folder, beside those of the command line; returns its id."""
        return open_app().ask(KeepBacktest(self.view), answer=BacktestView).run_id

    def __repr__(self) -> str:
        text: str = load("tradewright.interfaces.terminal.summary").as_text(self.view)
        return text

    def _repr_html_(self) -> str:
        html: str = load("tradewright.interfaces.python.notebook").notebook_html(self.view)
        return html
