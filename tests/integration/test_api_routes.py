"""Every route: who may ask it, that its example works, that the documentation is what is answered."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from proofs.asking.desk import SYMBOLS, desk, waits
from proofs.asking.served import Served, served

from tradewright.application.messages import Role
from tradewright.bootstrap.scheduling import ship
from tradewright.domain import errors
from tradewright.domain.errors import TradewrightError
from tradewright.interfaces.api.app import ASKS, application
from tradewright.interfaces.api.asks import Ask
from tradewright.interfaces.api.problems import STATUSES, TITLES, code_of
from tradewright.interfaces.api.routers.strategies import CROSSING
from tradewright.interfaces.api.routes import AskRoute

ROOT = Path(__file__).resolve().parents[2]
OPEN = {"/health", "/health/live", "/health/ready", "/api/health", "/api/health/live", "/api/health/ready", "/docs"}
"""Answered without a key; `/docs` on the own machine alone. The login asks for a password instead."""
LOGIN = "/api/auth/login"
GOLDEN = Path(__file__).with_name("api_matrix.txt")
WHO = ("none", "garbage", "expired", "revoked", "viewer", "trader", "risk", "admin")
Paths = Mapping[str, str]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Doors over an empty project."""
    with served(tmp_path_factory.mktemp("bare")) as found:
        yield found


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A session that runs a bar a second, one that ended, and something held."""
    with desk(tmp_path_factory.mktemp("desk"), speed="1") as world:
        order = {"symbol": "AAPL", "side": "BUY", "quantity": "10", "account": "paper"}
        world.told("POST", "/api/orders", json=order, headers={"Idempotency-Key": "hold"}, status=201)
        waits(lambda: [one for one in held(world) if one["strategy"] == "operator"])
        session = world.told("GET", "/api/sessions?is_running=true")["items"][0]["session"]
        world.told(
            "POST", f"/api/sessions/{session}/pause", json={}
        )  # what it sells would be in the way of what we buy
        waits(lambda: not [one for one in working(world) if one["side"] == "SELL" and one["kind"] == "market"])
        yield world


def held(world: Served) -> Any:
    return world.told("GET", "/api/positions")["items"]


def working(world: Served) -> Any:
    return world.told("GET", "/api/orders?is_open=true")["items"]


def verdict(status: int) -> str:
    """What a status says about who may: a request that was read at all was let in."""
    return {401: "stranger", 403: "forbidden"}.get(status, "let in")


def test_who_may_ask_what_is_as_the_golden_table_says(bare: Served) -> None:
    lines = []
    for ask in ASKS:
        path = re.sub(r"\{\w+\}", "x", ask.full_path)
        answers = [verdict(bare.ask(ask.method, path, key="" if who == "none" else who).status_code) for who in WHO]
        lines.append(
            f"{ask.method} {ask.full_path}: " + ", ".join(f"{w} {a}" for w, a in zip(WHO, answers, strict=True))
        )
    assert lines == GOLDEN.read_text("utf-8").splitlines(), "\n".join(lines)


def test_no_route_is_open_but_those_that_are_meant_to_be(bare: Served) -> None:
    routes = application(bare.serving).router.routes
    paths = {(method, route.path) for route in routes for method in getattr(route, "methods", None) or {"GET"}}  # type: ignore[attr-defined]
    asked = {(route.ask.method, route.path) for route in routes if isinstance(route, AskRoute)}
    found = set()
    for method, path in paths:
        response = bare.ask(method, re.sub(r"\{\w+\}", "x", path), key="")
        if response.status_code != 401:
            found.add(path)
    assert found - {LOGIN} == OPEN
    assert {path for _, path in paths - asked} == OPEN | {"/openapi.json", "/metrics", "/api/metrics"}


def test_an_application_with_a_route_that_nobody_answers_does_not_start(bare: Served) -> None:
    class Unheard:
        pass

    stray = Ask(method="GET", path="/unheard", message=Unheard, answer=None, group="x")
    with pytest.raises((LookupError, TypeError)):
        application(bare.serving, asks=[stray])


def living(world: Served) -> Paths:
    """What stands for the names in examples, in this world."""
    order = {"symbol": "AAPL", "side": "BUY", "quantity": "10", "kind": "limit", "account": "paper"}
    mark = held(world)[0]["mark"]
    order |= {"limit_price": f"{float(mark) * 0.9:.2f}", "time_in_force": "gtc"}
    sent = world.told("POST", "/api/orders", json=order, headers={"Idempotency-Key": "living"}, status=201)
    key = world.told("POST", "/api/auth/keys", json={"name": "living", "roles": ["viewer"]}, status=201)
    assessed = world.told("POST", "/api/risk/assessments", json={}, status=201)["items"][0]
    start = {"symbols": ["AAPL"], "first": "2016-01-04", "account": "living"}
    deployed = world.told("POST", "/api/strategies/breakout/start", json=start, status=202)
    world.told("POST", "/api/strategies/breakout/stop", json={"account": "living"}, status=202)
    idea = {"name": "Living", "source": CROSSING, "is_draft": True}
    shelved = world.told("POST", "/api/strategies", json=idea, status=201)
    world.told("PUT", "/api/auth/people/ada", json={"password": "four words that nobody says", "roles": ["viewer"]})
    ship(world.serving.app.state.schedules, 0)
    body = {"strategy": "moving_average", "symbols": ["AAPL"]}
    job = world.told("POST", "/api/backtests", json=body, headers={"Idempotency-Key": "living-job"}, status=202)
    return {
        "3f2a9c41b7d0e865": job["id"],
        "tw00-example": sent["orders"][0],
        "20260302-moving_average-ab12": world.told("GET", "/api/sessions?is_running=true")["items"][0]["session"],
        "tw_ab12cd34ef56": key["about"]["id"],
        "abcdefgh12345678": assessed["id"],
        "up_abcdefgh23": shelved["entry"]["id"],
        "dp_abcdefgh23": deployed["id"],
    }


LAST = (
    "/jobs/queue/{id}",
    "/backtests/{id}",
    "/orders/{id}",
    "/orders/cancel-all",
    "/positions/{symbol}/close",
    "/auth/people/{name}",
    "/auth/keys/{id}",
    "/auth/keys/{id}/rotate",
    "/sessions/{id}/stop",
    "/strategies/{id}",
)
"""Routes whose example takes away what others need."""


def test_an_alert_that_is_not_there_cannot_be_seen(furnished: Served) -> None:
    (running,) = [one for one in furnished.told("GET", "/api/sessions")["items"] if one["life"] == "running"]
    path = f"/api/sessions/{running['session']}/alerts/seen"
    assert furnished.told("POST", path, json={"code": "nosuch"}, status=409)["code"] == "refused"


def test_every_example_of_the_documentation_works(furnished: Served) -> None:
    world = furnished
    names = living(world)
    words = {"name": "ada", "password": "four words that nobody says"}
    login = world.told("POST", "/api/auth/login", key="", json=words)
    order = [one for one in ASKS if one.path not in LAST]
    order += [one for path in LAST for one in ASKS if one.path == path and one.method != "DELETE"]
    order += [one for path in LAST for one in ASKS if one.path == path and one.method == "DELETE"]
    for ask in sorted(order, key=lambda one: one.path == "/sessions/{id}/stop"):
        if ask.path == "/sessions/{id}/alerts/seen":
            continue  # there is no alert to be seen; see the test below
        path = ask.full_path
        for name, value in ask.example.path.items():
            path = path.replace(f"{{{name}}}", names.get(value, value))
        assert "{" not in path, f"{ask.method} {path} has no example"
        more: dict[str, Any] = {"params": dict(ask.example.query)}
        if ask.upload is not None:
            more["files"] = {"file": FILES[ask.path]}
            more["data"] = {"symbol": "TEST.XNAS"} if ask.path == "/data/import" else {"is_draft": "true"}
        elif ask.example.body is not None:
            more["json"] = dict(ask.example.body)
        if ask.needs_key:
            more["headers"] = {"Idempotency-Key": f"example-{ask.name}"}
        key = login["key"] if ask.path == "/auth/logout" else "admin"
        found = world.ask(ask.method, path, key=key, **more)
        assert found.status_code == ask.status, f"{ask.method} {path}: {found.status_code} {found.text}"


CSV = "Date,Open,High,Low,Close,Volume\n" + "".join(
    f"2020-01-{day:02},100,101,99,100.5,1000\n" for day in (2, 3, 6, 7, 8, 9, 10)
)
FILES = {"/data/import": ("bars.csv", CSV), "/strategies/upload": ("idea.py", CROSSING)}


def test_every_branch_of_the_error_tree_has_a_status_and_a_title() -> None:
    branches: list[type[TradewrightError]] = [TradewrightError]
    for one in branches:
        branches.extend(one.__subclasses__())
    ours = [one for one in branches if one.__module__ == errors.__name__]
    assert {code_of(one) for one in ours} <= set(TITLES)
    assert set(ours) <= set(STATUSES)


def test_the_document_says_what_each_route_can_answer(bare: Served) -> None:
    document = bare.told("GET", "/openapi.json")
    assert document["openapi"] == "3.1.0"
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
    for ask in ASKS:
        operation = document["paths"][ask.full_path][ask.method.lower()]
        expected = {str(ask.status), "400", "401", "404", "409", "422", "429", "503"}
        expected |= {"403"} if ask.full_path != LOGIN else set()
        expected |= {"204"} if ask.is_followed else set()
        expected |= {"304"} if ask.method == "GET" else set()
        expected |= {"413", "415"} if ask.body_part.fields or ask.upload else set()
        assert set(operation["responses"]) == expected, ask.full_path
        assert operation["summary"] and operation["operationId"] == ask.name
    for schema in document["components"]["schemas"].values():
        assert schema.get("type") != "object" or schema.get("additionalProperties") is False, schema


def test_old_paths_answer_the_same_and_are_marked(furnished: Served) -> None:
    document = furnished.told("GET", "/openapi.json")
    for ask in ASKS:
        for path in ask.also:
            assert document["paths"][path][ask.method.lower()]["deprecated"] is True
    for old, new in (("/orders", "/api/orders"), ("/positions", "/api/positions"), ("/portfolio", "/api/portfolio"),
                     (f"/data/latest/{SYMBOLS[0]}", f"/api/data/latest/{SYMBOLS[0]}")):  # fmt: skip
        assert set(furnished.told("GET", old)) == set(furnished.told("GET", new))


def test_the_page_about_the_routes_needs_no_network_and_no_script(bare: Served) -> None:
    found = bare.ask("GET", "/docs", key="")
    assert found.status_code == 200 and found.headers["content-type"].startswith("text/html")
    assert "script" not in found.text.lower().replace("description", "")
    assert not re.search(r"(?:src|href)=['\"](?!#)", found.text)
    assert "default-src 'none'" in found.headers["content-security-policy"]
    for ask in ASKS:
        assert ask.full_path in found.text


def test_role_names_of_the_golden_table_are_all_roles() -> None:
    assert {one.value for one in Role} <= set(WHO)
    assert json.dumps(WHO)


def test_the_reference_lists_every_route_with_its_role(bare: Served) -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")
    table = [line for line in page.splitlines() if line.startswith("| `")]
    assert table == reference(bare), "\n".join(reference(bare))


def reference(world: Served) -> list[str]:
    """The rows of the table in docs/reference/api.md."""
    rows = []
    for ask in ASKS:
        route = world.serving.dispatcher.route(ask.message)
        roles = [one.value for one in (route.role, route.or_role) if one is not None]
        who = " or ".join(roles) or "a password"
        others = (*ask.same, *ask.also)
        old = f" (also `{', '.join(others)}`)" if others else ""
        rows.append(f"| `{ask.method} {ask.full_path}`{old} | {who} | {ask.summary} |")
    return rows
