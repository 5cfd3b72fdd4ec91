"""A project behind a real server with WebSockets, news that a test makes itself, and a client for it."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import uvicorn
import websockets
from proofs.asking.served import PATIENT, QUICK
from websockets.asyncio.client import ClientConnection

from tradewright.application.access.messages import CreateKey
from tradewright.application.access.views import NewKey
from tradewright.application.messages import Role
from tradewright.application.trading.across_messages import RiskEventView
from tradewright.application.watching.news import News, SessionBar
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving, WebTerms
from tradewright.interfaces.api.app import api_over
from tradewright.interfaces.stream.app import Stream, Web
from tradewright.interfaces.stream.protocol import server_options
from tradewright.interfaces.stream.terms import StreamTerms

WITHIN_S = 30.0
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Streaming:
    """A server that listens."""

    serving: Serving
    stream: Stream
    port: int

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def key(self, name: str, *roles: Role, accounts: tuple[str, ...] | None = None) -> str:
        command = CreateKey(name=name, roles=roles or (Role.VIEWER,), accounts=accounts)
        return self.serving.app.ask(command, answer=NewKey).key

    def tell(self, *news: News) -> None:
        """As the newsroom would, from another thread."""
        self.stream.take(news)


@contextmanager
def streaming(
    folder: Path, *, terms: StreamTerms | None = None, web: WebTerms = PATIENT, environment: Mapping[str, str] = NOTHING
) -> Iterator[Streaming]:
    """A project's doors on a free port, by the server and with the options of the platform."""
    serving = replace(Serving(App(folder, environment=environment)), given_terms=web, passwords=QUICK)
    stream = Stream(serving, terms or StreamTerms())
    with socket.socket(proto=socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        config = uvicorn.Config(
            Web(api_over(serving), stream), log_level="info", log_config=None, access_log=False, **server_options()
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            until = time.monotonic() + WITHIN_S
            while not server.started:
                assert thread.is_alive() and time.monotonic() < until, "the server has not started"
                time.sleep(0.01)
            yield Streaming(serving, stream, door.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(WITHIN_S)
            assert not thread.is_alive(), "the server has not ended"
            serving.app.state.close()


@dataclass
class Talk:
    """A conversation over one WebSocket."""

    socket: ClientConnection
    welcome: dict[str, Any]

    async def said(self, **words: Any) -> dict[str, Any]:
        """Say something; the next frame that is no news."""
        await self.socket.send(json.dumps(words))
        while (told := await self.heard())["type"] == "events":
            pass
        return told

    async def heard(self) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(WITHIN_S):
            found: dict[str, Any] = json.loads(await self.socket.recv())
        return found

    async def subscribed(self, topic: str, **words: Any) -> dict[str, Any]:
        """Subscribe; the snapshot, with all its items."""
        told = await self.said(op="subscribe", topic=topic, **words)
        assert told["type"] == "subscribed", told
        if told["is_resumed"]:
            return told
        items: list[Any] = []
        while (part := await self.heard())["type"] != "snapshot" or not part["is_last"]:
            items += part.get("items", [])
        return {**part, "items": items + part["items"]}

    async def events(self, many: int) -> list[dict[str, Any]]:
        """So many pieces of news."""
        found: list[dict[str, Any]] = []
        while len(found) < many:
            found += (await self.heard()).get("events", [])
        return found

    async def ended(self) -> tuple[int, str]:
        """How it is closed."""
        async with asyncio.timeout(WITHIN_S):
            try:
                while True:
                    await self.socket.recv()
            except websockets.ConnectionClosed as closed:
                found = closed.rcvd
        return (found.code, found.reason) if found is not None else (1006, "")


@asynccontextmanager
async def talking(place: Streaming, key: str, *, path: str = "", **more: Any) -> AsyncIterator[Talk]:
    """Connected, and known."""
    more.setdefault("compression", None)
    async with websockets.connect(place.url + path, max_size=None, proxy=None, **more) as socket_:
        await socket_.send(json.dumps({"op": "auth", "ticket" if key.startswith("twt_") else "key": key}))
        async with asyncio.timeout(WITHIN_S):
            welcome = json.loads(await socket_.recv())
        assert welcome["type"] == "welcome", welcome
        yield Talk(socket_, welcome)


def bar(symbol: str = "AAPL.XNAS", close: int = 100, *, account: str = "paper") -> News:
    return "bars", SessionBar(
        session=f"s-{account}", account=account, instrument=symbol, slice=1, time_ns=1, close=Decimal(close)
    )


def refusals(first: int, many: int, *, words: str = "too much") -> Sequence[News]:
    return [
        (
            "risk",
            RiskEventView(
                session="s-paper", account="paper", sequence=number, time_ns=1, what="refused", subject=f"o{number}",
                who="gate", reason=words,
            ),
        )
        for number in range(first, first + many)
    ]  # fmt: skip
