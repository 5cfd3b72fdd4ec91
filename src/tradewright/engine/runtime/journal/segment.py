"""A segment is one file of the journal, of fixed size and filled with zeros before its first record.

Preallocated and zeroed, so that a commit changes content alone: no length, no blocks, nothing to run out of space.
A segment appears under its name only when it is whole (written beside, synced, renamed), and only after every record
before it is durable; so its header and all closed segments must be in order, and only the last may have a torn end.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.frame import DIGEST_BYTES, digest_of
from tradewright.engine.runtime.journal.problems import JournalDamaged, JournalNewer
from tradewright.ports.disk import Disk, OpenFile

FORMAT: Final = 1
"""Layout of segments, frames and anchor; a file with a greater number is refused."""
MAGIC: Final = b"TWJOURNL"
_FIELDS: Final = struct.Struct("<8sIIQQ16s")
HEADER_BYTES: Final = _FIELDS.size + DIGEST_BYTES
_NAME: Final = re.compile(r"segment-(\d{8})\.journal")
_BLOCK: Final = bytes(1 << 20)


def name_of(number: int) -> str:
    """Segments are numbered from 1."""
    return f"segment-{number:08d}.journal"


def unfinished(number: int) -> str:
    """The name under which a segment is made."""
    return f"{name_of(number)}.new"


def numbers(names: Sequence[str]) -> list[int]:
    """Numbers of the segments among the names, ascending."""
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment says of itself."""

    number: int
    capacity: int
    """Bytes of the file, header included."""
    first: int
    """Sequence of its first record."""
    previous: bytes
    """Digest of the record before that."""

    def packed(self) -> bytes:
        """Its bytes, checksum last."""
        content = _FIELDS.pack(MAGIC, FORMAT, self.number, self.capacity, self.first, self.previous)
        return content + digest_of(content)


def header_of(content: bytes, number: int) -> Header:
    """The header at the beginning of a segment; `JournalDamaged` and `JournalNewer` where it cannot be used."""
    name = name_of(number)
    if len(content) < HEADER_BYTES:
        raise JournalDamaged("the header is cut", segment=name, offset=len(content))
    magic, layout, told, capacity, first, previous = _FIELDS.unpack_from(content)
    if magic == MAGIC and layout > FORMAT:
        raise JournalNewer(name, expected=f"format {FORMAT} or older", found=f"format {layout}")
    digest = content[_FIELDS.size : HEADER_BYTES]
    if (magic, layout, told) != (MAGIC, FORMAT, number) or digest_of(content[: _FIELDS.size]) != digest:
        raise JournalDamaged("the header is damaged", segment=name, offset=0)
    return Header(number, capacity, first, previous)


def blank(disk: Disk, number: int, *, capacity: int) -> OpenFile:
    """Make the file of a segment under its unfinished name: all zeros, durable."""
    file = disk.open(unfinished(number), create=True)
    try:
        file.truncate(0)
        file.preallocate(capacity)
        fill_with_zeros(file, start=0, end=capacity)
        file.sync()
    except StorageError:
        file.close()
        raise
    return file


def publish(disk: Disk, file: OpenFile, *, header: Header) -> OpenFile:
    """Turn a blank file into a segment that is durable with its name."""
    try:
        file.write(0, header.packed())
        file.sync()
    finally:
        file.close()
    disk.rename(unfinished(header.number), name_of(header.number))
    disk.sync_folder()
    return disk.open(name_of(header.number))


def fill_with_zeros(file: OpenFile, *, start: int, end: int) -> None:
    """Zeros from `start` up to `end`."""
    for offset in range(start, end, len(_BLOCK)):
        file.write(offset, _BLOCK[: end - offset])
