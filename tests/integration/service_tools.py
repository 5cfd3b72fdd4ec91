"""A platform taken apart: each service on a port of its own, in threads of this process, over one project."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
from proofs.asking.served import PATIENT, QUICK, on_a_port

from tradewright.application.access.messages import CreateKey, MakeFirstKey
from tradewright.application.access.views import FirstKey, NewKey
from tradewright.application.messages import Role
from tradewright.bootstrap.app import App
from tradewright.bootstrap.services import GATEWAY, SERVICES, addresses, service_of
from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.app import api_over
from tradewright.interfaces.gateway.app import asks_of, gateway_over
from tradewright.interfaces.gateway.forwarding import Forwarding
from tradewright.settings import Settings

APART = tuple(name for name in addresses(Settings()))


@dataclass
class Apart:
    """The doors of a platform that is taken apart, and of one process that is all of it."""

    folder: Path
    gateway: str
    whole: str
    places: Mapping[str, str]
    keys: Mapping[str, str]
    client: httpx2.Client

    def ask(self, method: str, path: str, *, at: str = "", key: str = "admin", **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.keys.get(key, key)}"} if key else {}
        headers |= more.pop("headers", {})
        return self.client.request(method, f"{at or self.gateway}{path}", headers=headers, **more)


def serving_of(folder: Path) -> Serving:
    return replace(Serving(App(folder)), given_terms=PATIENT, passwords=QUICK)


@contextmanager
def gateway_to(folder: Path, places: Mapping[str, tuple[str, ...]], *, silence_s: float = 60.0) -> Iterator[str]:
    """A gateway over a project, with services anywhere; its address."""
    serving = serving_of(folder)
    serving.app.health.service = GATEWAY
    everywhere = {name: places.get(name, ("http://127.0.0.1:1",)) for name in APART}
    with on_a_port(gateway_over(serving, Forwarding(serving, everywhere, silence_s))) as address:
        yield address
    serving.app.state.close()


@contextmanager
def apart(folder: Path) -> Iterator[Apart]:
    """Every service, the gateway, and one process that is all."""
    app = App(folder)
    first = app.ask(MakeFirstKey(), answer=FirstKey).made
    assert first is not None
    keys = {"admin": first.key}
    for role in (Role.VIEWER, Role.TRADER):
        keys[role.value] = app.ask(CreateKey(name=role.value, roles=(role,)), answer=NewKey).key
    with ExitStack() as stack:
        stack.callback(app.state.close)
        places = {}
        for name in APART:
            serving = serving_of(folder)
            serving.app.health.service = name
            stack.callback(serving.app.state.close)
            places[name] = stack.enter_context(on_a_port(api_over(serving, asks=asks_of(SERVICES[name]))))
        gateway = stack.enter_context(gateway_to(folder, {name: (place,) for name, place in places.items()}))
        every = serving_of(folder)
        stack.callback(every.app.state.close)
        whole = stack.enter_context(on_a_port(api_over(every)))
        client = stack.enter_context(httpx2.Client(timeout=120.0, trust_env=False))
        yield Apart(folder, gateway, whole, places, keys, client)


def place_of(world: Apart, group: str) -> str:
    """Where a group of routes is answered."""
    return world.places.get(service_of(group).name, world.gateway)
