"""The paper venue's own process, and a second connection to it by which a test moves the market."""

import asyncio
import contextlib
import os
import signal
import socket
import struct
import time
from pathlib import Path
from typing import Any

import msgspec

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.brokers.paper.client import Place
from tradewright.adapters.brokers.paper.translate import Replay
from tradewright.domain.errors import BrokerError
from tradewright.ports.broker import AskAccount, Command

LENGTH = struct.Struct(">I")


class VenueProcess:
    """One account served by a process; it is ended with the test."""

    def __init__(self, folder: Path, **options: str) -> None:
        self.folder = folder
        self.options = options

    def place(self, client: str = "trader") -> Place:
        return Place(folder=self.folder, account="main", client=client, options=self.options)

    def broker(self, stretch: str = "") -> PaperBroker:
        return PaperBroker(self.place(), replay=Replay(stretch=stretch) if stretch else None)

    @property
    def process(self) -> int:
        """Its process number, by its lock."""
        return int((self.folder / "venue.lock").read_text().strip())

    def start(self) -> None:
        """Start it by connecting once."""

        async def connected() -> None:
            broker = self.broker()
            await broker.connect(lambda event: None)
            await broker.close()

        asyncio.run(connected())

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it at once, and wait until it is gone."""
        process = self.process
        try:
            os.kill(process, number)
        except ProcessLookupError:
            return
        while is_running(process):
            time.sleep(0.002)

    def end(self) -> None:
        """End whatever of it still runs: a client whose venue was killed may have begun to start another one."""
        for process in self.started():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            while is_running(process):
                time.sleep(0.002)

    def started(self) -> list[int]:
        """Processes that serve this folder, or are about to."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().split(b"\0")
            except OSError:
                continue
            if b"tradewright.venues.paper" in words and os.fsencode(self.folder) in words:
                found.append(int(entry.parent.name))
        return found

    def inject(self, given: object) -> None:
        """Let the venue take an input over a connection of its own; it has been carried out then."""
        with Wire(self.folder) as wire:
            wire.send(type(given).__name__, given)
            wire.ask(AskAccount(1))


class Wire:
    """The venue's protocol, by hand."""

    def __init__(self, folder: Path, account: str = "main") -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.folder = folder
        self.account = account

    def __enter__(self) -> "Wire":
        try:
            self._open()
        except OSError:
            self.socket.close()
            raise
        return self

    def _open(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            self.socket.connect(f"/proc/self/fd/{descriptor}/venue.sock")
        finally:
            os.close(descriptor)
        self.send("Hello", {"version": 1, "account": self.account, "client": "test"})
        if self.receive()["kind"] != "Welcome":
            raise BrokerError("the venue did not let the test in")

    def __exit__(self, *raised: object) -> None:
        self.socket.close()

    def send(self, kind: str, body: object) -> None:
        self.send_bytes(msgspec.json.encode({"kind": kind, "body": body}))

    def send_bytes(self, content: bytes) -> None:
        self.socket.sendall(LENGTH.pack(len(content)) + content)

    def ask(self, question: Command) -> Any:
        """The body of the answer, also where it is none."""
        self.send(type(question).__name__, question)
        wanted = type(question).__name__.replace("Ask", "") + "Answer"
        while (frame := self.receive())["kind"] not in {wanted, "NoAnswer"}:
            pass
        return frame["body"]

    def receive(self) -> Any:
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size))
        return msgspec.json.decode(self._exactly(length))

    def _exactly(self, count: int) -> bytes:
        content = b""
        while len(content) < count:
            part = self.socket.recv(count - len(content))
            if not part:
                raise ConnectionResetError("the venue closed the connection")
            content += part
        return content


def is_running(process: int) -> bool:
    """True while the process lives; one that ended and was started by us is forgotten by asking."""
    try:
        ended, _ = os.waitpid(process, os.WNOHANG)
        return ended == 0
    except ChildProcessError:
        pass
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
