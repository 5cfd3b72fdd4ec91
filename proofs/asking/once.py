"""Every wish comes three times at once, over real connections; the session's journal says how often it was done."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from proofs.asking.desk import SYMBOLS
from proofs.asking.served import Served, client_of, listening
from tradewright.adapters.disk.disk import RealDisk
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session import facts

TIMES: Final = 3
AT_ONCE: Final = 12
"""Wishes that are under way at a time, each of them so many times."""


@dataclass
class Once:
    """So many wishes, and what came of them."""

    wishes: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    intents: int = 0
    _orders: dict[str, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, world: Served, count: int, *, account: str = "paper") -> None:
        """Send them, then read the journal."""
        session = next(
            one["session"]
            for one in world.told("GET", "/api/sessions", params={"is_running": "true"})["items"]
            if one["account"] == account
        )
        with listening(world.serving) as address, client_of(address, world.keys["trader"], connections=64) as client:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for _ in pool.map(lambda number: self._wish(client, number, account), range(count)):
                    self.wishes += 1
            self._other_content(client, account)
        self._judge(world, session)

    def _wish(self, client: httpx2.Client, number: int, account: str) -> None:
        """The same wish from several connections at the same moment."""
        key, gate = f"once-{number}", threading.Barrier(TIMES)
        body = {"symbol": SYMBOLS[0], "side": "BUY", "quantity": str(number % 5 + 1), "account": account}

        def send() -> None:
            gate.wait(60)
            found = client.post("/api/orders", json=body, headers={"Idempotency-Key": key})
            self._note(key, found)

        threads = [threading.Thread(target=send) for _ in range(TIMES)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def _note(self, key: str, found: Any) -> None:
        told = found.json()
        with self._lock:
            code = "done" if found.status_code == 201 else str(told.get("code"))
            self.answers[code] += 1
            if code == "done":
                self._orders.setdefault(key, set()).update(told["orders"])
            elif code == "refused":
                self._orders.setdefault(key, set()).update(told["found"].split(", "))
            elif code != "conflict":
                self.findings.append(f"{key}: {found.status_code} {found.text[:300]}")

    def _other_content(self, client: httpx2.Client, account: str) -> None:
        """A key that came before is not believed with another wish."""
        body = {"symbol": SYMBOLS[0], "side": "SELL", "quantity": "999", "account": account}
        found = client.post("/api/orders", json=body, headers={"Idempotency-Key": "once-0"})
        if found.status_code != 422:
            self.findings.append(f"another wish with a key that came before: {found.status_code} {found.text[:300]}")

    def _judge(self, world: Served, session: str) -> None:
        """One intent a key, and every answer of a key names the same order."""
        folder = Path(world.serving.app.state_folder) / "paper" / "sessions" / session / "journal"
        done: Counter[str] = Counter()
        orders: dict[str, set[str]] = {}
        for record in read(RealDisk(folder), facts.catalogue()):
            fact = record.fact
            if not isinstance(fact, facts.OrderIntended | facts.OrderRefused) or not fact.key.startswith("once-"):
                continue
            if isinstance(fact, facts.OrderRefused) or fact.attempt == 1:
                done[fact.key] += 1
                orders.setdefault(fact.key, set()).add(fact.client_order_id)
        self.intents = sum(done.values())
        twice = {key: count for key, count in done.items() if count > 1}
        missing = {f"once-{number}" for number in range(self.wishes)} - set(done)
        if twice or missing:
            self.findings.append(f"not done once: {twice or sorted(missing)[:5]}")
        for key, told in self._orders.items():
            if told != orders.get(key):
                self.findings.append(f"{key}: told {told}, the journal has {orders.get(key)}")
