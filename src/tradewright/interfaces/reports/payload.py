"""The data of the charts, as compact columns: what the page's scripts read.

This file decides how much goes along: points of a line, bars of a price chart, rows of the list of round trips are
limited, and what was left out is said in words on the page (`notes`).
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np
import polars as pl

from tradewright.application.backtests.sheet import Histogram, TearSheet
from tradewright.domain.timeframe import Timeframe
from tradewright.interfaces.reports.thinning import joined_bars, kept_rows

Column = list[float | int | str | bool | None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much data a page carries; the defaults keep it around three megabytes at most."""

    points: int = 4_000
    """Points of a line."""
    bars: int = 24_000
    """Bars of all price charts together."""
    bars_of_one: int = 4_000
    symbols: int = 12
    """Price charts; those with the most fills come first."""
    round_trips: int = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Payload:
    """What the scripts draw, and what the reader must know about it."""

    data: dict[str, object]
    notes: tuple[str, ...]


def payload_of(sheet: TearSheet, limits: Limits) -> Payload:
    """Columns for every chart of the page."""
    is_daily = not Timeframe.parse(sheet.view.timeframe).is_intraday
    notes: list[str] = []
    symbols = charted_symbols(sheet, limits.symbols)
    most_bars = min(limits.bars_of_one, limits.bars // max(len(symbols), 1))
    data: dict[str, object] = {
        "currency": sheet.view.currency,
        "cash": sheet.view.cash,
        "isDaily": is_daily,
        "hasBenchmark": sheet.has_benchmark,
        "benchmarkName": sheet.view.benchmark or "",
        "account": _account(sheet, is_daily, limits.points, notes),
        "rolling": _rolling(sheet, is_daily, limits.points, notes),
        "falls": _falls(sheet, is_daily),
        "years": {name: columns(sheet.yearly[name]) for name in ("year", "return", "benchmark_return")},
        "distributions": {name: _bins(histogram) for name, histogram in sheet.distributions.items()},
        "symbols": [_prices(sheet, symbol, is_daily=is_daily, most=most_bars, notes=notes) for symbol in symbols],
        "trips": _trips(sheet, is_daily, limits.round_trips, notes),
    }
    left_out = len(sheet.view.symbols) - len(symbols)
    if left_out > 0:
        notes.append(
            f"The price chart offers the {len(symbols)} instruments with the most fills; the run had {left_out} more."
        )
    return Payload(data, tuple(notes))


def charted_symbols(sheet: TearSheet, most: int) -> list[str]:
    """Instruments in order of their fills, then as the run names them; only those that have bars."""
    with_bars = set(sheet.view.prices["symbol"].unique())
    fills = dict(sheet.view.fills["symbol"].value_counts().iter_rows())
    present = [symbol for symbol in sheet.view.symbols if symbol in with_bars]
    return sorted(present, key=lambda symbol: -fills.get(symbol, 0))[:most]


def columns(series: pl.Series, digits: int = 6) -> Column:
    """Values with so many significant digits; what is not finite becomes null."""
    if not series.dtype.is_float():
        return series.to_list()
    return [float(f"{value:.{digits}g}") if value is not None and isfinite(value) else None for value in series]


def stamps(frame: pl.DataFrame, is_daily: bool) -> list[int]:
    """Seconds for the time axis: the session's midnight for daily bars, else the close of the bar (UTC)."""
    if is_daily:
        return frame.select(pl.col("session").cast(pl.Int64) * 86_400).to_series().to_list()
    return frame.select(pl.col("time").dt.epoch("s")).to_series().to_list()


def _without_repeats(frame: pl.DataFrame, is_daily: bool) -> pl.DataFrame:
    """The axis knows whole seconds (days): of several rows in one, the last counts."""
    key = pl.col("session") if is_daily else pl.col("time").dt.truncate("1s")
    return frame.filter(key.is_last_distinct())


def _account(sheet: TearSheet, is_daily: bool, most: int, notes: list[str]) -> dict[str, object]:
    curve = sheet.curve
    shown = [curve[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("equity", "drawdown", "net")]
    rows = kept_rows(shown, most)
    kept = _without_repeats(curve[rows], is_daily)
    if len(rows) < len(curve):
        notes.append(
            f"Lines show {len(kept):,} of {len(curve):,} bars, the highest and lowest of every stretch: "
            "peaks and falls are exact."
        )
    names = ("equity", "benchmark", "drawdown", "benchmark_drawdown", "long", "short", "gross", "net")
    return {"time": stamps(kept, is_daily)} | {
        name: columns(kept[name], 9 if name == "equity" else 6) for name in names
    }


def _rolling(sheet: TearSheet, is_daily: bool, most: int, notes: list[str]) -> dict[str, object]:
    ends = sheet.curve.group_by("session", maintain_order=True).agg(pl.col("time").last())
    table = sheet.rolling.join(ends, on="session", how="left", maintain_order="left")
    if len(table):
        shown = [table[name].fill_null(np.nan).to_numpy() for name in ("sharpe", "volatility")]
        table = table[kept_rows(shown, most)]
    names = [name for name in sheet.rolling.columns if name != "session"]
    return {"window": sheet.window, "time": stamps(table, is_daily)} | {name: columns(table[name], 4) for name in names}


def _falls(sheet: TearSheet, is_daily: bool) -> list[tuple[int, int]]:
    """From and to of the worst drawdowns, on the time axis."""
    ends = sheet.curve.group_by("session", maintain_order=True).agg(pl.col("time").last())
    place = dict(zip(ends["session"], stamps(ends, is_daily), strict=True))
    last = sheet.daily["session"][-1]
    return [
        (place[peak], place[recovered or last])
        for peak, recovered in sheet.drawdowns.select("peak", "recovered").iter_rows()
    ]


def _bins(histogram: Histogram) -> dict[str, object]:
    return {
        "edges": [round(float(edge), 10) for edge in histogram.edges],
        "counts": histogram.counts.tolist(),
        "mean": histogram.mean,
        "deviation": histogram.deviation,
    }


def _prices(sheet: TearSheet, symbol: str, *, is_daily: bool, most: int, notes: list[str]) -> dict[str, object]:
    """Bars of one instrument and its fills, gathered by bar and side."""
    sessions = sheet.curve.select("time", "session")
    own = sheet.view.prices.filter((pl.col("symbol") == symbol) & pl.col("close").is_not_nan())
    own = own.join(sessions, on="time", how="inner", maintain_order="left").sort("time")
    bars, together = joined_bars(own, most)
    bars = _without_repeats(bars, is_daily)
    if together > 1:
        notes.append(f"{symbol}: each bar of the price chart joins {together:,} bars of the run.")
    names = ("open", "high", "low", "close", "volume")
    return {
        "name": symbol,
        "together": together,
        "time": stamps(bars, is_daily),
        **{name: columns(bars[name], 7) for name in names},
        "marks": _marks(sheet.view.fills.filter(pl.col("symbol") == symbol), sheet.curve["time"], bars["time"]),
    }


def _marks(fills: pl.DataFrame, rows: pl.Series, times: pl.Series) -> dict[str, Column]:
    """Fills gathered by bar and side; `rows` are the times of the run's bars, `times` those of the chart's."""
    if fills.is_empty() or times.is_empty():
        return {name: [] for name in ("bar", "side", "count", "quantity", "price", "reason")}
    happened = rows.gather(fills["bar"]).to_numpy()
    bar = np.minimum(np.searchsorted(times.to_numpy(), happened), len(times) - 1)
    value = pl.col("price") * pl.col("quantity")
    gathered = (
        fills.with_columns(place=pl.Series(bar, dtype=pl.Int64))
        .group_by("place", "side", maintain_order=True)
        .agg(
            count=pl.len().cast(pl.Int64),
            total=pl.col("quantity").sum(),
            average=value.sum() / pl.col("quantity").sum(),
            reason=pl.col("reason").first(),
        )
        .sort("place", maintain_order=True)
    )
    renamed = {
        "bar": "place",
        "side": "side",
        "count": "count",
        "quantity": "total",
        "price": "average",
        "reason": "reason",
    }
    return {name: columns(gathered[column], 9) for name, column in renamed.items()}


def _trips(sheet: TearSheet, is_daily: bool, most: int, notes: list[str]) -> dict[str, object]:
    trips = sheet.view.round_trips
    if len(trips) > most:
        notes.append(f"The list has the last {most:,} of {len(trips):,} round trips; the CSV export has all of them.")
    shown = trips.tail(most)
    names = (
        "symbol",
        "direction",
        "quantity",
        "entry_price",
        "exit_price",
        "pnl",
        "fees",
        "return",
        "bars",
        "mae",
        "mfe",
    )
    table: dict[str, object] = {name: columns(shown[name], 7) for name in names}
    for name in ("entry_reason", "exit_reason", "is_open"):
        table[name] = shown[name].to_list()
    rows = pl.Series(stamps(sheet.curve, is_daily), dtype=pl.Int64)
    for side in ("entry", "exit"):
        known = shown.select(pl.when(~pl.col("is_open") | (side == "entry")).then(pl.col(f"{side}_bar"))).to_series()
        table[side] = rows.gather(known.cast(pl.Int64)).to_list()
    return table | {"number": list(range(len(trips) - len(shown) + 1, len(trips) + 1)), "all": len(trips)}
