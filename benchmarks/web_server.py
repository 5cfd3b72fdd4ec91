"""A server to be measured: `python -m benchmarks.web_server ours|bare FOLDER`; it prints its port and a key as JSON.

`ours` is the platform's application over a folder, without limits of rates and with queues that hold a whole
measurement; `bare` is FastAPI with one route, and uvicorn's WebSockets. Each number that comes in by the standard input
is so many pieces of news that every WebSocket client is told.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from tradewright.application.access.messages import MakeFirstKey
from tradewright.application.access.views import FirstKey
from tradewright.application.trading.across_messages import RiskEventView
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving, WebTerms
from tradewright.interfaces.api.app import api_over
from tradewright.interfaces.api.schemas.told import Telling
from tradewright.interfaces.stream.app import Stream, Web
from tradewright.interfaces.stream.protocol import server_options
from tradewright.interfaces.stream.terms import StreamTerms

MANY = 1_000_000_000
PATIENT = WebTerms(per_key=MANY, per_address=MANY)
ROOMY = StreamTerms(items=MANY, waiting_bytes=MANY, per_key=1_000)
PORTION = 100
"""Pieces of news that are told at once, as a newsroom does after a look."""


def event(number: int) -> RiskEventView:
    """A piece of news of usual size."""
    return RiskEventView(
        session="20260105-moving_average-abcd", account="paper", sequence=number, time_ns=1_767_000_000_000_000_000,
        what="refused", subject="tw00-aaaaaaaaaaaaaaaaaaaa", who="gate", reason="order_notional: above the limit",
    )  # fmt: skip


class Ours:
    """The platform's application."""

    def __init__(self, folder: Path) -> None:
        app = App(folder)
        first = app.ask(MakeFirstKey(), answer=FirstKey).made
        assert first is not None, "the folder was served before"
        self.key = first.key
        serving = replace(Serving(app), given_terms=PATIENT)
        self.stream = Stream(serving, ROOMY)
        self.web: Any = Web(api_over(serving), self.stream)

    async def tell(self, many: int) -> None:
        """As the newsroom's thread does."""
        for first in range(0, many, PORTION):
            news = [("risk", event(number)) for number in range(first, min(first + PORTION, many))]
            await asyncio.to_thread(self.stream.take, news)


class Bare:
    """FastAPI and uvicorn, and nothing else."""

    def __init__(self, _: Path) -> None:
        self.key, self.clients = "", list[WebSocket]()
        self.telling = Telling()
        self.web: Any = FastAPI()
        self.web.get("/api/data/latest/{symbol}")(self._latest)
        self.web.websocket("/ws")(self._socket)

    async def tell(self, many: int) -> None:
        """One message for each, to one client after the other."""
        for number in range(many):
            data = self.telling.encoded(event(number)).decode()
            text = f'{{"events":[{{"topic":"risk","seq":{number},"data":{data}}}]}}'
            for client in self.clients:
                await client.send_text(text)

    async def _latest(self, symbol: str) -> Response:
        told = {"items": [{"instrument": symbol, "interval": "1d", "close": "100.5", "volume": "10000"}]}
        return Response(json.dumps(told), media_type="application/json")

    async def _socket(self, client: WebSocket) -> None:
        await client.accept()
        self.clients.append(client)
        try:
            while True:
                await client.receive_text()
                await client.send_text("{}")
        except WebSocketDisconnect:
            self.clients.remove(client)


async def served(of: Ours | Bare) -> None:
    """Until the standard input ends."""
    with socket.socket(proto=socket.IPPROTO_TCP) as door:  # else TCP_NODELAY is left out, and answers wait for 40 ms
        door.bind(("127.0.0.1", 0))
        door.listen(128)
        config = uvicorn.Config(of.web, log_config=None, access_log=False, lifespan="off", **server_options())
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[door]))
        print(json.dumps({"port": door.getsockname()[1], "key": of.key}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            await of.tell(int(line))
        server.should_exit = True
        await serving


def main(arguments: Sequence[str]) -> int:
    """Serve."""
    kind, folder = arguments
    asyncio.run(served({"ours": Ours, "bare": Bare}[kind](Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
