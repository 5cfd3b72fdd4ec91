"""The backtest of the README, recomputed from the raw bars of the store by a ledger that shares no code with ours."""

import csv
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_tools import asked, run

COMMAND = (
    "backtest run moving_average --symbol AAPL --start 2001-01-01 --end 2012-12-31"
    " --param fast=20 --param slow=50 --cash 100000 --commission-bps 10"
).split()
FEE = Fraction(10, 10_000)
CENT = 0.005


@dataclass
class Ledger:
    """Cash and whole shares of one stock, in exact fractions."""

    cash: Fraction
    shares: Fraction = Fraction(0)
    fills: list[tuple[str, str, float, float, float]] = field(default_factory=list)
    equity: list[Fraction] = field(default_factory=list)

    def trade(self, session: str, wanted: int, price: Fraction) -> None:
        """Buy or sell at `price`; what is bought shrinks to what cash and fee allow."""
        bought = min(wanted, int(self.cash / (price * (1 + FEE)))) if wanted > 0 else wanted
        fee = abs(bought) * price * FEE
        self.cash -= bought * price + fee
        self.shares += bought
        side = "BUY" if bought > 0 else "SELL"
        self.fills.append((session, side, float(abs(bought)), float(price), float(fee)))


def crossover(rows: list[dict[str, str]], actions: dict[str, list[tuple[str, Fraction]]], fill: str) -> Ledger:
    """20 over 50 on closes in today's shares; decided and sized at a close, filled at the next open or that close."""
    ledger = Ledger(Fraction(100_000))
    closes: list[Fraction] = []
    wanted, was_long = 0, False
    for row in rows:
        opens, close, session = Fraction(row["open"]), Fraction(row["close"]), row["session"]
        for kind, value in actions.get(session, []):
            if kind == "split":
                ledger.shares *= value
                wanted = int(wanted * value)
                closes = [one / value for one in closes]
            else:
                ledger.cash += ledger.shares * value
        if wanted and fill == "next-open":
            ledger.trade(session, wanted, opens)
        wanted = 0
        closes.append(close)
        is_long = len(closes) >= 50 and sum(closes[-20:]) / 20 > sum(closes[-50:]) / 50
        if is_long != was_long:
            wanted = int((ledger.cash + ledger.shares * close) / close) if is_long else -int(ledger.shares)
            if fill == "signal-close":
                ledger.trade(session, wanted, close)
        was_long = is_long
        ledger.equity.append(ledger.cash + ledger.shares * close)
    return ledger


def drawdown(equity: list[Fraction]) -> float:
    peak, deepest = equity[0], Fraction(0)
    for value in equity:
        peak = max(peak, value)
        deepest = min(deepest, value / peak - 1)
    return float(deepest)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    assert run("demo", str(folder), folder=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def rows(project: Path) -> list[dict[str, str]]:
    asked("data", "export", "AAPL", "aapl.csv", "--start", "2001-01-01", "--end", "2012-12-31", folder=project)
    with (project / "aapl.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def actions(project: Path) -> dict[str, list[tuple[str, Fraction]]]:
    asked("data", "export", "AAPL", "actions.csv", "--table", "actions", folder=project)
    found: dict[str, list[tuple[str, Fraction]]] = {}
    with (project / "actions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["session"], []).append((row["kind"].lower(), Fraction(row["value"])))
    return found


@pytest.mark.parametrize("engine", ["runtime", "kernel"])
@pytest.mark.parametrize("fill", ["next-open", "signal-close"])
def test_fills_equity_and_statistics_equal_a_ledger_in_fractions(
    project: Path, rows: list[dict[str, str]], actions: Any, fill: str, engine: str
) -> None:
    ours = asked(*COMMAND, "--fill", fill, "--engine", engine, "--no-report", folder=project)
    theirs = crossover(rows, actions, fill)
    kinds = {kind for session in actions for kind, _ in actions[session]}
    assert kinds == {"split", "dividend"}
    assert len(ours["fills"]) == len(theirs.fills) > 50
    for one, other in zip(ours["fills"], theirs.fills, strict=True):
        assert (one["session"], one["side"], one["quantity"]) == other[:3]
        assert one["price"] == other[3]
        assert abs(one["fee"] - other[4]) < CENT
    stats = ours["stats"]
    assert abs(stats["final_equity"] - float(theirs.equity[-1])) < CENT
    assert abs(stats["fees"] - sum(fee for *_, fee in theirs.fills)) < CENT
    assert stats["max_drawdown"] == pytest.approx(drawdown(theirs.equity), abs=1e-12)
    days = [float(new / old - 1) for old, new in pairwise([Fraction(100_000), *theirs.equity])]
    assert stats["best_day"] == pytest.approx(max(days), abs=1e-12)
    assert stats["worst_day"] == pytest.approx(min(days), abs=1e-12)
    assert stats["total_return"] == pytest.approx(float(theirs.equity[-1] / 100_000 - 1), abs=1e-12)
