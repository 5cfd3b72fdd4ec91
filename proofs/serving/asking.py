"""Callers of a platform who do not give up: each wish has a key of its own and is sent until it is answered."""

import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

import httpx2

from proofs.serving.house import SYMBOL, House

TRIES_FOR_S = 150.0
"""A wish whose process died in the middle is at work for a minute, for all that others know."""
LOOKED_AT = ("/api/watchlists", "/api/backtests", "/api/data/latest/AAPL.XNAS", "/api/risk/limits", "/api/orders",
             "/api/jobs", "/api/auth/keys", "/status")  # fmt: skip
MAY_ASK_AGAIN = {409, 429, 503}


@dataclass
class Wishes:
    """What was asked for and answered, over all callers."""

    jobs: dict[str, str] = field(default_factory=dict)
    """Key of the wish -> id of its job."""
    lists: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    """From the first sending of a wish to its answer."""
    lock: Lock = field(default_factory=Lock)


@dataclass
class Caller:
    """One caller, in a thread; asks one gateway after the other."""

    house: House
    wishes: Wishes
    number: int
    leaving: Event
    _thread: Thread | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._thread = Thread(target=self._run, name=f"caller {self.number}")
        self._thread.start()

    def join(self) -> None:
        """Wait until the last wish is answered."""
        assert self._thread is not None
        self._thread.join()

    def _run(self) -> None:
        chance, count = random.Random(self.number), 0
        with httpx2.Client(timeout=90.0, trust_env=False) as client:
            while not self.leaving.is_set():
                count += 1
                name = f"c{self.number}-{count}"
                fast = 2 + (self.number * 1_000 + count) % 60
                wish = {"strategy": "moving_average", "symbols": [SYMBOL], "engine": "runtime",
                        "parameters": {"fast": fast, "slow": 70 + count % 80}}  # fmt: skip
                kind = count % 4
                if kind == 0:
                    found = self._done(client, "/api/backtests", wish, name, status=202)
                    self._keep(self.wishes.jobs.__setitem__, name, str(found.get("id")))
                elif kind == 1:
                    self._done(client, "/api/watchlists", {"name": name, "symbols": [SYMBOL]}, name, status=201)
                    self._keep(self.wishes.lists.add, name)
                elif kind == 2:
                    self._done(client, "/api/auth/keys", {"name": name, "roles": ["viewer"]}, name, status=201)
                    self._keep(self.wishes.keys.add, name)
                else:
                    self._look(client, chance.choice(LOOKED_AT))
                self.leaving.wait(0.3)

    def _keep(self, keep: object, *values: str) -> None:
        with self.wishes.lock:
            keep(*values)  # type: ignore[operator]

    def _done(
        self, client: httpx2.Client, path: str, body: Mapping[str, object], name: str, *, status: int
    ) -> dict[str, object]:
        """Sent again and again, with the same key, until it is done."""
        began, turn = time.monotonic(), self.number
        while True:
            turn += 1
            gateway = self.house.gateways[turn % len(self.house.gateways)]
            headers = {"Authorization": f"Bearer {self.house.key}", "Idempotency-Key": name}
            try:
                found = client.post(f"{gateway}{path}", json=body, headers=headers)
                told = str(found.status_code)
            except httpx2.TransportError as broken:
                found, told = None, type(broken).__name__
            with self.wishes.lock:
                self.wishes.answers[told] += 1
            if found is not None and found.status_code == status:
                with self.wishes.lock:
                    self.wishes.longest_s = max(self.wishes.longest_s, time.monotonic() - began)
                answer: dict[str, object] = found.json()
                return answer
            if found is not None and self._was_done_before(client, found, path, name):
                return {}
            if found is not None and found.status_code not in MAY_ASK_AGAIN:
                self._find(f"{name}: POST {path} was answered {found.status_code}: {found.text[:300]}")
                return {}
            if time.monotonic() - began > TRIES_FOR_S:
                self._find(f"{name}: POST {path} was not done within {TRIES_FOR_S:g} s, last {told}")
                return {}
            time.sleep(0.3)

    def _was_done_before(self, client: httpx2.Client, found: httpx2.Response, path: str, name: str) -> bool:
        """The process died after it had made the list and before it kept its answer: a minute later the name is taken,
        and that is what whoever asked wanted."""
        if path != "/api/watchlists" or found.status_code != 409:
            return False
        headers = {"Authorization": f"Bearer {self.house.key}"}
        try:
            return client.get(f"{found.url.copy_with(path=f'{path}/{name}')}", headers=headers).status_code == 200
        except httpx2.TransportError:
            return False

    def _look(self, client: httpx2.Client, path: str) -> None:
        gateway = self.house.gateways[self.number % len(self.house.gateways)]
        try:
            found = client.get(f"{gateway}{path}", headers={"Authorization": f"Bearer {self.house.key}"})
        except httpx2.TransportError as broken:
            with self.wishes.lock:
                self.wishes.answers[type(broken).__name__] += 1
            return
        with self.wishes.lock:
            self.wishes.answers[str(found.status_code)] += 1
        if found.status_code not in {200, 503}:
            self._find(f"GET {path} was answered {found.status_code}: {found.text[:300]}")

    def _find(self, what: str) -> None:
        with self.wishes.lock:
            self.wishes.findings.append(what)
