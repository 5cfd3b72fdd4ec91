"""The pulse of a session: several times a second it looks at the kill switch, tells that it lives, and uses a quiet
moment for what need not be done while orders wait.

This file decides what that is: a snapshot that is due (one that is long due waits no longer), and the journal's next
segment, which is made as soon as half of this one is used, because a commit must never have to wait for it. A disk
that fails there is told to the supervisor: half a segment is still reserved, so cancels go on while new risk stops.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tradewright.domain.errors import StorageError
from tradewright.engine.session.books import Books
from tradewright.engine.session.clocks import SessionClock
from tradewright.engine.session.heartbeat import Beat, HeartBeat
from tradewright.engine.session.metrics import Histogram
from tradewright.engine.session.supervisor import Component, Supervisor
from tradewright.ports.clock import Clock

_SECOND_NS = 1_000_000_000


@dataclass(slots=True, kw_only=True)
class Pulse:
    """The beat of one session."""

    books: Books
    clock: Clock
    time: SessionClock
    supervisor: Supervisor
    beat_ns: int
    snapshot_every: int
    lag: Histogram
    is_quiet: Callable[[], bool]
    """Whether nothing waits and nothing is open."""
    look_at_the_switch: Callable[[], None]
    is_over: bool = False
    """Set when the session ends by itself: the last beat says so."""

    async def run(self) -> None:
        """Beat until canceled."""
        heart = HeartBeat(self.books.places.session)
        try:
            while True:
                due = self.clock.monotonic_ns() + self.beat_ns
                await asyncio.sleep(self.beat_ns / _SECOND_NS)
                self.lag.record(self.clock.monotonic_ns() - due)
                self.once(heart)
        finally:
            with suppress(StorageError):  # without the last beat the guard alarms: the safe side
                heart.write(self._beat())
            heart.close()

    def once(self, heart: HeartBeat) -> None:
        """One beat; JournalPoisoned where the journal has ended."""
        self.look_at_the_switch()
        self._tried(lambda: self._keep_up(heart))
        self.supervisor.tick()

    def make_room(self) -> None:
        """Make the journal's next segment now, because it may be needed before the next beat."""
        if self.supervisor.is_ok(Component.DISK):
            self._tried(self.books.journal.prepare)

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except StorageError as problem:
            if self.books.journal.poison:
                raise
            self.supervisor.failed(Component.DISK, str(problem))

    def _keep_up(self, heart: HeartBeat) -> None:
        heart.write(self._beat())
        self.books.journal.prepare()
        journal = self.books.journal
        every = max(self.snapshot_every, len(self.books.state.orders))  # what a snapshot costs grows with the orders
        behind = journal.sequence - self.books.snapshots.last
        if journal.committed == journal.sequence and behind >= (every if self.is_quiet() else 2 * every):
            self.books.snapshot()
        if self.books.recording.problem:
            self.supervisor.failed(Component.DISK, f"the recording ends here: {self.books.recording.problem}")
        else:
            self.supervisor.recovered(Component.DISK)

    def _beat(self) -> Beat:
        return Beat(
            epoch=self.books.journal.epoch,
            sequence=self.books.journal.committed,
            session_ns=self.time.now_ns(),
            monotonic_ns=self.clock.monotonic_ns(),
            wall_ns=self.clock.now_ns(),
            is_over=self.is_over,
        )
