"""A project as a desk has it, behind its doors: prices, backtests, symbols, sessions that run and one that ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.integration.cli_tools import asked, prices
from tests.integration.trading_tools import ended_with_its_processes, waits
from tests.integration.web_tools import PATIENT, Served, served

from tradewright.bootstrap.serving import WebTerms

FIRST = "2015-03-02"
QUICK = ("--param", "fast=5", "--param", "slow=35", "--from", FIRST)
SYMBOLS = ("AAPL.XNAS", "MSFT.XNAS")


def furnished(folder: Path) -> None:
    """Prices, two backtests, symbols and lists; no session yet."""
    prices(folder, bars=500)
    for symbol in SYMBOLS:
        asked("data", "import", "prices.csv", "--symbol", symbol, folder=folder)
        asked("symbols", "add", symbol, folder=folder)
    for strategy in ("moving_average", "breakout"):
        asked("backtest", "run", strategy, "--symbol", "AAPL", "--no-report", folder=folder)
    asked("watchlist", "add", "core", "AAPL,MSFT", folder=folder)
    asked("watchlist", "add", "old", "MSFT", folder=folder)


def traded(folder: Path, account: str, *more: str, speed: str = "0.05") -> str:
    """A session in the background on an account of its own; slow, so that it runs as long as the test."""
    arguments = ("--symbols", "AAPL", "--account", account, "--speed", speed, "--detach", *more)
    return str(asked("trade", "start", "moving_average", *QUICK, *arguments, folder=folder)["session"])


@contextmanager
def desk(
    folder: Path,
    *,
    accounts: tuple[str, ...] = ("paper",),
    speed: str = "0.05",
    terms: WebTerms = PATIENT,
    **more: Any,
) -> Iterator[Served]:
    """Everything, with a running session on each account, and one on `old` that has ended."""
    furnished(folder)
    with ended_with_its_processes(folder):
        ended = traded(folder, "old", "--to", "2015-06-30", speed="max")
        for account in accounts:
            traded(folder, account, speed=speed)
        waits(lambda: _life(folder, ended) == "stopped", within_s=120)
        waits(lambda: _has_marks(folder, accounts), within_s=120)
        with served(folder, terms=terms, **more) as found:
            yield found


def _life(folder: Path, session: str) -> str:
    lines = asked("trade", "list", folder=folder)["sessions"]
    return str(next(one["life"] for one in lines if one["session"] == session))


def _has_marks(folder: Path, accounts: tuple[str, ...]) -> bool:
    """Every running session has seen a bar, so that an order can be judged."""
    lines = asked("trade", "list", "--running", folder=folder)["sessions"]
    shown = (asked("trade", "show", one["session"], folder=folder) for one in lines if one["account"] in accounts)
    return all(one["portfolio"]["equity"] is not None and one["time_ns"] for one in shown)
