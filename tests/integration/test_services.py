"""A platform taken apart answers as one process does: each route on one service, all of them through the gateway."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets
from proofs.asking.served import on_a_port
from starlette.types import Receive, Scope, Send
from tests.integration.service_tools import APART, Apart, apart, gateway_to, place_of, serving_of

from tradewright.application.access.messages import CreateKey
from tradewright.application.access.views import NewKey
from tradewright.application.messages import Role
from tradewright.bootstrap.services import EVERYWHERE, SERVICES, service_named, service_of
from tradewright.domain.errors import InputError
from tradewright.interfaces.api.app import ASKS, api_over
from tradewright.interfaces.gateway.app import asks_of, web_over
from tradewright.interfaces.gateway.forwarding import Forwarding
from tradewright.interfaces.stream.protocol import server_options
from tradewright.settings import Settings, SettingsError, load

CHANGES = {
    "correlation_id",
    "started",
    "uptime_s",
    "checked",
    "since",
    "load",
    "memory_available",
    "disk_free",
    "service",
}
"""Fields that differ between two answers to the same question."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart(tmp_path_factory.mktemp("apart")) as found:
        yield found


def settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: settled(one) for name, one in value.items() if name not in CHANGES}
    return [settled(one) for one in value] if isinstance(value, list) else value


def told(response: httpx2.Response) -> tuple[int, Any]:
    kind = response.headers.get("content-type", "")
    return response.status_code, settled(json.loads(response.content)) if "json" in kind else response.content


def test_every_route_is_on_exactly_one_service() -> None:
    shared = [one for one in ASKS if one.group == EVERYWHERE]
    assert {one.path for one in shared} == {"/status"}
    for ask in ASKS:
        found = [name for name, service in SERVICES.items() if ask in asks_of(service)]
        assert found == list(SERVICES) if ask in shared else found == [service_of(ask.group).name], ask.path
    with pytest.raises(LookupError):
        service_of("nobody's")
    with pytest.raises(InputError, match="no service dta"):
        service_named("dta")


def test_every_route_gives_the_same_answer_through_the_gateway(world: Apart) -> None:
    for ask in ASKS:
        path = ask.full_path
        for name, value in ask.example.path.items():
            path = path.replace(f"{{{name}}}", value)
        path = re.sub(r"\{\w+\}", "x", path)
        if ask.method == "GET":
            more: dict[str, Any] = {"params": dict(ask.example.query)}
            through, whole = (world.ask("GET", path, at=at, **more) for at in (world.gateway, world.whole))
            if ask.group != EVERYWHERE:
                assert told(through) == told(whole), path
            apart = world.ask("GET", path, at=place_of(world, ask.group), **more) if ask.group != EVERYWHERE else whole
            assert apart.status_code == whole.status_code, path
        for key in ("", "tw_nobody.wrong"):
            through, whole = (world.ask(ask.method, path, at=at, key=key) for at in (world.gateway, world.whole))
            assert told(through) == told(whole), f"{ask.method} {path}"


def test_a_service_answers_its_own_routes_alone(world: Apart) -> None:
    for ask in ASKS:
        for name in APART:
            if ask.group not in {EVERYWHERE, *SERVICES[name].groups}:
                path = re.sub(r"\{\w+\}", "x", ask.full_path)
                assert world.ask(ask.method, path, at=world.places[name]).status_code in {404, 405}, f"{name} {path}"


def test_the_gateway_shows_all_routes_and_each_service_its_own(world: Apart) -> None:
    documents = [world.ask("GET", "/openapi.json", at=at).json() for at in (world.gateway, world.whole)]
    assert documents[0] == documents[1]
    for name, place in world.places.items():
        paths = world.ask("GET", "/openapi.json", at=place).json()["paths"]
        assert {one.full_path for one in asks_of(SERVICES[name])} <= set(paths) <= set(documents[0]["paths"])
        assert world.ask("GET", "/docs", at=place, key="").status_code == 200
        assert world.ask("GET", "/health/ready", at=place, key="").json() == {"status": "ok"}
        assert f'service="{name}"' in world.ask("GET", "/metrics", at=place).text
        assert world.ask("GET", "/status", at=place).json()["service"] == name


