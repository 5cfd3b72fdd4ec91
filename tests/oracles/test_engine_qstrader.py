"""qstrader's weekly 60/40 portfolio, line by line: the ledger of cash and the final positions.

Its rules in ours: weights of 57% and 38% (60/40 of what a 5% cash buffer leaves), spoken on each Wednesday after the
close, sized there in whole shares rounded down, filled at the next open, sales before purchases, no fee.
"""

import csv
import json
from datetime import date
from functools import cache

import numpy as np
import pytest
from tests.shared_data import shared
from tests.unit.engine.engine_samples import Columns, bars_of, both

from tradewright.engine.run import Run
from tradewright.trading.strategies.strategy import Speaks

pytestmark = pytest.mark.oracle

FOLDER = "oracles/backtest_qstrader"
NAMES = ("ABC", "DEF")


class Weights(Columns):
    speaks = Speaks.WEIGHTS


def prices(name: str) -> list[dict[str, str]]:
    with shared(f"{FOLDER}/{name}.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["Open"]]


@cache
def run() -> tuple[Run, list[date]]:
    columns, days = [], [date.fromisoformat(row["Date"]) for row in prices("ABC")]
    for name in NAMES:
        rows = [(float(row["Open"]), float(row["Close"])) for row in prices(name)]
        columns.append([(first, max(first, last), min(first, last), last) for first, last in rows])
    weights = np.full((len(days), 2), np.nan)
    for row, day in enumerate(days):
        if day.weekday() == 2:
            weights[row] = (0.6 * 0.95, 0.4 * 0.95)
    return both(lambda: Weights(weights), bars_of(*columns), cash=1_000_000.0, lot=1.0), days


def ledger() -> list[dict[str, str]]:
    with shared(f"{FOLDER}/sixty_forty_history.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_ledger_agrees_line_by_line() -> None:
    finished, days = run()
    f, balance = finished.fills, 1_000_000.0
    lines = ledger()[1:]
    assert len(f) == len(lines)
    for n, line in enumerate(lines):
        quantity, price = float(f.quantity[n]), float(f.price[n])
        side, theirs, instrument, at, day = line["description"].split()
        assert (side == "LONG", float(theirs), instrument) == (quantity > 0, quantity, f"EQ:{NAMES[f.instrument[n]]}")
        assert day == days[f.row[n]].strftime("%d/%m/%Y")
        assert price == pytest.approx(float(at), abs=0.005)
        balance -= quantity * price
        assert quantity * price == pytest.approx(float(line["debit"]) - float(line["credit"]), abs=0.005)
        assert balance == pytest.approx(float(line["balance"]), abs=0.005)
    assert finished.cash[-1] == pytest.approx(balance)


def test_the_final_positions_agree() -> None:
    finished, _ = run()
    final = json.loads(shared(f"{FOLDER}/expected.json").read_text())["final"]
    for n, name in enumerate(NAMES):
        worth = finished.quantity[n] * finished.mark[-1, n]
        assert finished.quantity[n] == final[name]["quantity"]
        assert worth == pytest.approx(final[name]["market_value"], rel=1e-12)
        assert worth - finished.basis[n] == pytest.approx(final[name]["unrealised_pnl"], rel=1e-9)
        assert finished.realized[n] == pytest.approx(final[name]["realised_pnl"], rel=1e-9)
