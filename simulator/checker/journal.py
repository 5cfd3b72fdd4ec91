"""Reading a journal's bytes without the code that wrote them: frames, chain, anchors, facts as plain JSON."""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

_SEGMENT = struct.Struct("<8sIIQQ16s")
_FRAME = struct.Struct("<IIQQ16s")
_ANCHOR = struct.Struct("<8sIIQQQ16s")
_DIGEST = 16
_FIRST = _SEGMENT.size + _DIGEST


@dataclass(frozen=True, slots=True)
class Written:
    """One record as the bytes have it."""

    sequence: int
    epoch: int
    digest: bytes
    previous: bytes
    kind: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Promised:
    """One anchor: up to which record a promise was given."""

    epoch: int
    sequence: int
    digest: bytes


def frames(content: bytes, start: int = 0) -> Iterator[Written]:
    """The records from an offset on, as far as their checksums are right."""
    while start + _FRAME.size + _DIGEST <= len(content):
        length, _, sequence, epoch, previous = _FRAME.unpack_from(content, start)
        end = start + _FRAME.size + length
        if length == 0 or end + _DIGEST > len(content):
            return
        digest = content[end : end + _DIGEST]
        if blake2b(content[start:end], digest_size=_DIGEST).digest() != digest:
            return
        kind, fields = json.loads(content[start + _FRAME.size : end])
        yield Written(sequence, epoch, digest, previous, kind, fields)
        start = end + _DIGEST


def anchors(content: bytes) -> Iterator[Promised]:
    """The anchors in some bytes of an anchor's file: at their beginning, and a page later."""
    for start in (0, 4096):
        part = content[start : start + _ANCHOR.size + _DIGEST]
        if len(part) < _ANCHOR.size + _DIGEST:
            return
        if blake2b(part[: _ANCHOR.size], digest_size=_DIGEST).digest() == part[_ANCHOR.size :]:
            _, _, _, sequence, epoch, _, digest = _ANCHOR.unpack_from(part)
            yield Promised(epoch, sequence, digest)


def whole(files: Mapping[str, bytes]) -> list[Written]:
    """Every record of a journal's folder, in order."""
    names = sorted(name for name in files if name.startswith("segment-") and name.endswith(".journal"))
    return [record for name in names for record in frames(files[name], _FIRST)]


def durable(path: str, chunks: list[tuple[int, bytes]]) -> Iterator[Written | Promised]:
    """What became durable with one sync of a file: records and anchors."""
    name = path.rpartition("/")[2]
    for offset, content in chunks:
        if name == "anchor":
            yield from anchors(content)
        elif name.startswith("segment-"):
            yield from frames(content, _FIRST if offset == 0 and len(content) > _FIRST else 0)
