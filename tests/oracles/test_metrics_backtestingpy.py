"""backtesting.py's 31 statistics of SMA 10/30 on GOOG, by its conventions, from its 66 trades rebuilt here.

The trades are rebuilt by the scenario's words in a dozen lines, so that this file checks measures and round trips
alone; the engine's own run is checked elsewhere.
"""

import csv
import gzip
import json
import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.shared_data import shared

from tradewright import metrics
from tradewright.quant.performance.arrays import Floats, Integers
from tradewright.quant.performance.drawdowns import Drawdowns, drawdown_episodes
from tradewright.quant.performance.returns import growth_over
from tradewright.quant.performance.round_trips import Fills, RoundTrips, round_trips

pytestmark = pytest.mark.oracle

FIRST_BAR = 29
"""The slow average is first known here; buy and hold and beta start from it."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    session: Integers
    close: Floats
    equity: Floats
    trips: RoundTrips


@cache
def run() -> Run:
    with gzip.open(shared("oracles/backtest_backtestingpy/GOOG.csv.gz"), "rt") as file:
        rows = list(csv.reader(file))[1:]
    session = np.array([(date.fromisoformat(row[0]) - date(1970, 1, 1)).days for row in rows], dtype=np.int64)
    opens, close = np.array([[float(row[1]), float(row[4])] for row in rows]).T
    fast, slow = average(close, 10), average(close, 30)
    before, now = np.sign(fast - slow)[:-1], np.sign(fast - slow)[1:]
    wanted = np.append(0.0, np.where((before * now < 0) & (np.arange(1, len(close)) > FIRST_BAR), now, 0.0))
    wanted[-2:] = [-2.0, 0.0]  # the last bar closes what is open, whatever the averages say
    cash, held, fills, equity = 10_000.0, 0.0, [], np.full(len(close), 10_000.0)
    for bar in range(1, len(close)):
        price, direction = opens[bar], wanted[bar - 1]
        if direction:
            for quantity in (-held, math.copysign(cash_after(cash, held, price) * 0.9999 // price, direction)):
                if quantity and not (direction == -2.0 and held == 0.0):
                    fills.append((bar, quantity, price))
                    cash, held = cash - quantity * price, held + quantity
        equity[bar] = cash + held * close[bar]
    count = len(fills)
    bars, quantities, prices = (np.array(column) for column in zip(*fills, strict=True))
    columns = Fills(
        instrument=np.zeros(count, dtype=np.int64),
        quantity=quantities.astype(float),
        price=prices,
        fee=np.zeros(count),
        multiplier=np.ones(count),
        bar=bars,
        reason=np.zeros(count, dtype=np.int64),
    )
    return Run(session, close, equity, round_trips(columns, marks=close[-1:], last_bar=len(close) - 1))


def cash_after(cash: float, held: float, price: float) -> float:
    return cash + held * price


def average(values: Floats, window: int) -> Floats:
    found = np.full(len(values), np.nan)
    found[window - 1 :] = np.lib.stride_tricks.sliding_window_view(values, window).mean(axis=1)
    return found


@cache
def expected() -> dict[str, Any]:
    return dict(json.loads(shared("oracles/backtest_backtestingpy/expected.json").read_text())["expected"])


def day_returns() -> Floats:
    """From the second bar on: the first has no return, neither as an observation nor as a period."""
    return metrics.simple_returns(run().equity)


def episodes() -> Drawdowns:
    return drawdown_episodes(run().equity, run().session)


def total() -> float:
    return float(run().equity[-1] / run().equity[0] - 1.0)


def whole_days(text: str) -> int:
    return int(text.split(maxsplit=1)[0])


def beta_of_logs() -> float:
    logs = [np.diff(np.log(values)) for values in (run().equity, run().close)]
    return metrics.beta(*logs)


def statistics() -> dict[str, float]:
    trips, daily, found = run().trips, day_returns(), episodes()
    span = run().session[trips.exit_bar] - run().session[trips.entry_bar]
    years = (run().session[-1] - run().session[0]) / 365.25
    buy_and_hold = run().close[-1] / run().close[FIRST_BAR] - 1.0
    annual = metrics.annual_return(daily)
    return {
        "# Trades": float(len(trips)),
        "Avg. Drawdown Duration": math.ceil(np.mean(found.length_days)),
        "Avg. Drawdown [%]": 100.0 * float(np.mean(found.depth)),
        "Avg. Trade Duration": math.ceil(np.mean(span)),
        "Avg. Trade [%]": 100.0 * metrics.geometric_mean(trips.returns),
        "Best Trade [%]": 100.0 * metrics.best_return(trips.returns),
        "Buy & Hold Return [%]": 100.0 * buy_and_hold,
        "Calmar Ratio": annual / -float(found.depth.min()),
        "Duration": float(run().session[-1] - run().session[0]),
        "Equity Final [$]": float(run().equity[-1]),
        "Equity Peak [$]": float(run().equity.max()),
        "Expectancy [%]": 100.0 * metrics.expectancy(trips.returns),
        "Exposure Time [%]": 100.0 * metrics.time_in_market(trips.entry_bar, trips.exit_bar, bars=len(run().equity)),
        "Max. Drawdown Duration": float(found.length_days.max()),
        "Max. Drawdown [%]": 100.0 * metrics.max_drawdown(daily),
        "Max. Trade Duration": float(span.max()),
        "Profit Factor": metrics.profit_factor(trips.returns),
        "Return (Ann.) [%]": 100.0 * annual,
        "Return [%]": 100.0 * total(),
        "Volatility (Ann.) [%]": 100.0 * metrics.volatility(daily, compounded=True),
        "CAGR [%]": 100.0 * growth_over(total(), 1, periods_per_year=1.0 / years),
        "SQN": metrics.system_quality_number(trips.pnl),
        "Kelly Criterion": metrics.kelly_criterion(trips.pnl),
        "Sharpe Ratio": metrics.sharpe(daily, compounded=True),
        "Sortino Ratio": metrics.sortino(daily, compounded=True),
        "Win Rate [%]": 100.0 * metrics.win_rate(trips.pnl),
        "Worst Trade [%]": 100.0 * metrics.worst_return(trips.returns),
        "Alpha [%]": 100.0 * metrics.jensen_alpha(total(), buy_and_hold, beta=beta_of_logs()),
        "Beta": beta_of_logs(),
    }


def test_all_statistics_agree_with_backtestingpy() -> None:
    ours = statistics()
    theirs: dict[str, Any] = {
        name: whole_days(value) if "days" in str(value) else value for name, value in expected().items()
    }
    start, end = (str(run().session[row].astype("datetime64[D]")) for row in (0, -1))
    assert (theirs.pop("Start")[:10], theirs.pop("End")[:10]) == (start, end)
    assert set(theirs) == set(ours)
    for name, value in ours.items():
        assert value == pytest.approx(theirs[name], rel=1e-9), name


def test_its_drawdown_is_both_the_deepest_and_its_own_longest() -> None:
    found = episodes()
    assert found.deepest(1).length_days[0] == found.length_days.max()
