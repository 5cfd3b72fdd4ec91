"""The outermost gate of HTTP: whose name was called, from which page, and what every answer carries.

This file decides what is refused before anything is read: a Host that is not ours (so that no foreign name can be
pointed at us), a page of another site unless it is listed, and a correlation id that is none. Browsers are told to run
nothing of an answer, to frame it nowhere, and to send it no cookie of ours, for there is none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewright.bootstrap.serving import WebTerms
from tradewright.interfaces.api.problems import Problem, malformed
from tradewright.ports.randomness import Randomness

Pair = tuple[bytes, bytes]
"""A header as it is sent."""
CORRELATION: Final = "X-Correlation-Id"
_CORRELATION: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
ALWAYS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer, unless it has its own."""
_CORRELATION_NAME: Final = CORRELATION.lower().encode("ascii")
_ALWAYS: Final[tuple[Pair, ...]] = tuple(
    (name.lower().encode("ascii"), value.encode("ascii")) for name, value in ALWAYS.items()
)
ALLOWED_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
ALLOWED_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-API-Key, X-Correlation-Id"
SHOWN_HEADERS: Final = "ETag, Retry-After, X-Correlation-Id"
PREFLIGHT_S: Final = "600"
YEAR_S: Final = 31_536_000
_TRANSPORT: Final[Pair] = (b"strict-transport-security", f"max-age={YEAR_S}".encode("ascii"))


@dataclass(frozen=True, slots=True)
class Gate:
    """ASGI around the application."""

    inner: ASGIApp
    terms: WebTerms
    randomness: Randomness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass, with a correlation id in the scope's state, or refuse."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        headers = _Said.of(scope)
        told = headers.correlations
        is_named = len(told) == 1 and _CORRELATION.fullmatch(told[0]) is not None
        correlation_id = told[0] if is_named else self.randomness.token()
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        origin = self._listed(headers.origins[0] if headers.origins else None)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._added(message.get("headers", ()), correlation_id, origin)
            await send(message)

        refused = self._refused(scope, headers)
        if refused is None and told and not is_named:
            refused = malformed(f"header.{CORRELATION}", "write 1 to 64 letters, digits or . _ -")
        if refused is not None:
            await refused.response(correlation_id)(scope, receive, sending)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope) and origin:
            await _preflight()(scope, receive, sending)
        else:
            await self.inner(scope, receive, sending)

    def _refused(self, scope: Scope, headers: "_Said") -> Problem | None:
        hosts = headers.hosts
        if len(hosts) != 1 or host_of(hosts[0]) not in self.terms.hosts:
            return Problem(
                400,
                "wrong_host",
                "this name is not served here",
                found=", ".join(hosts)[:200] or "no Host header",
                remedy="reach it by a name of its own, or list this one in api.hosts",
            )
        origins = headers.origins
        is_own = origins and all(self._is_own(one, hosts[0], str(scope["scheme"])) for one in origins)
        is_foreign = bool(origins) and not is_own and not (len(origins) == 1 and origins[0] in self.terms.origins)
        site = headers.sites[0] if headers.sites else ""
        if is_foreign or (not origins and site == "cross-site" and scope["method"] != "GET"):
            return Problem(
                403,
                "wrong_origin",
                "this page may not ask",
                found=", ".join(origins)[:200] or f"Sec-Fetch-Site: {site}",
                remedy="list the site in api.cors_origins, where it is yours",
            )
        return None

    def _is_own(self, origin: str, host: str, scheme: str) -> bool:
        """A page that we have sent ourselves; behind a proxy that ends TLS it says https where we see http."""
        try:
            found = urlsplit(origin)
        except ValueError:
            return False
        schemes = {scheme, "https"} if self.terms.is_encrypted else {scheme}
        return found.scheme in schemes and found.netloc == host and not (found.path or found.query or found.fragment)

    def _listed(self, origin: str | None) -> str:
        return origin if origin is not None and origin in self.terms.origins else ""

    def _added(self, told: Iterable[Pair], correlation_id: str, origin: str) -> list[Pair]:
        """The headers of an answer with ours; what it says itself stays, but for the correlation id."""
        headers = [pair for pair in told if pair[0] != _CORRELATION_NAME]
        said = {name for name, _ in headers}
        headers.append((_CORRELATION_NAME, correlation_id.encode("ascii")))
        headers += [pair for pair in _ALWAYS if pair[0] not in said]
        if self.terms.is_encrypted and _TRANSPORT[0] not in said:
            headers.append(_TRANSPORT)
        if self.terms.origins:
            self._tell_origins(MutableHeaders(raw=headers), origin)
        return headers

    def _tell_origins(self, headers: MutableHeaders, origin: str) -> None:
        """What a browser is told of other sites."""
        headers.add_vary_header("Origin")
        if origin:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = SHOWN_HEADERS
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"


@dataclass(frozen=True, slots=True)
class _Said:
    """What the gate looks at of a request, each header as often as it was said."""

    hosts: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    correlations: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, scope: Scope) -> "_Said":
        """In one pass over the headers, whose names a server writes in lower case."""
        found = cls()
        listed = {
            b"host": found.hosts,
            b"origin": found.origins,
            _CORRELATION_NAME: found.correlations,
            b"sec-fetch-site": found.sites,
        }
        for name, value in scope["headers"]:
            if name in listed:
                listed[name].append(value.decode("latin-1"))
        return found


def host_of(text: str) -> str:
    """The name of a Host header, without the port; empty for one that is none.

    >>> host_of("[::1]:8000"), host_of("Desk.Example.com"), host_of("a@b"), host_of("localhost:99999")
    ('[::1]', 'desk.example.com', '', '')
    """
    found = _HOST.fullmatch(text)
    return "" if found is None or int(found[2] or 0) > 65_535 else found[1].lower()


_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?")


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": ALLOWED_METHODS,
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Max-Age": PREFLIGHT_S,
        },
    )
