"""G23: real traders that are frozen (SIGSTOP) or whose loop is blocked, with working orders, a kill and a lost beat."""

import contextlib
import itertools
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from proofs.crashing.ground import SYMBOLS, WARM_UP_DAYS, Ground
from tradewright.adapters.kill.notes import NotesFile
from tradewright.application.risk.messages import ReleaseKill, SizeQuestion
from tradewright.application.risk.views import KillView, SizeView
from tradewright.application.trading.messages import Orders, SessionShown, StartSession, SubmitOrder
from tradewright.application.trading.views import Done, SessionLine, SessionView
from tradewright.bootstrap.folders import session_disk
from tradewright.domain.errors import ControlError, TradewrightError
from tradewright.ports.kill import GuardNote, KillNote
from tradewright.ports.sessions import KeptSession

BARS = 3_000
ENTRIES = 5
_Found = TypeVar("_Found")


@dataclass(slots=True)
class Frozen:
    """What was found, in seconds."""

    kill_s: list[float] = field(default_factory=list)
    """From the kill file to the guard's proof, with a frozen trader."""
    lost_s: list[float] = field(default_factory=list)
    """From the freeze (at most one beat after the last one) to the proof."""
    blocked_s: list[float] = field(default_factory=list)
    """The same with a blocked loop, and a kill."""
    leaked: int = 0
    """Orders that left a trader after it woke up killed."""
    left: int = 0
    """Entries that still worked afterwards."""


class Frame:
    """A project with one session after the other."""

    def __init__(self, folder: Path) -> None:
        self.ground = Ground.made(folder, bars=BARS)
        self.app = self.ground.app
        self.kept: KeptSession | None = None

    def start(self, account: str) -> KeptSession:
        """A trader that can be blocked."""
        asked = StartSession(
            strategy="moving_average", symbols=SYMBOLS, first=_first(self.ground), account=account,
            parameters={"fast": 2, "slow": 5}, speed="4",
        )  # fmt: skip
        line = self.app.ask(asked, answer=SessionLine)
        parts = self.app.trading
        kept = parts.sessions.find(line.session)
        parts.spawn("proofs.killing.blockable", kept)
        self.kept = until(lambda: self._running(line.session), within_s=60)
        until(lambda: self.view().vitals.is_green, within_s=30)
        return self.kept

    def _running(self, session: str) -> KeptSession | None:
        kept = self.app.trading.sessions.find(session)
        return kept if kept.process else None

    @property
    def session(self) -> KeptSession:
        """The one that runs."""
        assert self.kept is not None, "no session was started"
        return self.kept

    def view(self) -> SessionView:
        """As it stands."""
        return self.app.ask(SessionShown(self.session.terms.session), answer=SessionView)

    def enter(self) -> None:
        """Orders far below the market that work."""
        for number in range(ENTRIES):
            until(partial(self._entered, number), within_s=20)
        until(lambda: len(self.entries()) >= ENTRIES, within_s=10)

    def _entered(self, below: int) -> bool:
        """An order; the gate refuses while it does not know the market well enough."""
        price = (self._mark() * Decimal("0.9")).quantize(Decimal("0.01")) - below
        wish = SubmitOrder(
            session=self.session.terms.session, symbol="SPY", side="BUY", quantity=Decimal(1), kind="limit",
            limit_price=price, time_in_force="gtc",
        )  # fmt: skip
        return self.app.ask(wish, answer=Done).is_done

    def _mark(self) -> Decimal:
        methods = {"fixed_quantity": {"": Decimal(1)}}
        wish = SizeQuestion(symbol="SPY", methods=methods, session=self.session.terms.session)
        return until(lambda: self.app.ask(wish, answer=SizeView).entry, within_s=10)

    def entries(self) -> list[Any]:
        """Orders by hand that work, as the trader has them."""
        found = self.app.ask(Orders(session=self.session.terms.session, is_open=True), answer=tuple)
        return [one for one in found if one.life == "working" and one.kind == "limit"]

    def notes(self) -> list[GuardNote]:
        """What the guard wrote."""
        return list(NotesFile(session_disk(self.session)).all())

    def cleared(self, after: int, *, within_s: float) -> GuardNote:
        """The next proof after a note."""
        return until(
            lambda: next((one for one in self.notes() if one.number > after and one.code == "CLEARED"), None),
            within_s=within_s,
        )

    def signal(self, number: int) -> None:
        """To the trader."""
        assert self.session.process is not None, "the session runs"
        os.kill(self.session.process, number)

    def kill(self) -> None:
        """The file alone: nobody cancels but the guard."""
        account = self.session.terms.account
        self.app.trading.accounts.kill(account, KillNote("proof", "a trial", time.time_ns()))

    def release(self) -> None:
        """By a name, until it trades again."""
        account = self.session.terms.account
        for _ in itertools.count():
            self.app.ask(ReleaseKill("proof", account, "", account), answer=KillView)
            if not self.view().shut:
                return
            time.sleep(0.1)

    def end(self) -> None:
        """Of everything that was started."""
        accounts = self.app.trading.accounts
        locks = [one.folder / "running" for one in self.app.trading.sessions.all()]
        locks += [one.folder / "guard.lock" for one in self.app.trading.sessions.all()]
        locks += [accounts.folder(name) / "venue" / "venue.lock" for name in accounts.names()]
        for lock in locks:
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(lock.read_text("ascii")), signal.SIGKILL)


