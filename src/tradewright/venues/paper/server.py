"""The server of one paper account: a Unix socket in the account's folder, for its owner alone.

This file decides who is let in, and that the server leaves by itself when nobody was there for a while. A failure of
the account's file ends it at once: nothing is told that is not kept.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tradewright.domain.errors import BrokerError, InputError, StorageError, TradewrightError, Unauthorized
from tradewright.simulation.paper.exchange import Exchange, SliceSource
from tradewright.simulation.paper.faults import ConnectionLost, Faults
from tradewright.venues.paper import protocol
from tradewright.venues.paper.connection import Connection, TradesOf, TradeSource

SOCKET: Final = "venue.sock"
_CREDENTIALS: Final = struct.Struct("3i")
_HELLO_S: Final = 5.0
_log = logging.getLogger("tradewright.venues.paper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How an account is served."""

    idle_s: float = 1800.0
    """Without a client for so long, the server leaves."""
    faults: Faults = field(default_factory=Faults)
    is_injecting: bool = False
    """Clients may place orders by hand, take executions back and lose waiting orders: for tests."""


class PaperServer:
    """Serves one account in its folder, which is the working folder of the process: a socket's path has to be short."""

    def __init__(
        self,
        folder: Path,
        exchange: Exchange,
        *,
        source_of: Callable[[protocol.Subscribe], SliceSource],
        trades_of: TradesOf | None = None,
        serving: Serving,
    ) -> None:
        self._folder = folder
        self._exchange = exchange
        self._source_of = source_of
        self._trades_of = trades_of or _no_trades
        self._serving = serving
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._is_over = asyncio.Event()
        self._failure: BaseException | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def serve(self) -> None:
        """Listen until `leave`, or until nobody was there for long; raises what made it impossible to go on."""
        asyncio.get_running_loop().set_exception_handler(self._failed)
        server = await asyncio.start_unix_server(self._called, sock=_bound(self._folder))
        self._wait_for_clients()
        try:
            await self._is_over.wait()
        finally:
            server.close()
            (self._folder / SOCKET).unlink(missing_ok=True)
            for writer in self._clients.values():
                writer.transport.abort()
            await asyncio.gather(*self._clients, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    def leave(self) -> None:
        """End the server; working orders stay in the account."""
        self._is_over.set()

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Something went wrong in a callback, as in a row of the replay: nothing can be trusted after that."""
        problem = context.get("exception")
        _log.error("%s", context.get("message"), exc_info=problem if isinstance(problem, BaseException) else None)
        self._fail(problem if isinstance(problem, BaseException) else BrokerError(str(context.get("message"))))

    def _fail(self, problem: BaseException) -> None:
        self._failure = self._failure or problem
        self._is_over.set()

    def _wait_for_clients(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = None
        if not self._clients:
            self._idle = asyncio.get_running_loop().call_later(self._serving.idle_s, self.leave)

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients[task] = writer
        self._wait_for_clients()
        try:
            await self._talk(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ConnectionLost):
            pass  # gone, or cut on purpose: nobody is there to be told
        except (InputError, Unauthorized) as problem:
            _log.warning("a client is refused: %s", problem)
            writer.write(protocol.refusal(problem, "Refused"))
        except Exception as problem:  # noqa: BLE001 - the door: the account cannot be served any more, and says why
            _log.exception("the paper venue failed")
            self._fail(problem)
        finally:
            self._clients.pop(task, None)
            self._wait_for_clients()
            with contextlib.suppress(OSError):
                writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (refused := _refusal(writer)) is not None:
            raise refused
        hello = protocol.read(await asyncio.wait_for(_frame(reader), _HELLO_S))
        self._greet(hello, writer)
        connection = Connection(
            self._exchange, writer, source_of=self._source_of, trades_of=self._trades_of,
            faults=self._serving.faults, is_injecting=self._serving.is_injecting,
        )  # fmt: skip
        try:
            while True:
                connection.take(await _frame(reader))
        finally:
            connection.close()

    def _greet(self, hello: object, writer: asyncio.StreamWriter) -> None:
        if not isinstance(hello, protocol.Hello):
            raise InputError("the first frame of a client is no hello", found=type(hello).__name__)
        if hello.version != protocol.VERSION:
            raise InputError(
                "client and paper venue are of different versions",
                expected=f"protocol {protocol.VERSION}",
                found=str(hello.version),
                remedy="end the venue's process: it starts again with the client's version",
            )
        account = self._exchange.venue.terms.account
        if hello.account != account:
            raise InputError("this is another paper account", expected=account, found=hello.account)
        _log.info("%s is connected", hello.client)
        writer.write(
            protocol.written({"version": protocol.VERSION, "account": account, "process": os.getpid()}, "Welcome")
        )


def _no_trades(_: protocol.SubscribeTrades) -> TradeSource:
    raise InputError("this paper venue has no recorded trades", expected="a recording of trades", found="none")


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = protocol.LENGTH.unpack(await reader.readexactly(protocol.LENGTH.size))
    if length > protocol.LARGEST:
        raise InputError("a frame is too long", expected=f"at most {protocol.LARGEST} bytes", found=str(length))
    return await reader.readexactly(length)


def _bound(folder: Path) -> socket.socket:
    """A listening socket in the folder; what a dead server left is replaced: the hold on the account proves it dead."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        folder.chmod(0o700)
        (folder / SOCKET).unlink(missing_ok=True)
        listening.bind(os.path.relpath(folder / SOCKET))
        (folder / SOCKET).chmod(0o600)  # before anybody listens, so that nobody came in between
        listening.setblocking(False)
    except OSError as problem:
        listening.close()
        raise StorageError(
            f"the paper venue cannot listen in {folder}",
            found=problem.strerror or str(problem),
            remedy="check that the folder is on a local disk and belongs to you",
        ) from problem
    return listening


def _refusal(writer: asyncio.StreamWriter) -> TradewrightError | None:
    """Why the peer may not come in; where the system does not name it, the rights of the folder alone decide."""
    kind = getattr(socket, "SO_PEERCRED", None)
    peer = writer.get_extra_info("socket")
    if kind is None or peer is None:
        return None
    _, user, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, kind, _CREDENTIALS.size))
    if user == os.getuid():
        return None
    return Unauthorized("the paper venue belongs to another user", expected=f"user {os.getuid()}", found=f"user {user}")
