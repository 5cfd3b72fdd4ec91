"""The gateway as one ASGI application: the same routes, page and document as one process that answers all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp

from tradewright.bootstrap.app import App
from tradewright.bootstrap.services import EVERYWHERE, GATEWAY, SERVICES, Service, addresses, service_of
from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.app import ASKS, application, gated
from tradewright.interfaces.api.asks import Ask
from tradewright.interfaces.api.routes import Answers
from tradewright.interfaces.gateway.forwarding import Forwarding
from tradewright.interfaces.stream.app import Stream, Web
from tradewright.interfaces.stream.terms import StreamTerms

OWN: Final = SERVICES[GATEWAY].groups | {EVERYWHERE}


def asks_of(service: Service) -> tuple[Ask, ...]:
    """The routes that a service answers itself."""
    return tuple(one for one in ASKS if one.group in service.groups | {EVERYWHERE})


def forwarding_of(app: App, serving: Serving) -> Forwarding:
    """By the addresses of the settings."""
    return Forwarding(serving, addresses(app.settings), app.settings.services.timeout_s)


def web_over(serving: Serving, forwarding: Forwarding) -> ASGIApp:
    """Every route, and the WebSockets, which the gateway answers itself: it reads what happens where all can."""
    return Web(gateway_over(serving, forwarding), Stream(serving, StreamTerms()))


def gateway_over(serving: Serving, forwarding: Forwarding) -> ASGIApp:
    """Every route, behind the gate."""

    def elsewhere(ask: Ask) -> Answers | None:
        if ask.group in OWN:
            return None
        return partial(forwarding.answer, service=service_of(ask.group).name)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await forwarding.close()

    return gated(application(serving, elsewhere=elsewhere, lifespan=lifespan), serving)
