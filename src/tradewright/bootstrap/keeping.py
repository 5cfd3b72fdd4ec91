"""The keeper of deployments, wired: it looks each second, under a lease, in the process of the platform.

This file decides how a trader is started from there: as a process of its own, which outlives the platform; what became
of it is seen by its session, and by its end where it was started here.
"""

import logging
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.application.deployments.keeping import Keeper, next_day_after
from tradewright.application.envelope import Envelope
from tradewright.application.messages import Actor, Role
from tradewright.application.trading.messages import (
    PauseStrategy,
    ReopenSession,
    ResumeStrategy,
    SessionShown,
    StartSession,
    StopSession,
)
from tradewright.application.trading.views import Done, SessionView
from tradewright.bootstrap.trading import TRADER
from tradewright.domain.errors import Conflict, ControlError, InputError, NotFound, StorageError, TradewrightError
from tradewright.domain.identifiers import CorrelationId
from tradewright.ports.clock import Clock
from tradewright.ports.leases import Lease, Leases
from tradewright.ports.randomness import Randomness

if TYPE_CHECKING:
    from tradewright.bootstrap.app import App
    from tradewright.ports.kill import KillNote
    from tradewright.ports.sessions import KeptSession

LEASE: Final = "deployments"
PLACE: Final = "place"
"""The file of a state folder that names it."""
PLACE_LETTERS: Final = 6
LEASE_NS: Final = 30_000_000_000
EVERY_S: Final = 1.0
DOOR: Final = "deployment"
_log = logging.getLogger("tradewright.deployments")


@dataclass(slots=True)
class ProcessHands:
    """Implements `Hands` with the application's own messages and real processes."""

    app: "App"
    _children: dict[str, int] = field(default_factory=dict)
    """Session -> the trader that was started for it here, until it ended."""

    def find(self, session: str) -> "KeptSession | None":
        """By the whole id."""
        try:
            found = self.app.trading.sessions.find(session)
        except (NotFound, StorageError):
            return None
        return found if found.terms.session == session else None

    def killed(self, account: str) -> "KillNote | None":
        """By the account's kill file."""
        return self.app.trading.accounts.killed(account)

    def next_day(self, account: str) -> str:
        """An account's time runs forwards only."""
        parts = self.app.trading
        every = (one for one in parts.sessions.all() if one.terms.account == account)
        return next_day_after(max((parts.grounds.reached_ns(one) for one in every), default=0))

    def create(self, wish: StartSession, who: str) -> None:
        """As whoever deployed it."""
        self._ask(wish, who)

    def reopen(self, session: str, who: str) -> None:
        """As whoever deployed it; one that never ended is as good as open."""
        self._ask(ReopenSession(session), who)

    def spawn(self, kept: "KeptSession") -> None:
        """A trader; what it says goes to the session's log."""
        self._children[kept.terms.session] = self.app.trading.spawn(TRADER, kept)

    def is_starting(self, session: str) -> bool:
        """By the process, which is ours to be waited for."""
        process = self._children.get(session)
        if process is None:
            return False
        if self.app.trading.offspring.exit_code(process) is None:
            return True
        del self._children[session]
        return False

    def reap(self) -> None:
        """See off what has ended, whoever started it here."""
        self.app.trading.offspring.look()
        for session in list(self._children):
            self.is_starting(session)

    def strategy(self, session: str) -> tuple[str, str]:
        """As its trader tells it."""
        try:
            view = self.app.ask(SessionShown(session), answer=SessionView)
        except (ControlError, InputError):  # it has no books yet, or does not answer now
            return "", ""
        return view.strategy_life, view.strategy_reason

    def pause(self, session: str, reason: str, *, who: str) -> None:
        """Over its line."""
        self._done(PauseStrategy(session, reason), who)

    def resume(self, session: str, reason: str, *, who: str) -> None:
        """Over its line."""
        self._done(ResumeStrategy(session, reason), who)

    def stop(self, session: str, reason: str, *, who: str) -> None:
        """Over its line; protection stays."""
        self._done(StopSession(session, reason=reason), who)

    def _done(self, message: object, who: str) -> None:
        answer = self._ask(message, who)
        if isinstance(answer, Done) and not answer.is_done:
            raise Conflict(answer.story)

    def _ask(self, message: object, who: str) -> object:
        actor = Actor(who, frozenset({Role.TRADER}))
        return self.app.answer(Envelope(message, actor, CorrelationId(SystemRandomness().token()), door=DOOR))


@dataclass(slots=True)
class Keeping:
    """Looks each second, while it holds the lease."""

    keeper: Keeper
    hands: ProcessHands
    leases: Leases
    clock: Clock
    name: str
    _lease: Lease | None = None

    def step(self) -> bool:
        """One look; False while another process holds the lease."""
        self.hands.reap()
        self._lease = self.leases.take(f"{LEASE} {self.keeper.place}", self.name, for_ns=LEASE_NS)
        if self._lease is None:
            return False
        self.keeper.step(self.clock.now_ns())
        return True

    def run(self, leaving: Event) -> None:
        """Until told to leave; a database that cannot be reached is asked again. Sessions run on."""
        while not leaving.is_set():
            try:
                self.step()
            except (TradewrightError, OSError) as problem:
                _log.warning("the deployments cannot be kept: %s", problem)
            leaving.wait(EVERY_S)
        if self._lease is not None:
            with suppress(StorageError):
                self.leases.release(self._lease)


def place_of(state_folder: Path, randomness: Randomness) -> str:
    """The name of a state folder, given once: sessions lie there, whatever the machine is called today."""
    path = state_folder / PLACE
    if not path.exists():
        state_folder.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{PLACE}-{randomness.token(8)}")
        written.write_text(randomness.token(PLACE_LETTERS), encoding="ascii")
        with suppress(FileExistsError):  # another process was first
            os.link(written, path)
        written.unlink()
    return path.read_text(encoding="ascii").strip()


def keeping_of(app: "App") -> Keeping:
    """The keeper of a project."""
    randomness, hands = SystemRandomness(), ProcessHands(app)
    place = place_of(app.state_folder, randomness)
    keeper = Keeper(app.state.deployments, hands, randomness, app.trading.mode, place)
    name = f"{os.uname().nodename}:{os.getpid()}:{randomness.token(4)}"
    return Keeping(keeper, hands, app.state.leases, SystemClock(), name)
