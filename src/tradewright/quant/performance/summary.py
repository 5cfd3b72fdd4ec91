"""The statistics of a run in one table: what a fund's tear sheet prints, every number by its name.

This file decides which measures are in it and what each is computed from: return statistics from the sampled returns
(see `sampling`), depth of the drawdown and time in the market from every bar, win rates from closed round trips.
An undefined statistic is NaN here; doors show it as missing.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from tradewright.quant.performance import inference, ratios, relative, risk, trip_statistics
from tradewright.quant.performance.arrays import Floats, quotient, vector
from tradewright.quant.performance.conventions import Conventions
from tradewright.quant.performance.drawdowns import deepest_drawdown, drawdown_episodes, ulcer_index
from tradewright.quant.performance.exposure import Exposure
from tradewright.quant.performance.returns import (
    aggregate_returns,
    annual_growth,
    growth_over,
    simple_returns,
    total_return,
)
from tradewright.quant.performance.round_trips import Fills, RoundTrips
from tradewright.quant.performance.sampling import Sample, carried_forward, sample_equity, sample_prices

Statistics = dict[str, float]
DEFAULT = Conventions()


def summarize(
    equity: ArrayLike,
    sessions: ArrayLike,
    *,
    cash: float,
    gross_exposure: Exposure,
    fills: Fills,
    trips: RoundTrips,
    conventions: Conventions = DEFAULT,
    benchmark: ArrayLike | None = None,
) -> Statistics:
    """All statistics of a run.

    `equity` (money) has one value a bar, as `gross_exposure` can tell one, `sessions` the bars' dates as days since
    1970-01-01; `benchmark` holds prices, one a bar, NaN where unknown. Money comes in the run's currency.
    """
    values = vector(equity, "equity")
    if len(gross_exposure) != len(values):
        raise ValueError(
            f"every bar of equity needs its gross exposure; found {len(values)} values of equity and exposure over "
            f"{len(gross_exposure)} bars"
        )
    sample = sample_equity(values, sessions, cash=cash, conventions=conventions)
    found = equity_statistics(values, sample, cash=cash, conventions=conventions)
    found |= trip_table(trips)
    found |= activity_statistics(sample, gross_exposure=gross_exposure, fills=fills)
    if benchmark is not None:
        prices = vector(benchmark, "benchmark")
        if len(prices) != len(values):
            raise ValueError(f"the benchmark needs a price for each of {len(values)} bars; found {len(prices)}")
        found |= relative_statistics(sample, prices, conventions=conventions)
    return found


def buy_and_hold(prices: ArrayLike, *, cash: float) -> Floats:
    """Equity of `cash` put into the first known price and held: one value a bar, missing prices carried forward."""
    values = vector(prices, "prices")
    known = np.flatnonzero(~np.isnan(values))
    if len(known) == 0:
        raise ValueError("buy and hold needs a price; found none")
    equity: Floats = carried_forward(values) * (cash / float(values[known[0]]))
    equity[: known[0]] = cash
    return equity


def buy_and_hold_statistics(
    prices: ArrayLike, sessions: ArrayLike, *, cash: float, conventions: Conventions = DEFAULT
) -> Statistics:
    """The equity statistics of a benchmark bought at its first price and held, without costs."""
    equity = buy_and_hold(prices, cash=cash)
    sample = sample_equity(equity, sessions, cash=cash, conventions=conventions)
    return equity_statistics(equity, sample, cash=cash, conventions=conventions)


def equity_statistics(equity: Floats, sample: Sample, *, cash: float, conventions: Conventions) -> Statistics:
    """Return, risk and drawdown statistics of an equity curve: what a benchmark has as well."""
    final = float(equity[-1]) if len(equity) else cash
    total = final / cash - 1.0 if len(equity) else math.nan
    return (
        {
            "final_equity": final,
            "peak_equity": max(cash, float(equity.max())) if len(equity) else cash,
            "total_return": total,
            "years": sample.years,
            "periods_per_year": sample.periods_per_year,
        }
        | _return_statistics(sample, total, cash=cash, conventions=conventions)
        | _drawdown_statistics(equity, sample, total, cash=cash, conventions=conventions)
        | _calendar_statistics(sample)
    )


def _return_statistics(sample: Sample, total: float, *, cash: float, conventions: Conventions) -> Statistics:
    returns, periods, free = sample.returns, sample.periods_per_year, conventions.risk_free
    final = sample.equity[-1] if len(sample.equity) else math.nan
    return {
        "return_annual": growth_over(total, len(returns), periods_per_year=periods),
        "return_annual_calendar": annual_growth(cash, float(final), days=sample.calendar_days),
        "volatility_annual": risk.volatility(returns, periods_per_year=periods, ddof=conventions.ddof),
        "downside_risk_annual": risk.downside_risk(returns, periods_per_year=periods, target=free),
        "sharpe": ratios.sharpe(returns, periods_per_year=periods, risk_free=free, ddof=conventions.ddof),
        "sortino": ratios.sortino(returns, periods_per_year=periods, target=free),
        "omega": ratios.omega(returns, periods_per_year=periods, threshold=free),
        "gain_to_pain": ratios.gain_to_pain(returns),
        "probabilistic_sharpe": inference.probabilistic_sharpe(returns, periods_per_year=periods, risk_free=free),
        "stability": ratios.stability(returns),
        "var_95": risk.value_at_risk(returns, level=conventions.var_level),
        "cvar_95": risk.conditional_value_at_risk(returns, level=conventions.var_level),
        "skew": risk.skew(returns),
        "kurtosis": risk.kurtosis(returns),
        "tail_ratio": risk.tail_ratio(returns),
    }


def _drawdown_statistics(
    equity: Floats, sample: Sample, total: float, *, cash: float, conventions: Conventions
) -> Statistics:
    episodes = drawdown_episodes(sample.equity, sample.sessions, start=cash)
    worst = episodes.deepest(1)
    depth = deepest_drawdown(equity, start=cash)
    annual = growth_over(total, len(sample.returns), periods_per_year=sample.periods_per_year)
    ulcer = ulcer_index(sample.returns)
    any_fall = len(episodes) > 0
    return {
        "max_drawdown": depth,
        "max_drawdown_days": float(worst.length_days[0]) if any_fall else 0.0,
        "max_drawdown_periods": float(worst.length_bars[0]) if any_fall else 0.0,
        "longest_drawdown_days": float(episodes.length_days.max()) if any_fall else 0.0,
        "average_drawdown": float(episodes.depth.mean()) if any_fall else 0.0,
        "calmar": quotient(annual, -depth),
        "recovery_factor": quotient(total, -depth),
        "ulcer_index": ulcer,
        "martin": quotient(annual - conventions.risk_free, ulcer),
    }


def _calendar_statistics(sample: Sample) -> Statistics:
    found: Statistics = {}
    daily = aggregate_returns(sample.returns, sample.sessions, span="day")[1]
    monthly = aggregate_returns(sample.returns, sample.sessions, span="month")[1]
    yearly = aggregate_returns(sample.returns, sample.sessions, span="year")[1]
    for name, values in (("day", daily), ("month", monthly), ("year", yearly)):
        found[f"best_{name}"] = risk.best_return(values)
        found[f"worst_{name}"] = risk.worst_return(values)
        found[f"win_rate_{name}s"] = risk.positive_share(values)
    return found


def trip_table(trips: RoundTrips) -> Statistics:
    """Statistics of the closed round trips; money is net of fees."""
    closed = ~trips.is_open
    pnl, returns, bars = trips.pnl[closed], trips.returns[closed], trips.bars[closed]
    wins, losses = trip_statistics.longest_streaks(pnl)
    return {
        "round_trips": float(len(pnl)),
        "open_round_trips": float(len(trips) - len(pnl)),
        "win_rate": trip_statistics.win_rate(pnl),
        "profit_factor": trip_statistics.profit_factor(pnl),
        "expectancy": trip_statistics.expectancy(pnl),
        "expectancy_return": trip_statistics.expectancy(returns),
        "sqn": trip_statistics.system_quality_number(pnl),
        "average_win": trip_statistics.average_win(pnl),
        "average_loss": trip_statistics.average_loss(pnl),
        "payoff_ratio": trip_statistics.payoff_ratio(pnl),
        "kelly": trip_statistics.kelly_criterion(pnl),
        "best_round_trip": risk.best_return(returns),
        "worst_round_trip": risk.worst_return(returns),
        "average_bars_held": float(np.mean(bars)) if len(bars) else math.nan,
        "longest_win_streak": float(wins),
        "longest_loss_streak": float(losses),
    }


def activity_statistics(sample: Sample, *, gross_exposure: Exposure, fills: Fills) -> Statistics:
    """How much was traded and how much was at stake."""
    traded = float(np.dot(np.abs(fills.quantity) * fills.multiplier, fills.price))
    mean_equity = float(np.mean(sample.equity)) if len(sample.equity) else math.nan
    solvent = sample.equity > 0.0
    leverage = gross_exposure.at(sample.rows)[solvent] / sample.equity[solvent]
    turnover = traded / mean_equity if mean_equity > 0.0 else math.nan
    return {
        "fills": float(len(fills)),
        "fees": float(fills.fee.sum()),
        "exposure": gross_exposure.time_share(),
        "average_leverage": float(leverage.mean()) if len(leverage) else math.nan,
        "largest_leverage": float(leverage.max()) if len(leverage) else math.nan,
        "turnover": turnover,
        "turnover_annual": turnover / sample.years if sample.years > 0.0 else math.nan,
    }


def relative_statistics(sample: Sample, prices: Floats, *, conventions: Conventions) -> Statistics:
    """The run beside a benchmark's prices, sampled at the same bars; the benchmark's first return is unknown."""
    own, periods, free, ddof = sample.returns, sample.periods_per_year, conventions.risk_free, conventions.ddof
    other = np.append(np.full(min(len(own), 1), np.nan), simple_returns(sample_prices(prices, sample)))
    common = ~np.isnan(other)
    own, other = own[common], other[common]
    return {
        "alpha": relative.alpha(own, other, periods_per_year=periods, risk_free=free),
        "beta": relative.beta(own, other),
        "information_ratio": relative.information_ratio(own, other, periods_per_year=periods, ddof=ddof),
        "tracking_error": relative.tracking_error(own, other, periods_per_year=periods, ddof=ddof),
        "treynor": relative.treynor(own, other, periods_per_year=periods, risk_free=free),
        "correlation": relative.correlation(own, other),
        "r_squared": relative.r_squared(own, other),
        "up_capture": relative.up_capture(own, other, periods_per_year=periods),
        "down_capture": relative.down_capture(own, other, periods_per_year=periods),
        "batting_average": relative.batting_average(own, other).overall,
        "benchmark_return": total_return(other),
        "active_return": total_return(own) - total_return(other),
    }
