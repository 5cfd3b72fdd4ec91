"""The platform of one project: what `tradewright up` and `tradewright serve` keep running beside their answers.

This file decides the order in which parts come and go, and what becomes of a worker that dies: it is started again,
after ever longer pauses when it keeps dying. Trading sessions are no part of it: they outlive it.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from os import getpid
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.sessions.locks import patiently
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.health.checking import PLATFORM, Check
from tradewright.application.health.standing import Meters
from tradewright.bootstrap.app import App
from tradewright.bootstrap.keeping import keeping_of
from tradewright.bootstrap.parts import Deaths, Part, Parts
from tradewright.bootstrap.presence import Present, announced
from tradewright.bootstrap.scheduling import scheduler_of
from tradewright.bootstrap.serving import is_loopback
from tradewright.domain.errors import InputError, StorageError, TradewrightError
from tradewright.ports.clock import Clock

if TYPE_CHECKING:
    from tradewright.ports.disk import Hold

LOCK: Final = "platform"
WORKER: Final = "tradewright.bootstrap.worker"
KEEPING: Final = frozenset({"all", "trader"})
"""Services that keep deployments; of several one does, by its lease."""
EVERY_S: Final = 0.5
LEAVES_WITHIN_S: Final = 10.0


@dataclass(slots=True)
class WorkerSeat:
    """The place of one worker, whoever sits in it."""

    project: Path
    clock: Clock
    meters: Meters
    process: "subprocess.Popen[bytes] | None" = None
    deaths: Deaths = field(init=False)
    _again_ns: int = 0

    def __post_init__(self) -> None:
        self.deaths = Deaths(self.clock)

    def look(self) -> None:
        """Start it, or start it again when it is time."""
        now_ns = self.clock.monotonic_ns()
        if self.process is not None and self.process.poll() is None:
            return
        if self.process is not None:
            code, self.process = self.process.returncode, None
            pause_ns = self.deaths.add()
            self._again_ns = now_ns + pause_ns
            log = logging.getLogger("tradewright.platform")
            log.warning("a worker ended with code %s, started again in %.1f s", code, pause_ns / 1e9)
        if now_ns >= self._again_ns:
            command = [sys.executable, "-P", "-m", WORKER, str(self.project), str(getpid())]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
            self.meters.worker_starts += 1

    @property
    def is_running(self) -> bool:
        """A worker sits in it."""
        return self.process is not None and self.process.poll() is None

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
class Workers:
    """The workers of a process. One that ends ends with the thread that started it, so all are kept in one."""

    project: Path
    many: int
    meters: Meters
    clock: Clock = field(default_factory=SystemClock)
    seats: list[WorkerSeat] = field(default_factory=list)

    def keep(self, leaving: Event) -> None:
        """Keep them running until told to leave; then let each give back its job."""
        self.seats = [WorkerSeat(self.project, self.clock, self.meters) for _ in range(self.many)]
        try:
            while not leaving.is_set():
                for seat in self.seats:
                    seat.look()
                self._count()
                leaving.wait(EVERY_S)
        finally:
            for seat in self.seats:
                seat.leave()
            for seat in self.seats:
                seat.gone(LEAVES_WITHIN_S)
            self._count()

    def look(self) -> str:
        """In words; StorageError where one keeps dying."""
        failed = sum(seat.deaths.is_failed for seat in self.seats)
        if failed:
            raise StorageError(
                "workers keep dying", found=f"{failed} of {self.many}", remedy="the log of the workers tells why"
            )
        return f"{sum(seat.is_running for seat in self.seats)} of {self.many} work"

    def _count(self) -> None:
        self.meters.workers_running = sum(seat.is_running for seat in self.seats)
        self.meters.workers_down = self.many - self.meters.workers_running


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one process of a platform runs."""

    service: str = "all"
    own: str = PLATFORM
    """Its name as a part."""
    url: str = ""
    """Where it is reached."""
    workers: int = 0
    is_scheduling: bool = False
    is_alone: bool = True
    """No other of its kind may run over the same file."""


@dataclass(slots=True)
class Platform:
    """The parts of a process; use it as a context."""

    app: App
    plan: Plan
    fatal: str = ""
    """Why it had to end."""
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Platform":
        """State first, then who works on it."""
        with ExitStack() as stack:
            hold = held(self.app) if self.plan.is_alone else None
            if hold is not None:
                stack.callback(hold.release)
            stack.callback(self.app.state.close)
            self.app.state.jobs.waiting()  # a database that cannot be used is told here, before anything runs
            stack.enter_context(self._watched())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """The other way round; jobs at work are given back."""
        self._stack.close()

    def raise_fatal(self) -> None:
        """TradewrightError where a critical part has ended the process."""
        if self.fatal:
            raise TradewrightError(f"the platform ended: {self.fatal}", remedy="its log tells more")

    @contextmanager
    def _watched(self) -> Iterator[None]:
        health, plan = self.app.health, self.plan
        health.service, health.own = plan.service, plan.own
        workers = Workers(self.app.project, plan.workers, health.meters)
        parts = Parts(self._parts(workers), SystemClock(), self._ends)
        health.added += parts.checks()
        if plan.workers:
            health.added.append(Check("workers", False, workers.look))
        present = Present(process=getpid(), service=plan.service, url=plan.url, started_ns=health.process.started_ns)
        with announced(self.app.state_folder, present), parts:
            yield
        self._leave_watch()

    def _parts(self, workers: Workers) -> list[Part]:
        found = [Part("watch", False, self.app.health.keep_looking)]
        if self.plan.workers:
            found.append(Part("keeper of workers", True, workers.keep))
        if self.plan.is_scheduling:
            found.append(Part("scheduler", False, scheduler_of(self.app.state).run))
        if self.plan.service in KEEPING:
            found.append(Part("deployments", False, keeping_of(self.app).run))
        return found

    def _leave_watch(self) -> None:
        try:
            self.app.health.watch.leave([one.name for one in self.app.health.added])
        except TradewrightError as problem:
            logging.getLogger("tradewright.platform").warning("the end cannot be written down: %s", problem)

    def _ends(self, why: str) -> None:
        """In another thread than the one that answers: that one is asked to end as a person would ask it."""
        if not self.fatal:
            self.fatal = why
            logging.getLogger("tradewright.platform").critical("the platform ends: %s", why)
            os.kill(getpid(), signal.SIGTERM)


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
