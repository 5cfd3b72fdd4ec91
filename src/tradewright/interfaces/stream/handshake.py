"""The handshake: from which page and by which name a WebSocket is asked for, before anybody is let in.

This file decides that nothing of an address is read: a key in it would stand in logs and histories, so any query is
refused, and taken out of what the server writes down.
"""

from starlette.datastructures import Headers
from starlette.types import Scope, Send

from tradewright.bootstrap.serving import WebTerms
from tradewright.interfaces.api.gate import host_of
from tradewright.interfaces.api.problems import Problem


def refusal(scope: Scope, terms: WebTerms) -> Problem | None:
    """Why this handshake is refused; None where it is not."""
    headers, query = Headers(scope=scope), bytes(scope.get("query_string", b""))
    scope["query_string"] = b""
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or host_of(hosts[0]) not in terms.hosts:
        return Problem(
            400, "wrong_host", "this name is not served here", found=", ".join(hosts)[:200] or "no Host header",
            remedy="reach it by a name of its own, or list this one in api.hosts",
        )  # fmt: skip
    is_elsewhere = not origins and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    if is_elsewhere or not all(_is_allowed(one, hosts[0], scope, terms) for one in origins) or len(origins) > 1:
        return Problem(
            403, "wrong_origin", "this page may not ask", found=", ".join(origins)[:200] or "a page without a name",
            remedy="list the site in api.cors_origins, where it is yours",
        )  # fmt: skip
    if query:
        return Problem(
            400, "malformed_request", "the address of a WebSocket has no query",
            expected='{"op": "auth", "key": ...} as the first message', remedy="make a new key where one stood in it",
        )  # fmt: skip
    return None


def _is_allowed(origin: str, host: str, scope: Scope, terms: WebTerms) -> bool:
    """Listed, or a page of ours: same host and port, same encryption."""
    if origin in terms.origins:
        return True
    own = {"wss": {"https"}, "ws": {"http"}}.get(str(scope.get("scheme", "ws")), set())
    schemes = own | {"https"} if terms.is_encrypted else own
    return origin in {f"{one}://{host}" for one in schemes}


async def refuse(problem: Problem, scope: Scope, *, send: Send, correlation_id: str) -> None:
    """An HTTP answer in place of a WebSocket, where the server can; else a bare refusal."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": problem.detail})
        return
    response = problem.response(correlation_id)
    await send(
        {"type": "websocket.http.response.start", "status": response.status_code, "headers": response.raw_headers}
    )
    await send({"type": "websocket.http.response.body", "body": bytes(response.body)})