def test_what_is_written_through_one_door_is_there_through_the_other(world: Apart) -> None:
    wish: dict[str, Any] = {"headers": {"Idempotency-Key": "once"}, "json": {"symbol": "AAPL.XNAS"}}
    made = world.ask("POST", "/api/symbols", key="trader", **wish)
    assert made.status_code == 201
    assert told(world.ask("POST", "/api/symbols", at=world.whole, key="trader", **wish)) == told(made)
    assert world.ask("GET", "/api/symbols/AAPL.XNAS", at=world.whole).json()["instrument"] == "AAPL.XNAS"
    again = world.ask("GET", "/api/symbols", headers={"If-None-Match": "*"})
    assert (again.status_code, again.content) == (304, b"")
    assert world.ask("POST", "/api/symbols", key="viewer", **wish).status_code == 403


def test_a_file_passes_whole_and_one_too_large_does_not(world: Apart) -> None:
    lines = (f"{day}T{hour:02}:{minute:02}:00Z,100,101,99,100.5,1000" for day in
             (f"2020-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 28))
             for hour in range(8) for minute in range(0, 60, 2))  # fmt: skip
    content = "Date,Open,High,Low,Close,Volume\n" + "\n".join(lines)
    assert 2_000_000 < len(content) < 5_000_000
    more: dict[str, Any] = {
        "files": {"file": ("bars.csv", content)},
        "data": {"symbol": "BIG.BINANCE", "timeframe": "2m"},
    }
    found = world.ask("POST", "/api/data/import", **more)
    whole = world.ask("POST", "/api/data/import", at=world.whole, **more)
    assert found.status_code == whole.status_code, found.text
    huge: dict[str, Any] = {"files": {"file": ("bars.csv", content * 3)}, "data": {"symbol": "BIG.BINANCE"}}
    assert world.ask("POST", "/api/data/import", **huge).status_code == 413


def test_a_stranger_is_refused_whatever_is_sent(world: Apart) -> None:
    long = {"symbol": "A" * 900_000}
    for key, status in (("", 401), ("tw_nobody.wrong", 401), ("viewer", 403), ("admin", 422)):
        assert world.ask("POST", "/api/symbols", key=key, json=long).status_code == status


def test_names_of_callers_and_pages_are_looked_at_by_the_gateway(world: Apart) -> None:
    assert world.ask("GET", "/api/symbols", headers={"Host": "evil.example"}).json()["code"] == "wrong_host"
    assert world.ask("GET", "/api/symbols", headers={"Origin": "https://evil.example"}).json()["code"] == "wrong_origin"
    named = world.ask("GET", "/api/symbols", headers={"X-Correlation-Id": "mine-1"})
    assert named.headers["x-correlation-id"] == "mine-1"
    two = [("Authorization", f"Bearer {world.keys['admin']}"), ("X-API-Key", world.keys["viewer"])]
    assert world.client.get(f"{world.gateway}/api/symbols", headers=two).status_code == 401
    assert world.ask("GET", "/api/symbols/%FF").json()["code"] == "malformed_request"
    odd = world.ask("GET", "/api/symbols/A%2FB%3F%20C", headers={}).json()
    assert settled(odd) == settled(world.ask("GET", "/api/symbols/A%2FB%3F%20C", at=world.whole).json())


class Upstream:
    """A service that says what it is told to say."""

    def __init__(self) -> None:
        self.asked: list[dict[bytes, bytes]] = []
        self.may_go_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.asked.append(dict(scope["headers"]))
        path = scope["path"]
        if path.endswith("/slow"):
            while (await receive())["type"] != "http.disconnect":
                continue
            return
        kind = b"text/event-stream" if path.endswith("/events") else b"application/json"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        if path.endswith("/events"):
            await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
            await self.may_go_on.wait()
        else:
            self.may_go_on.set()
        await send({"type": "http.response.body", "body": b"data: 2\n\n"})


@pytest.fixture
def key(tmp_path: Path) -> str:
    app = serving_of(tmp_path).app
    found = app.ask(CreateKey(name="someone", roles=(Role.TRADER,)), answer=NewKey).key
    app.state.close()
    return found


def test_events_pass_as_they_come(tmp_path: Path, key: str) -> None:
    upstream, headers = Upstream(), {"Authorization": f"Bearer {key}"}
    with (
        on_a_port(upstream) as place,
        gateway_to(tmp_path, {"data": (place,)}) as gateway,
        httpx2.stream("GET", f"{gateway}/api/symbols/events", headers=headers, timeout=60, trust_env=False) as found,
    ):
        chunks = found.iter_bytes()
        assert next(chunks) == b"data: 1\n\n", "before the service has ended its answer"
        httpx2.get(f"{gateway}/api/symbols/go", headers=headers, timeout=60, trust_env=False)
        assert b"".join(chunks) == b"data: 2\n\n"
    assert all(one[b"host"].decode() in place for one in upstream.asked)
    assert all(one[b"authorization"].decode() == headers["Authorization"] for one in upstream.asked)


def test_a_dead_service_is_told_as_a_problem_and_another_instance_takes_its_place(tmp_path: Path, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    dead = "http://127.0.0.1:1"
    with on_a_port(Upstream()) as place, gateway_to(tmp_path, {"data": (dead, place), "risk": (dead,)}) as gateway:
        with httpx2.Client(base_url=gateway, headers=headers, timeout=60, trust_env=False) as client:
            assert [client.get("/api/symbols/x").status_code for _ in range(6)] == [200] * 6
            assert [client.post("/api/symbols", json={"symbol": "A"}).status_code for _ in range(4)] == [200] * 4
            gone = client.get("/api/risk/limits")
        assert gone.status_code == 503 and gone.headers["retry-after"] == "1"
        assert gone.headers["content-type"] == "application/problem+json"
        assert gone.json()["code"] == "service_away" and gone.json()["correlation_id"]


def test_a_silent_service_is_told_as_one_that_may_have_done_it(tmp_path: Path, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    with on_a_port(Upstream()) as place, gateway_to(tmp_path, {"data": (place,)}, silence_s=0.5) as gateway:
        found = httpx2.get(f"{gateway}/api/symbols/slow", headers=headers, timeout=60, trust_env=False)
        assert (found.status_code, found.json()["code"]) == (503, "service_silent")


def test_addresses_of_services_are_looked_at_before_anything_starts(tmp_path: Path) -> None:
    given = load(tmp_path, environment={"TRADEWRIGHT_SERVICES_DATA": "http://data:8001,http://data2:8001"})
    assert given.services.data == ("http://data:8001", "http://data2:8001")
    assert Settings().services.scheduler == ("http://127.0.0.1:8005",)
    for wrong in ("data:8001", "http://data/api", "ftp://data:1", "http://[x"):
        with pytest.raises(SettingsError, match=r"services\.data"):
            load(tmp_path, environment={"TRADEWRIGHT_SERVICES_DATA": wrong})


def test_websockets_live_at_the_gateway_and_a_service_has_none(tmp_path: Path, key: str) -> None:
    serving = serving_of(tmp_path)
    everywhere = dict.fromkeys(APART, ("http://127.0.0.1:1",))
    headers = {"Authorization": f"Bearer {key}"}

    async def welcomed(place: str, ticket: str) -> Any:
        url = place.replace("http", "ws", 1) + "/ws"
        async with websockets.connect(url, proxy=None, compression=None) as connection, asyncio.timeout(60):
            await connection.send(json.dumps({"op": "auth", "ticket": ticket}))
            return json.loads(await connection.recv())

    with on_a_port(web_over(serving, Forwarding(serving, everywhere, 60.0)), **server_options()) as gateway:
        ticket = httpx2.post(f"{gateway}/api/auth/ticket", headers=headers, timeout=60, trust_env=False)
        assert ticket.status_code == 200, ticket.text
        found = asyncio.run(welcomed(gateway, ticket.json()["ticket"]))
        assert found["type"] == "welcome"
    serving.app.state.close()
    alone = serving_of(tmp_path)
    data = on_a_port(api_over(alone, asks=asks_of(SERVICES["data"])), **server_options())
    with data as place, pytest.raises(websockets.InvalidStatus):
        asyncio.run(welcomed(place, "any"))
    alone.app.state.close()
