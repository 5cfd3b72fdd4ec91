"""A platform in the background: started so that it outlives its command, found again, ended in good order.

This file decides that a start in the background is over when the platform answers or has told why it does not; what it
says before it can write to its log is told to whoever started it.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.descriptors import closing_strangers
from tradewright.bootstrap.presence import Present, present_ones
from tradewright.domain.errors import ControlError, NotRunning, TradewrightError

if TYPE_CHECKING:
    from tradewright.bootstrap.app import App

COMMAND: Final = ("-P", "-c", "from tradewright.__main__ import main; main()")
SAYS: Final = "platform.out"
"""What it says beside its log, in the state folder."""
STARTS_WITHIN_S: Final = 120.0
EVERY_S: Final = 0.1


def detached(app: "App", options: list[str]) -> dict[str, Any]:
    """Start it with these options of `up`; what it says of itself once it listens."""
    app.state_folder.mkdir(parents=True, exist_ok=True)
    says = app.state_folder / SAYS
    descriptor = os.open(says, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    unheard = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
    actions = [nothing, (os.POSIX_SPAWN_DUP2, descriptor, 1), unheard, *closing_strangers()]
    command = [sys.executable, *COMMAND, "--project", str(app.project), "up", "--json", *options]
    try:
        process = os.posix_spawn(sys.executable, command, os.environ, file_actions=actions, setsid=True)
    finally:
        os.close(descriptor)
    clock, waiting = SystemClock(), Event()
    until_ns = clock.monotonic_ns() + int(STARTS_WITHIN_S * 1e9)
    while clock.monotonic_ns() < until_ns:
        told = _told(says)
        if told is not None:
            says.unlink(missing_ok=True)  # it has the admin's key in it, which is kept nowhere
            return _judged(told)
        gone, status = os.waitpid(process, os.WNOHANG)
        if gone:
            raise ControlError("the platform ended at once", found=f"exit code {os.waitstatus_to_exitcode(status)}")
        waiting.wait(EVERY_S)
    os.kill(process, signal.SIGTERM)
    raise ControlError(f"the platform has not begun within {STARTS_WITHIN_S:g} s", remedy="start it without --detach")


def ended(app: "App", *, within_s: float) -> list[Present]:
    """End what runs over the project on this machine, and wait until it is gone."""
    running = present_ones(app.state_folder)
    if not running:
        raise NotRunning("no platform of this project runs here", remedy="start it: tradewright up --detach")
    for one in running:
        with suppress(ProcessLookupError):
            os.kill(one.process, signal.SIGTERM)
    clock, waiting = SystemClock(), Event()
    until_ns = clock.monotonic_ns() + int(within_s * 1e9)
    wanted = {one.process for one in running}
    while left := wanted & {one.process for one in present_ones(app.state_folder)}:
        if clock.monotonic_ns() >= until_ns:
            numbers = ", ".join(str(one) for one in sorted(left))
            raise ControlError(
                f"the platform has not ended within {within_s:g} s",
                found=f"process {numbers}",
                remedy="it still answers what was asked: wait longer, `tradewright down --wait 300`",
            )
        waiting.wait(EVERY_S)
    return running


def _told(says: Path) -> dict[str, Any] | None:
    """None until it has said something whole."""
    try:
        found = msgspec.json.decode(says.read_bytes())
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return found if isinstance(found, dict) else None


def _judged(told: dict[str, Any]) -> dict[str, Any]:
    error = told.get("error")
    if isinstance(error, dict):
        raise TradewrightError(
            str(error.get("message", "the platform did not start")), remedy=str(error.get("hint") or "")
        )
    return told
