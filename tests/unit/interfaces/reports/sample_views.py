"""Runs for the tests of the tear sheet: a crossover with a toy ledger on a seeded random walk, every column filled."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.application.backtests.views import BacktestView, Number

Floats = NDArray[np.float64]
CASH = 100_000.0
FEE = 0.001


@dataclass
class Walk:
    """Bars of one instrument."""

    symbol: str
    time: list[datetime]
    session: list[date]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def weekdays(count: int, *, start: date = date(2001, 1, 2)) -> list[date]:
    days: list[date] = []
    day = start
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def random_walk(symbol: str, *, bars: int = 1500, seed: int = 1, minutes: int = 0) -> Walk:
    """Daily bars stamped 21:00 UTC, or bars of `minutes` around the clock."""
    chance = np.random.default_rng(seed)
    volatility = 0.018 if minutes == 0 else 0.018 * (minutes / 1440) ** 0.5
    trend = np.sin(np.arange(bars) / bars * 23.0) * volatility * 0.12 + volatility * 0.03
    close = 40.0 * np.exp(np.cumsum(chance.standard_t(4, bars) * volatility * 0.7 + trend))
    opens = np.concatenate(([40.0], close[:-1])) * np.exp(chance.normal(0, volatility / 4, bars))
    reach = np.abs(chance.normal(0, volatility / 2, (2, bars)))
    high = np.maximum(opens, close) * np.exp(reach[0])
    low = np.minimum(opens, close) * np.exp(-reach[1])
    volume = np.round(chance.lognormal(13, 0.5, bars))
    if minutes:
        first = datetime(2021, 3, 1)
        time = [first + timedelta(minutes=minutes * (row + 1)) for row in range(bars)]
        session = [(stamp - timedelta(minutes=minutes)).date() for stamp in time]
    else:
        session = weekdays(bars)
        time = [datetime(day.year, day.month, day.day, 21) for day in session]
    return Walk(symbol, time, session, opens, high, low, close, volume)


def _average(values: Floats, window: int) -> Floats:
    sums = np.cumsum(np.concatenate(([0.0], values)))
    out = np.full(len(values), np.nan)
    out[window - 1 :] = (sums[window:] - sums[:-window]) / window
    return out


@dataclass
class Ledger:
    """Cash and positions of the toy run; equal money for each instrument, long or flat (or short)."""

    cash: float = CASH
    quantity: dict[str, float] = field(default_factory=dict)
    fills: list[dict[str, Any]] = field(default_factory=list)
    trips: list[dict[str, Any]] = field(default_factory=list)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def trade(self, walk: Walk, row: int, target: float, reason: str) -> None:
        held = self.quantity.get(walk.symbol, 0.0)
        change = target - held
        price = float(walk.open[row])
        fee = abs(change) * price * FEE
        self.cash -= change * price + fee
        self.quantity[walk.symbol] = target
        fill = {
            "fill": len(self.fills) + 1,
            "time": walk.time[row],
            "session": walk.session[row],
            "symbol": walk.symbol,
        }
        fill |= {"side": "BUY" if change > 0 else "SELL", "quantity": abs(change), "price": price, "fee": fee}
        self.fills.append(
            fill | {"slippage": fee / 10, "reason": reason, "order": f"o{len(self.fills) + 1}", "bar": row}
        )
        if held:
            self.close(walk, row, held, price, fee, reason)
        if target:
            self.entries[walk.symbol] = {"row": row, "price": price, "fee": fee, "reason": reason}

    def close(
        self, walk: Walk, row: int, held: float, price: float, fee: float, reason: str, is_open: bool = False
    ) -> None:
        entry = self.entries[walk.symbol]
        first = entry["row"]
        gross = held * (price - entry["price"])
        fees = fee + entry["fee"]
        moves = (walk.low[first : row + 1], walk.high[first : row + 1])
        worst, best = (moves[0].min(), moves[1].max()) if held > 0 else (moves[1].max(), moves[0].min())
        sign = 1.0 if held > 0 else -1.0
        trip: dict[str, Any] = {"symbol": walk.symbol, "direction": "LONG" if held > 0 else "SHORT"}
        trip |= {"entry_time": walk.time[first], "exit_time": None if is_open else walk.time[row]}
        trip |= {"entry_bar": first, "exit_bar": None if is_open else row, "quantity": abs(held)}
        trip |= {
            "entry_price": entry["price"],
            "exit_price": price,
            "pnl": gross - fees,
            "gross_pnl": gross,
            "fees": fees,
        }
        trip |= {"return": (gross - fees) / (abs(held) * entry["price"]), "bars": row - first}
        trip |= {
            "mae": min(0.0, sign * (worst / entry["price"] - 1)),
            "mfe": max(0.0, sign * (best / entry["price"] - 1)),
        }
        self.trips.append(trip | {"entry_reason": entry["reason"], "exit_reason": reason, "is_open": is_open})


def run(walks: list[Walk], *, fast: int = 20, slow: int = 50, short: bool = False) -> tuple[Ledger, pl.DataFrame]:
    ledger = Ledger()
    rows = len(walks[0].close)
    averages = [(_average(walk.close, fast), _average(walk.close, slow)) for walk in walks]
    equity = np.empty((rows, 4))
    for row in range(rows):
        for walk, (quick, calm) in zip(walks, averages, strict=True):
            if row == 0 or np.isnan(calm[row - 1]):
                continue
            worth = equity[row - 1, 0] / len(walks) * 0.98
            direction = 1.0 if quick[row - 1] > calm[row - 1] else (-1.0 if short else 0.0)
            held = ledger.quantity.get(walk.symbol, 0.0)
            if np.sign(held) != direction:
                target = direction * np.floor(worth / walk.open[row] * 100) / 100
                ledger.trade(walk, row, float(target), "fast above slow" if direction > 0 else "fast below slow")
        values = [ledger.quantity.get(walk.symbol, 0.0) * walk.close[row] for walk in walks]
        equity[row] = ledger.cash + sum(values), ledger.cash, sum(map(abs, values)), sum(values)
    for walk in walks:
        if held := ledger.quantity.get(walk.symbol, 0.0):
            ledger.close(walk, rows - 1, held, float(walk.close[-1]), 0.0, "still open", is_open=True)
    columns = dict(zip(("equity", "cash", "gross_exposure", "net_exposure"), equity.T, strict=True))
    return ledger, pl.DataFrame({"time": walks[0].time, "session": walks[0].session, **columns})


def measured(daily: Floats, cash: float, ledger: Ledger | None = None) -> dict[str, Number]:
    """Statistics in the names of the run, simple formulas."""
    returns = np.diff(np.concatenate(([cash], daily))) / np.concatenate(([cash], daily[:-1]))
    years = len(daily) / 252
    below = daily / np.maximum(np.maximum.accumulate(daily), cash) - 1
    cut = np.quantile(returns, 0.05)
    annual = (daily[-1] / cash) ** (1 / years) - 1
    stats: dict[str, Number] = {
        "total_return": daily[-1] / cash - 1,
        "return_annual": annual,
        "volatility_annual": returns.std(ddof=1) * 252**0.5,
        "sharpe": returns.mean() / returns.std(ddof=1) * 252**0.5,
        "sortino": returns.mean() / np.sqrt(np.mean(np.minimum(returns, 0) ** 2)) * 252**0.5,
        "calmar": annual / -below.min(),
        "omega": returns[returns > 0].sum() / -returns[returns < 0].sum(),
        "max_drawdown": below.min(),
        "max_drawdown_days": 412,
        "var_95": cut,
        "cvar_95": returns[returns <= cut].mean(),
        "best_day": returns.max(),
        "worst_day": returns.min(),
        "skew": float(((returns - returns.mean()) ** 3).mean() / returns.std() ** 3),
        "kurtosis": float(((returns - returns.mean()) ** 4).mean() / returns.var() ** 2 - 3),
        "tail_ratio": np.quantile(returns, 0.95) / -cut,
    }
    if ledger is not None:
        closed = [trip for trip in ledger.trips if not trip["is_open"]]
        won = [trip["pnl"] for trip in closed if trip["pnl"] > 0]
        lost = [trip["pnl"] for trip in closed if trip["pnl"] < 0]
        stats |= {
            "final_equity": daily[-1],
            "round_trips": len(closed),
            "win_rate": len(won) / len(closed) if closed else None,
            "profit_factor": sum(won) / -sum(lost) if lost else None,
            "expectancy": (sum(won) + sum(lost)) / len(closed) if closed else None,
            "sqn": 1.71,
            "exposure": 0.63,
            "turnover_annual": 7.4,
            "fees": sum(fill["fee"] for fill in ledger.fills),
            "alpha": 0.031,
            "beta": 0.58,
            "information_ratio": None,
        }
    return {name: value if value is None or isinstance(value, int) else float(value) for name, value in stats.items()}


def typed(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    frame = pl.DataFrame(
        rows, schema={name: pl.Datetime("us") if kind == "time" else kind for name, kind in schema.items()}
    )
    return frame.with_columns(
        pl.col(name).cast(pl.Datetime("ns")).dt.replace_time_zone("UTC")
        for name, kind in schema.items()
        if kind == "time"
    )


FILLS: dict[str, Any] = {"fill": pl.Int64, "time": "time", "session": pl.Date, "symbol": pl.String, "side": pl.String}
FILLS |= dict.fromkeys(("quantity", "price", "fee", "slippage"), pl.Float64)
FILLS |= {"reason": pl.String, "order": pl.String, "bar": pl.Int64}
TRIPS: dict[str, Any] = {"symbol": pl.String, "direction": pl.String, "entry_time": "time", "exit_time": "time"}
TRIPS |= {"entry_bar": pl.Int64, "exit_bar": pl.Int64}
TRIPS |= dict.fromkeys(("quantity", "entry_price", "exit_price", "pnl", "gross_pnl", "fees", "return"), pl.Float64)
TRIPS |= {"bars": pl.Int64, "mae": pl.Float64, "mfe": pl.Float64}
TRIPS |= {"entry_reason": pl.String, "exit_reason": pl.String, "is_open": pl.Boolean}
REJECTIONS: dict[str, Any] = {"time": "time", "symbol": pl.String, "order": pl.String, "reason": pl.String}


def view_of(walks: list[Walk], *, benchmark: bool = True, timeframe: str = "1d", **settings: Any) -> BacktestView:
    """A whole run over these walks, bought and held as the benchmark."""
    ledger, equity = run(walks, **settings)
    held = sum(walk.close / walk.open[0] for walk in walks) / len(walks) * CASH
    column = (
        pl.Series("benchmark", held) if benchmark else pl.Series("benchmark", [None] * len(equity), dtype=pl.Float64)
    )
    equity = equity.with_columns(column, pl.col("time").cast(pl.Datetime("ns")).dt.replace_time_zone("UTC"))
    daily = equity.group_by("session", maintain_order=True).agg(pl.col("equity", "benchmark").last())
    frames = []
    for walk in walks:
        columns = {name: getattr(walk, name) for name in ("open", "high", "low", "close", "volume")}
        frames.append(pl.DataFrame({"time": walk.time, "symbol": [walk.symbol] * len(walk.time), **columns}))
    prices = pl.concat(frames).with_columns(pl.col("time").cast(pl.Datetime("ns")).dt.replace_time_zone("UTC"))
    refused = [
        {
            "time": walks[0].time[60],
            "symbol": walks[0].symbol,
            "order": "o7",
            "reason": "cash is not enough: needs 104,120.00",
        }
    ]
    return BacktestView(
        run_id="bt-7f3a91c2d0e4",
        strategy="moving_average",
        strategy_expression="MovingAverage(fast=20, slow=50)",
        parameters={"fast": 20, "slow": 50},
        symbols=tuple(walk.symbol for walk in walks),
        timeframe=timeframe,
        start=walks[0].session[0].isoformat(),
        end=walks[0].session[-1].isoformat(),
        currency="USD",
        cash=CASH,
        data_digest="9b1c7de04a55f1e2c3b7a8890d1e2f3344556677",
        engine="kernel",
        engine_version="0.1.0",
        fill_rule="next-open",
        assumptions={
            "costs": "Percent(bps=10)",
            "sizing": "EqualWeight()",
            "leverage": 1.0,
            "lot": 0.01,
            "prices": "raw",
            "numbers": "float",
            "seed": None,
            "periods_per_year": 365 if timeframe != "1d" else 252,
            "risk_free": 0.0,
            "ddof": 1,
        },
        stats=measured(daily["equity"].to_numpy(), CASH, ledger),
        benchmark=walks[0].symbol if benchmark else None,
        benchmark_stats=measured(daily["benchmark"].to_numpy(), CASH) if benchmark else {},
        equity=equity,
        fills=typed(ledger.fills, FILLS),
        round_trips=typed(ledger.trips, TRIPS),
        prices=prices,
        rejections=typed(refused, REJECTIONS),
        warnings=("1 order was rejected; see the list of rejections",),
        duration_s=0.184,
        created_at="2026-11-20T09:30:00Z",
    )
