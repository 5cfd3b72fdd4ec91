"""Every request is counted and timed by its route, whatever becomes of it."""

from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewright.application.health.standing import Meters
from tradewright.ports.clock import Clock

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"
NO_ROUTE: Final = "none"
"""Of requests that no route answers: their paths are the caller's, and there may be any number of them."""
SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """ASGI around the gate."""

    inner: ASGIApp
    meters: Meters
    clock: Clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count it when the last byte has gone, or when it broke."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        began_ns, told = self.clock.monotonic_ns(), ["500"]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                told[0] = str(message["status"])
            await send(message)

        self.meters.began()
        try:
            await self.inner(scope, receive, sending)
        finally:
            method = scope["method"] if scope["method"] in METHODS else OTHER
            seconds = (self.clock.monotonic_ns() - began_ns) / SECOND
            self.meters.answered(method, route_of(scope), status=told[0], seconds=seconds)


def route_of(scope: Scope) -> str:
    """The path of the route that answered, with its `{names}`."""
    return str(getattr(scope.get("route"), "path", NO_ROUTE))
