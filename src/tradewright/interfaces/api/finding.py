"""Finding the route of a request by the parts of its path, in one step a part, and answering it there.

This file decides nothing of its own: it finds the route that FastAPI would find by trying one after the other, and
hands whatever it does not find (other methods, other paths, the open routes) to FastAPI.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from tradewright.interfaces.api.asks import PARAMETER
from tradewright.interfaces.api.routes import AskRoute

FOUND: Final = "tradewright.route"
"""Where the found route stands in the scope."""


@dataclass(slots=True)
class _Branch:
    """What paths can go on with after some parts."""

    words: dict[str, "_Branch"] = field(default_factory=dict)
    parameter: "_Branch | None" = None
    routes: list[tuple[int, AskRoute]] = field(default_factory=list)
    """Of the paths that end here, with their places among all routes."""


class Finding:
    """ASGI between the gate and FastAPI."""

    def __init__(self, inner: ASGIApp, routes: Sequence[AskRoute], *, on_defect: ExceptionHandler) -> None:
        """`routes`: those of FastAPI, in its order."""
        self._inner = inner
        self._root = _Branch()
        self._guarded = ServerErrorMiddleware(self._answered, handler=on_defect)
        for place, route in enumerate(routes):
            branch = self._root
            for part in route.path.split("/"):
                branch = _grown(branch, part)
            branch.routes.append((place, route))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is found."""
        found = self.find(scope) if scope["type"] == "http" and not scope.get("root_path") else None
        if found is None:
            await self._inner(scope, receive, send)
            return
        route, values = found
        scope["route"] = scope[FOUND] = route
        scope["path_params"] = values
        await self._guarded(scope, receive, send)

    def find(self, scope: Scope) -> tuple[AskRoute, dict[str, str]] | None:
        """The first route, in FastAPI's order, that answers this path and method, and what stands in the path."""
        parts = scope["path"].split("/")
        for _, route in sorted(_ends(self._root, parts, 0), key=lambda one: one[0]):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return route, child["path_params"]
        return None

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        route: AskRoute = scope[FOUND]
        response = await route.answer(route.ask, request)
        await response(scope, receive, send)


def _grown(branch: _Branch, part: str) -> _Branch:
    if PARAMETER.fullmatch(part) is None:
        return branch.words.setdefault(part, _Branch())
    if branch.parameter is None:
        branch.parameter = _Branch()
    return branch.parameter


def _ends(branch: _Branch, parts: list[str], place: int) -> Iterator[tuple[int, AskRoute]]:
    """Routes whose paths have these words, and parameters for the others."""
    if place == len(parts):
        yield from branch.routes
        return
    word = branch.words.get(parts[place])
    if word is not None:
        yield from _ends(word, parts, place + 1)
    if branch.parameter is not None and parts[place]:
        yield from _ends(branch.parameter, parts, place + 1)
