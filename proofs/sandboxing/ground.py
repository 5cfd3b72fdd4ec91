"""The ground on which attacks are tried: a secret, files, sockets, a process; each shows whether it was reached.

This file decides what must be true after an attack, whatever the attack itself says.
"""

import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from proofs.sandboxing.calls import calls
from tradewright.adapters.sandbox.base import PREFIX
from tradewright.adapters.sandbox.filter import ALLOWED, with_arguments
from tradewright.adapters.sandbox.kernel import machine
from tradewright.adapters.sandbox.numbers import NUMBERS

MARK: Final = "canary."
SHARED: Final = (Path("/dev/shm/left"), Path("/dev/mqueue/q"))


@dataclass(slots=True)
class Ground:
    """Everything that an attack may reach for."""

    folder: Path
    secret: str = field(repr=False)
    """Stands in a file, in the environment, and in the memory of the engine."""
    places: dict[str, object]
    victim: subprocess.Popen[bytes]
    listeners: list[socket.socket]
    before: dict[str, str]

    @classmethod
    def made(cls) -> "Ground":
        """A new one; its folder can be entered and written by everybody, as far as the system goes."""
        folder = Path(tempfile.mkdtemp(prefix="proofs-sandbox-"))
        folder.chmod(0o777)
        secret = f"{MARK}{os.urandom(12).hex()}"
        os.environ["BROKER_SECRET"] = secret
        listeners = list(_listeners(folder, abstract=secret[-12:]))
        victim = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
        places: dict[str, object] = {
            **_files(folder, secret),
            "mark": MARK,
            "port": listeners[0].getsockname()[1],
            "unix": str(folder / "service"),
            "abstract": secret[-12:],
            "victim_process": victim.pid,
            "calls": calls(),
            "allowed": sorted(_allowed()),
        }
        return cls(folder, secret, places, victim, listeners, _state(folder))

    def traces(self) -> list[str]:
        """What shows that somebody was here; empty: nothing."""
        found = [f"{name} is not as it was" for name in _changed(self.before, _state(self.folder))]
        found += [f"somebody came to {one.getsockname()!r}" for one in self.listeners if _was_reached(one)]
        if self.victim.poll() is not None:
            found.append("another process was ended")
        elif "T" in _status(self.victim.pid):
            found.append("another process was stopped or traced")
        found += [f"{path} was left" for path in SHARED if path.exists()]
        found += [f"{path} was left" for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}{os.getpid()}-*")]
        return found

    def remove(self) -> None:
        """Leave nothing."""
        self.victim.kill()
        self.victim.communicate()
        for one in self.listeners:
            one.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _files(folder: Path, secret: str) -> dict[str, str]:
    """Files to be reached for."""
    (folder / "modules").mkdir()
    places = {
        name: folder / name
        for name in ("secret", "public", "victim", "kernel", "archive", "modules", "database", "library")
    }
    for name, mode in (("secret", 0o600), ("public", 0o644), ("victim", 0o666), ("kernel", 0o666)):
        places[name].write_text(secret, encoding="ascii")
        places[name].chmod(mode)
    (folder / "modules" / "evil.py").write_text(f"FOUND = {secret!r}\n", encoding="ascii")
    with zipfile.ZipFile(places["archive"], "w") as archive:
        archive.writestr("evil.py", f"FOUND = {secret!r}\n")
    with sqlite3.connect(places["database"]) as database:
        database.execute("create table t (x)")
        database.execute("insert into t values (?)", (secret,))
    database.close()
    places["library"].write_bytes(Path(sys.executable).read_bytes()[:4096])
    for path in (*places.values(), folder / "modules" / "evil.py"):
        if path.name not in {"secret"}:
            path.chmod(path.stat().st_mode | 0o444)
    return {name: str(path) for name, path in places.items()} | {"folder": str(folder)}


def _listeners(folder: Path, *, abstract: str) -> Iterator[socket.socket]:
    """Services that count whoever comes."""
    for family, kind, address in (
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        (socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "service")),
        (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}"),
    ):
        one = socket.socket(family, kind)
        one.bind(address)
        one.listen(50)
        one.setblocking(False)
        yield one
        if family == socket.AF_INET:
            datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagrams.bind(one.getsockname())
            datagrams.setblocking(False)
            yield datagrams
    (folder / "service").chmod(0o777)


def _was_reached(listener: socket.socket) -> bool:
    with suppress(BlockingIOError):
        if listener.type == socket.SOCK_DGRAM:
            return bool(listener.recv(100))
        listener.accept()[0].close()
        return True
    return False


def _allowed() -> Iterator[int]:
    """Numbers of the calls that a confined process may make, with some arguments at least."""
    numbers = NUMBERS[machine()]
    yield from (numbers[name] for name in ALLOWED.split() if name in numbers)
    yield from (numbers[name] for name in with_arguments(0))


def _state(folder: Path) -> dict[str, str]:
    """Every file below: its content, rights, owner and times."""
    return {str(path.relative_to(folder)): _told(path) for path in sorted(folder.rglob("*"))}


def _told(path: Path) -> str:
    found = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return f"{found.st_mode:o} {found.st_uid} {found.st_nlink} {found.st_mtime_ns} {content}"


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]


def _status(process: int) -> str:
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return fields["State"].strip()[:1].replace("t", "T") + ("T" if fields["TracerPid"].strip() != "0" else "")
