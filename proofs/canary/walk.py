"""A run that uses everything as a user does, and abuses it as a clumsy one: commands, requests, sessions, failures.

This file decides what is done; whatever is answered is kept as an output. A secret that is shown once by design (a new
key, the token of a login) is taken out of that one answer, and looked for in every other.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from proofs.asking.desk import ended_with_its_processes, prices
from proofs.canary.planting import Planted

COMMAND: Final = (sys.executable, "-m", "tradewright")
WITHIN_S: Final = 120.0
NOSY: Final = '''
import os
import tradewright as tw

class Nosy(tw.Strategy):
    """Prints its surroundings, and fails with them."""

    def on_bar(self, context, bar):
        print(dict(os.environ))
        raise RuntimeError(str(dict(os.environ)))
'''
SHELL: Final = (
    "doctor --json", "check-config", "status", "logs --json", "backtest run moving_average --symbol AAPL --json",
    "backtest run ./nowhere.py --symbol AAPL --traceback", "backtest report latest -o sheet.html",
    "backtest list --json", "broker list --json", "broker test alpaca --traceback", "broker connect alpaca --json",
    "db status --json",
    "keys list --json", "jobs queue --json", "risk limits --json", "trade start moving_average --broker alpaca",
    "trade orders --json", "trade journal --json", "risk show --json", "db backup all.tar --json",
)  # fmt: skip
"""What is typed while a session runs."""


@dataclass(slots=True)
class Walk:
    """One run over one project."""

    planted: Planted
    outputs: list[tuple[str, bytes]] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    """What was seen to work, so that an empty run proves nothing."""

    def whole(self) -> None:
        """Everything, in its order."""
        folder = self.planted.folder
        prices(folder)
        (folder / "nosy.py").write_text(NOSY, encoding="utf-8")
        self.shell("data", "import", "prices.csv", "--symbol", "AAPL.XNAS", "--json")
        self.broken()
        with ended_with_its_processes(folder), self.platform() as desk:
            self.sessions(desk)
            self.asked(desk)
            for line in SHELL:
                self.shell(*line.split())
            self.killed()
        self.shell("logs", "--limit", "5000")

    def shell(self, *words: str, stdin: str = "", **environment: str) -> str:
        """One command; its standard output."""
        done = subprocess.run(
            [*COMMAND, *words],
            cwd=self.planted.folder,
            env=self.environment(environment),
            input=stdin.encode(),
            capture_output=True,
            check=False,
            timeout=WITHIN_S,
        )
        self.outputs += [(f"stdout of {' '.join(words)}", done.stdout), (f"stderr of {' '.join(words)}", done.stderr)]
        self.stories.append(f"{' '.join(words[:2])}: {done.returncode}")
        return done.stdout.decode()

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Of every process of the run."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT")}
        return plain | dict(self.planted.environment) | dict(more)

    def broken(self) -> None:
        """Settings that cannot be used, with secrets in them; a database that is not there."""
        secret = self.planted.value("secret of another program in the environment")
        lost = dict(self.planted.broken_database)
        for words in (("doctor",), ("keys", "list", "--traceback"), ("db", "status"), ("jobs", "queue"), ("up",)):
            self.shell(*words, **lost)
        self.shell("doctor", TRADEWRIGHT_NO_SUCH_SETTING=secret)
        self.shell("status", TRADEWRIGHT_BROKERS_ALPACA_SECRET=secret, TRADEWRIGHT_LOG_LEVEL="loud")
        self.shell("doctor", "--json", **{**lost, "TRADEWRIGHT_DATABASE_PATH": "also.sqlite"})

    @contextlib.contextmanager
    def platform(self) -> Iterator["Desk"]:
        """The platform, once it answers."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        errors = self.planted.folder / "up.err"
        with errors.open("wb") as file:
            process = subprocess.Popen(
                [*COMMAND, "up", "--port", str(port), "--workers", "1", "--json"],
                cwd=self.planted.folder,
                env=self.environment({}),
                stdout=subprocess.PIPE,
                stderr=file,
            )
            try:
                desk = self._desk(process)
                yield desk
                process.send_signal(signal.SIGTERM)
                out, _ = process.communicate(timeout=WITHIN_S)
                self.outputs.append(("stdout of up", out))
            finally:
                process.kill()
                process.wait()

    def _desk(self, process: "subprocess.Popen[bytes]") -> "Desk":
        assert process.stdout is not None
        said, told = b"", None
        while told is None:
            line = process.stdout.readline()
            assert line, said
            said += line
            with contextlib.suppress(ValueError):
                told = json.loads(said)
        self.shown_once("key of the admin", told["first_key"], said, where="first words of up")
        desk = Desk(told["url"], told["first_key"], self)
        desk.waits(lambda: desk.client.get("/health").status_code == 200)
        return desk

    def shown_once(self, place: str, secret: str, answer: bytes, *, where: str) -> None:
        """A secret was made, and this answer alone may show it."""
        self.planted.found(place, secret)
        self.outputs.append((where, answer.replace(secret.encode(), b"(shown once)", 1)))

    def sessions(self, desk: "Desk") -> None:
        """One session that trades, and one with a strategy that tells all that it can see."""
        trade = ("--symbols", "AAPL", "--from", "2015-03-02", "--detach", "--json")
        self.shell("trade", "start", "moving_average", *trade, "--account", "paper", "--speed", "1")
        self.shell("trade", "start", "./nosy.py", *trade, "--account", "nosy", "--speed", "1")
        assert "AAPL" in self.shell("trade", "list", "--json") or desk, "no session runs"

    def asked(self, desk: "Desk") -> None:
        """Requests that are right, wrong and hostile."""
        password = self.planted.value("password of a person")
        self.shell("keys", "person", "ada", "--role", "trader", stdin=f"{password}\n")
        made = self.shell_once("key of a trader", "keys", "create", "desk", "--role", "trader", "--json")
        login = desk.client.post("/api/auth/login", json={"name": "ada", "password": password})
        token = next((one for one in _texts(login.json()) if one.startswith("tw_") and "." in one), "")
        self.stories.append(f"login: {login.status_code}")
        self.shown_once("token of a login", token, login.content, where="answer to a login")
        for key in (made, token):
            desk.ask("GET", "/api/auth/me", key=key)
        desk.ask("POST", "/api/auth/login", json={"name": "ada", "password": f"{password}x"})
        desk.ask("POST", "/api/auth/login", json={"name": password, "password": made})
        desk.ask("GET", "/openapi.json")
        order = {"symbol": "AAPL", "side": "BUY", "quantity": "1", "account": "paper"}
        desk.ask("POST", "/api/orders", json=order, headers={"Idempotency-Key": "canary"})
        wish = {"strategy": "moving_average", "symbols": ["AAPL"]}
        desk.ask("POST", "/api/backtests", json=wish)
        desk.ask("POST", "/api/backtests", json=wish | {"symbols": ["NOBODY"]})
        desk.ask("GET", f"/api/backtests/{made.partition('.')[2][:20]}", is_echo=True)
        desk.ask("GET", "/api/orders", params={"api_key": made, "token": token}, is_echo=True)
        desk.ask("POST", "/api/orders", json=order | {"password": password}, is_echo=True)
        desk.ask("GET", "/api/orders", headers={"Authorization": f"Basic {made}"}, key="")
        desk.ask("GET", "/api/orders", headers={"X-API-Key": f"{made}x"}, key="")
        desk.ask("GET", "/api/orders", headers={"X-Correlation-Id": f"{made}!"})
        for path in ("/api/audit", "/api/auth/keys", "/api/auth/people", "/api/sessions", "/api/positions", "/metrics",
                     "/status", "/health", "/api/risk/limits", "/api/jobs", "/api/schedules"):  # fmt: skip
            desk.ask("GET", path)
        desk.waits(lambda: b'"queued"' not in desk.ask("GET", "/api/backtests").content)

    def shell_once(self, place: str, *words: str) -> str:
        """A command whose answer shows a new key."""
        before = len(self.outputs)
        told = self.shell(*words)
        secret = next(one for one in _texts(json.loads(told)) if one.startswith("tw_") and "." in one)
        del self.outputs[before]
        self.shown_once(place, secret, told.encode(), where=f"stdout of {' '.join(words)}")
        return str(secret)

    def killed(self) -> None:
        """Processes that die of signals that leave a trace."""
        folder = self.planted.folder
        for process in self.processes():
            place = Path(f"/proc/{process}")
            with contextlib.suppress(OSError):
                self.outputs.append((f"command line of process {process}", (place / "cmdline").read_bytes()))
                if b"strategy_worker" in (place / "cmdline").read_bytes():
                    self.outputs.append((f"environment of strategy {process}", (place / "environ").read_bytes()))
                    self.stories.append("strategy's environment: read")
        for lock in folder.glob(".tradewright/paper/sessions/*/running"):
            with contextlib.suppress(ValueError, OSError):
                os.kill(int(lock.read_text("ascii").strip()), signal.SIGABRT)
                self.stories.append("a trader: aborted")

    def processes(self) -> list[int]:
        """Those that speak of the project in their command line."""
        mark, found = str(self.planted.folder).encode(), []
        for place in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                line = (place / "cmdline").read_bytes() if place.name.isdigit() else b""
                if mark in line or (b"strategy_worker" in line and _is_of(place, mark)):
                    found.append(int(place.name))
        return found


