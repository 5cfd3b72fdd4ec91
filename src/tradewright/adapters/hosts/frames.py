"""What passes between a trading session and a strategy's worker: frames of a length and a MessagePack value.

This file decides the words of both sides. Nothing but values passes (no pickle), no frame is longer than 1 MiB, and
what does not read as one of these words is no answer.
"""

import struct
from collections.abc import Iterator
from typing import Final

import msgspec

from tradewright.domain.errors import InputError
from tradewright.ports.hosts import (
    CancelWish,
    OrderWish,
    ProtectWish,
    Shown,
    StrategyTerms,
    TargetWish,
    Wish,
)

LONGEST_FRAME: Final = 1 << 20
_HEAD: Final = struct.Struct(">I")


class FrameError(Exception):
    """The bytes are no frame of ours."""


class Start(msgspec.Struct, tag="start", frozen=True):
    """Load this strategy."""

    terms: StrategyTerms


class Show(msgspec.Struct, tag="show", frozen=True):
    """Slices in order; each is answered."""

    shown: list[Shown]


class End(msgspec.Struct, tag="end", frozen=True):
    """No more slices will come."""


class Target(msgspec.Struct, tag="target", array_like=True, frozen=True):
    """A target."""

    wish: TargetWish


class Order(msgspec.Struct, tag="order", array_like=True, frozen=True):
    """An order."""

    wish: OrderWish


class Cancel(msgspec.Struct, tag="cancel", array_like=True, frozen=True):
    """A cancel."""

    wish: CancelWish


class Protect(msgspec.Struct, tag="protect", array_like=True, frozen=True):
    """Moved protection."""

    wish: ProtectWish


Wished = Target | Order | Cancel | Protect


class Ready(msgspec.Struct, tag="ready", frozen=True):
    """The strategy is loaded."""

    code: str
    warm_up_bars: int
    speaks_weights: bool


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """The wishes after one slice."""

    slice: int
    wishes: list[Wished]
    took_ns: int


class Answers(msgspec.Struct, tag="answers", frozen=True):
    """Answers in the order of the slices."""

    answers: list[Answer]


class Failure(msgspec.Struct, tag="failure", frozen=True):
    """The strategy cannot go on; nothing follows."""

    trouble: str
    slice: int
    story: str


Call = Start | Show | End
Report = Ready | Answers | Failure
CALLS: Final = msgspec.msgpack.Decoder(Call)
REPORTS: Final = msgspec.msgpack.Decoder(Report)
_ENCODER: Final = msgspec.msgpack.Encoder()


def worded(wish: Wish) -> Wished:
    """A wish as it is sent."""
    match wish:
        case TargetWish():
            return Target(wish)
        case OrderWish():
            return Order(wish)
        case CancelWish():
            return Cancel(wish)
        case ProtectWish():
            return Protect(wish)


def frame_of(value: Call | Report) -> bytes:
    """The frame of a value; an InputError where it is too long."""
    body = _ENCODER.encode(value)
    if len(body) > LONGEST_FRAME:
        raise InputError(
            f"a {type(value).__name__.lower()} between session and strategy is too long",
            expected=f"at most {LONGEST_FRAME:,} bytes",
            found=f"{len(body):,} bytes",
            remedy="trade fewer instruments with one strategy",
        )
    return _HEAD.pack(len(body)) + body


class FrameReader:
    """Cuts a stream of bytes into frames."""

    __slots__ = ("_bytes",)

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The frames that are whole now; a FrameError for a length that no frame has."""
        self._bytes += data
        while len(self._bytes) >= _HEAD.size:
            (length,) = _HEAD.unpack_from(self._bytes)
            if not 0 < length <= LONGEST_FRAME:
                raise FrameError(f"a frame of {length:,} bytes")
            end = _HEAD.size + length
            if len(self._bytes) < end:
                return
            body = bytes(self._bytes[_HEAD.size : end])
            del self._bytes[:end]
            yield body
