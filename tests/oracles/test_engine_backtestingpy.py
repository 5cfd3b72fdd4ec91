"""The engine's own run of SMA 10/30 on GOOG has backtesting.py's 66 trades and 31 statistics.

Its rules in ours: all of equity but a safety margin of 0.01%, whole shares, sized at the fill (next open), reversed at
each cross; what is open is closed at the open of the last bar, which here is a target of 0 on the bar before.
"""

import csv
import gzip
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.oracles import test_metrics_backtestingpy as oracle
from tests.shared_data import shared
from tests.unit.engine.engine_samples import Columns, bars_of, both

from tradewright.quant.performance.round_trips import Fills, round_trips
from tradewright.trading.bars import Bars
from tradewright.trading.sizing.allocation import EqualSlots

pytestmark = pytest.mark.oracle


def goog() -> tuple[Bars, list[int]]:
    with gzip.open(shared("oracles/backtest_backtestingpy/GOOG.csv.gz"), "rt") as file:
        rows = list(csv.reader(file))[1:]
    session = [(date.fromisoformat(row[0]) - date(1970, 1, 1)).days for row in rows]
    return bars_of([(float(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in rows]), session


def crosses(close: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    """1 or -1 where the averages cross, nothing elsewhere, flat before the last bar."""
    above = np.sign(oracle.average(close, 10) - oracle.average(close, 30))
    strength = np.full(len(close), np.nan)
    for row in range(oracle.FIRST_BAR + 1, len(close)):
        if above[row] * above[row - 1] < 0:
            strength[row] = above[row]
    strength[-2:] = (0.0, np.nan)
    return strength.tolist()


def test_our_run_has_their_trades_and_statistics(monkeypatch: pytest.MonkeyPatch) -> None:
    bars, session = goog()
    strength = crosses(bars.close)
    run = both(lambda: Columns(strength), bars, cash=10_000.0, lot=1.0, size_at="fill", allocation=EqualSlots(0.9999))
    f = run.fills
    columns = Fills(
        instrument=f.instrument, quantity=f.quantity, price=f.price, fee=f.fee, multiplier=np.ones(len(f)),
        bar=f.row, reason=f.role,
    )  # fmt: skip
    trips = round_trips(columns, marks=bars.close[-1:], last_bar=len(bars) - 1)
    ours = oracle.Run(np.array(session, np.int64), bars.close, run.equity, trips)
    monkeypatch.setattr(oracle, "run", lambda: ours)
    assert len(trips) == 66
    assert run.equity[-1] == pytest.approx(oracle.expected()["Equity Final [$]"], rel=1e-12)
    oracle.test_all_statistics_agree_with_backtestingpy()
