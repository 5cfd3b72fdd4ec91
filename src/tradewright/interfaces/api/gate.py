"""The outermost gate of HTTP: whose name was called, from which page, and what every answer carries.

This file decides what is refused before anything is read: a Host that is not ours (so that no foreign name can be
pointed at us), a page of another site unless it is listed, and a correlation id that is none. Browsers are told to run
nothing of an answer, to frame it nowhere, and to send it no cookie of ours, for there is none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewright.bootstrap.serving import WebTerms
from tradewright.interfaces.api.problems import Problem, malformed
from tradewright.ports.randomness import Randomness

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
ALLOWED_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
ALLOWED_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-API-Key, X-Correlation-Id"
SHOWN_HEADERS: Final = "ETag, Retry-After, X-Correlation-Id"
PREFLIGHT_S: Final = "600"
YEAR_S: Final = 31_536_000


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
        headers = Headers(scope=scope)
        told = headers.getlist(CORRELATION)
        is_named = len(told) == 1 and _CORRELATION.fullmatch(told[0]) is not None
        correlation_id = told[0] if is_named else self.randomness.token()
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        origin = self._listed(headers.get("origin"))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), correlation_id, origin)
            await send(message)

        refused = self._refused(scope, headers)
        if refused is None and told and not is_named:
            refused = malformed(f"header.{CORRELATION}", "write 1 to 64 letters, digits or . _ -")
        if refused is not None:
            await refused.response(correlation_id)(scope, receive, sending)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers and origin:
            await _preflight()(scope, receive, sending)
        else:
            await self.inner(scope, receive, sending)

    def _refused(self, scope: Scope, headers: Headers) -> Problem | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_of(hosts[0]) not in self.terms.hosts:
            return Problem(
                400,
                "wrong_host",
                "this name is not served here",
                found=", ".join(hosts)[:200] or "no Host header",
                remedy="reach it by a name of its own, or list this one in api.hosts",
            )
        origins = headers.getlist("origin")
        is_own = origins and all(self._is_own(one, hosts[0], str(scope["scheme"])) for one in origins)
        is_foreign = bool(origins) and not is_own and not (len(origins) == 1 and origins[0] in self.terms.origins)
        site = headers.get("sec-fetch-site", "")
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

    def _add(self, headers: MutableHeaders, correlation_id: str, origin: str) -> None:
        headers[CORRELATION] = correlation_id
        for name, value in ALWAYS.items():
            headers.setdefault(name, value)
        if self.terms.is_encrypted:
            headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
        if self.terms.origins:
            headers.add_vary_header("Origin")
        if origin:
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = SHOWN_HEADERS
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"


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
