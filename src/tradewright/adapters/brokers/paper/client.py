"""The way to the paper venue's process: its socket, its frames, and starting it where it does not run.

This file decides that the process outlives us (a trading day of its own, a log file of its own) and that it gets no
secret: its environment is a few names.
"""

import asyncio
import os
import struct
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tradewright.adapters.system.descriptors import closing_strangers
from tradewright.domain.errors import BrokerError

SOCKET: Final = "venue.sock"
LOG: Final = "venue.log"
MODULE: Final = "tradewright.venues.paper"
LARGEST: Final = 1 << 24
"""Bytes of a frame without its length."""
_LENGTH: Final = struct.Struct(">I")
_DESCRIPTORS: Final = Path("/proc/self/fd")
_KEPT: Final = (
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT", "PATH", "PYTHONPATH", "TMPDIR",
    "TRADEWRIGHT_HOME", "TZ", "XDG_CACHE_HOME",
)  # fmt: skip
_HELD: Final = 75
"""Exit code of a venue that found another one serving the account: that one is on its way up."""
_START_S: Final = 60.0
"""One that fails is noticed at once; one that is about to come may have a busy machine."""
_LOOK_S: Final = 0.05
_TOLD_LINES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a paper account is served."""

    folder: Path
    account: str
    client: str = "trader"
    """Who we are, for the venue's log."""
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Options of the venue's command line by name, without dashes; an empty text is a switch."""
    starts: bool = True
    """False where a venue that does not run is not started, as for a guard."""


@dataclass(frozen=True, slots=True)
class Wire:
    """An open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, content: bytes) -> None:
        """Hand a frame over."""
        self.writer.write(_LENGTH.pack(len(content)) + content)

    async def receive(self) -> bytes:
        """The next frame; ConnectionError when the connection is gone."""
        try:
            (length,) = _LENGTH.unpack(await self.reader.readexactly(_LENGTH.size))
            if length > LARGEST:
                raise BrokerError("the paper venue sent a frame that is too long", found=f"{length} bytes")
            return await self.reader.readexactly(length)
        except asyncio.IncompleteReadError as ended:
            raise ConnectionResetError("the paper venue closed the connection") from ended

    def is_open(self) -> bool:
        """False once nothing can be sent any more."""
        return not self.writer.transport.is_closing()

    def cut(self) -> None:
        """Close at once."""
        self.writer.transport.abort()


async def reach(place: Place) -> Wire:
    """A connection to the account's venue, which is started where it does not run; BrokerError says what is wrong."""
    try:
        return await _open(place)
    except (FileNotFoundError, ConnectionRefusedError):
        if not place.starts:
            raise BrokerError(
                f"paper account {place.account} is not served",
                expected=f"a venue's process with a socket in {place.folder}",
                found="none",
                remedy="start a trading session on it",
            ) from None
    except OSError as problem:
        raise _unreachable(place, problem) from problem
    return await _started(place)


async def _started(place: Place) -> Wire:
    process = _spawn(place)
    loop = asyncio.get_running_loop()
    end = loop.time() + _START_S
    ended = status = 0
    while loop.time() < end:
        if not ended:
            ended, status = os.waitpid(process, os.WNOHANG)
        try:
            return await _open(place)
        except (FileNotFoundError, ConnectionRefusedError):
            if ended and os.waitstatus_to_exitcode(status) != _HELD:
                raise BrokerError(
                    f"the venue of paper account {place.account} ended with code {os.waitstatus_to_exitcode(status)}",
                    found=_last_lines(place.folder / LOG),
                    remedy=f"see {place.folder / LOG}",
                ) from None
        except OSError as problem:
            raise _unreachable(place, problem) from problem
        await asyncio.sleep(_LOOK_S)
    raise BrokerError(
        f"the venue of paper account {place.account} was started and does not listen",
        expected=f"a socket in {place.folder} within {_START_S:g} s",
        found=_last_lines(place.folder / LOG),
        remedy=f"see {place.folder / LOG}",
    )


async def _open(place: Place) -> Wire:
    with _short_path(place.folder) as path:
        reader, writer = await asyncio.open_unix_connection(path, limit=LARGEST)
    return Wire(reader, writer)


@contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """A path of the socket that is short, as the system wants it, and good while the context lasts."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        through = _DESCRIPTORS / str(descriptor)
        yield str((through if through.exists() else folder) / SOCKET)
    finally:
        os.close(descriptor)


def _spawn(place: Place) -> int:
    """Start the venue as a process that lives on without us; gives its number."""
    try:
        place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(place.folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise _unreachable(place, problem) from problem
    options = [part for name, value in place.options.items() for part in (f"--{name}", value) if part]
    command = [sys.executable, "-P", "-m", MODULE, "--folder", str(place.folder), "--account", place.account, *options]
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    actions = [nothing, (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2), *closing_strangers()]
    try:
        return os.posix_spawn(sys.executable, command, _environment(), file_actions=actions, setsid=True)
    except OSError as problem:
        raise _unreachable(place, problem) from problem
    finally:
        os.close(log)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _unreachable(place: Place, problem: OSError) -> BrokerError:
    return BrokerError(
        f"paper account {place.account} cannot be reached",
        found=problem.strerror or str(problem),
        remedy=f"check who owns {place.folder}, and that it is on a local disk",
    )


def _last_lines(log: Path) -> str:
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError:
        return "no log"
    return " / ".join(lines[-_TOLD_LINES:]) or "an empty log"