def frozen_again_and_again(folder: Path, *, kills: int, losses: int, blocks: int) -> Frozen:
    """So many of each."""
    frame, found = Frame(folder), Frozen()
    try:
        frame.start("frozen")
        for _ in range(kills):
            found.kill_s.append(_killed(frame, found))
        for _ in range(losses):
            found.lost_s.append(_lost(frame, found))
        if blocks:
            frame.signal(signal.SIGTERM)
        for number in range(blocks):
            frame.start(f"blocked{number}")
            found.blocked_s.append(_blocked(frame, found))
    finally:
        frame.end()
    return found


def _killed(frame: Frame, found: Frozen) -> float:
    frame.enter()
    before = _last(frame)
    frame.signal(signal.SIGSTOP)
    began = time.monotonic()
    frame.kill()
    frame.cleared(before, within_s=20)
    took = time.monotonic() - began
    sent = _sent(frame)
    frame.signal(signal.SIGCONT)
    until(lambda: any(one.state == "killed" for one in frame.view().shut), within_s=15)
    time.sleep(1.0)
    found.leaked += _sent(frame) - sent
    found.left += len(frame.entries())
    frame.release()
    return took


def _lost(frame: Frame, found: Frozen) -> float:
    frame.enter()
    before = _last(frame)
    frame.signal(signal.SIGSTOP)
    began = time.monotonic()
    frame.cleared(before, within_s=20)
    took = time.monotonic() - began
    frame.signal(signal.SIGCONT)
    until(lambda: not frame.entries(), within_s=10)
    found.left += len(frame.entries())
    until(lambda: any(one.number > before and one.code == "HEARTBEAT_BACK" for one in frame.notes()), within_s=10)
    return took


def _blocked(frame: Frame, found: Frozen) -> float:
    """The loop is blocked for good; the process is ended afterwards."""
    frame.enter()
    before = _last(frame)
    frame.signal(signal.SIGUSR1)
    time.sleep(0.3)
    began = time.monotonic()
    frame.kill()
    frame.cleared(before, within_s=20)
    took = time.monotonic() - began
    frame.signal(signal.SIGKILL)
    return took


def _last(frame: Frame) -> int:
    return max((one.number for one in frame.notes()), default=0)


def _sent(frame: Frame) -> int:
    """Submits in the venue's book, whatever the trader says."""
    path = frame.app.trading.accounts.folder(frame.session.terms.account) / "venue"
    return sum(
        file.read_bytes().count(b"Submitted") for file in path.iterdir() if file.is_file() and file.suffix != ".log"
    )


def _first(ground: Ground) -> str:
    lines = (ground.folder / f"{SYMBOLS[0]}.csv").read_text("ascii").splitlines()
    return lines[WARM_UP_DAYS + 1].partition(",")[0]


def until(found: Callable[[], _Found | None], *, within_s: float) -> _Found:
    """The first answer that is true; a trader that cannot be asked is asked again."""
    end = time.monotonic() + within_s
    while True:
        with contextlib.suppress(TradewrightError, OSError):
            if answer := found():
                return answer
        if time.monotonic() > end:
            raise ControlError("it has not happened in time", found=f"nothing within {within_s:g} s")
        time.sleep(0.02)
