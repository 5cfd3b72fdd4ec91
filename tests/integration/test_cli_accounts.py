"""What accounts earn and pay without an order, from the shell: stored funding and pairs, options, what is missing."""

import json
from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run

HOLD = """import numpy as np
import tradewright as tw

class Hold(tw.Strategy):
    speaks = tw.Speaks.WEIGHTS

    def generate_signals(self, bars):
        return np.where(np.arange(len(bars)) == 0, 0.5, np.nan)
"""


def table(columns: str, *rows: str) -> str:
    return "\n".join([columns, *rows]) + "\n"


def daily(price: float, days: int = 6) -> str:
    rows = (f"2024-03-{4 + n:02},{price},{price},{price},{price},100" for n in range(days))
    return table("date,open,high,low,close,volume", *rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hold.py").write_text(HOLD)
    (tmp_path / "btc.csv").write_text(daily(50_000.0))
    (tmp_path / "eur.csv").write_text(daily(1.25, 5))
    moments = (f"2024-03-{4 + n // 3:02} {8 * (n % 3):02}:00:00,0.001,50000" for n in range(20))
    (tmp_path / "funding.csv").write_text(table("time,rate,mark_price", *moments))
    asked("data", "import", "btc.csv", "--symbol", "BTCUSD.BINANCE", folder=tmp_path)
    return tmp_path


def test_stored_funding_and_interest_are_carried_when_asked_for(folder: Path) -> None:
    asked("data", "import", "funding.csv", "--table", "funding", "--symbol", "BTCUSD.BINANCE", folder=folder)
    words = ("backtest", "run", "hold.py", "--symbol", "BTCUSD", "--lot", "0", "--no-report")
    plain = asked(*words, folder=folder)
    told = asked(*words, "--funding", "--interest", "0.036", folder=folder)
    assert "funding" not in plain["stats"] and plain["run_id"] != told["run_id"]
    # one Bitcoin from the open of the second bar on: 14 moments lie after it and before the last close
    assert told["stats"]["funding"] == pytest.approx(-14 * 50_000 * 0.001, rel=1e-3)
    assert told["stats"]["interest"] == pytest.approx(10 + 4 * 5, rel=1e-1)
    assert told["assumptions"]["interest"] == 0.036 and set(told["assumptions"]["funding"]) == {"BTCUSD.BINANCE"}
    again = run("backtest", "show", told["run_id"], "--verify", folder=folder)
    assert again.returncode == 0, again.stdout + again.stderr


def test_an_account_in_euros_takes_the_pair_from_the_store(folder: Path) -> None:
    words = ("backtest", "run", "hold.py", "--symbol", "BTCUSD", "--lot", "0", "--no-report", "--currency", "eur")
    missing = run(*words, folder=folder)
    assert missing.returncode != 0 and "there is no rate from USD" in missing.stderr + missing.stdout
    (folder / "early.csv").write_text(table("date,open,high,low,close,volume", "2024-03-01,1.25,1.25,1.25,1.25,1"))
    for name in ("early.csv", "eur.csv"):
        asked("data", "import", name, "--symbol", "EURUSD.FX", "--source", "bank", folder=folder)
    told = asked(*words, folder=folder)
    assert told["currency"] == "EUR"
    assert told["stats"]["final_equity"] == pytest.approx(100_000)
    assert json.dumps(told["assumptions"]["pairs"])


def test_a_rate_that_is_a_percentage_is_refused_with_what_is_expected(folder: Path) -> None:
    told = run("backtest", "run", "hold.py", "--symbol", "BTCUSD", "--interest", "36", "--no-report", folder=folder)
    assert told.returncode != 0 and "a year's rate as a fraction" in told.stderr + told.stdout


def test_the_summary_shows_what_was_carried_and_only_that(folder: Path) -> None:
    words = ("backtest", "run", "hold.py", "--symbol", "BTCUSD", "--lot", "0", "--no-report")
    assert "Interest" not in run(*words, folder=folder).stdout
    told = run(*words, "--interest", "0.036", folder=folder).stdout
    assert "Interest" in told and "Funding" not in told
