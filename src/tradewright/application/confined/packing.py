"""A market or a run on its way through the walls of a confined process: a header of plain values, then raw columns.

This file decides the form of both ways. Whoever reads takes the bytes for a stranger's: every length is checked before
a column is believed, and a column is numbers, never an object.
"""

import math
import struct
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
Header = TypeVar("Header", bound=msgspec.Struct)
KINDS: Final = ("<i8", "<i4", "<f8")
MOST_COLUMNS: Final = 64
_LENGTH: Final = struct.Struct("<Q")
_ALIGNED: Final = 64


class PackedError(ValueError):
    """The bytes are nothing that was packed here."""


class _Place(msgspec.Struct, array_like=True, frozen=True):
    name: str
    kind: str
    shape: tuple[int, ...]


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    header: msgspec.Raw
    places: list[_Place]


_PACKED: Final = msgspec.msgpack.Decoder(_Packed)


def pack(header: msgspec.Struct, columns: Mapping[str, Column]) -> bytes:
    """Header and columns as bytes."""
    kept = {name: np.ascontiguousarray(column, column.dtype.newbyteorder("<")) for name, column in columns.items()}
    places = [_Place(name, column.dtype.str, column.shape) for name, column in kept.items()]
    start = msgspec.msgpack.encode(_Packed(msgspec.Raw(msgspec.msgpack.encode(header)), places))
    made = bytearray(_LENGTH.pack(len(start)) + start)
    for column in kept.values():
        made += bytes(-len(made) % _ALIGNED)
        made += column.data.cast("B") if column.size else b""
    return bytes(made)


def unpack(content: bytes | memoryview, kind: type[Header]) -> tuple[Header, dict[str, Column]]:
    """The header and the columns, which lie in the bytes themselves; PackedError where the bytes are not such."""
    view = memoryview(content)
    if len(view) < _LENGTH.size:
        raise PackedError("too short")
    end = _LENGTH.size + _LENGTH.unpack_from(view)[0]
    if end > len(view):
        raise PackedError("a header longer than the bytes")
    try:
        packed = _PACKED.decode(view[_LENGTH.size : end])
        header = msgspec.msgpack.decode(packed.header, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as wrong:
        raise PackedError(f"no header: {wrong}") from wrong
    if len(packed.places) > MOST_COLUMNS:
        raise PackedError(f"{len(packed.places)} columns")
    columns: dict[str, Column] = {}
    for place in packed.places:
        end += -end % _ALIGNED
        size = _bytes_of(place)
        if end + size > len(view):
            raise PackedError(f"column {place.name[:40]} is longer than the bytes")
        columns[place.name] = np.frombuffer(view[end : end + size], place.kind).reshape(place.shape)
        end += size
    return header, columns


def _bytes_of(place: _Place) -> int:
    if place.kind not in KINDS or len(place.shape) not in {1, 2} or any(length < 0 for length in place.shape):
        raise PackedError(f"column {place.name[:40]} of kind {place.kind[:8]} and shape {place.shape[:4]}")
    return math.prod(place.shape) * int(place.kind[2])
