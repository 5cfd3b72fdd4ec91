"""A tear sheet is one page on which an investor judges a run: how it grew, how deep it fell, month by
month, trade by trade.

This file decides what is on it beside the statistics of the run itself: the tables that are derived from the equity
curve and the round trips. Every renderer (HTML, PNG, CSV, notebooks) shows these same tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.application.backtests.views import BacktestView, Number
from tradewright.domain.timeframe import Timeframe
from tradewright.quant.performance.conventions import infer_periods_per_year
from tradewright.quant.performance.drawdowns import drawdown_table
from tradewright.quant.performance.rolling import rolling_beta, rolling_sharpe, rolling_volatility

Floats = NDArray[np.float64]

WORST: Final = 10
"""How many drawdowns are listed."""
TRAILING: Final = (
    ("1 month", 1),
    ("3 months", 3),
    ("6 months", 6),
    ("1 year", 12),
    ("3 years", 36),
    ("5 years", 60),
    ("10 years", 120),
)
MOST_BINS: Final = 60
_SETTING_GROUPS: Final = ("conventions", "statistics", "metrics")


@dataclass(frozen=True, slots=True)
class Conventions:
    """What the yearly figures rest on."""

    periods_per_year: float
    """Returns a year in the statistics of the run."""
    sessions_per_year: float
    """Daily returns a year, in the rolling figures; the same unless `is_by_bar`."""
    risk_free: float
    """Yearly rate, as a fraction."""
    ddof: int
    """0 divides a variance by n, 1 by n - 1."""
    is_inferred: bool
    """True where the run did not state its periods per year and they were counted from its sessions."""
    is_by_bar: bool
    """True where the statistics are of returns of every bar instead of every session."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often returns of each size happened; bins are [edge, next edge), and zero is an edge where it is in reach."""

    edges: Floats
    """Fractions, one more than `counts`."""
    counts: NDArray[np.int64]
    mean: float
    deviation: float
    values: int
    """All returns, among them those of exactly zero."""
    unchanged: int
    """Returns of exactly zero (nothing held): counted here, in no bin."""


@dataclass(frozen=True, slots=True, eq=False)
class TearSheet:
    """The derived tables of one run. Returns are fractions; drawdowns are zero or negative; dates are session dates."""

    view: BacktestView
    conventions: Conventions
    curve: pl.DataFrame
    """One row a bar: time, session, equity, benchmark, drawdown, benchmark_drawdown and, as fractions of equity, long,
    short (zero or negative), gross, net, cash."""
    daily: pl.DataFrame
    """One row a session: session, equity, benchmark, return, benchmark_return, drawdown."""
    monthly: pl.DataFrame
    """year, month, return, benchmark_return."""
    yearly: pl.DataFrame
    """year, return, benchmark_return, excess (difference of the two)."""
    trailing: pl.DataFrame
    """period, since, return, benchmark_return, return_annual (null below a year), benchmark_annual; the last row is the
    whole run, whose figures are those of the run's statistics."""
    drawdowns: pl.DataFrame
    """The worst first: peak, valley, recovered (null while under water), depth, days, days_down, days_up (calendar)."""
    rolling: pl.DataFrame
    """session, sharpe, volatility, benchmark_sharpe, benchmark_volatility, beta of `window` sessions; may be empty."""
    window: int
    """Sessions of the rolling window; 0 when the run is too short for one."""
    distributions: Mapping[str, Histogram]
    """`daily` and `monthly`; a period with fewer than two returns is absent."""
    trips: pl.DataFrame
    """group (direction, symbol, exit reason), name, round_trips, win_rate, pnl, fees, average_return, average_win,
    average_loss, best, worst, profit_factor, average_bars: closed round trips only."""

    @property
    def has_benchmark(self) -> bool:
        """True where the run was compared with something."""
        return self.view.benchmark is not None and not self.curve["benchmark"].is_null().all()


