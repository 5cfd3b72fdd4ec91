"""A life of a trader is one process from its start to its end, which is mostly a violent one.

This file decides how it is begun (forked from this process, which has the code loaded, or from nothing), when it is
killed, and what is written down before the next one: how far the journal's promise reached.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from simulator.checker.journal import Promised, anchors

from tradewright.bootstrap import trader
from tradewright.bootstrap.failpoints import VARIABLE
from tradewright.ports.sessions import KeptSession

PATIENCE_S = 120.0
"""A life that lasts longer hangs: a finding."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a life is to end: at a place, or after a while; neither: by itself."""

    place: str = ""
    time: int = 1
    after_s: float = 0.0
    takes_the_venue: bool = False
    """The venue's process is killed in the same moment."""


@dataclass(frozen=True, slots=True)
class Lived:
    """How it ended."""

    was_killed: bool
    code: int
    took_s: float
    is_hung: bool = False


def live(project: Path, kept: KeptSession, death: Death, *, venue: Path, is_cold: bool = False) -> Lived:
    """One life; it is over when this returns."""
    began = time.monotonic()
    point = f"{death.place}:{death.time}" if death.place else ""
    arguments = [str(project), "paper", kept.terms.session]
    process = _spawned(arguments, point, kept.folder) if is_cold else _forked(arguments, point, kept.folder)
    until = began + (death.after_s or PATIENCE_S)
    status = _awaited(process, until)
    is_hung = status is None and not death.after_s
    if status is None:
        os.kill(process, signal.SIGKILL)
        if death.takes_the_venue:
            kill_venue(venue)
        status = os.waitpid(process, 0)[1]
    elif death.place and death.takes_the_venue:
        kill_venue(venue)
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return Lived(was_killed, os.waitstatus_to_exitcode(status), time.monotonic() - began, is_hung)


def kill_venue(folder: Path) -> None:
    """SIGKILL for the venue's process, if there is one."""
    with contextlib.suppress(OSError, ValueError):
        os.kill(int((folder / "venue.lock").read_text("ascii")), signal.SIGKILL)


def promise_of(kept: KeptSession) -> Promised | None:
    """The greatest anchor on the disk, read without the code that wrote it."""
    try:
        content = (kept.folder / "journal" / "anchor").read_bytes()
    except FileNotFoundError:
        return None
    return max(anchors(content), key=lambda one: (one.epoch, one.sequence), default=None)


def _awaited(process: int, until: float) -> int | None:
    while True:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return status
        if time.monotonic() >= until:
            return None
        time.sleep(0.004)


def _spawned(arguments: list[str], point: str, folder: Path) -> int:
    with (folder / "trader.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tradewright.bootstrap.trader", *arguments],
            env=os.environ | {VARIABLE: point}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        ).pid  # fmt: skip


def _forked(arguments: list[str], point: str, folder: Path) -> int:
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        os.setsid()
        log = os.open(folder / "trader.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for number in (1, 2):
            os.dup2(log, number)
        os.environ[VARIABLE] = point
        code = trader.main(arguments)
    finally:
        os._exit(code)
