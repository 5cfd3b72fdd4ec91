"""Following a journal that another process writes: what is new and safe since the last look, each fact once.

Only what lies before the anchor is read, because nothing beyond it was promised to anyone. Nothing is written, and the
writer does not notice.
"""

from collections.abc import Iterator

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.anchor import ANCHOR, Anchor, anchor_in
from tradewright.engine.runtime.journal.frame import GENESIS, Frame, frame_at
from tradewright.engine.runtime.journal.problems import JournalDamaged
from tradewright.engine.runtime.journal.record import Catalogue, Record
from tradewright.engine.runtime.journal.segment import HEADER_BYTES, header_of, name_of
from tradewright.ports.disk import Disk


class Follower:
    """Reads a journal in the disk's folder from its beginning; ask `new` as often as you like."""

    __slots__ = ("_catalogue", "_digest", "_disk", "_offset", "_segment", "sequence")

    def __init__(self, disk: Disk, catalogue: Catalogue) -> None:
        self._disk, self._catalogue = disk, catalogue
        self._segment, self._offset, self._digest = 1, HEADER_BYTES, GENESIS
        self.sequence = 0
        """The last record that was read."""

    def new(self) -> Iterator[Record]:
        """Facts that were not read before, up to the anchor; nothing where there is no journal yet.

        `JournalDamaged` where a record cannot be believed, `JournalNewer` where a later version wrote it.
        """
        anchor = self._anchor()
        while anchor is not None and self.sequence < anchor.sequence:
            if self._segment < anchor.segment:
                yield from self._records(self._rest(self._segment, None))
                if self._segment < anchor.segment:
                    self._next_segment()
            else:
                yield from self._records(self._rest(anchor.segment, anchor.offset))
                if self.sequence < anchor.sequence:
                    raise self._damage("the journal ends before its anchor")

    def _anchor(self) -> Anchor | None:
        if not self._disk.exists(ANCHOR):
            return None
        return anchor_in(self._disk.read(ANCHOR))[0]

    def _rest(self, number: int, end: int | None) -> bytes:
        """Bytes of a segment from where we are; up to its end where none is told."""
        file = self._disk.open(name_of(number))
        try:
            return file.read(self._offset, (file.length() if end is None else end) - self._offset)
        finally:
            file.close()

    def _records(self, content: bytes) -> Iterator[Record]:
        place = 0
        while any(content[place : place + 4]):
            frame = frame_at(content, place)
            if not isinstance(frame, Frame):
                raise self._damage(frame)
            if (frame.sequence, frame.previous) != (self.sequence + 1, self._digest):
                raise self._damage("the record does not follow the one before")
            record = self._catalogue.record_of(frame)
            place += frame.length
            self._offset += frame.length
            self.sequence, self._digest = frame.sequence, frame.digest
            yield record

    def _next_segment(self) -> None:
        number = self._segment + 1
        try:
            header = header_of(self._disk.read(name_of(number))[:HEADER_BYTES], number)
        except StorageError as problem:
            raise self._damage("the segment after it cannot be read") from problem
        if (header.first, header.previous) != (self.sequence + 1, self._digest):
            raise self._damage("the next segment does not follow")
        self._segment, self._offset = number, HEADER_BYTES

    def _damage(self, problem: str) -> JournalDamaged:
        return JournalDamaged(problem, segment=name_of(self._segment), offset=self._offset)
