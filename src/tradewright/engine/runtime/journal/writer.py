"""The journal open for writing: one process at a time appends facts, and nobody acts on one before it is safe.

`append` numbers, chains and encodes; `commit` makes everything appended durable at once (group commit): write the
records, sync, write the anchor, sync. A disk that fails once is never asked again: after a failed sync the system may
drop the pages and report success the next time, so the journal is poisoned and only a new opening goes on, from what
is proven.
"""

from collections.abc import Callable
from typing import Final, Self

from tradewright.domain.errors import InputError, StorageError
from tradewright.engine.runtime.journal.anchor import ANCHOR, Anchor, AnchorFile, Head, anchor_content
from tradewright.engine.runtime.journal.frame import DIGEST_BYTES, OVERHEAD, packed
from tradewright.engine.runtime.journal.problems import JournalDamaged, JournalDiffers, JournalPoisoned
from tradewright.engine.runtime.journal.reader import anchored
from tradewright.engine.runtime.journal.record import Catalogue, Record, SessionOpened
from tradewright.engine.runtime.journal.segment import numbers
from tradewright.engine.runtime.journal.survey import Survey
from tradewright.engine.runtime.journal.tail import Appended, Tail
from tradewright.ports.disk import Disk, Hold

LOCK: Final = "lock"
"""The file whose holder may write; it tells the holder's process number."""
SEGMENT_BYTES: Final = 16 << 20
SMALLEST_SEGMENT: Final = 1 << 10
LARGEST_SEGMENT: Final = 1 << 30


