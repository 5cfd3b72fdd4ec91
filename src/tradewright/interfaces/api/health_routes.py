"""Whether this process can answer, and its metrics: for balancers and for whoever measures.

This file decides who is told what. Whether it is ready is told to everybody, in one word; which part failed is told to
whoever has a key. Metrics are told to any key, and to the token of the settings that opens nothing else.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from anyio import to_thread
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tradewright.application.envelope import Envelope
from tradewright.application.health.handlers import FAILED, OK, is_ready
from tradewright.application.health.messages import PlatformNumbers, ReadinessDetails
from tradewright.application.health.views import ComponentView, Number, ReadinessView
from tradewright.application.messages import Actor, Role
from tradewright.bootstrap.serving import Serving
from tradewright.domain.identifiers import CorrelationId
from tradewright.interfaces.api.desk import DOOR, count, key_in
from tradewright.interfaces.api.metrics_text import MEDIA, metrics_text
from tradewright.interfaces.api.problems import problem_of
from tradewright.interfaces.api.routes import SECURITY, problem_response
from tradewright.interfaces.api.schemas.told import Telling, told_kind

READY: Final = "/health/ready"
METRICS: Final = "/metrics"
METER: Final = Actor("metrics", frozenset({Role.VIEWER}))
"""Whoever shows the token."""
Answering = Callable[[Request], Coroutine[Any, Any, Response]]


class Ready(BaseModel):
    """Whether this process can answer; with a key `components` says what it stands on."""

    model_config = ConfigDict(extra="forbid")
    status: str
    components: list[told_kind(ComponentView)] | None = None  # type: ignore[valid-type]


def health_routes(serving: Serving) -> list[APIRoute]:
    """Both, with and without /api before them."""
    telling = Telling()

    def ready(request: Request) -> Response:
        watch, key = serving.app.health.watch, key_in(request)
        is_well = is_ready(watch)
        if key:
            actor = serving.entrance.actor(key)
            view = serving.dispatcher.ask(_envelope(request, ReadinessDetails(), actor), answer=ReadinessView)
            content = telling.encoded(view)
        else:
            content = telling.encoded({"status": OK if is_well else FAILED})
        return Response(content, 200 if is_well else 503, {"Cache-Control": "no-store"}, "application/json")

    def metrics(request: Request) -> Response:
        health = serving.app.health
        found = serving.dispatcher.dispatch(_envelope(request, PlatformNumbers(), _meter(serving, request)))
        assert isinstance(found, tuple)
        numbers: tuple[Number, ...] = found
        text = metrics_text(numbers, health.meters, service=health.service)
        return Response(text, 200, {"Cache-Control": "no-store"}, MEDIA)

    both: dict[str, Any] = {"methods": ["GET"], "tags": ["open"]}
    made = []
    for prefix, name in (("", ""), ("/api", "api_")):
        made.append(
            APIRoute(
                f"{prefix}{READY}", _answered(serving, ready), operation_id=f"{name}health_ready", **both,
                summary="Say whether this process can answer", response_model=Ready,
                openapi_extra={"security": [{}, *SECURITY]},
                responses={status: problem_response(status) for status in (400, 401, 403, 429, 503)},
            )
        )  # fmt: skip
        made.append(
            APIRoute(
                f"{prefix}{METRICS}", _answered(serving, metrics), operation_id=f"{name}metrics", **both,
                summary="Tell the metrics as Prometheus reads them", response_class=PlainTextResponse,
                openapi_extra={"security": list(SECURITY)},
                responses={status: problem_response(status) for status in (400, 401, 403, 429, 503)},
            )
        )  # fmt: skip
    return made


def _answered(serving: Serving, work: Callable[[Request], Response]) -> Answering:
    """In a thread, and counted by the caller's address; every error becomes a problem."""

    async def answer(request: Request) -> Response:
        def counted() -> Response:
            address = request.client.host if request.client else ""
            count(serving, f"address {address}", most=serving.terms.per_address)
            return work(request)

        try:
            return await to_thread.run_sync(counted)
        except Exception as error:  # noqa: BLE001 - the door: every error becomes a problem
            correlation_id = str(request.state.correlation_id)
            return problem_of(error, correlation_id).response(correlation_id)

    return answer


def _envelope(request: Request, message: object, actor: Actor) -> Envelope:
    return Envelope(message, actor, CorrelationId(str(request.state.correlation_id)), door=DOOR)


def _meter(serving: Serving, request: Request) -> Actor:
    """Who asks for the metrics; NotIdentified for a stranger."""
    given = key_in(request)
    return METER if serving.app.health.opens_metrics(given) else serving.entrance.actor(given)
