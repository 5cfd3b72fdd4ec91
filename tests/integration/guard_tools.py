"""Sessions with their guards, seen from outside, for tests that freeze and kill processes."""

import json
import os
import signal
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.integration.cli_tools import asked
from tests.integration.trading_tools import process_of, sent, started, waits


class Seen:
    """One session of a project, its processes and what its guard wrote."""

    def __init__(self, folder: Path, account: str, *more: str) -> None:
        self.folder, self.account = folder, account
        self.session = started(folder, account, *more)
        self.place = folder / ".tradewright" / "paper" / "sessions" / self.session
        waits(lambda: self.show()["vitals"]["is_green"])

    def ask(self, *arguments: str) -> dict[str, Any]:
        return asked(*arguments, "--session", self.session, folder=self.folder)

    def show(self) -> dict[str, Any]:
        return asked("trade", "show", self.session, folder=self.folder)

    def log(self) -> str:
        """What its processes have said."""
        return (self.place / "trader.log").read_text("utf-8")

    def until_active(self) -> None:
        """Wait until new risk is allowed."""
        waits(lambda: self.ask("risk", "show")["state"] == "active")

    def components(self) -> dict[str, str]:
        """Problems by component; empty while it is well."""
        return {one["component"]: one["problem"] for one in self.show()["vitals"]["components"]}

    @property
    def process(self) -> int:
        return process_of(self.folder, self.session)

    @property
    def guard(self) -> int:
        return int((self.place / "guard.lock").read_text("ascii"))

    @property
    def venue(self) -> int:
        lock = self.folder / ".tradewright" / "paper" / "accounts" / self.account / "venue" / "venue.lock"
        return int(lock.read_text("ascii"))

    def notes(self) -> list[dict[str, Any]]:
        path = self.place / "guard.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def noted(self, code: str) -> dict[str, Any]:
        """The first note of that code, once it is there."""
        found = waits(lambda: [one for one in self.notes() if one["code"] == code])
        note: dict[str, Any] = found[0]
        return note

    def entry(self) -> str:
        """An order far below the market, which works."""
        size = self.ask("risk", "size", "SPY", "--method", "fixed_quantity=5")
        limit = str(round(Decimal(size["entry"]) * Decimal("0.9"), 2))
        return self.send("BUY", "5", "SPY", "--limit", limit, "--time-in-force", "gtc", lives=("working",))

    def send(self, *terms: str, lives: tuple[str, ...]) -> str:
        """An order of that life."""
        return sent(*terms, folder=self.folder, session=self.session, lives=lives)

    def working(self) -> list[str]:
        return [one["order"] for one in self.ask("trade", "orders", "--open", "--state", "working")["orders"]]

    def signal(self, number: int, process: int | None = None) -> None:
        os.kill(process or self.process, number)

    def stop(self) -> None:
        os.kill(self.process, signal.SIGCONT)
        asked("trade", "stop", self.session, folder=self.folder)
