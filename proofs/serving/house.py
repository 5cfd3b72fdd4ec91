"""The processes of a platform: so many instances of every service, each on a port of its own, over one project."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp
from pathlib import Path

import httpx2

from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.application.symbols.messages import AddSymbol
from tradewright.bootstrap.app import App
from tradewright.bootstrap.services import GATEWAY, SERVICES, WORKER
from tradewright.ports.symbols import TrackedSymbol

COMMAND = (sys.executable, "-P", "-c", "from tradewright.__main__ import main; main()")
STARTS_WITHIN_S = 240.0
SYMBOL = "AAPL.XNAS"
APART = frozenset({GATEWAY, WORKER})
"""Services that the gateway looks for nowhere."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()


@dataclass
class Instance:
    """One process of a service."""

    service: str
    port: int
    folder: Path
    environment: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    kills: int = 0
    first_key: str = ""

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.service}:{self.port}"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin it; what it says goes to a file."""
        out = (self.folder / f"{self.service}-{self.port}.out").open("ab")
        words = ["--project", str(self.folder), "serve", self.service, "--port", str(self.port), "--json"]
        words += ["--workers", "1"] if self.service == WORKER else []
        self.process = subprocess.Popen(
            [*COMMAND, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment,
            start_new_session=True,
        )  # fmt: skip
        out.close()

    def is_ready(self) -> bool:
        """It answers, and what it stands on is well."""
        with suppress(httpx2.TransportError):
            return httpx2.get(f"{self.address}/health/ready", timeout=10, trust_env=False).status_code == 200
        return False

    def kill(self) -> None:
        """As the machine would, without a word."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def end(self) -> None:
        """In good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@dataclass
class House:
    """All of them."""

    folder: Path
    instances: list[Instance]
    key: str = ""
    gateways: list[str] = field(default_factory=list)

    def wait_until_ready(self) -> None:
        """Every one answers; AssertionError that names those that do not."""
        until = time.monotonic() + STARTS_WITHIN_S
        while left := [one.name for one in self.instances if not one.is_ready()]:
            assert time.monotonic() < until, f"not ready: {left}"
            time.sleep(0.2)


@contextmanager
def house(folder: Path, *, each: int, database: str = "") -> Iterator[House]:
    """A platform with so many instances of each service, its first key at hand; ended whatever happens."""
    ports = {name: free_ports(each) for name in SERVICES}
    places = {name: [f"http://127.0.0.1:{port}" for port in ports[name]] for name in ports if name not in APART}
    lines = ["[services]", *(f"{name} = {json.dumps(told)}" for name, told in places.items())]
    lines += ["[api]", "requests_per_key = 1000000", "requests_per_address = 1000000"]
    (folder / "tradewright.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT_")}
    if database:
        environment["TRADEWRIGHT_DATABASE_URL"] = database
        subprocess.run([*COMMAND, "--project", str(folder), "db", "upgrade"], env=environment, check=True,
                       capture_output=True)  # fmt: skip
    market(folder, environment)
    every = [Instance(name, port, folder, environment) for name in SERVICES for port in ports[name]]
    made = House(folder, every, gateways=[one.address for one in every if one.service == GATEWAY])
    try:
        for one in every:
            one.start()
        made.wait_until_ready()
        made.key = first_key(folder)
        yield made
    finally:
        for one in every:
            one.end()


def first_key(folder: Path) -> str:
    """What a gateway has shown once."""
    for path in folder.glob(f"{GATEWAY}-*.out"):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if '"first_key": "' in line:
                return line.split('"')[3]
    raise AssertionError("no gateway has shown the first key")


def market(folder: Path, environment: Mapping[str, str], *, bars: int = 4_000) -> None:
    """A tracked symbol with bars that backtests take a moment for."""
    chance, close, day = random.Random(7), 100.0, date(2000, 1, 3)
    lines = ["Date,Open,High,Low,Close,Volume"]
    while len(lines) <= bars:
        if day.weekday() < 5:
            close *= exp(chance.gauss(0.0003, 0.012))
            lines.append(f"{day},{close:.4f},{close * 1.01:.4f},{close * 0.99:.4f},{close:.4f},{close * 10_000:.0f}")
        day += timedelta(days=1)
    path = folder / "prices.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    app = App(folder, environment=environment)
    app.ask(ImportFile(path=str(path), symbol=SYMBOL), answer=ImportReport)
    app.ask(AddSymbol(symbol=SYMBOL), answer=TrackedSymbol)
    app.state.close()
