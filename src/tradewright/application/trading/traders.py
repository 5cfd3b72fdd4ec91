"""Traders from outside: which session is meant, is it asked over its line or from its journal, what did it answer.

This file decides that a command needs a running session, and that a query of one that is gone is answered by replaying
its journal, which changes nothing.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Final

from tradewright.application.envelope import Envelope
from tradewright.application.trading.archive import Archive
from tradewright.application.trading.following import Follower
from tradewright.application.trading.tally import Tally
from tradewright.application.trading.views import SessionCounts, Vitals
from tradewright.application.trading.wire import Wire
from tradewright.domain.errors import Conflict, ControlError, InputError, NotRunning
from tradewright.engine.runtime.journal.anchor import ANCHOR, anchor_in
from tradewright.engine.runtime.journal.problems import JournalError
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.facts import catalogue
from tradewright.engine.session.inputs import Asked
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.control import ControlLine
from tradewright.ports.disk import Disk
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import KeptSession, SessionLife, Sessions
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.policy import LimitsPolicy

JournalOf = Callable[[KeptSession], Disk]
"""Where the journal of a session lies."""
REMEMBERED: Final = 4
"""Sessions that are gone whose books are kept at hand."""


@dataclass(slots=True)
class Bygone:
    """A session that runs no more, as its journal has it."""

    session: KeptSession
    state: SessionState
    policy: LimitsPolicy | None = None
    left: Mapping[str, TrackedOrder] = field(default_factory=dict)
    """Orders that had left its books."""
    vitals: Vitals = field(default_factory=Vitals)

    def book(self, *instruments: str) -> Book:
        """There is no gate any more."""
        raise self._gone()

    def executes_ns(self) -> int | None:
        """Nothing executes any more."""
        return None

    def ask(self, command: Callable[[int], Asked]) -> Answer:
        """Nobody answers."""
        raise self._gone()

    def kill(self, note: KillNote) -> None:
        """There is nothing to be shut."""
        raise self._gone()

    def release(self) -> None:
        """There is nothing to be opened."""
        raise self._gone()

    def _gone(self) -> ControlError:
        return not_running(self.session)


@dataclass(slots=True)
class _Followed:
    follower: Follower
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Traders:
    """The sessions of one mode."""

    sessions: Sessions
    line: ControlLine
    journal_of: JournalOf
    urgent: ControlLine
    """A line with little patience: for what must not wait for a frozen trader."""
    wire: Wire
    _followed: dict[str, _Followed] = field(default_factory=dict)
    _bygone: OrderedDict[str, tuple[int, Bygone]] = field(default_factory=OrderedDict)
    _lock: RLock = field(default_factory=RLock)
    """Several threads may ask at once."""

    def which(self, name: str, *, is_running: bool = False) -> KeptSession:
        """The session of a name; without one the only one that runs, or (unless it must run) the newest."""
        if name:
            return self.sessions.find(name)
        every = self.sessions.all()
        running = [one for one in every if one.life is SessionLife.RUNNING]
        if len(running) == 1:
            return running[0]
        if running:
            names = ", ".join(one.terms.session for one in running)
            raise InputError("several sessions run", expected="the id of one of them", found=names)
        if is_running or not every:
            raise Conflict(
                "no session is running",
                remedy="start one: tradewright trade start STRATEGY --symbols ...; "
                "`tradewright trade list` shows those that were",
            )
        return every[0]

    def ask(self, kept: KeptSession, envelope: Envelope) -> object:
        """What a running trader answers."""
        if kept.life is not SessionLife.RUNNING:
            raise not_running(kept)
        return self._asked(self.line, kept, envelope)

    def urge(self, kept: KeptSession, envelope: Envelope) -> object:
        """What a running trader answers at once; ControlError where it does not."""
        return self._asked(self.urgent, kept, envelope)

    def bygone(self, kept: KeptSession) -> Bygone:
        """The books that the journal adds up to; of the last few sessions they are made anew only when it grew."""
        with self._lock:
            name, reached = kept.terms.session, self._reached(kept)
            known = self._bygone.get(name)
            if known is None or known[0] != reached or not reached:
                known = self._bygone[name] = (reached, self._replayed(kept))
            self._bygone.move_to_end(name)
            while len(self._bygone) > REMEMBERED:
                self._bygone.popitem(last=False)
            return replace(known[1], session=kept)

    def _reached(self, kept: KeptSession) -> int:
        """The last record that was promised; 0 where none was."""
        journal = self.journal_of(kept)
        with told_of(kept):
            anchor = anchor_in(journal.read(ANCHOR))[0] if journal.exists(ANCHOR) else None
        return 0 if anchor is None else anchor.sequence

    def _replayed(self, kept: KeptSession) -> Bygone:
        archive = Archive()
        journal = self.journal_of(kept)
        if journal.exists(ANCHOR):  # a session that never began has none
            with told_of(kept):
                for record in read(journal, catalogue()):
                    archive.take(record.fact)
        return Bygone(kept, archive.state, left=archive.left)

    def counts(self, kept: KeptSession) -> SessionCounts:
        """What happened so far, from what is new in the journal since the last question."""
        return self._caught_up(kept).counts()

    def refusal(self, kept: KeptSession, orders: tuple[str, ...]) -> str:
        """Why the gate refused these orders, in its words; empty where it did not."""
        tally = self._caught_up(kept)
        return "; ".join(told for one in orders if (told := tally.reasons.get(one)))

    def _asked(self, line: ControlLine, kept: KeptSession, envelope: Envelope) -> object:
        return self.wire.answer_to(envelope.message, line.ask(kept.folder, self.wire.request_of(envelope)))

    def _caught_up(self, kept: KeptSession) -> Tally:
        name = kept.terms.session
        with self._lock, told_of(kept):
            if name not in self._followed:
                self._followed[name] = _Followed(Follower(self.journal_of(kept), catalogue()))
            followed = self._followed[name]
            for record in followed.follower.new():
                followed.tally.add(record.fact)
            return followed.tally


@contextmanager
def told_of(kept: KeptSession) -> Iterator[None]:
    """A journal that refuses says what is wrong in it; of which session it is, is said here."""
    try:
        yield
    except JournalError as refused:
        refused.problem = f"the journal of session {kept.terms.session} cannot be used: {refused.problem}"
        refused.found = refused.found or str(kept.folder)
        raise


def not_running(kept: KeptSession) -> ControlError:
    """Why a session cannot be asked, and what to do."""
    name = kept.terms.session
    remedy = f"`tradewright trade start --resume {name}` goes on with it"
    if kept.life is SessionLife.STARTING:
        remedy = "it is starting: ask again in a moment"
    told = kept.life.value if kept.end is None else f"{kept.life.value}: {kept.end.reason}"
    return NotRunning(f"session {name} is not running", found=told, remedy=remedy)
