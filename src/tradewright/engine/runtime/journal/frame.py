"""A frame is one record on the disk: what is needed to believe it, around the record's own bytes.

    length u32 | schema u32 | sequence u64 | epoch u64 | previous digest 16 | body | digest 16      (little endian)

The digest is BLAKE2b over everything before it in the frame, the predecessor's digest included: it is checksum and
chain in one. `sequence` counts from 1 over all segments; `epoch` numbers the openings of the journal for writing.
"""

import struct
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

DIGEST_BYTES: Final = 16
GENESIS: Final = bytes(DIGEST_BYTES)
"""What the first record has for a predecessor."""
_HEAD: Final = struct.Struct("<IIQQ16s")
OVERHEAD: Final = _HEAD.size + DIGEST_BYTES
"""Bytes of a frame beside its body."""


def digest_of(content: bytes | memoryview) -> bytes:
    """BLAKE2b-128 of some bytes."""
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


@dataclass(frozen=True, slots=True)
class Frame:
    """One record and its place in the chain."""

    schema: int
    sequence: int
    epoch: int
    previous: bytes
    body: bytes
    digest: bytes

    @property
    def length(self) -> int:
        """Bytes on the disk."""
        return OVERHEAD + len(self.body)


def packed(body: bytes, *, schema: int, sequence: int, epoch: int, previous: bytes) -> bytes:
    """The bytes of a frame; its last 16 are its digest."""
    content = _HEAD.pack(len(body), schema, sequence, epoch, previous) + body
    return content + digest_of(content)


def frame_at(content: bytes, offset: int) -> Frame | str:
    """The frame that begins at `offset`, or in words why there is none that can be believed."""
    if offset + OVERHEAD > len(content):
        return "the segment ends within a record"
    length, schema, sequence, epoch, previous = _HEAD.unpack_from(content, offset)
    end = offset + _HEAD.size + length
    if end + DIGEST_BYTES > len(content):
        return "the segment ends within a record"
    digest = content[end : end + DIGEST_BYTES]
    if digest_of(content[offset:end]) != digest:
        return "the record's checksum is wrong"
    return Frame(schema, sequence, epoch, previous, content[offset + _HEAD.size : end], digest)
