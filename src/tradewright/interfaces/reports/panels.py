"""What each picture shows: axes of one figure, drawn in the colors of the page.

Figures are untyped here (`Any`), as matplotlib is an optional library and no part of a public signature says more.
"""

from calendar import month_abbr
from typing import Any

import numpy as np
import polars as pl

from tradewright.application.backtests.sheet import Histogram, TearSheet
from tradewright.interfaces.reports.payload import charted_symbols
from tradewright.interfaces.reports.thinning import joined_bars, kept_rows
from tradewright.lazy import load

INK, MUTED, GRID = "#17202c", "#667080", "#e6e9ed"
OWN, OTHER, GAIN, LOSS, SELL = "#1f5f9e", "#9aa4b1", "#2b8160", "#b5473c", "#c27a1a"
MOST_POINTS = 6_000
MOST_BARS = 1_500


def equity(sheet: TearSheet, figure: Any) -> None:
    """Equity against the benchmark, the drawdown below it."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2.4, 1.0])
    rows = kept_rows([sheet.curve["equity"].to_numpy(), sheet.curve["drawdown"].to_numpy()], MOST_POINTS)
    curve = sheet.curve[rows]
    times = _times(curve["time"])
    if sheet.has_benchmark:
        upper.plot(times, curve["benchmark"], color=OTHER, lw=1.0, label=sheet.view.benchmark)
        lower.plot(times, curve["benchmark_drawdown"], color=OTHER, lw=0.8)
    upper.plot(times, curve["equity"], color=OWN, lw=1.5, label="Strategy")
    lower.fill_between(times, curve["drawdown"].to_numpy(), 0.0, color=LOSS, alpha=0.25, lw=0)
    lower.plot(times, curve["drawdown"], color=LOSS, lw=0.9)
    _dress(upper, f"Equity, {sheet.view.currency}")
    _dress(lower, "Drawdown", percent=True)
    upper.yaxis.set_major_formatter(load("matplotlib.ticker").StrMethodFormatter("{x:,.0f}"))
    _legend(upper)
    upper.margins(x=0)
    lower.margins(x=0)
    if upper.dataLim.y0 >= 0 > upper.get_ylim()[0]:
        upper.set_ylim(bottom=0)  # an account that is never in debt has no axis below zero


def monthly(sheet: TearSheet, figure: Any) -> None:
    """The returns of each month and year as a heat map."""
    axes = figure.subplots()
    years = sheet.yearly["year"].to_list()
    table = np.full((len(years), 12), np.nan)
    for year, month, value in sheet.monthly.select("year", "month", "return").iter_rows():
        table[years.index(year), month - 1] = value
    strongest = float(np.nanquantile(np.abs(table), 0.95)) or 1.0
    colors = load("matplotlib.colors").LinearSegmentedColormap.from_list("house", ["#cf8a83", "#ffffff", "#77b39b"])
    axes.imshow(table, cmap=colors, vmin=-strongest, vmax=strongest, aspect="auto")
    size = 9 if len(years) <= 16 else 7
    for (row, column), value in np.ndenumerate(table):
        if not np.isnan(value):
            axes.text(column, row, _tenth(value), ha="center", va="center", fontsize=size, color=INK)
    for row, total in enumerate(sheet.yearly["return"]):
        color = LOSS if total < 0 else GAIN
        axes.text(12.15, row, _tenth(total), ha="center", va="center", fontsize=size, color=color, weight="bold")
    axes.set_xticks(range(13), [*month_abbr[1:], "Year"])
    axes.set_xlim(-0.5, 12.7)
    axes.set_yticks(range(len(years)), [str(year) for year in years])
    _dress(axes, "Monthly returns, percent")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()


def rolling(sheet: TearSheet, figure: Any) -> None:
    """Sharpe ratio and volatility over the rolling window."""
    upper, lower = figure.subplots(2, 1, sharex=True)
    times = _times(sheet.rolling["session"])
    if sheet.has_benchmark:
        upper.plot(times, sheet.rolling["benchmark_sharpe"], color=OTHER, lw=0.9, label=sheet.view.benchmark)
        lower.plot(times, sheet.rolling["benchmark_volatility"], color=OTHER, lw=0.9)
    upper.plot(times, sheet.rolling["sharpe"], color=OWN, lw=1.4, label="Strategy")
    lower.plot(times, sheet.rolling["volatility"], color=OWN, lw=1.4)
    upper.axhline(0.0, color=MUTED, lw=0.8)
    words = f"{sheet.window} sessions" if sheet.window else "the run is too short for a rolling window"
    _dress(upper, f"Rolling Sharpe ratio, {words}")
    _dress(lower, "Rolling volatility, yearly", percent=True)
    if sheet.window:
        _legend(upper)
        upper.margins(x=0)
        lower.margins(x=0)


def distribution(sheet: TearSheet, figure: Any) -> None:
    """How daily and monthly returns are distributed."""
    places = figure.subplots(1, max(len(sheet.distributions), 1), squeeze=False)[0]
    for axes, (name, bins) in zip(places, sheet.distributions.items(), strict=False):
        _bars(axes, bins)
        _dress(axes, f"Distribution of {name} returns")
        axes.xaxis.set_major_formatter(load("matplotlib.ticker").PercentFormatter(1.0))
        axes.yaxis.set_major_locator(load("matplotlib.ticker").MaxNLocator(integer=True))
    if not sheet.distributions:
        _dress(places[0], "Distribution: the run has fewer than two returns")


def _bars(axes: Any, bins: Histogram) -> None:
    middles = (bins.edges[:-1] + bins.edges[1:]) / 2
    colors = [GAIN if middle > 0 else LOSS for middle in middles]
    axes.bar(middles, bins.counts, width=np.diff(bins.edges) * 0.94, color=colors, alpha=0.8)
    if bins.deviation > 0:
        values = np.linspace(bins.edges[0], bins.edges[-1], 300)
        width = float(bins.edges[1] - bins.edges[0])
        scale = bins.counts.sum() * width / (bins.deviation * np.sqrt(2 * np.pi))
        bell = scale * np.exp(-0.5 * np.square((values - bins.mean) / bins.deviation))
        axes.plot(values, bell, color=INK, lw=1.1, alpha=0.7)


def trades(sheet: TearSheet, figure: Any) -> None:
    """Fills on the price of the instrument with the most of them."""
    axes = figure.subplots()
    symbols = charted_symbols(sheet, 1)
    if not symbols:
        _dress(axes, "Fills on the price: the run has no bars")
        return
    own = sheet.view.prices.filter(pl.col("symbol") == symbols[0]).sort("time")
    bars, _ = joined_bars(own.filter(pl.col("close").is_not_nan()), MOST_BARS)
    times = _times(bars["time"])
    axes.fill_between(times, bars["low"].to_numpy(), bars["high"].to_numpy(), color=OTHER, alpha=0.45, lw=0)
    axes.plot(times, bars["close"], color=INK, lw=0.8)
    fills = sheet.view.fills.filter(pl.col("symbol") == symbols[0])
    for side, mark, color in (("BUY", "^", OWN), ("SELL", "v", SELL)):
        chosen = fills.filter(pl.col("side") == side)
        label = f"{side.title()} ({len(chosen):,})"
        axes.scatter(
            _times(chosen["time"]), chosen["price"], marker=mark, s=34, color=color, zorder=3, lw=0, label=label
        )
    _dress(axes, f"Fills on the price, {symbols[0]}")
    _legend(axes)
    axes.margins(x=0.01)


def _times(times: pl.Series) -> Any:
    """What matplotlib takes for dates: datetime64 without a zone (UTC)."""
    return times.cast(pl.Datetime("us")).to_numpy() if times.dtype != pl.Date else times.to_numpy()


def _tenth(value: float) -> str:
    return f"{value * 100:.1f}".replace("-0.0", "0.0").replace("-", "−")


def _dress(axes: Any, title: str, *, percent: bool = False) -> None:
    axes.set_title(title, loc="left", fontsize=11, weight="bold", color=INK, pad=9)
    axes.grid(axis="y", color=GRID, lw=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(colors=MUTED, labelsize=9, length=0)
    if percent:
        axes.yaxis.set_major_formatter(load("matplotlib.ticker").PercentFormatter(1.0, decimals=0))


def _legend(axes: Any) -> None:
    axes.legend(frameon=False, fontsize=9, labelcolor=INK, loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=3)
