"""The tail is where a journal grows: the last segment, and the next one when it is full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.frame import GENESIS
from tradewright.engine.runtime.journal.segment import (
    HEADER_BYTES,
    Header,
    blank,
    fill_with_zeros,
    name_of,
    publish,
    unfinished,
)
from tradewright.engine.runtime.journal.survey import Survey
from tradewright.ports.disk import Disk, OpenFile


@dataclass(frozen=True, slots=True)
class Appended:
    """A frame that waits to be written."""

    sequence: int
    previous: bytes
    content: bytes


class Tail:
    """The last segment, open. Any `StorageError` leaves it unusable: survey and resume anew."""

    __slots__ = ("_disk", "_file", "_segment_bytes", "_spare", "capacity", "number", "offset")

    def __init__(
        self, disk: Disk, file: OpenFile, *, number: int, capacity: int, offset: int, segment_bytes: int
    ) -> None:
        self._disk, self._file, self._segment_bytes = disk, file, segment_bytes
        self._spare: OpenFile | None = None
        self.number, self.capacity, self.offset = number, capacity, offset

    @classmethod
    def resume(cls, disk: Disk, survey: Survey, *, segment_bytes: int) -> Self:
        """Make the end that a survey found durable and clean, or the first segment where there is none.

        All beyond the anchor, records and zeros, is written once more: where a sync failed before, it may have been
        read from the system's memory and not be on the disk, and would not be written by itself any more.
        """
        for name in disk.list():
            if name == unfinished(survey.segment + 1):
                disk.remove(name)
        if not survey.segment:
            header = Header(number=1, capacity=segment_bytes, first=1, previous=GENESIS)
            file = publish(disk, blank(disk, 1, capacity=segment_bytes), header=header)
            return cls(disk, file, number=1, capacity=segment_bytes, offset=HEADER_BYTES, segment_bytes=segment_bytes)
        disk.sync_folder()
        file = disk.open(name_of(survey.segment))
        try:
            start = survey.anchor.offset if survey.anchor.segment == survey.segment else HEADER_BYTES
            file.write(start, file.read(start, survey.offset - start))
            fill_with_zeros(file, start=survey.offset, end=survey.capacity)
            file.sync()
        except StorageError:
            file.close()
            raise
        return cls(
            disk,
            file,
            number=survey.segment,
            capacity=survey.capacity,
            offset=survey.offset,
            segment_bytes=segment_bytes,
        )

    def write(self, frames: Sequence[Appended]) -> None:
        """Write in as few writes as there are segments, and wait until all is durable."""
        group = bytearray()
        for frame in frames:
            if self.offset + len(group) + len(frame.content) > self.capacity:
                self._flush(group)
                self._roll(frame)
                group = bytearray()
            group += frame.content
        self._flush(group)

    def _flush(self, group: bytearray) -> None:
        if group:
            self._file.write(self.offset, bytes(group))
            self.offset += len(group)
            self._file.sync()

    def _roll(self, first: Appended) -> None:
        file = self._spare or blank(self._disk, self.number + 1, capacity=self._segment_bytes)
        self._spare = None
        self._file.close()
        header = Header(self.number + 1, self._segment_bytes, first.sequence, first.previous)
        self._file = publish(self._disk, file, header=header)
        self.number, self.capacity, self.offset = header.number, header.capacity, HEADER_BYTES

    @property
    def room(self) -> int:
        """Bytes that an empty segment has for frames."""
        return self._segment_bytes - HEADER_BYTES

    def prepare(self) -> None:
        """Make the next segment's file ready once half of this one is used; a disk without room says so here."""
        if self._spare is None and self.offset * 2 > self.capacity:
            self._spare = blank(self._disk, self.number + 1, capacity=self._segment_bytes)

    @property
    def is_running_short(self) -> bool:
        """True when three quarters are used and the next segment's file is not ready."""
        return self._spare is None and self.offset * 4 > self.capacity * 3

    def is_in_place(self) -> bool:
        """Whether the segment's name still leads to it."""
        return self._file.is_in_place()

    def close(self) -> None:
        """Close the files; twice is allowed."""
        self._file.close()
        if self._spare is not None:
            self._spare.close()
