"""What is open to everybody: whether the process lives, and on the own machine the page about all routes.

No other route may be answered without a key, but for the login, which asks for a password instead.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from anyio import to_thread
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.desk import key_in
from tradewright.interfaces.api.docs_page import POLICY, docs_page
from tradewright.interfaces.api.problems import problem_of
from tradewright.interfaces.api.routes import SECURITY, problem_response

ALIVE: Final = ("/health", "/health/live")
"""Answered with and without /api before them."""
DOCS: Final = "/docs"
DOCUMENT: Final = "/openapi.json"


class Alive(BaseModel):
    """The process lives."""

    model_config = ConfigDict(extra="forbid")
    status: str
    version: str


def open_routes(serving: Serving, document: Callable[[], dict[str, Any]], *, version: str) -> list[APIRoute]:
    """The routes that are no `Ask`."""

    async def alive() -> Alive:
        """Say that the process lives. It says nothing of what it stands on: see /health/ready."""
        return Alive(status="ok", version=version)

    found = [
        APIRoute(
            f"{prefix}{path}",
            alive,
            methods=["GET"],
            operation_id=f"{'api_' if prefix else ''}{path.strip('/').replace('/', '_')}",
            summary="Say that the process lives",
            tags=["open"],
            responses={400: problem_response(400), 403: problem_response(403)},
            openapi_extra={"security": []},
        )
        for path in ALIVE
        for prefix in ("", "/api")
    ]
    return [*found, *_about(serving, document)]


def _about(serving: Serving, document: Callable[[], dict[str, Any]]) -> list[APIRoute]:
    """The document needs a key of anybody; the page none, where the terms say so."""

    async def told(request: Request) -> Response:
        return await _for_the_known(serving, request, lambda: JSONResponse(document()))

    async def page(request: Request) -> Response:
        def made() -> Response:
            return Response(docs_page(document()), media_type="text/html", headers={"Content-Security-Policy": POLICY})

        return made() if serving.terms.shows_docs else await _for_the_known(serving, request, made)

    both = {"responses": {status: problem_response(status) for status in (400, 401, 403)}, "tags": ["open"]}
    return [
        APIRoute(
            DOCUMENT, told, methods=["GET"], operation_id="openapi", summary="This document",
            openapi_extra={"security": list(SECURITY)}, response_class=JSONResponse, **both,  # type: ignore[arg-type]
        ),
        APIRoute(
            DOCS, page, methods=["GET"], operation_id="docs", summary="The page about all routes",
            openapi_extra={"security": [] if serving.terms.shows_docs else list(SECURITY)},
            response_class=_Html, **both,  # type: ignore[arg-type]
        ),
    ]  # fmt: skip


class _Html(Response):
    media_type = "text/html"


async def _for_the_known(serving: Serving, request: Request, made: Callable[[], Response]) -> Response:
    try:
        await _known(serving, request)
    except Exception as error:  # noqa: BLE001 - the door: every error becomes a problem
        correlation_id = str(request.state.correlation_id)
        return problem_of(error, correlation_id).response(correlation_id)
    return made()


def _known(serving: Serving, request: Request) -> Awaitable[object]:
    return to_thread.run_sync(lambda: serving.entrance.actor(key_in(request)))
