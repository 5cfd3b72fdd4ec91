"""A project as a desk has it: prices, backtests, symbols, sessions that run, and one that has ended."""

import contextlib
import math
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from proofs.asking.served import PATIENT, Served, served
from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.messages import KeepBacktest, Market, RunBacktest
from tradewright.application.backtests.views import BacktestView
from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.application.symbols.messages import AddSymbol, AddWatchlist
from tradewright.application.trading.messages import LaunchSession, SessionList, SessionShown, StartSession
from tradewright.application.trading.views import SessionLine, SessionView
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import WebTerms
from tradewright.ports.symbols import TrackedSymbol, Watchlist

FIRST = "2015-03-02"
SYMBOLS = ("AAPL.XNAS", "MSFT.XNAS")
BARS = 500


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
    app = App(folder)
    furnish(app)
    with ended_with_its_processes(folder):
        ended = start(app, "old", last="2015-06-30", speed="max")
        for account in accounts:
            start(app, account, speed=speed)
        waits(lambda: life_of(app, ended) == "stopped", within_s=120)
        waits(lambda: has_marks(app, accounts), within_s=120)
        with served(folder, terms=terms, **more) as found:
            yield found
    app.state.close()


def furnish(app: App) -> None:
    """Prices, two backtests, symbols and lists; no session yet."""
    for symbol in SYMBOLS:
        app.ask(ImportFile(path=str(prices(app.project)), symbol=symbol), answer=ImportReport)
        app.ask(AddSymbol(symbol=symbol), answer=TrackedSymbol)
    for strategy in ("moving_average", "breakout"):
        wish = RunBacktest(strategy=strategy, market=Market(symbols=("AAPL",)))
        app.ask(KeepBacktest(app.ask(wish, answer=FinishedBacktest).view), answer=BacktestView)
    for name, symbols in (("core", ("AAPL", "MSFT")), ("old", ("MSFT",))):
        app.ask(AddWatchlist(name=name, symbols=symbols), answer=Watchlist)


def prices(folder: Path, *, seed: int = 7) -> Path:
    """A random walk on weekdays, as a file."""
    path, chance, close, lines = folder / "prices.csv", random.Random(seed), 100.0, ["Date,Open,High,Low,Close,Volume"]
    day = date(2015, 1, 1)
    while len(lines) <= BARS:
        if day.weekday() < 5:
            close *= math.exp(chance.gauss(0.0004, 0.012))
            lines.append(f"{day},{close:.4f},{close * 1.01:.4f},{close * 0.99:.4f},{close:.4f},{close * 10_000:.0f}")
        day += timedelta(days=1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def start(app: App, account: str, *, speed: str, last: str = "") -> str:
    """A session in a process of its own; slow, it runs as long as it is looked at."""
    wish = StartSession(
        strategy="moving_average",
        symbols=("AAPL",),
        first=FIRST,
        last=last,
        speed=speed,
        account=account,
        parameters={"fast": "5", "slow": "35"},
    )
    session = app.ask(wish, answer=SessionLine).session
    return app.ask(LaunchSession(session), answer=SessionLine).session


def life_of(app: App, session: str) -> str:
    """How a session stands."""
    return str(next(one.life for one in app.ask(SessionList(), answer=tuple) if one.session == session))


def has_marks(app: App, accounts: tuple[str, ...]) -> bool:
    """Every running session has seen a bar, so that an order can be judged."""
    lines = [one for one in app.ask(SessionList(is_running=True), answer=tuple) if one.account in accounts]
    shown = [app.ask(SessionShown(one.session), answer=SessionView) for one in lines]
    return len(shown) == len(accounts) and all(one.portfolio.equity is not None and one.time_ns for one in shown)


def waits(until: Callable[[], Any], *, within_s: float = 30.0) -> Any:
    """The first answer that is true."""
    end = time.monotonic() + within_s
    while not (found := until()):
        assert time.monotonic() < end, "it has not happened in time"
        time.sleep(0.1)
    return found


@contextmanager
def ended_with_its_processes(folder: Path) -> Iterator[None]:
    """Every process that was started about the folder is ended afterwards."""
    try:
        yield
    finally:
        for pattern in ("sessions/*/running", "sessions/*/guard.lock", "accounts/*/venue/venue.lock"):
            for lock in folder.glob(f".tradewright/paper/{pattern}"):
                with contextlib.suppress(ValueError, OSError):
                    process = int(lock.read_text("ascii").strip())
                    os.kill(process, signal.SIGCONT)
                    os.kill(process, signal.SIGKILL)
