"""The guard of a trading session, a process of its own: `python -m tradewright.bootstrap.guard PROJECT MODE SESSION`.

It hears the trader's heart-beat and looks at the kill switch, ten times a second, and cancels by its own connection
where the trader does not. It survives the trader, needs nothing of it, and cannot open a position. `alone` as a fourth
argument lets it carry out a kill where there is no trader.

This file decides what it does in which order: cancel, prove by asking, write down; tell where it cannot be proven; then
close what is held, where that is wanted; and look again every second as long as somebody could still send.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradewright.adapters.kill.file import KillFile
from tradewright.adapters.kill.notes import NotesFile
from tradewright.adapters.sessions.folders import ENDED, RUNNING
from tradewright.adapters.sessions.locks import holder_of, patiently
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.risk.kill_watch import Cause, Judgement, Sight, Watch
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.folders import session_disk
from tradewright.bootstrap.guard_duty import Duty
from tradewright.bootstrap.guard_line import LOCK, Line
from tradewright.bootstrap.guarding import own_line
from tradewright.bootstrap.logs import speak
from tradewright.bootstrap.trading import ALONE, TradingParts
from tradewright.domain.errors import StorageError, TradewrightError
from tradewright.engine.session.heartbeat import GUARD, GuardBeat, HeartBeat, read_beat
from tradewright.lazy import load
from tradewright.ports.clock import Clock
from tradewright.ports.kill import GuardNote, KillMode, KillNote
from tradewright.ports.sessions import KeptSession

if TYPE_CHECKING:
    from tradewright.bootstrap.guard_flattening import Flattening

HELD: Final = 75
"""Exit code of a guard that found another one."""
TICK_S: Final = 0.1
BEAT_S: Final = 0.25
_log = logging.getLogger("tradewright.guard")


class Guard:
    """The guard of one session, in a running loop."""

    def __init__(
        self,
        parts: TradingParts,
        kept: KeptSession,
        *,
        line: Line,
        is_alone: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.parts, self.kept, self.line = parts, kept, line
        self.disk, self.clock = session_disk(kept), clock or SystemClock()
        self.watch = Watch(kept.terms.guard, is_alone)
        self.is_over = False
        self._notes = NotesFile(self.disk)
        self._number = max((one.number for one in self._notes.all()), default=0)
        self._fence = KillFile(parts.accounts.kill_file(kept.terms.account))
        self._has_trader = True
        self._duty: Duty | None = None

    async def run(self) -> None:
        """Guard until there is nothing to guard."""
        beats = asyncio.get_running_loop().create_task(self._beat(), name="guard's beat")
        try:
            while not self.is_over:
                await self.once()
                await asyncio.sleep(TICK_S)
        finally:
            beats.cancel()
            await asyncio.wait({beats})
            await self.line.close()

    async def once(self) -> None:
        """One look, and what follows from it."""
        judgement = self.watch.look(self._sight())
        match judgement.cause:
            case Cause.OVER:
                _log.info("nothing is left to guard: %s", judgement.story)
                self.is_over = True
            case Cause.NONE:
                self._stand_down()
                self.line.begin()
            case Cause.SILENT if judgement.mode is KillMode.FLATTEN:
                self._kill(judgement.story)
            case _:
                await self._act(judgement)

    def write(self, code: str, story: str, *, is_alarm: bool = False) -> int:
        """Keep a note durably and say it in the log; its number. StorageError where the disk refuses."""
        _log.log(logging.CRITICAL if is_alarm else logging.INFO, "%s: %s", code, story)
        self._number += 1
        note = GuardNote(number=self._number, time_ns=self.clock.now_ns(), code=code, story=story, is_alarm=is_alarm)
        self._notes.add(note)
        return self._number

    def tell(self, code: str, story: str, *, is_alarm: bool = False) -> None:
        """The same, where what was done counts more than that it is kept."""
        try:
            self.write(code, story, is_alarm=is_alarm)
        except StorageError as problem:
            _log.critical("this could not be written down: %s", problem)

    def _sight(self) -> Sight:
        folder = self.kept.folder
        self._has_trader = holder_of(folder / RUNNING) is not None
        return Sight(
            monotonic_ns=self.clock.monotonic_ns(),
            beat=read_beat(self.disk),
            note=self._fence.is_down(),
            has_trader=self._has_trader,
            is_ended=(folder / ENDED).exists(),
        )

    def _kill(self, story: str) -> None:
        """What is to be closed by the guard must not be traded by a trader that wakes up: the fence goes down first."""
        note = KillNote("guard", story, self.clock.now_ns(), KillMode.FLATTEN)
        self.parts.accounts.kill(self.kept.terms.account, note)

    def _stand_down(self) -> None:
        if self._duty is not None and self._duty.judgement.cause is Cause.SILENT:
            self.tell("HEARTBEAT_BACK", "the trader is heard again")
        self._duty = None

    async def _act(self, judgement: Judgement) -> None:
        duty = self._duty
        if duty is None or _reason(duty.judgement) != _reason(judgement):
            duty = self._duty = Duty(
                judgement, line=self.line, clock=self.clock, tell=self.tell, flattening=self._flattening
            )
            if judgement.cause is Cause.SILENT:
                self.tell("HEARTBEAT_LOST", judgement.story, is_alarm=True)
        await duty.step()
        if duty.is_finished and not self._has_trader:
            self.is_over = True

    def _flattening(self) -> "Flattening":
        module = load("tradewright.bootstrap.guard_flattening")  # it needs the gate, which takes time to load
        made: Flattening = module.Flattening.of(self.parts, self.kept, line=self.line, write=self.write)
        return made

    async def _beat(self) -> None:
        heart = HeartBeat(self.disk, GUARD)
        try:
            while True:
                doing = "" if self._duty is None else self._duty.judgement.story
                with contextlib.suppress(StorageError):
                    heart.write(
                        GuardBeat(
                            process=os.getpid(),
                            monotonic_ns=self.clock.monotonic_ns(),
                            is_connected=self.line.is_connected,
                            doing=doing,
                        )
                    )
                await asyncio.sleep(BEAT_S)
        finally:
            heart.close()


def _reason(judgement: Judgement) -> tuple[Cause, KillMode, int]:
    """What makes a duty another one; its words may change."""
    return judgement.cause, judgement.mode, judgement.when_ns


async def guard(parts: TradingParts, session: str, *, is_alone: bool = False) -> None:
    """Guard a session until there is nothing to guard; SIGTERM ends the guard, and leaves orders as they are."""
    kept = parts.sessions.find(session)
    one = Guard(parts, kept, line=own_line(parts, kept.terms.account, client="guard"), is_alone=is_alone)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, setattr, one, "is_over", True)
    await one.run()


def main(arguments: list[str]) -> int:
    """Guard; the log is stderr, and the files of the mode."""
    project, mode, session, *alone = arguments
    app = open_app(Path(project), flags={"trading.mode": mode})
    speak(app, "guard")
    try:
        parts = app.trading
        disk = session_disk(parts.sessions.find(session))
        try:
            hold = patiently(lambda: disk.hold(LOCK))
        except StorageError as held:
            _log.info("the session is guarded already: %s", held)
            return HELD
        try:
            asyncio.run(guard(parts, session, is_alone=alone == [ALONE]))
        finally:
            hold.release()
    except TradewrightError as problem:
        _log.error("%s", problem)
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