def tear_sheet(view: BacktestView) -> TearSheet:
    """Derive every table of the tear sheet from the run; a run without bars is a ValueError."""
    if view.equity.is_empty():
        raise ValueError(
            f"run {view.run_id} has an empty equity table; expected one row a bar, so there is nothing to report"
        )
    curve = _curve(view)
    daily = _daily(curve, view.cash)
    conventions = conventions_of(view, daily)
    window = _window(conventions.sessions_per_year, len(daily))
    monthly = _compounded(daily, ["year", "month"])
    return TearSheet(
        view=view,
        conventions=conventions,
        curve=curve,
        daily=daily,
        monthly=monthly,
        yearly=_compounded(daily, ["year"]).with_columns(excess=pl.col("return") - pl.col("benchmark_return")),
        trailing=_trailing(daily, view.stats, view.benchmark_stats),
        drawdowns=worst_drawdowns(daily, view.cash),
        rolling=_rolling(daily, window, conventions),
        window=window,
        distributions=_distributions({"daily": daily, "monthly": monthly}, conventions.ddof),
        trips=_trip_groups(view.round_trips),
    )


def conventions_of(view: BacktestView, daily: pl.DataFrame) -> Conventions:
    """The conventions among the run's assumptions (flat or in a group); periods a year are counted where unstated."""
    settings = dict(view.assumptions)
    for group in _SETTING_GROUPS:
        nested = view.assumptions.get(group)
        if isinstance(nested, Mapping):
            settings |= nested
    counted = infer_periods_per_year(_days(daily))
    periods = _number(settings.get("periods_per_year"), counted)
    is_by_bar = settings.get("resample") == "none" and Timeframe.parse(view.timeframe).is_intraday
    return Conventions(
        periods_per_year=periods,
        sessions_per_year=counted if is_by_bar else periods,
        risk_free=_number(settings.get("risk_free"), 0.0),
        ddof=int(_number(settings.get("ddof"), 1)),
        is_inferred=settings.get("periods_per_year") is None,
        is_by_bar=is_by_bar,
    )


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def _curve(view: BacktestView) -> pl.DataFrame:
    equity = pl.col("equity")
    benchmark = pl.col("benchmark").cast(pl.Float64).fill_nan(None)
    share = pl.when(equity > 0).then(1.0 / equity)
    return view.equity.select(
        "time",
        "session",
        equity,
        benchmark,
        drawdown=equity / equity.cum_max().clip(lower_bound=view.cash) - 1.0,
        benchmark_drawdown=benchmark / benchmark.cum_max() - 1.0,
        long=(pl.col("gross_exposure") + pl.col("net_exposure")) / 2.0 * share,
        short=(pl.col("net_exposure") - pl.col("gross_exposure")) / 2.0 * share,
        gross=pl.col("gross_exposure") * share,
        net=pl.col("net_exposure") * share,
        cash=pl.col("cash") * share,
    )


def _daily(curve: pl.DataFrame, cash: float) -> pl.DataFrame:
    last = curve.group_by("session", maintain_order=True).agg(pl.col("equity", "benchmark").last())
    equity = pl.col("equity")
    benchmark = pl.col("benchmark")
    return last.with_columns(
        (equity / equity.shift(1, fill_value=cash) - 1.0).alias("return"),
        (benchmark / benchmark.shift(1).fill_null(benchmark.first()) - 1.0).alias("benchmark_return"),
        (equity / equity.cum_max().clip(lower_bound=cash) - 1.0).alias("drawdown"),
    )


