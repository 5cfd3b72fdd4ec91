"""Splits and dividends from the shell: imported, beside bars, and for a file that is not imported."""

from pathlib import Path

import pytest
from tests.integration.cli_tools import asked, run

BARS = """date,open,high,low,close,volume,dividend,split
2014-06-05,645,651,644,647,100,0,1
2014-06-06,649,651,644,645,100,0,1
2014-06-09,92,94,91,93,700,0,7
2014-06-10,94,96,93,95,700,0.47,1
2014-06-11,94,96,93,94,700,0,1
"""
ACTIONS = (
    "Ex-Date,Symbol,Type,Amount\n2014-06-09,AAPL,Split,7:1\n2014-06-10,AAPL,Dividend,0.47\n2014-06-11,AAPL,Merger,1\n"
)
HOLD = """import numpy as np
import tradewright as tw

class Hold(tw.Strategy):
    def generate_signals(self, bars):
        return np.ones(len(bars))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("bars.csv", BARS), ("actions.csv", ACTIONS), ("hold.py", HOLD)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_actions_are_imported_listed_and_shown(folder: Path) -> None:
    asked("data", "import", "bars.csv", "--symbol", "AAPL.XNAS", folder=folder)
    report = asked("data", "import", "actions.csv", "--table", "actions", folder=folder)["imports"][0]
    assert (report["table"], report["added"], report["rows_rejected"]) == ("actions", 2, 1)
    assert report["rejected"] == [
        {"line": 4, "column": "kind", "value": "Merger", "reason": "is neither a split nor a cash dividend"}
    ]
    listed = asked("data", "list", "--table", "actions", folder=folder)["series"]
    assert [(one["instrument"], one["rows"]) for one in listed] == [("AAPL.XNAS", 2)]
    shown = asked("data", "show", "AAPL", "--table", "actions", folder=folder)["rows"]
    assert [(row["session"], row["kind"], row["value"]) for row in shown] == [
        ("2014-06-09", "split", 7.0),
        ("2014-06-10", "dividend", 0.47),
    ]


def test_actions_beside_bars_are_offered_and_brought_in_when_asked(folder: Path) -> None:
    plain = run("data", "import", "bars.csv", "--symbol", "AAPL.XNAS", folder=folder)
    assert "2 splits and dividends in dividend and split were not brought in: --with-actions brings" in plain.stdout
    done = run("data", "import", "bars.csv", "--symbol", "AAPL.XNAS", "--with-actions", folder=folder)
    assert "2 rows of actions" in done.stdout
    assert "not brought in" not in done.stdout


@pytest.mark.parametrize("given", ["actions.csv", "bars.csv"])
def test_a_file_is_tested_with_the_actions_that_are_given(folder: Path, given: str) -> None:
    command = ("backtest", "run", "hold.py", "--file", "bars.csv", "--symbol", "AAPL.XNAS", "--lot", "0")
    without = asked(*command, folder=folder)
    assert any("2 splits and dividends beside the prices are not used" in told for told in without["warnings"])
    told = asked(*command, "--actions", given, folder=folder)
    assert without["stats"]["total_return"] < -0.8
    assert told["stats"]["total_return"] == pytest.approx((94 + 0.47) * 7 / 649 - 1)


def test_actions_of_a_file_are_not_for_bars_of_the_store(folder: Path) -> None:
    done = run("backtest", "run", "moving_average", "--symbol", "AAPL", "--actions", "actions.csv", folder=folder)
    assert done.returncode == 2
    assert "tradewright data import actions.csv --table actions" in done.stderr


PAID = """Ex-Date,Symbol,Type,Amount,Pay Date
2014-06-09,AAPL,Split,7:1,
2014-06-10,AAPL,Dividend,0.47,2014-06-11
2014-06-11,AAPL,Dividend,0.10,2014-06-30
2014-06-06,AAPL,Dividend,0.20,2014-06-05
"""


def test_a_pay_date_is_imported_and_the_dividend_is_due_until_then(folder: Path) -> None:
    (folder / "paid.csv").write_text(PAID)
    asked("data", "import", "bars.csv", "--symbol", "AAPL.XNAS", folder=folder)
    report = asked("data", "import", "paid.csv", "--table", "actions", folder=folder)["imports"][0]
    assert report["mapping"]["paid"] == "Pay Date"
    assert [(one["value"], one["reason"]) for one in report["rejected"]] == [("2014-06-05", "is before the ex-date")]
    shown = asked("data", "show", "AAPL", "--table", "actions", folder=folder)["rows"]
    assert ("payment", "2014-06-30") in [(row["kind"], row["session"]) for row in shown]
    command = ("backtest", "run", "hold.py", "--lot", "0", "--no-report")
    stored = asked(*command, "--symbol", "AAPL", folder=folder)
    held = 100_000 / 649 * 7  # bought at the open of the second session, split seven for one
    assert stored["stats"]["dividends"] == pytest.approx(held * 0.57, rel=1e-3)
    assert stored["stats"]["due"] == pytest.approx(held * 0.10, rel=1e-3)
    file = asked(*command, "--file", "bars.csv", "--symbol", "AAPL.XNAS", "--actions", "paid.csv", folder=folder)
    assert file["stats"]["final_equity"] == stored["stats"]["final_equity"]
    assert file["stats"]["due"] == stored["stats"]["due"]


def test_without_a_pay_date_a_dividend_is_cash_on_its_ex_date(folder: Path) -> None:
    asked("data", "import", "bars.csv", "--symbol", "AAPL.XNAS", "--with-actions", folder=folder)
    told = asked("backtest", "run", "hold.py", "--symbol", "AAPL", "--lot", "0", "--no-report", folder=folder)
    assert told["stats"]["dividends"] > 0 and "due" not in told["stats"]
