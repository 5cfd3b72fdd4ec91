"""A project served over HTTP in this process: its doors, a key of every role, and requests that are easy to read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tradewright.adapters.passwords.argon import ArgonPasswords
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.access.messages import CreateKey, MakeFirstKey, RevokeKey
from tradewright.application.access.views import FirstKey, KeyView, NewKey
from tradewright.application.messages import Role
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving, WebTerms
from tradewright.interfaces.api.app import api_over
from tradewright.settings import Settings

HOME = "http://localhost"
PATIENT = WebTerms(per_key=1_000_000, per_address=1_000_000, orders=1_000_000, logins=1_000_000)
QUICK = ArgonPasswords(time_cost=1, memory_kib=64)


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


def serving_of(app: App, *, terms: WebTerms = PATIENT, **more: Any) -> Serving:
    """What doors are given, with passwords that are quickly checked."""
    return replace(Serving(app), given_terms=terms, passwords=QUICK, **more)


@contextmanager
def served(
    folder: Path, *, terms: WebTerms = PATIENT, settings: Settings | None = None, **more: Any
) -> Iterator[Served]:
    """A project's doors, with the admin's key and one of each other role, one that expired and one that was revoked."""
    app = App(folder, settings=settings)
    serving = serving_of(app, terms=terms, **more)
    first = app.ask(MakeFirstKey(), answer=FirstKey).made
    assert first is not None
    with TestClient(api_over(serving), base_url=HOME, raise_server_exceptions=False) as client:
        found = Served(serving, client, {"admin": first.key, "garbage": "tw_nobody." + "a" * 43})
        for role in (Role.VIEWER, Role.TRADER, Role.RISK):
            found.made(role.value, role)
        found.made("revoked", Role.ADMIN)
        app.ask(RevokeKey(found.keys["revoked"].partition(".")[0]), answer=KeyView)
        found.made("expired", Role.ADMIN, days=1)
        expired = found.keys["expired"].partition(".")[0]
        app.state.keys.expire(expired, at_ns=1)
        yield found
    app.state.close()


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


__all__ = ["HOME", "PATIENT", "QUICK", "ManualClock", "Served", "served", "serving_of"]
