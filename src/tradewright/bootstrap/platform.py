"""The platform of one project in one process and its workers: what `tradewright up` keeps running.

This file decides the order in which parts come and go, and what becomes of one that dies: a worker is started again,
after ever longer pauses when it keeps dying. Trading sessions are no part of it: they outlive it.
"""

import logging
import subprocess
import sys
from dataclasses import dataclass, field
from os import getpid
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.sessions.locks import patiently
from tradewright.adapters.system.clock import SystemClock
from tradewright.bootstrap.app import App
from tradewright.bootstrap.scheduling import scheduler_of
from tradewright.bootstrap.serving import is_loopback
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.clock import Clock

if TYPE_CHECKING:
    from tradewright.ports.disk import Hold

LOCK: Final = "platform"
WORKER: Final = "tradewright.bootstrap.worker"
EVERY_S: Final = 0.5
LEAVES_WITHIN_S: Final = 10.0
CALM_NS: Final = 60_000_000_000
"""A worker that lived so long is started again at once."""
LONGEST_NS: Final = 30_000_000_000


@dataclass(slots=True)
class WorkerSeat:
    """The place of one worker, whoever sits in it."""

    project: Path
    clock: Clock
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    _began_ns: int = 0
    _again_ns: int = 0

    def look(self) -> None:
        """Start it, or start it again when it is time."""
        now_ns = self.clock.monotonic_ns()
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            self._died(self.process.returncode, now_ns)
        if now_ns >= self._again_ns:
            command = [sys.executable, "-P", "-m", WORKER, str(self.project), str(getpid())]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
            self._began_ns = now_ns

    def _died(self, code: int, now_ns: int) -> None:
        self.process = None
        self.deaths = 1 if now_ns - self._began_ns > CALM_NS else self.deaths + 1
        pause_ns = min(LONGEST_NS, 250_000_000 << min(self.deaths - 1, 10))
        self._again_ns = now_ns + pause_ns
        log = logging.getLogger("tradewright.platform")
        log.warning("a worker ended with code %s, started again in %.1f s", code, pause_ns / 1e9)

    def leave(self) -> None:
        """Ask it to give back its job and go."""
        if self.process is not None:
            self.process.terminate()

    def gone(self, seconds: float) -> None:
        """Wait for it, and end it where it stays."""
        if self.process is not None:
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


@dataclass(slots=True)
class Platform:
    """Workers and scheduler of a project; use it as a context."""

    app: App
    workers: int
    is_scheduling: bool = True
    seats: list[WorkerSeat] = field(default_factory=list)
    _hold: "Hold | None" = None
    _leaving: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def __enter__(self) -> "Platform":
        """State first, then who works on it."""
        self._hold = held(self.app)
        self.app.state.jobs.waiting()  # a database that cannot be used is told here, before anything runs
        self.seats = [WorkerSeat(self.app.project, SystemClock()) for _ in range(self.workers)]
        self._threads = [Thread(target=self._attend, name="workers")]
        if self.is_scheduling:
            scheduler = scheduler_of(self.app.state)
            self._threads.append(Thread(target=scheduler.run, args=(self._leaving,), name="scheduler"))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """The other way round; jobs at work are given back."""
        self._leaving.set()
        for thread in self._threads:
            thread.join()
        self.app.state.close()
        if self._hold is not None:
            self._hold.release()

    def _attend(self) -> None:
        """A process ends with the thread that started it, so workers are started and seen off in this one."""
        while not self._leaving.is_set():
            for seat in self.seats:
                seat.look()
            self._leaving.wait(EVERY_S)
        for seat in self.seats:
            seat.leave()
        for seat in self.seats:
            seat.gone(LEAVES_WITHIN_S)


def held(app: App) -> "Hold | None":
    """One platform a project where its state is a file; on a server leases tell several apart."""
    if not app.state.place.is_file:
        return None
    app.state_folder.mkdir(parents=True, exist_ok=True)
    disk = RealDisk(app.state_folder)
    try:
        return patiently(lambda: disk.hold(LOCK))
    except StorageError as taken:
        raise StorageError(
            "the platform of this project is running already",
            found=taken.found,
            remedy="use that one, or end it first",
        ) from taken


def prove_listening(app: App) -> None:
    """InputError where others could listen in on keys: beyond this machine there has to be TLS."""
    api = app.settings.api
    for name, path in (("api.tls_certificate", api.tls_certificate), ("api.tls_key", api.tls_key)):
        if path and not Path(path).expanduser().is_file():
            raise InputError(f"{name} names no file", expected="a file that can be read", found=path)
    if not (is_loopback(api.host) or api.tls_certificate or api.behind_proxy):
        raise InputError(
            f"listening on {api.host} would show keys to whoever listens in",
            expected="TLS, or a proxy in front that ends it",
            found="neither",
            remedy="set api.tls_certificate and api.tls_key, or api.behind_proxy = true, or listen on 127.0.0.1",
        )
