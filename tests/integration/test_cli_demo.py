"""The demo as a newcomer meets it: twice, so that the second time is seen to store nothing new."""

from pathlib import Path

from tests.integration.cli_tools import asked, run


def test_the_demo_leads_from_nothing_to_tear_sheets_and_can_be_repeated(tmp_path: Path) -> None:
    told = run("demo", folder=tmp_path)
    assert told.returncode == 0, told.stderr
    for words in ("12,154 bars new", "AAPL.XNAS", "MovingAverage(fast=20", "MomentumRotation(", "What to try next"):
        assert words in told.stdout
    again = asked("demo", folder=tmp_path)
    assert (again["bars"], again["splits"], again["dividends"]) == (12_154, 3, 92)
    assert all(one["errors"] == 0 for one in again["quality"])
    crossover, rotation = again["backtests"]
    assert (crossover["symbols"], len(rotation["symbols"])) == (["AAPL.XNAS"], 5)
    assert crossover["benchmark"] == "AAPL.XNAS"
    for backtest in again["backtests"]:
        assert backtest["run_id"] in told.stdout
        assert Path(backtest["report"]).stat().st_size > 50_000
        assert all(Path(chart).stat().st_size > 50_000 for chart in backtest["charts"])
    status = asked("status", folder=tmp_path / "tradewright-demo")
    assert (status["bars"], status["backtests"]) == (12_154, 2)


def test_the_demo_goes_where_the_environment_says(tmp_path: Path) -> None:
    told = run("demo", folder=tmp_path, TRADEWRIGHT_HOME=str(tmp_path / "home"))
    assert told.returncode == 0, told.stderr
    assert list((tmp_path / "home" / "reports").glob("*.html"))
    assert not (tmp_path / "tradewright-demo").exists()


def test_the_demo_leaves_no_blanks_at_the_ends_of_lines(tmp_path: Path) -> None:
    shown = run("demo", folder=tmp_path).stdout.splitlines()
    assert not [line for line in shown if line != line.rstrip()]
