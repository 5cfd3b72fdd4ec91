"""A recording holds what a strategy was shown and what it answered, so that it can be shown the same once more.

    length u32 | crc32 of the body u32 | body      (little endian; the body is MessagePack, which keeps NaN)

This file decides that it is written as it happens and not synced: it restores a strategy and feeds parity, it is not
the truth. A torn end is cut when it is opened, and told. Once a write failed nothing more is recorded: a gap would be
taken for what the strategy saw.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self
from zlib import crc32

import msgspec

from tradewright.domain.errors import StorageError
from tradewright.engine.session.facts import RecordedWish
from tradewright.ports.disk import Disk, OpenFile
from tradewright.ports.hosts import Proposed, Shown

NAME: Final = "recording"
_HEAD: Final = struct.Struct("<II")
_LARGEST: Final = 1 << 26
"""Bytes of a frame; a length above it is damage."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was shown at one slice, or (with `shown` None) what was answered."""

    shown: Shown | None = None
    slice: int = 0
    """Of the answer."""
    wishes: tuple[RecordedWish, ...] = ()
    took_ns: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """One slice as the strategy saw it, with its answer; None where none was recorded."""

    shown: Shown
    answer: tuple[RecordedWish, ...] | None


def frames(disk: Disk, path: str = NAME) -> Iterator[tuple[Recorded, int]]:
    """Every frame that can be believed, in order, and where it ends; stops at the first that cannot."""
    if not disk.exists(path):
        return
    file = disk.open(path)
    try:
        yield from _frames(file)
    finally:
        file.close()


def _frames(file: OpenFile) -> Iterator[tuple[Recorded, int]]:
    decoder = msgspec.msgpack.Decoder(Recorded)
    offset = 0
    while len(head := file.read(offset, _HEAD.size)) == _HEAD.size:
        length, checksum = _HEAD.unpack(head)
        if not 0 < length <= _LARGEST:
            return
        body = file.read(offset + _HEAD.size, length)
        if len(body) < length or crc32(body) != checksum:
            return
        try:
            recorded = decoder.decode(body)
        except msgspec.MsgspecError:
            return
        offset += _HEAD.size + length
        yield recorded, offset


def scenes(disk: Disk, path: str = NAME) -> Iterator[Scene]:
    """What the strategy was shown, each slice with its answer."""
    shown: Shown | None = None
    answer: tuple[RecordedWish, ...] | None = None
    for recorded, _ in frames(disk, path):
        if recorded.shown is None:
            if shown is not None and recorded.slice == shown.slice.number:
                answer = recorded.wishes
            continue
        if shown is not None:
            yield Scene(shown, answer)
        shown, answer = recorded.shown, None
    if shown is not None:
        yield Scene(shown, answer)


class Recording:
    """The recording, open for more."""

    __slots__ = ("_encoder", "_file", "_offset", "cut_bytes", "last", "problem")

    def __init__(self, file: OpenFile, *, offset: int, last: int, cut_bytes: int) -> None:
        self._file, self._offset = file, offset
        self._encoder = msgspec.msgpack.Encoder()
        self.last = last
        """The slice that was shown last; 0 before the first."""
        self.cut_bytes = cut_bytes
        """Bytes that were cut when it was opened: torn, or of slices that the journal does not know."""
        self.problem = ""
        """Why nothing more is recorded; empty while it is."""

    @classmethod
    def open(cls, disk: Disk, path: str = NAME, *, until: int) -> Self:
        """Open it, and make it where there is none; what cannot be believed is cut, and what comes after slice `until`:
        the journal has not dealt with it, so it will be shown again."""
        offset, last = 0, 0
        for recorded, end in frames(disk, path):
            number = recorded.slice if recorded.shown is None else recorded.shown.slice.number
            if number > until:
                break
            offset, last = end, max(last, number)
        file = disk.open(path, create=True)
        try:
            cut = file.length() - offset
            if cut:
                file.truncate(offset)
        except StorageError:
            file.close()
            raise
        return cls(file, offset=offset, last=last, cut_bytes=cut)

    def show(self, shown: Shown) -> None:
        """Keep what the strategy is about to be shown."""
        self._append(Recorded(shown))
        self.last = max(self.last, shown.slice.number)

    def answered(self, proposed: Proposed) -> None:
        """Keep what it answered."""
        wishes = tuple(RecordedWish.of(wish) for wish in proposed.wishes)
        self._append(Recorded(None, proposed.slice, wishes, proposed.took_ns))

    def _append(self, recorded: Recorded) -> None:
        if self.problem:
            return
        body = self._encoder.encode(recorded)
        try:
            self._file.write(self._offset, _HEAD.pack(len(body), crc32(body)) + body)
        except StorageError as problem:
            self.problem = str(problem)
        else:
            self._offset += _HEAD.size + len(body)

    def close(self) -> None:
        """Close the file; twice is allowed."""
        self._file.close()
