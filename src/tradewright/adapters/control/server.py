"""The trader's end of the control line: a Unix socket for its owner alone, many callers at once.

This file decides who is let in (the same user, by what the system says of the peer), that a wrong frame is answered and
not suffered, and that a caller who neither sends nor takes is cut without making another wait.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from dataclasses import dataclass, field
from pathlib import Path

from tradewright.adapters.control.frames import LARGEST, LENGTH, answer_frame, error_frame, request_in
from tradewright.adapters.control.place import NAME, short_path
from tradewright.domain.errors import ControlError, InputError, StorageError, TradewrightError, Unauthorized
from tradewright.ports.control import Answering

_CREDENTIALS = struct.Struct("3i")
_log = logging.getLogger("tradewright.control")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a caller is waited for, and how many there may be."""

    idle_s: float = 300.0
    """Between two requests."""
    frame_s: float = 5.0
    """For the rest of a frame that has begun, and for taking an answer."""
    callers: int = 64


@dataclass(slots=True)
class SocketServer:
    """The socket of the session in `folder`."""

    folder: Path
    answering: Answering
    patience: Patience = Patience()
    _server: asyncio.Server | None = None
    _callers: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    async def start(self) -> None:
        """Listen in the folder, which only the owner may enter; a socket that a dead trader left is replaced."""
        try:
            self.folder.chmod(0o700)
            listening = _bound(self.folder)
            self._server = await asyncio.start_unix_server(self._called, sock=listening)
        except OSError as problem:
            raise StorageError(
                f"the control socket in {self.folder} cannot be opened",
                found=problem.strerror or str(problem),
                remedy="check that the folder is on a local disk and belongs to you",
            ) from problem

    async def close(self) -> None:
        """Cut every caller, then remove the socket."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task, writer in tuple(self._callers.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)
        (self.folder / NAME).unlink(missing_ok=True)

    async def _called(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._callers[task] = writer
        writer.transport.set_write_buffer_limits(high=0)  # `drain` waits until the system has taken everything
        try:
            refusal = _refusal(writer) or self._too_many()
            if refusal is not None:
                # what was sent is taken first: a line that is closed with unread bytes loses the answer
                await asyncio.wait_for(reader.read(LARGEST), self.patience.frame_s)
                await self._send(writer, error_frame(refusal))
                return
            while await self._one(reader, writer):
                pass
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # gone, or cut for its silence: nobody is there to be told
        finally:
            self._callers.pop(task, None)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False when nothing can follow."""
        first = await asyncio.wait_for(reader.read(1), self.patience.idle_s)
        if not first:
            return False
        rest = await asyncio.wait_for(reader.readexactly(LENGTH.size - 1), self.patience.frame_s)
        (length,) = LENGTH.unpack(first + rest)
        if length > LARGEST:
            too_long = InputError("the frame is too long", expected=f"at most {LARGEST} bytes", found=f"{length}")
            await self._send(writer, error_frame(too_long))
            return False  # where the next frame begins is not known
        content = await asyncio.wait_for(reader.readexactly(length), self.patience.frame_s)
        await self._send(writer, await self._answered(content))
        return True

    async def _answered(self, content: bytes) -> bytes:
        try:
            return answer_frame(await self.answering(request_in(content)))
        except TradewrightError as problem:
            return error_frame(problem)
        except Exception as problem:  # noqa: BLE001 - the door: a defect behind it is told, and the trader lives
            _log.exception("a request over the control socket failed")
            told = f"{type(problem).__name__}: {problem}"
            return error_frame(ControlError("the trader failed to answer", found=told, remedy="see its trader.log"))

    async def _send(self, writer: asyncio.StreamWriter, frame: bytes) -> None:
        writer.write(frame)
        try:
            await asyncio.wait_for(writer.drain(), self.patience.frame_s)
        except TimeoutError:
            writer.transport.abort()
            raise

    def _too_many(self) -> ControlError | None:
        if len(self._callers) <= self.patience.callers:
            return None
        return ControlError(
            "the trader has too many callers",
            expected=f"at most {self.patience.callers}",
            remedy="end some of the terminals that watch it",
        )


def _bound(folder: Path) -> socket.socket:
    (folder / NAME).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short_path(folder) as path:
            listening.bind(path)
        (folder / NAME).chmod(0o600)  # before anybody listens, so that nobody came in between
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _refusal(writer: asyncio.StreamWriter) -> Unauthorized | None:
    """Why the peer may not ask; where the system does not name it, the rights of the folder alone decide."""
    kind = getattr(socket, "SO_PEERCRED", None)
    peer = writer.get_extra_info("socket")
    if kind is None or peer is None:
        return None
    with contextlib.suppress(OSError):
        _, user, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, kind, _CREDENTIALS.size))
        if user == os.getuid():
            return None
        return Unauthorized("this session belongs to another user", expected=f"user {os.getuid()}", found=f"{user}")
    return Unauthorized("the system does not say who asks")
