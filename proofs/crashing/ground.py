"""The ground of a crash proof: a project with a little history, and trading sessions on accounts of their own.

This file decides the history (a seeded walk, so that every run has the same) and the strategy, which trades often.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tradewright.application.trading.messages import StartSession
from tradewright.application.trading.views import SessionLine
from tradewright.bootstrap.app import App, open_app
from tradewright.interfaces.python import import_data
from tradewright.ports.sessions import KeptSession

SYMBOLS = ("QQQ", "SPY")
WARM_UP_DAYS = 45
FIRST = date(2015, 1, 2)


@dataclass(frozen=True)
class Ground:
    """A project folder with bars."""

    folder: Path
    app: App

    @classmethod
    def made(cls, folder: Path, *, bars: int) -> "Ground":
        """A new one in an empty folder, with so many bars to trade."""
        folder.mkdir(parents=True, exist_ok=True)
        days = list(_weekdays(bars + WARM_UP_DAYS))
        for seed, symbol in enumerate(SYMBOLS):
            path = folder / f"{symbol}.csv"
            path.write_text("\n".join(_rows(days, seed)) + "\n", encoding="ascii")
            import_data(path, symbol=symbol, project=folder)
        return cls(folder, open_app(folder, flags={"trading.mode": "paper"}))

    def session(self, account: str) -> KeptSession:
        """A new session that nobody runs yet."""
        asked = StartSession(
            strategy="moving_average",
            symbols=SYMBOLS,
            first=list(_weekdays(WARM_UP_DAYS + 1))[-1].isoformat(),
            account=account,
            parameters={"fast": 2, "slow": 5},
            costs="Commission(bps=2)",
        )
        line = self.app.ask(asked, answer=SessionLine)
        return self.app.trading.sessions.find(line.session)

    def venue_of(self, kept: KeptSession) -> Path:
        """The folder in which the venue of a session's account keeps its book of record."""
        return self.app.trading.accounts.folder(kept.terms.account) / "venue"


def _weekdays(count: int) -> Iterator[date]:
    day = FIRST
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)


def _rows(days: list[date], seed: int) -> Iterator[str]:
    chance, close = random.Random(seed), 100.0
    yield "Date,Open,High,Low,Close,Volume"
    for day in days:
        opens = close
        close *= math.exp(chance.gauss(0.0003, 0.012))
        high, low = max(opens, close) * 1.004, min(opens, close) * 0.996
        yield f"{day.isoformat()},{opens:.2f},{high:.2f},{low:.2f},{close:.2f},5000000"
