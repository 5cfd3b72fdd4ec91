"""The books of a session: the account it holds, its journal, the state that the journal adds up to, its recording.

This file decides the order in which they are opened (reliability comes from that order): hold the account, prove the
journal, replay it from the newest snapshot that fits, cut the recording to what the journal knows. Everything is
synchronous; nothing is sent.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.problems import JournalDiffers
from tradewright.engine.runtime.journal.record import Record
from tradewright.engine.runtime.journal.writer import SEGMENT_BYTES, Journal
from tradewright.engine.session.apply import apply
from tradewright.engine.session.facts import catalogue
from tradewright.engine.session.recording import Recording
from tradewright.engine.session.snapshots import BadSnapshot, Snapshot, Snapshots
from tradewright.engine.session.state import SessionState
from tradewright.ports.disk import Disk, Hold

HOLD: Final = "hold"
"""The file in an account's folder whose holder may trade it."""


def dealt_with(state: SessionState) -> int:
    """The last slice that nothing is to be done about any more; the one after it must come (again)."""
    return state.slice if state.answered >= state.slice else max(0, state.slice - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders of a session."""

    account: Disk
    """Shared by all sessions of the account: one of them holds it."""
    journal: Disk
    session: Disk
    """Snapshots, recording, heart-beat."""


@dataclass(slots=True, kw_only=True)
class Books:
    """Opened; `close` lets go of everything."""

    places: Places
    hold: Hold
    journal: Journal
    state: SessionState
    snapshots: Snapshots
    recording: Recording
    notes: tuple[str, ...]
    """What was found at the opening and should be told."""
    replayed: int
    """Facts that were replayed; the rest came from a snapshot."""
    is_new: bool
    """Whether no session ever began in them."""

    @classmethod
    def open(cls, places: Places, *, opened_ns: int, segment_bytes: int = SEGMENT_BYTES) -> Self:
        """Open them, or make them where there are none; `opened_ns` is wall time.

        StorageError where another process has the account or the journal (with its number); JournalDamaged and
        JournalNewer as the journal says.
        """
        hold = places.account.hold(HOLD)
        journal: Journal | None = None
        try:
            opened = _opening(places, opened_ns, segment_bytes)
            journal, state = opened.journal, opened.state
            is_new = state.started is None
            apply(state, journal.opening)
            recording = Recording.open(places.session, until=dealt_with(state))
        except BaseException:
            if journal is not None:
                journal.close()
            hold.release()
            raise
        return cls(
            places=places,
            hold=hold,
            journal=journal,
            state=state,
            snapshots=opened.snapshots,
            recording=recording,
            notes=(*opened.notes, *_told(journal, recording, state)),
            replayed=opened.replayed,
            is_new=is_new,
        )

    def snapshot(self) -> None:
        """Keep the state as it is at the last committed record; everything appended must be committed."""
        assert self.journal.committed == self.journal.sequence, "a snapshot between two commits"
        self.snapshots.write(self.state, head=self.journal.head)

    def close(self) -> None:
        """Let go; twice is allowed. What is not committed is not kept."""
        try:
            self.recording.close()
        finally:
            try:
                self.journal.close()
            finally:
                self.hold.release()


@dataclass(frozen=True, slots=True)
class _Opening:
    journal: Journal
    state: SessionState
    snapshots: Snapshots
    notes: tuple[str, ...]
    replayed: int


def _opening(places: Places, opened_ns: int, segment_bytes: int) -> _Opening:
    snapshots = Snapshots(places.session)
    notes: list[str] = []
    for found in chain(snapshots.newest_first(), (None,)):
        if isinstance(found, BadSnapshot):
            notes.append(f"{found.name} was passed over: {found.problem}")
            continue
        try:
            return _replayed(places, snapshots, found, notes=notes, opened_ns=opened_ns, segment_bytes=segment_bytes)
        except JournalDiffers as problem:
            notes.append(f"a snapshot was passed over: {problem}")
    raise StorageError("the journal could not be opened", found="; ".join(notes))


def _replayed(
    places: Places,
    snapshots: Snapshots,
    found: Snapshot | None,
    *,
    notes: list[str],
    opened_ns: int,
    segment_bytes: int,
) -> _Opening:
    state = SessionState() if found is None else found.state
    count = 0

    def take(record: Record) -> None:
        nonlocal count
        apply(state, record.fact)
        count += 1

    journal = Journal.open(
        places.journal,
        catalogue(),
        opened_ns=opened_ns,
        take=take,
        after=None if found is None else found.head,
        segment_bytes=segment_bytes,
    )
    snapshots.last = 0 if found is None else found.head.sequence
    return _Opening(journal, state, snapshots, tuple(notes), count)


def _told(journal: Journal, recording: Recording, state: SessionState) -> list[str]:
    notes = []
    if journal.opening.cut_bytes:
        notes.append(
            f"{journal.opening.cut_bytes} bytes of a torn end of the journal were cut; they were never promised"
        )
    if recording.cut_bytes:
        notes.append(f"{recording.cut_bytes} bytes at the end of the recording were cut")
    if recording.last < dealt_with(state):
        notes.append(
            f"the recording ends at slice {recording.last}, the journal has dealt with slice {dealt_with(state)}: "
            "the strategy cannot be restored exactly"
        )
    return notes