def _compounded(daily: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    def compound(name: str) -> pl.Expr:
        return pl.when(pl.col(name).is_not_null().any()).then((pl.col(name) + 1.0).product() - 1.0).alias(name)

    dated = daily.with_columns(year=pl.col("session").dt.year(), month=pl.col("session").dt.month())
    return dated.group_by(keys, maintain_order=True).agg(compound("return"), compound("benchmark_return"))


def _trailing(daily: pl.DataFrame, stats: Mapping[str, Number], others: Mapping[str, Number]) -> pl.DataFrame:
    first, last = daily["session"][0], daily["session"][-1]
    end = pl.Series([last])
    since = [(name, months / 12, end.dt.offset_by(f"-{months}mo")[0]) for name, months in TRAILING]
    rows = [_stretch(daily, name, start, years) for name, years, start in since if start >= first]
    rows.insert(0, _stretch(daily, "Month to date", end.dt.month_start().dt.offset_by("-1d")[0], 0.0))
    rows.insert(1, _stretch(daily, "Year to date", last.replace(year=last.year - 1, month=12, day=31), 0.0))
    whole = _stretch(daily, "Whole run", None, (last - first).days / 365.25)
    whole |= {"return": stats.get("total_return", whole["return"])}
    whole |= {"benchmark_return": others.get("total_return", whole["benchmark_return"])}
    whole |= {"return_annual": stats.get("return_annual"), "benchmark_annual": others.get("return_annual")}
    rows.append(whole)
    schema = {
        "period": pl.String,
        "since": pl.Date,
        "years": pl.Float64,
        "return": pl.Float64,
        "benchmark_return": pl.Float64,
    }
    table = pl.DataFrame(rows, schema=schema | {"return_annual": pl.Float64, "benchmark_annual": pl.Float64})
    return table.drop("years")


def _stretch(daily: pl.DataFrame, name: str, start: date | None, years: float) -> dict[str, object]:
    """Growth from the last session on or before `start` (None: from the first) to the end."""
    part = daily if start is None else daily.filter(pl.col("session") > start)
    product = part.select((pl.col("return", "benchmark_return") + 1.0).product() - 1.0)
    has_benchmark = part["benchmark_return"].is_not_null().any()
    row: dict[str, object] = {
        "period": name,
        "since": part["session"][0] if len(part) else None,
        "years": years,
        "return": product["return"][0],
        "benchmark_return": product["benchmark_return"][0] if has_benchmark else None,
    }
    return _annualized(row)


def _annualized(row: dict[str, object]) -> dict[str, object]:
    years = row["years"]
    for name, annual in (("return", "return_annual"), ("benchmark_return", "benchmark_annual")):
        growth = row[name]
        is_long = isinstance(years, float) and years >= 1.0
        usable = is_long and isinstance(growth, float) and growth > -1.0
        row[annual] = (1.0 + growth) ** (1.0 / years) - 1.0 if usable else None  # type: ignore[operator]
    return row


def worst_drawdowns(daily: pl.DataFrame, cash: float) -> pl.DataFrame:
    """The deepest stretches below an earlier peak; the starting cash counts as the first peak."""
    sessions = daily["session"]
    found = drawdown_table(daily["equity"].to_numpy(), start=cash, top=WORST)
    dates = pl.DataFrame(
        {
            "peak": sessions.gather(np.maximum(found.peak, 0)),
            "valley": sessions.gather(found.trough),
            "recovered": sessions.gather(pl.Series(found.recovery).set(pl.Series(found.recovery < 0), None)),
            "depth": found.depth,
        }
    )
    end = pl.col("recovered").fill_null(sessions[-1] if len(sessions) else None)
    return dates.with_columns(
        days=(end - pl.col("peak")).dt.total_days(),
        days_down=(pl.col("valley") - pl.col("peak")).dt.total_days(),
        days_up=(pl.col("recovered") - pl.col("valley")).dt.total_days(),
    )


def _window(periods_per_year: float, sessions: int) -> int:
    """Half a year, a quarter or a month: the longest of which two fit."""
    for parts in (2, 4, 12):
        window = round(periods_per_year / parts)
        if window >= 2 and sessions >= 2 * window:
            return window
    return 0


def _rolling(daily: pl.DataFrame, window: int, conventions: Conventions) -> pl.DataFrame:
    names = ["sharpe", "volatility", "benchmark_sharpe", "benchmark_volatility", "beta"]
    if window == 0:
        return pl.DataFrame(schema={"session": pl.Date} | dict.fromkeys(names, pl.Float64))
    year, ddof, free = conventions.sessions_per_year, conventions.ddof, conventions.risk_free
    own = daily["return"].to_numpy()
    other = daily["benchmark_return"].fill_null(np.nan).to_numpy()
    table = pl.DataFrame(
        {
            "session": daily["session"],
            "sharpe": rolling_sharpe(own, window, periods_per_year=year, risk_free=free, ddof=ddof),
            "volatility": rolling_volatility(own, window, periods_per_year=year, ddof=ddof),
            "benchmark_sharpe": rolling_sharpe(other, window, periods_per_year=year, risk_free=free, ddof=ddof),
            "benchmark_volatility": rolling_volatility(other, window, periods_per_year=year, ddof=ddof),
            "beta": rolling_beta(own, other, window=window),
        }
    )
    return table.slice(window - 1).with_columns(pl.col(names).fill_nan(None))


def _days(daily: pl.DataFrame) -> NDArray[np.int64]:
    """Session dates as days since 1970-01-01."""
    return daily["session"].cast(pl.Int32).cast(pl.Int64).to_numpy()


def _distributions(tables: Mapping[str, pl.DataFrame], ddof: int) -> dict[str, Histogram]:
    named = {name: table["return"].drop_nulls().to_numpy() for name, table in tables.items()}
    return {name: histogram(values, ddof=ddof) for name, values in named.items() if len(values) > 1}


def histogram(values: Floats, *, ddof: int = 1) -> Histogram:
    """Bins of a round width (1, 2 or 5 times a power of ten) close to the rule of Freedman and Diaconis (1981)."""
    deviation = float(values.std(ddof=ddof)) if len(values) > ddof else 0.0
    moved = values[values != 0.0]
    unchanged = len(values) - len(moved)
    if not len(moved):
        return Histogram(np.array([0.0, 0.01]), np.zeros(1, np.int64), 0.0, 0.0, len(values), unchanged)
    low, high = float(moved.min()), float(moved.max())
    quarter, three_quarters = np.quantile(moved, [0.25, 0.75])
    width = 2.0 * float(three_quarters - quarter) / len(moved) ** (1 / 3)
    width = _round_width(max(width * 0.6, (high - low) / MOST_BINS, 1e-6))  # rounded up, so begun below the rule's
    first, last = int(np.floor(low / width)), int(np.floor(high / width)) + 1
    edges = np.arange(first, last + 1, dtype=np.float64) * width
    places = np.clip(np.floor(moved / width).astype(np.int64) - first, 0, last - first - 1)
    counts = np.bincount(places, minlength=last - first)
    return Histogram(edges, counts, float(values.mean()), deviation, len(values), unchanged)


def _round_width(width: float) -> float:
    power = 10.0 ** np.floor(np.log10(width))
    return float(next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= width * (1 - 1e-9)))