@dataclass(slots=True)
class Desk:
    """The doors of the platform."""

    url: str
    key: str
    walk: Walk

    @property
    def client(self) -> httpx2.Client:
        """Without a key."""
        return httpx2.Client(base_url=self.url, trust_env=False, timeout=WITHIN_S)

    def ask(self, method: str, path: str, *, key: str | None = None, is_echo: bool = False, **more: Any) -> Any:
        """One request; its answer is an output, but where it tells the asker what they have just said themselves."""
        headers = dict(more.pop("headers", {}))
        if key != "":
            headers.setdefault("Authorization", f"Bearer {key or self.key}")
        found = self.client.request(method, path, headers=headers, **more)
        told = b"" if is_echo else found.content + repr(dict(found.headers)).encode()
        self.walk.outputs.append((f"answer to {method} {path.partition('?')[0][:30]}", told))
        self.walk.stories.append(f"{method} {path[:20]}: {found.status_code}")
        return found

    def waits(self, until: Callable[[], bool]) -> None:
        """Until it is so, or for two minutes."""
        end = time.monotonic() + WITHIN_S
        while time.monotonic() < end:
            with contextlib.suppress(httpx2.TransportError):
                if until():
                    return
            time.sleep(0.2)
        raise AssertionError("it has not happened in time")


def _texts(value: object) -> Iterator[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _is_of(place: Path, mark: bytes) -> bool:
    """Whether a strategy's process works in the project."""
    with contextlib.suppress(OSError):
        return mark in bytes((place / "cwd").readlink()) or mark in (place / "maps").read_bytes()
    return False
