"""The route that is found by the parts of a path is the one that FastAPI finds by trying all."""

from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Match

from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.app import ASKS, application
from tradewright.interfaces.api.asks import PARAMETER
from tradewright.interfaces.api.finding import Finding
from tradewright.interfaces.api.routes import AskRoute

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PATHS = sorted({path for one in ASKS for path in one.paths})
WORDS = sorted({part for path in PATHS for part in path.split("/")} | {"AAPL.XNAS", "x", "é", " ", "x\n", "..", "%2F"})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return application(Serving(App(tmp_path_factory.mktemp("routes"))))


def finding(made: FastAPI) -> Finding:
    routes = [one for one in made.router.routes if isinstance(one, AskRoute)]
    return Finding(made, routes, on_defect=_no_defect)


def _no_defect(_request: Any, error: Exception) -> Any:
    raise error


def tried(made: FastAPI, scope: dict[str, Any]) -> tuple[Any, Any] | None:
    """As FastAPI does it."""
    for route in made.router.routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return route, child["path_params"]
    return None


def scope_of(method: str, path: str) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "query_string": b""}


def test_every_route_is_found_by_its_own_path(made: FastAPI) -> None:
    find = finding(made).find
    for ask in ASKS:
        for path in ask.paths:
            scope = scope_of(ask.method, PARAMETER.sub("VALUE", path))
            found = find(scope)
            assert found is not None, f"{ask.method} {path}"
            assert found[0].ask is ask and found == tried(made, scope)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.sampled_from(METHODS), st.sampled_from(PATHS), st.data())
def test_of_any_path_it_finds_what_trying_all_finds_or_leaves_it(
    made: FastAPI, method: str, path: str, data: st.DataObject
) -> None:
    parts = [data.draw(st.sampled_from(WORDS)) if "{" in part or not part else part for part in path.split("/")[1:]]
    if data.draw(st.booleans()):
        parts[data.draw(st.integers(0, len(parts) - 1))] = data.draw(st.sampled_from(WORDS))
    scope = scope_of(method, "/" + "/".join(parts))
    found = finding(made).find(scope)
    expected = tried(made, scope)
    if found is not None:
        assert found == expected
    elif expected is not None:  # left to FastAPI: an open route, or a letter that its patterns overlook
        assert not isinstance(expected[0], AskRoute) or scope["path"].endswith("\n")


def test_a_project_of_routes_is_found_below_no_other_root(made: FastAPI) -> None:
    asked = []

    async def inner(scope: Any, _receive: Any, _send: Any) -> None:
        asked.append(scope["path"])

    routes = [one for one in made.router.routes if isinstance(one, AskRoute)]
    found = Finding(inner, routes, on_defect=_no_defect)
    scope = scope_of("GET", "/api/data/latest/AAPL.XNAS") | {"root_path": "/api"}
    with pytest.raises(StopIteration):
        found(scope, None, None).send(None)  # type: ignore[arg-type]
    assert asked == ["/api/data/latest/AAPL.XNAS"]
