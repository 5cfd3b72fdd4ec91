"""Keeping a guard: a trader does not trade without one, and hears from it what was done while it could not hear.

This file decides when the guard counts as failed (its beat stands still, its process is gone, it has no connection of
its own) and that one whose process is gone is started again. What the guard has written down becomes incidents of the
journal, each once.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tradewright.adapters.kill.notes import NotesFile
from tradewright.adapters.sessions.locks import holder_of
from tradewright.bootstrap.folders import LOG, session_disk
from tradewright.bootstrap.guard_line import LOCK
from tradewright.bootstrap.trading import GUARD, TradingParts
from tradewright.domain.errors import BrokerError, StorageError
from tradewright.engine.session.heartbeat import GuardBeat, read_guard_beat
from tradewright.engine.session.shell import Session
from tradewright.engine.session.supervisor import Component
from tradewright.ports.disk import Disk
from tradewright.ports.sessions import KeptSession

TOLD: Final = "guard.told"
"""The file in a session's folder with the number of the last note that the journal has."""
LOOK_S: Final = 0.5
COMES_UP_S: Final = 30.0
SILENT_LOOKS: Final = 6
"""Looks without a new beat until the guard counts as failed."""
UNCONNECTED_LOOKS: Final = 20
"""The same without a connection, once the session has begun: before, the venue may still be on its way up."""
AGAIN_LOOKS: Final = 6
"""Looks between two starts."""


@dataclass(slots=True)
class GuardKeeper:
    """Of one session, in its loop."""

    parts: TradingParts
    kept: KeptSession
    session: Session
    _process: int = field(default=0, init=False)
    _beat: GuardBeat | None = field(default=None, init=False)
    _silent: int = field(default=0, init=False)
    _unconnected: int = field(default=0, init=False)
    _started: int = field(default=AGAIN_LOOKS, init=False)
    """Looks since the last start."""
    _told: int = field(default=0, init=False)
    _noticed: int = field(default=0, init=False)

    async def up(self) -> None:
        """Return once a guard beats; BrokerError where none comes up."""
        self._told = self._noticed = _told(self._disk)
        self._beat = read_guard_beat(self._disk)
        self._start()
        for _ in range(int(COMES_UP_S / 0.05)):
            beat = read_guard_beat(self._disk)
            if beat is not None and beat != self._beat and self._is_held():
                self._beat = beat
                return
            await asyncio.sleep(0.05)
        raise BrokerError(
            f"session {self.kept.terms.session} has no guard, and does not trade without one",
            expected=f"a beat within {COMES_UP_S:g} s",
            found="none",
            remedy=f"its log tells why: {self.kept.folder / LOG}",
        )

    async def run(self, look_too: Callable[[], None] = lambda: None) -> None:
        """Look after it until canceled; `look_too` is called as often."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
            look_too()

    def look(self) -> None:
        """Once."""
        self._reap()
        beat = read_guard_beat(self._disk)
        self._silent = 0 if beat is not None and beat != self._beat else self._silent + 1
        self._beat = beat or self._beat
        is_connected = beat is not None and beat.is_connected
        self._unconnected = 0 if is_connected or not self.session.has_begun else self._unconnected + 1
        self._started += 1
        problem = self._problem()
        if problem:
            self.session.supervisor.failed(Component.GUARD, problem)
        else:
            self.session.supervisor.recovered(Component.GUARD)
        with contextlib.suppress(StorageError):  # the supervisor hears of a disk that fails from the pulse
            self._pass_on()

    @property
    def _disk(self) -> Disk:
        return session_disk(self.kept)

    def _problem(self) -> str:
        if not self._is_held():
            if self._started >= AGAIN_LOOKS:
                self._start()
            return "its process is gone; another one is started"
        if self._silent >= SILENT_LOOKS:
            return f"its heart-beat stands still for {self._silent * LOOK_S:g} s"
        if self._unconnected >= UNCONNECTED_LOOKS and self.session.supervisor.is_ok(Component.BROKER):
            return f"it has no connection of its own to the broker for {self._unconnected * LOOK_S:g} s"
        return ""

    def _is_held(self) -> bool:
        return holder_of(self.kept.folder / LOCK) is not None

    def _start(self) -> None:
        self._process, self._started = self.parts.spawn(GUARD, self.kept), 0

    def _reap(self) -> None:
        if self._process:
            with contextlib.suppress(ChildProcessError):
                ended, _ = os.waitpid(self._process, os.WNOHANG)
                self._process = 0 if ended else self._process

    def _pass_on(self) -> None:
        """Notes that are new become incidents; that they are is kept one look later, when the journal has them."""
        if self._noticed > self._told:
            self._told = self._noticed
            self._disk.replace(TOLD, f"{self._told}\n".encode("ascii"))
        for note in NotesFile(self._disk).all():
            if note.number > self._noticed:
                self._noticed = note.number
                if note.is_alarm:
                    self.session.notice(f"GUARD_{note.code}", self.kept.terms.account, story=note.story)


def _told(disk: Disk) -> int:
    """The number that is kept; 0 where none is."""
    with contextlib.suppress(ValueError, StorageError):
        return int(disk.read(TOLD)) if disk.exists(TOLD) else 0
    return 0
