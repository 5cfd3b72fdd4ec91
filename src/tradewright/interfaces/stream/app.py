"""The doors over the network as one ASGI application: HTTP through its gate, and `/ws` and `/ws/market-data` here.

This file decides who is let in at all: how many connections there may be, of everybody, of one key, and of those who
have not said who they are; and that a key which is revoked, or has other rights, ends the connections that came by it.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewright.application.health.checking import Check
from tradewright.application.health.standing import Meters
from tradewright.application.messages import Actor
from tradewright.application.watching.news import MARKET_DATA, TOPICS, News
from tradewright.bootstrap.app import App
from tradewright.bootstrap.newsroom import READY_WITHIN_S, Newsroom
from tradewright.bootstrap.serving import Serving
from tradewright.domain.errors import TooOften, TradewrightError
from tradewright.domain.identifiers import CorrelationId
from tradewright.interfaces.api.app import api_over
from tradewright.interfaces.api.problems import Problem, problem_of
from tradewright.interfaces.stream import terms as codes
from tradewright.interfaces.stream.connection import Connection, Ended
from tradewright.interfaces.stream.handshake import refusal, refuse
from tradewright.interfaces.stream.hub import Client, Hub
from tradewright.interfaces.stream.outbox import Outbox
from tradewright.interfaces.stream.terms import StreamTerms
from tradewright.interfaces.stream.words import Auth
from tradewright.ports.rates import Rate

DOOR: Final = "stream"
NEWS: Final = "news"
"""The newsroom, as a part of the platform."""
PATHS: Final[Mapping[str, tuple[str, ...]]] = {"/ws": tuple(TOPICS), "/ws/market-data": MARKET_DATA}
"""Address -> its topics."""
LINGERS_S: Final = 60.0
"""How long news are gathered after the last client has left, for the one who comes back."""
BLIND_CHECKS: Final = 3
"""Looks at keys that may fail in a row, before nobody is believed any more."""
_LOG: Final = logging.getLogger("tradewright.stream")


def web_of(app: App) -> ASGIApp:
    """Everything of a project that is reached over the network, ready for uvicorn with `server_options()`."""
    return web_over(Serving(app))


def web_over(serving: Serving, *, terms: StreamTerms | None = None) -> ASGIApp:
    """The same over what doors are given."""
    return Web(api_over(serving), Stream(serving, terms or StreamTerms()))


@dataclass(slots=True)
class Web:
    """HTTP and WebSockets on one server."""

    http: ASGIApp
    stream: "Stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """By the kind of what is asked."""
        if scope["type"] == "websocket":
            await self.stream(scope, receive, send)
            return
        if scope["type"] == "lifespan":
            receive = partial(self._ending, receive)
        await self.http(scope, receive, send)

    async def _ending(self, receive: Receive) -> Message:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await self.stream.close()
        return message


@dataclass(slots=True)
class Stream:
    """The WebSocket door of one server."""

    serving: Serving
    terms: StreamTerms
    hub: Hub = field(init=False)
    clients: set[Client] = field(default_factory=set)
    strangers: int = 0
    _newsroom: Newsroom | None = None
    _ready_at: int = 0
    """Rounds of the newsroom after which its states are whole."""
    is_listening: bool = False
    _begins: asyncio.Lock = field(default_factory=asyncio.Lock)
    _check: "asyncio.Task[None] | None" = None
    _ends: asyncio.TimerHandle | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    def __post_init__(self) -> None:
        self.hub = Hub(self.serving.randomness.token(12), self.terms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, from its handshake to its end."""
        correlation_id = self.serving.randomness.token()
        refused = await self._refused(scope)
        if refused is not None:
            await receive()
            await refuse(refused, scope, send=send, correlation_id=correlation_id)
            return
        connection = Connection(scope, receive, send, self.terms, PATHS[scope["path"]])
        try:
            await receive()
            await send({"type": "websocket.accept"})
            actor = await self._introduced(connection)
            client = self._let_in(actor)
        except Ended as ended:
            if ended.code is not None:
                await connection.close(ended.code, str(ended))
            return
        try:
            await self._begun()
            await connection.attend(client, self.hub, allow=partial(self._allow, CorrelationId(correlation_id)))
        except Ended as ended:
            await connection.close(ended.code or codes.NOT_IDENTIFIED, str(ended))
        finally:
            self._gone(client)

    async def close(self) -> None:
        """End the newsroom; the server ends the connections."""
        if self._check is not None:
            self._check.cancel()
        if self._newsroom is not None:
            await to_thread.run_sync(self._newsroom.close)

    async def _refused(self, scope: Scope) -> Problem | None:
        refused = refusal(scope, self.serving.terms)
        if refused is None and scope["path"] not in PATHS:
            refused = Problem(404, "unknown_path", "there is no such path", expected=" or ".join(PATHS))
        if refused is None and (
            self.strangers >= self.terms.strangers or len(self.clients) + self.strangers >= self.terms.connections
        ):
            refused = Problem(503, "overloaded", "too many are connected", remedy="come again later")
        if refused is None:
            address = str((scope.get("client") or ("",))[0])
            rate = Rate(self.serving.terms.per_address)
            wait_s = await to_thread.run_sync(self.serving.rates.take, f"address {address}", rate)
            if wait_s:
                refused = problem_of(TooOften("too many connections", wait_s=wait_s))
        return refused

    async def _introduced(self, connection: Connection) -> Actor:
        self.strangers += 1
        try:
            return await connection.introduced(self._known)
        finally:
            self.strangers -= 1

    async def _known(self, said: Auth) -> Actor:
        by_ticket = self.serving.tickets.actor
        by_key = self.serving.entrance.actor
        return await to_thread.run_sync(by_ticket if said.ticket else by_key, said.ticket or said.key)

    def _let_in(self, actor: Actor) -> Client:
        own = sum(one.actor.key == actor.key for one in self.clients)
        if own >= self.terms.per_key:
            raise Ended(codes.TOO_OFTEN, f"more than {self.terms.per_key} connections of one key")
        client = Client(actor, Outbox(self.terms.items, self.terms.waiting_bytes))
        self.clients.add(client)
        self._meters.client_came()
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None
        if self._check is None or self._check.done():
            self._check = asyncio.create_task(self._checked())
        return client

    async def _allow(self, correlation_id: CorrelationId, topic: str, actor: Actor) -> None:
        message = TOPICS[topic].message
        assert message is not None
        admit = partial(self.serving.dispatcher.admit, message, actor, correlation_id=correlation_id, door=DOOR)
        await to_thread.run_sync(admit)

    async def _begun(self) -> None:
        """The newsroom works, and has told us once how everything stands."""
        async with self._begins:
            if not self.is_listening:
                self._loop = asyncio.get_running_loop()
                self._newsroom = await to_thread.run_sync(lambda: self.serving.newsroom)
                self._ready_at = self._newsroom.rounds + 1
                self._newsroom.listen(self.take, self.missed)
                self._be_looked_at(self._newsroom)
                self.is_listening = True
        assert self._newsroom is not None
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while self._newsroom.rounds < self._ready_at:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            _LOG.warning("news are late; a client is let in without what happened before")

    def take(self, batch: Sequence[News]) -> None:
        """In the newsroom's thread."""
        assert self._loop is not None
        self.hub.take(batch, self._loop)

    def missed(self) -> None:
        """In the newsroom's thread: it has broken, and begins anew."""
        assert self._loop is not None
        with suppress(RuntimeError):  # the loop has ended, and with it everybody who could have missed anything
            self._loop.call_soon_threadsafe(self._begin_anew)

    def _begin_anew(self) -> None:
        """Whoever listens is sent away, and told the whole state when they come back."""
        assert self._newsroom is not None
        self._ready_at = self._newsroom.rounds + 1
        self.hub.begin_anew(self.serving.randomness.token(12))
        self._meters.news_broke()
        for client in list(self.clients):
            client.cut(codes.MISSED, "news may have been missed: come in again, without `after`")

    def _be_looked_at(self, newsroom: Newsroom) -> None:
        """As a part of this process, once somebody has listened."""

        def look() -> str:
            if newsroom.problem:
                raise TradewrightError("news are broken, and begun anew", found=newsroom.problem)
            return f"{len(self.clients)} clients"

        added = self.serving.app.health.added
        if all(one.name != NEWS for one in added):
            added.append(Check(NEWS, False, look))

    def _gone(self, client: Client) -> None:
        self.clients.discard(client)
        self._count(client)
        self._meters.client_left(is_cut=client.end is not None and client.end[0] == codes.BEHIND)
        if not self.clients:
            self._ends = asyncio.get_running_loop().call_later(LINGERS_S, self._rest)

    def _rest(self) -> None:
        """Nobody listens: nothing is watched."""
        if not self.clients and self.is_listening and self._newsroom is not None:
            self._newsroom.forget(self.take)
            self.is_listening = False

    @property
    def _meters(self) -> Meters:
        return self.serving.app.health.meters

    def _count(self, client: Client) -> None:
        self._meters.client_told(client.frames - client.counted)
        client.counted = client.frames

    async def _checked(self) -> None:
        """Look at the keys of all who are connected, again and again."""
        blind = 0
        while self.clients:
            await asyncio.sleep(self.terms.checked_every_s)
            for client in self.clients:
                self._count(client)
            for actor in {one.actor for one in self.clients}:
                try:
                    is_good = await to_thread.run_sync(self.serving.entrance.is_good, actor)
                    blind = 0
                except TradewrightError as problem:
                    blind += 1
                    _LOG.warning("keys cannot be looked at: %s", problem)
                    is_good = blind < BLIND_CHECKS
                if not is_good:
                    self._cut(actor)

    def _cut(self, actor: Actor) -> None:
        for client in [one for one in self.clients if one.actor == actor]:
            client.cut(codes.NOT_IDENTIFIED, "the key opens no more, or its rights have changed: come in again")
