"""A survey walks all segments, believes nothing unproven, and tells where the journal ends and whether that is allowed.

A torn end is normal after a crash, but only in the last segment and only beyond the anchor, because nothing there was
promised to anyone. Everything else that does not fit (a wrong checksum before the anchor, a gap, bytes after the end of
a closed segment, a head with another digest than the anchor's) is damage, and nobody goes on from damage.
"""

from collections.abc import Iterator

from tradewright.engine.runtime.journal.anchor import Anchor
from tradewright.engine.runtime.journal.frame import GENESIS, Frame, frame_at
from tradewright.engine.runtime.journal.problems import JournalDamaged
from tradewright.engine.runtime.journal.segment import HEADER_BYTES, header_of, name_of, numbers
from tradewright.ports.disk import Disk


class Survey:
    """Iterate once over `frames()`; afterwards the attributes tell what was found.

    `frames` raises `JournalDamaged` (with segment and byte offset) or `JournalNewer` at the first thing that is wrong.
    """

    __slots__ = (
        "anchor",
        "capacity",
        "digest",
        "disk",
        "epoch",
        "offset",
        "segment",
        "segments",
        "sequence",
        "tail_bytes",
    )

    def __init__(self, disk: Disk, anchor: Anchor) -> None:
        self.disk = disk
        self.anchor = anchor
        self.sequence = 0
        """Last record."""
        self.digest = GENESIS
        self.epoch = 0
        self.segment = 0
        """Number of the last segment; 0 where there is none."""
        self.offset = HEADER_BYTES
        """In the last segment: where the next record goes."""
        self.capacity = 0
        """Bytes of the last segment."""
        self.tail_bytes = 0
        """Bytes of a torn end behind `offset`, the zeros after it not counted."""
        self.segments = 0

    def frames(self) -> Iterator[Frame]:
        """Every record in order, proven."""
        found = numbers(self.disk.list())
        self.segments = len(found)
        for expected, number in enumerate(found, 1):
            if number != expected:
                raise JournalDamaged("the segment is missing", segment=name_of(expected), offset=0)
            yield from self._segment(number, is_last=number == len(found))
        self._reaches_the_anchor()

    def _segment(self, number: int, *, is_last: bool) -> Iterator[Frame]:
        content = self.disk.read(name_of(number))
        header = header_of(content, number)
        if (header.first, header.previous) != (self.sequence + 1, self.digest):
            raise self._damage("the segment does not follow the one before", number, 0)
        self.segment, self.capacity, self.offset = number, header.capacity, HEADER_BYTES
        problem = ""
        while not problem and any(content[self.offset : self.offset + 4]):
            frame = frame_at(content, self.offset)
            problem = frame if isinstance(frame, str) else self._link(frame)
            if not problem and isinstance(frame, Frame):
                self._take(frame)
                yield frame
        rest = len(content[self.offset :].rstrip(b"\0"))
        if is_last and self.sequence >= self.anchor.sequence:
            self.tail_bytes = rest
        elif problem or rest:
            raise self._damage(problem or "bytes after the last record", number, self.offset)
        elif not is_last and len(content) != header.capacity:
            raise self._damage("the segment is cut", number, len(content))

    def _link(self, frame: Frame) -> str:
        if (frame.sequence, frame.previous) != (self.sequence + 1, self.digest) or frame.epoch < self.epoch:
            return "the record does not follow the one before"
        return ""

    def _take(self, frame: Frame) -> None:
        self.sequence, self.digest, self.epoch = frame.sequence, frame.digest, frame.epoch
        self.offset += frame.length
        if frame.sequence == self.anchor.sequence and frame.digest != self.anchor.digest:
            raise self._damage("the record is not the one that was anchored", self.segment, self.offset - frame.length)

    def _reaches_the_anchor(self) -> None:
        if self.sequence < self.anchor.sequence:
            raise JournalDamaged(
                "the journal ends before its anchor",
                segment=name_of(max(self.segment, 1)),
                offset=self.offset,
                expected=f"record {self.anchor.sequence}",
                found=f"record {self.sequence} as the last",
            )

    def _damage(self, problem: str, number: int, offset: int) -> JournalDamaged:
        return JournalDamaged(
            problem, segment=name_of(number), offset=offset, found=f"record {self.sequence} before it"
        )
