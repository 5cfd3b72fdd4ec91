"""P12: how many reads a server answers, and how many news it spreads over ten WebSocket clients.

Ours is the platform's application with its keys, audit and limits of who may hear what; bare is FastAPI with a route
that does nothing, and uvicorn's WebSockets with one message for each piece of news. Both run in a process of their own;
the same client asks both.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import websockets

from benchmarks.workloads.case import Answers, Case, Place
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.ports.stores import TABLES, Table

CLIENTS = 10
CONNECTIONS = 8
SYMBOL = "AAPL.XNAS"


@dataclass(slots=True)
class Server:
    """One of the two, in a process of its own."""

    process: "subprocess.Popen[str]"
    port: int
    key: str

    def tell(self, many: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{many}\n")
        self.process.stdin.flush()

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


def _server(kind: str, stack: ExitStack) -> Server:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-web-")))
    _write_a_bar(folder / ".tradewright" / "store")
    command = [sys.executable, "-m", "benchmarks.web_server", kind, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    found = Server(process, told["port"], told["key"])
    stack.callback(found.close)
    return found


def _write_a_bar(folder: Path) -> None:
    moment = datetime(2026, 1, 5, 21, tzinfo=UTC)
    row = {
        "instrument": SYMBOL, "source": "bench", "time": moment, "interval": "1d", "session": date(2026, 1, 5),
        "open": 100.0, "high": 101.0, "low": 99.0, "close": 100.5, "volume": 10_000.0, "known_at": moment,
    }  # fmt: skip
    schema = {
        name: pl.Datetime("us", "UTC") if name in {"time", "known_at"} else kind
        for name, kind in TABLES[Table.BARS].items()
    }
    frame = pl.DataFrame([row], schema=schema).with_columns(pl.col("time", "known_at").cast(pl.Datetime("ns", "UTC")))
    DeltaStore(folder).append(Table.BARS, frame.select(list(TABLES[Table.BARS])))


async def _read(server: Server, many: int) -> int:
    """So many requests over a few connections; how many were answered."""
    request = (
        f"GET /api/data/latest/{SYMBOL} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.key}\r\n\r\n"
    ).encode()

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        answered = 0
        for _ in range(many // CONNECTIONS):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            answered += head.startswith(b"HTTP/1.1 200") and SYMBOL.encode() in body
        writer.close()
        return answered

    return sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS))))


async def _hear(server: Server, many: int) -> int:
    """Ten clients that hear so many pieces of news each; how many all of them heard."""
    clients = [
        await websockets.connect(f"ws://127.0.0.1:{server.port}/ws", proxy=None, compression=None, max_size=None)
        for _ in range(CLIENTS)
    ]
    for client in clients:
        if server.key:
            await client.send(json.dumps({"op": "auth", "key": server.key}))
            await client.send(json.dumps({"op": "subscribe", "topic": "risk"}))
            while not json.loads(await client.recv()).get("is_last"):
                pass
        else:
            await client.send("{}")
            await client.recv()

    async def heard(client: Any) -> int:
        found = 0
        while found < many:
            found += (await client.recv(decode=False)).count(b'"seq":')
        return found

    server.tell(many)
    total = sum(await asyncio.gather(*(heard(client) for client in clients)))
    for client in clients:
        await client.close()
    return total


def _case(ask: Callable[[Server, int], Coroutine[Any, Any, int]], *, many: int, units: int) -> Case:
    stack = ExitStack()
    ours, bare = _server("ours", stack), _server("bare", stack)

    def run() -> Answers:
        return {"answered": float(asyncio.run(ask(ours, many)))}

    def same() -> int:
        return asyncio.run(ask(bare, many))

    return Case(units, lambda: run, bare_turn=lambda: same, close=stack.close)


def _reads(place: Place) -> Case:
    many = place.sizes.reads
    return _case(_read, many=many, units=many)


def _fan_out(place: Place) -> Case:
    many = place.sizes.news
    return _case(_hear, many=many, units=many * CLIENTS)


CASES = {"P12.reads": _reads, "P12.stream": _fan_out}
"""How each line is made."""
