"""The whole API as one ASGI application: the gate, the routes of every noun, and what is said where there is none.

This file decides that an application with a route that nobody may ask does not start.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Lifespan

from tradewright import __version__
from tradewright.bootstrap import App
from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.asks import Ask
from tradewright.interfaces.api.desk import Desk
from tradewright.interfaces.api.finding import Finding
from tradewright.interfaces.api.gate import Gate
from tradewright.interfaces.api.health_routes import health_routes
from tradewright.interfaces.api.measured import Measured
from tradewright.interfaces.api.open_routes import open_routes
from tradewright.interfaces.api.openapi import document
from tradewright.interfaces.api.problems import Problem, problem_of
from tradewright.interfaces.api.routers import (
    access,
    backtests,
    data,
    deployments,
    health,
    jobs,
    orders,
    risk,
    sessions,
    signals,
    strategies,
    symbols,
)
from tradewright.interfaces.api.routes import Answers, AskRoute, words_beside

ASKS: Final[tuple[Ask, ...]] = (
    *symbols.ASKS,
    *data.ASKS,
    *strategies.ASKS,
    *signals.ASKS,
    *backtests.ASKS,
    *orders.ASKS,
    *sessions.ASKS,
    *deployments.ASKS,
    *risk.ASKS,
    *jobs.ASKS,
    *access.ASKS,
    *health.ASKS,
)
"""Every route, by noun."""


def _nothing_elsewhere(_ask: Ask) -> Answers | None:
    """This process answers everything."""


def api_of(app: App) -> ASGIApp:
    """The application of a project, ready for a server such as uvicorn."""
    return api_over(Serving(app))


def api_over(serving: Serving, *, asks: Iterable[Ask] = ASKS) -> ASGIApp:
    """The same over what doors are given."""
    return gated(application(serving, asks=asks), serving)


def gated(inner: FastAPI, serving: Serving) -> ASGIApp:
    """Behind the gate, and measured."""
    routes = [one for one in inner.router.routes if isinstance(one, AskRoute)]
    finding = Finding(inner, routes, on_defect=_defect)
    return Measured(Gate(finding, serving.terms, serving.randomness), serving.app.health.meters, serving.clock)


def application(
    serving: Serving,
    *,
    asks: Iterable[Ask] = ASKS,
    elsewhere: Callable[[Ask], Answers | None] = _nothing_elsewhere,
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """Without the gate: for whoever looks at the routes. `elsewhere` says who answers a route in place of this
    process; `lifespan` lives as long as the server."""
    made = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        version=__version__,
        lifespan=lifespan,
    )
    listed, desk = list(asks), Desk(serving)
    paths = frozenset(path for one in listed for path in one.paths)
    for one in listed:
        one.check()
        serving.dispatcher.route(one.message)  # LookupError: nobody answers it, so nobody may ask it
        for path in one.paths:
            answer = elsewhere(one) or desk.answer
            made.router.routes.append(AskRoute(one, answer, path=path, words=words_beside(path, paths)))

    @cache
    def told() -> dict[str, Any]:
        return document(made.router.routes, serving.dispatcher, version=__version__)

    made.router.routes.extend(open_routes(serving, told, version=__version__))
    made.router.routes.extend(health_routes(serving))
    made.openapi = told  # type: ignore[method-assign]
    made.add_exception_handler(HTTPException, _nowhere)
    made.add_exception_handler(Exception, _defect)
    return made


async def _nowhere(request: Request, error: Exception) -> Response:
    """404 for a path, 405 for a method, that nobody answers."""
    assert isinstance(error, HTTPException)
    correlation_id = str(request.state.correlation_id)
    if error.status_code == 405:
        allowed = ", ".join(_methods(request))
        told = Problem(
            405, "unknown_method", "this path does not answer that method", expected=allowed, found=request.method[:20],
            headers={"Allow": allowed},
        )  # fmt: skip
    else:
        told = Problem(404, "unknown_path", "there is no such path", found=request.url.path[:200], remedy="see /docs")
    return told.response(correlation_id)


def _methods(request: Request) -> list[str]:
    """Every method that the path answers."""
    routes = (one for one in request.app.router.routes if isinstance(one, APIRoute))
    met = (one for one in routes if one.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for one in met for method in one.methods or ()})


async def _defect(request: Request, error: Exception) -> Response:
    correlation_id = str(request.state.correlation_id)
    return problem_of(error, correlation_id).response(correlation_id)
