"""The anchor tells how far the journal reached when its writer last gave a promise: number and digest of the head.

It lies in a file of its own, in two places a page apart, written in turn, so that a torn write leaves the other.
It is written after the records are durable and synced before the promise is given: a journal that ends before its
anchor has lost what was promised, and what lies beyond it was promised to nobody.
"""

import struct
from dataclasses import dataclass
from typing import Final

from tradewright.engine.runtime.journal.frame import DIGEST_BYTES, GENESIS, digest_of
from tradewright.engine.runtime.journal.problems import JournalDamaged, JournalNewer
from tradewright.engine.runtime.journal.segment import FORMAT, HEADER_BYTES
from tradewright.ports.disk import OpenFile

ANCHOR: Final = "anchor"
"""The file's name."""
_MAGIC: Final = b"TWANCHOR"
_FIELDS: Final = struct.Struct("<8sIIQQQ16s")
_PLACE_BYTES: Final = _FIELDS.size + DIGEST_BYTES
_PAGE: Final = 4096
ANCHOR_BYTES: Final = 2 * _PAGE


@dataclass(frozen=True, slots=True)
class Head:
    """A record by its number and digest: whoever names both means that record and everything before it."""

    sequence: int
    digest: bytes


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """The head of the journal; the greater one is the later one."""

    epoch: int = 0
    sequence: int = 0
    segment: int = 1
    offset: int = HEADER_BYTES
    """Where the next record goes."""
    digest: bytes = GENESIS

    @property
    def head(self) -> Head:
        """The record that it stands for."""
        return Head(self.sequence, self.digest)

    def packed(self) -> bytes:
        """Its bytes, checksum last."""
        content = _FIELDS.pack(_MAGIC, FORMAT, self.segment, self.sequence, self.epoch, self.offset, self.digest)
        return content + digest_of(content)


def anchor_in(content: bytes) -> tuple[Anchor, int, int]:
    """(the later anchor, its place 0 or 1, how many of the two places are damaged)."""
    found: list[tuple[Anchor, int]] = []
    for place in (0, 1):
        part = content[place * _PAGE : place * _PAGE + _PLACE_BYTES]
        if len(part) < _PLACE_BYTES or digest_of(part[: _FIELDS.size]) != part[_FIELDS.size :]:
            continue
        magic, layout, segment, sequence, epoch, offset, digest = _FIELDS.unpack_from(part)
        if magic == _MAGIC and layout > FORMAT:
            raise JournalNewer(ANCHOR, expected=f"format {FORMAT} or older", found=f"format {layout}")
        if magic == _MAGIC:
            found.append((Anchor(epoch, sequence, segment, offset, digest), place))
    if not found:
        raise JournalDamaged("neither of its two places can be read", segment=ANCHOR, offset=0)
    latest, place = max(found)
    return latest, place, 2 - len(found)


def anchor_content(anchor: Anchor) -> bytes:
    """A new anchor file, the same in both places."""
    page = anchor.packed().ljust(_PAGE, b"\0")
    return page + page


class AnchorFile:
    """The open anchor. `place` is where the later one lies; the next goes to the other."""

    __slots__ = ("_file", "_place")

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._place = self.read()[1]

    def read(self) -> tuple[Anchor, int, int]:
        """As `anchor_in`; after a look whether the file is still the one under its name."""
        if not self._file.is_in_place():
            raise JournalDamaged("the file was deleted or replaced", segment=ANCHOR, offset=0)
        return anchor_in(self._file.read(0, ANCHOR_BYTES))

    def write(self, anchor: Anchor) -> None:
        """Write to the place that was not written last, and wait until it is durable."""
        self._place = 1 - self._place
        self._put(anchor)

    def settle(self) -> None:
        """Write what was read once more: after a failed sync it may have been in the system's memory only."""
        anchor, self._place, _ = self.read()
        self._put(anchor)

    def _put(self, anchor: Anchor) -> None:
        self._file.write(self._place * _PAGE, anchor.packed())
        self._file.sync()

    def close(self) -> None:
        """Close the file; twice is allowed."""
        self._file.close()
