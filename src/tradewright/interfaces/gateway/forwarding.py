"""Handing a request on to the service that answers it, and its answer back, both as they come.

This file decides what becomes of a service that is away: another instance is asked where nothing was sent yet, and
where none is there the caller is told so (503). One that falls silent in the middle is told as such, since what was
asked may have been done: an Idempotency-Key finds out. Services ask for the caller's key themselves.
"""

import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import httpx2
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tradewright.bootstrap.serving import Serving
from tradewright.domain.identifiers import CorrelationId
from tradewright.interfaces.api.asks import Ask
from tradewright.interfaces.api.bodies import MOST_BYTES, MOST_UPLOADED, checked_path, too_large
from tradewright.interfaces.api.desk import DOOR, key_in
from tradewright.interfaces.api.desk import count as counted
from tradewright.interfaces.api.gate import CORRELATION
from tradewright.interfaces.api.problems import Problem, problem_of

CONNECT_S: Final = 2.0
CONNECTIONS: Final = 512
IDLE_S: Final = 2.0
"""A connection that idles longer is not used again: services close theirs after five seconds, maybe just then."""
FORM_BYTES: Final = 1 << 16
"""What the parts of a form need beside a file."""
DROPPED: Final = frozenset(
    {
        # of one connection, not of a request (RFC 9110, 7.6.1)
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
        # what the gate has looked at already, and says anew
        "host", "origin", "referer", "cookie", "content-length", "x-correlation-id", "expect",
    }
)  # fmt: skip
DROPPED_BACK: Final = DROPPED - {"content-length"} | {"date", "server"}
_LOG: Final = logging.getLogger("tradewright.gateway")


@dataclass(slots=True)
class Forwarding:
    """Hands on to the instances of every service, one after the other."""

    serving: Serving
    places: Mapping[str, Sequence[str]]
    """Service -> addresses of its instances."""
    silence_s: float
    """How long an answer may stand still."""
    transport: httpx2.AsyncBaseTransport | None = None
    """In place of the network."""
    _client: httpx2.AsyncClient | None = None
    _turns: dict[str, "count[int]"] = field(default_factory=dict)

    async def answer(self, ask: Ask, request: Request, *, service: str) -> Response:
        """The service's answer, or the problem."""
        correlation_id = str(request.state.correlation_id)
        try:
            await to_thread.run_sync(lambda: self._entered(ask, request))
            checked_path(request.scope.get("raw_path") or request.url.path.encode())
            return await self._handed_on(service, ask, request)
        except Exception as error:  # noqa: BLE001 - the door: every error becomes a problem
            return problem_of(error, correlation_id).response(correlation_id)

    def _entered(self, ask: Ask, request: Request) -> None:
        """Strangers, and those who may not, get no further: a service that refused them would not read their bodies."""
        address = request.client.host if request.client else ""
        counted(self.serving, f"address {address}", most=self.serving.terms.per_address)
        dispatcher = self.serving.dispatcher
        if dispatcher.route(ask.message).role is not None:
            actor = self.serving.entrance.actor(key_in(request))
            correlation_id = CorrelationId(str(request.state.correlation_id))
            dispatcher.admit(ask.message, actor, correlation_id=correlation_id, door=DOOR)

    async def close(self) -> None:
        """Let the connections go."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _handed_on(self, service: str, ask: Ask, request: Request) -> Response:
        body = _Body(request, most=MOST_UPLOADED + FORM_BYTES if ask.upload is not None else MOST_BYTES)
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > body.most:
            raise too_large(body.most)
        for place in self._in_turn(service):
            try:
                answer = await self._clients().send(self._made(place, request, body), stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as away:
                _LOG.warning("%s at %s does not answer: %s", service, place, away)
                if body.is_begun:
                    break
                continue
            except httpx2.TransportError as broken:
                is_silent = isinstance(broken, httpx2.TimeoutException)
                if request.method == "GET" and not is_silent:
                    _LOG.warning("%s at %s broke off: %s", service, place, broken)
                    continue
                raise _silent(service, broken) from broken
            found = StreamingResponse(_flowing(answer), answer.status_code)
            kept = _kept(answer.headers.multi_items(), DROPPED_BACK)
            found.raw_headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in kept]
            return found
        raise Problem(
            503,
            "service_away",
            f"the {service} service does not answer",
            remedy="ask again in a moment; nothing was done",
            headers={"Retry-After": "1"},
        )

    def _made(self, place: str, request: Request, body: "_Body") -> httpx2.Request:
        headers = _kept(request.headers.items(), DROPPED)
        headers.append((CORRELATION, str(request.state.correlation_id)))
        length = request.headers.get("content-length")
        if body.is_there and length is not None:
            headers.append(("content-length", length))
        raw = request.scope.get("raw_path") or request.url.path.encode()
        query = request.scope["query_string"]
        url = httpx2.URL(place).copy_with(raw_path=raw.partition(b"?")[0] + (b"?" + query if query else b""))
        content = body.chunks() if body.is_there else None
        return self._clients().build_request(request.method, url, headers=headers, content=content)

    def _in_turn(self, service: str) -> list[str]:
        places = list(self.places[service])
        turn = next(self._turns.setdefault(service, count())) % max(1, len(places))
        return places[turn:] + places[:turn]

    def _clients(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(self.silence_s, connect=CONNECT_S),
                limits=httpx2.Limits(
                    max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS // 4, keepalive_expiry=IDLE_S
                ),
                transport=self.transport,
                trust_env=False,
                follow_redirects=False,
                headers={"accept-encoding": "identity", "user-agent": "tradewright-gateway"},
            )
        return self._client


@dataclass(slots=True)
class _Body:
    """What the caller sends, counted as it passes."""

    request: Request
    most: int
    is_begun: bool = False
    """Some of it was read: it cannot be sent to another instance."""

    @property
    def is_there(self) -> bool:
        """Whether anything is to come."""
        headers = self.request.headers
        return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """As it comes; ends with 413 where it is too long."""
        length = 0
        async for chunk in self.request.stream():
            self.is_begun = True
            length += len(chunk)
            if length > self.most:
                raise too_large(self.most)
            if chunk:
                yield chunk


def _kept(headers: Iterable[tuple[str, str]], dropped: frozenset[str]) -> list[tuple[str, str]]:
    """Each as often as it was said, so that a service refuses what it would refuse without us."""
    listed = list(headers)
    told = (value for name, value in listed if name.lower() == "connection")
    named = dropped | {word.strip().lower() for value in told for word in value.split(",")}
    return [(name, value) for name, value in listed if name.lower() not in named and not _is_of_browsers(name)]


def _is_of_browsers(name: str) -> bool:
    return name.lower().startswith("sec-fetch-")


async def _flowing(answer: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _silent(service: str, broken: Exception) -> Problem:
    return Problem(
        503,
        "service_silent",
        f"the {service} service fell silent",
        found=type(broken).__name__,
        remedy="what was asked may have been done: look, or ask again with the same Idempotency-Key",
        headers={"Retry-After": "1"},
    )
