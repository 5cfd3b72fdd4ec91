"""A project behind its doors: in this process or on a real port, with a key of every kind."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from tradewright.adapters.passwords.argon import ArgonPasswords
from tradewright.application.access.messages import CreateKey, MakeFirstKey, RevokeKey
from tradewright.application.access.views import FirstKey, KeyView, NewKey
from tradewright.application.messages import Role
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving, WebTerms
from tradewright.interfaces.api.app import api_over
from tradewright.settings import Settings

HOME = "http://localhost"
PATIENT = WebTerms(per_key=1_000_000, per_address=1_000_000, orders=1_000_000, logins=1_000_000)
"""Nobody is told to wait."""
QUICK = ArgonPasswords(time_cost=1, memory_kib=64)
STARTS_WITHIN_S = 60.0


@dataclass
class Served:
    """One project behind its doors."""

    serving: Serving
    client: TestClient
    keys: dict[str, str] = field(default_factory=dict)
    """Name -> key; the roles have a key of their name."""

    def ask(self, method: str, path: str, *, key: str = "admin", **more: Any) -> Any:
        """The response to a request with the key of that name (empty: none)."""
        headers = dict(more.pop("headers", {}))
        if key:
            headers.setdefault("Authorization", f"Bearer {self.keys.get(key, key)}")
        return self.client.request(method, path, headers=headers, **more)

    def told(self, method: str, path: str, *, status: int = 200, key: str = "admin", **more: Any) -> Any:
        """The JSON of an answer with this status; nothing in it is NaN."""
        found = self.ask(method, path, key=key, **more)
        assert found.status_code == status, f"{method} {path}: {found.status_code} {found.text}"
        return json.loads(found.content, parse_constant=_no_constant)

    def made(self, name: str, *roles: Role, accounts: tuple[str, ...] | None = None, days: int | None = None) -> str:
        """A key, made on the machine itself."""
        command = CreateKey(name=name, roles=roles, accounts=accounts, days=days)
        self.keys[name] = self.serving.app.ask(command, answer=NewKey).key
        return self.keys[name]


@contextmanager
def served(
    folder: Path, *, terms: WebTerms = PATIENT, settings: Settings | None = None, **more: Any
) -> Iterator[Served]:
    """A project's doors, with the admin's key and one of each other role, one that expired and one that was revoked."""
    app = App(folder, settings=settings)
    serving = replace(Serving(app), given_terms=terms, passwords=QUICK, **more)
    first = app.ask(MakeFirstKey(), answer=FirstKey).made
    assert first is not None, "the project was served before"
    with TestClient(api_over(serving), base_url=HOME, raise_server_exceptions=False) as client:
        found = Served(serving, client, {"admin": first.key, "garbage": "tw_nobody." + "a" * 43})
        for role in (Role.VIEWER, Role.TRADER, Role.RISK):
            found.made(role.value, role)
        found.made("revoked", Role.ADMIN)
        app.ask(RevokeKey(found.keys["revoked"].partition(".")[0]), answer=KeyView)
        found.made("expired", Role.ADMIN, days=1)
        app.state.keys.expire(found.keys["expired"].partition(".")[0], at_ns=1)
        yield found
    app.state.close()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def on_a_port(asgi: ASGIApp, **more: Any) -> Iterator[str]:
    """A real server in a thread, with more options of its own; its address."""
    port = free_port()
    options: dict[str, Any] = {"log_level": "warning", "server_header": False, "ws": "none"} | more
    server = uvicorn.Server(uvicorn.Config(asgi, host="127.0.0.1", port=port, **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while not server.started:
            assert thread.is_alive() and time.monotonic() < until, "the server has not started"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(STARTS_WITHIN_S)


@contextmanager
def listening(serving: Serving) -> Iterator[str]:
    """The doors on a free port of this machine; their address."""
    with on_a_port(api_over(serving), lifespan="off") as address:
        yield address


def client_of(address: str, key: str, *, connections: int = 32) -> httpx2.Client:
    """A client with a key."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, limits=limits, timeout=120.0)


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")