def _trip_groups(trips: pl.DataFrame) -> pl.DataFrame:
    closed = trips.filter(~pl.col("is_open"))
    parts = [_summed(closed, pl.lit("All round trips"), "direction")]
    parts.append(_summed(closed, pl.col("direction").str.to_titlecase(), "direction").sort("name"))
    parts.append(_summed(closed, pl.col("symbol"), "symbol").sort("pnl", descending=True))
    parts.append(
        _summed(closed, pl.col("exit_reason").fill_null(""), "exit reason").sort("round_trips", descending=True)
    )
    return pl.concat(parts)


def _summed(closed: pl.DataFrame, name: pl.Expr, group: str) -> pl.DataFrame:
    pnl, result = pl.col("pnl"), pl.col("return")
    won, lost = pnl > 0, pnl < 0
    return (
        closed.with_columns(name=name)
        .group_by("name", maintain_order=True)
        .agg(
            round_trips=pl.len().cast(pl.Int64),
            win_rate=won.mean(),
            pnl=pnl.sum(),
            fees=pl.col("fees").sum(),
            average_return=result.mean(),
            average_win=result.filter(won).mean(),
            average_loss=result.filter(lost).mean(),
            best=result.max(),
            worst=result.min(),
            profit_factor=pl.when(lost.any()).then(pnl.filter(won).sum() / -pnl.filter(lost).sum()),
            average_bars=pl.col("bars").mean(),
        )
        .select(pl.lit(group).alias("group"), pl.all())
    )