class Journal:
    """A journal that this process alone may append to. Not for several threads."""

    __slots__ = (
        "_anchor",
        "_anchor_file",
        "_catalogue",
        "_digest",
        "_hold",
        "_pending",
        "_poison",
        "_tail",
        "epoch",
        "opening",
        "sequence",
    )

    def __init__(
        self, catalogue: Catalogue, *, hold: Hold, tail: Tail, anchor_file: AnchorFile, survey: Survey
    ) -> None:
        """Use `open`; this takes over what a survey has proven."""
        self._catalogue, self._hold, self._tail, self._anchor_file = catalogue, hold, tail, anchor_file
        self._anchor = survey.anchor
        self._digest = survey.digest
        self._pending: list[Appended] = []
        self._poison = ""
        self.epoch = max(survey.epoch, survey.anchor.epoch) + 1
        """Number of this opening for writing; the greater one is the later."""
        self.sequence = survey.sequence
        """The last record appended; up to `committed` they are safe."""
        self.opening = SessionOpened(self.epoch, 0, survey.tail_bytes)
        """The fact that this opening left in the journal; a replay of later openings meets it too."""

    @classmethod
    def open(
        cls,
        disk: Disk,
        catalogue: Catalogue,
        *,
        opened_ns: int,
        take: Callable[[Record], None] | None = None,
        after: Head | None = None,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> Self:
        """Prove the journal in the disk's folder, hand every fact to `take`, cut a torn end, and open it; make it when
        the folder is empty. The opening itself is committed as `SessionOpened`, with `opened_ns` from the clock.

        `after` leaves out the facts up to that record, for whoever has a snapshot of them: the chain is proven from the
        first record all the same, and `JournalDiffers` comes where the record there has another digest.
        `StorageError` where another process holds it (with its number), `JournalDamaged`, `JournalNewer`, and
        `JournalError` for a fact that the catalogue cannot read: nothing was changed on the disk then.
        """
        if not SMALLEST_SEGMENT <= segment_bytes <= LARGEST_SEGMENT:
            raise InputError(
                "the journal's segment_bytes cannot be used",
                expected=f"{SMALLEST_SEGMENT} to {LARGEST_SEGMENT}",
                found=str(segment_bytes),
            )
        hold = disk.hold(LOCK)
        opened: Self | None = None
        try:
            survey = _surveyed(disk, catalogue, take, after=after)
            tail = Tail.resume(disk, survey, segment_bytes=segment_bytes)
            anchor_file = _settled_anchor(disk, tail)
            opened = cls(catalogue, hold=hold, tail=tail, anchor_file=anchor_file, survey=survey)
            opened.opening = SessionOpened(opened.epoch, opened_ns, survey.tail_bytes)
            opened.append(opened.opening)
            opened.commit()
        except BaseException:
            hold.release() if opened is None else opened.close()
            raise
        return opened

    @property
    def committed(self) -> int:
        """The last record that is safe."""
        return self._anchor.sequence

    @property
    def head(self) -> Head:
        """The last record that is safe, with its digest."""
        return self._anchor.head

    @property
    def is_running_short(self) -> bool:
        """True when `prepare` should not wait for a quiet moment any more."""
        return self._tail.is_running_short

    @property
    def poison(self) -> str:
        """Why nothing can be written any more; empty while it can."""
        return self._poison

    def append(self, fact: object) -> int:
        """Take a fact into the next group and return its number; it is not safe before `commit`.

        `InputError` for a fact that cannot be kept exactly: it leaves the journal as it was.
        """
        self._refuse_when_poisoned()
        body = self._catalogue.body_of(fact)
        largest = self._tail.room - OVERHEAD
        if len(body) > largest:
            raise InputError(
                f"{type(fact).__name__} is too long for the journal",
                expected=f"at most {largest} bytes",
                found=f"{len(body)}",
            )
        sequence, previous = self.sequence + 1, self._digest
        content = packed(body, schema=self._catalogue.schema, sequence=sequence, epoch=self.epoch, previous=previous)
        self._pending.append(Appended(sequence, previous, content))
        self.sequence, self._digest = sequence, content[-DIGEST_BYTES:]
        return sequence

    def commit(self) -> int:
        """Make everything appended durable and return its last number: only now may the world be told.

        `JournalPoisoned` when the disk failed, a file was taken away, or another writer came: then and ever after.
        """
        self._refuse_when_poisoned()
        if self._pending:
            self._poison = "a commit was interrupted"
            try:
                self._still_ours()
                self._tail.write(self._pending)
                head = Anchor(self.epoch, self.sequence, self._tail.number, self._tail.offset, self._digest)
                self._anchor_file.write(head)
            except StorageError as problem:
                self._poison = str(problem)
                raise JournalPoisoned(self._poison) from problem
            self._anchor, self._pending, self._poison = head, [], ""
        return self.committed

    def forget_after(self, sequence: int) -> None:
        """Take back what was appended after a record and not committed, as if it had never been said."""
        self._refuse_when_poisoned()
        if not self.committed <= sequence <= self.sequence:
            raise InputError(
                "only facts that are not committed can be taken back",
                expected=f"record {self.committed} to {self.sequence}",
                found=str(sequence),
            )
        del self._pending[sequence - self.committed :]
        self.sequence = sequence
        self._digest = self._pending[-1].content[-DIGEST_BYTES:] if self._pending else self._anchor.digest

    def prepare(self) -> None:
        """Make the next segment ready before it is needed; call it when there is time.

        `StorageError` where the disk has no room for it. What is left of this segment is reserved and can still be
        used: stop taking risk, and cancel what works.
        """
        self._refuse_when_poisoned()
        self._tail.prepare()

    def close(self) -> None:
        """Let go of the files and of the hold; what was appended and not committed is not kept. Twice is allowed."""
        self._poison = self._poison or "it was closed"
        self._tail.close()
        self._anchor_file.close()
        self._hold.release()

    def _refuse_when_poisoned(self) -> None:
        if self._poison:
            raise JournalPoisoned(self._poison)

    def _still_ours(self) -> None:
        if not (self._hold.is_in_place() and self._tail.is_in_place()):
            raise StorageError("a file of the journal was deleted or replaced")
        if (found := self._anchor_file.read()[0]) != self._anchor:
            raise StorageError(
                "another process wrote to the journal",
                expected=f"epoch {self._anchor.epoch}, record {self._anchor.sequence}",
                found=f"epoch {found.epoch}, record {found.sequence}",
            )


def _surveyed(disk: Disk, catalogue: Catalogue, take: Callable[[Record], None] | None, *, after: Head | None) -> Survey:
    if not disk.exists(ANCHOR):
        if numbers(disk.list()):
            raise JournalDamaged("there are segments and no anchor", segment=ANCHOR, offset=0)
        disk.replace(ANCHOR, anchor_content(Anchor()))
    survey = anchored(disk)
    start = 0 if after is None else after.sequence
    for frame in survey.frames():
        if after is not None and frame.sequence == start and frame.digest != after.digest:
            raise JournalDiffers(start, found=f"digest {frame.digest.hex()}")
        if frame.sequence <= start:
            continue
        record = catalogue.record_of(frame)
        if take is not None:
            take(record)
    if survey.sequence < start:
        raise JournalDiffers(start, found=f"record {survey.sequence} as the last")
    return survey


def _settled_anchor(disk: Disk, tail: Tail) -> AnchorFile:
    try:
        file = disk.open(ANCHOR)
        try:
            anchor_file = AnchorFile(file)
            anchor_file.settle()
        except StorageError:
            file.close()
            raise
    except StorageError:
        tail.close()
        raise
    return anchor_file
