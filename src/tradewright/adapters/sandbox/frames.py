"""What a confined job says to whoever started it: one frame of a length and a MessagePack value, and then nothing more.

This file decides the words. Nothing but values passes; what does not read as one of these words is no answer.
"""

import struct
from typing import Final

import msgspec

MEMORY: Final = "MemoryError"
"""Kind of a failure for want of memory."""
HEAD: Final = struct.Struct(">Q")
MOST_TEXT: Final = 4_000
"""Characters of each text of a failure; a stranger's words are cut there."""


class Done(msgspec.Struct, tag="done", frozen=True):
    """The work is done."""

    content: bytes
    walls: list[str]


class Broke(msgspec.Struct, tag="broke", frozen=True):
    """The work told why it cannot be done: the fields of our error tree."""

    kind: str
    problem: str
    expected: str = ""
    found: str = ""
    remedy: str = ""


class NoWall(msgspec.Struct, tag="no_wall", frozen=True):
    """A wall does not stand, so nothing was run."""

    problem: str
    expected: str = ""
    found: str = ""
    remedy: str = ""


Said = Done | Broke | NoWall
_SAID: Final = msgspec.msgpack.Decoder(Said)


def frame_of(said: Said) -> bytes:
    """As it goes through the pipe."""
    body = msgspec.msgpack.encode(said)
    return HEAD.pack(len(body)) + body


def read_body(body: bytes | bytearray) -> Said:
    """What was said; a msgspec.MsgspecError where it is nothing of the kind."""
    said: Said = _SAID.decode(body)
    return said


def cut(text: str) -> str:
    """A stranger's text, as it can be shown: no more than a page, without control characters."""
    return plain(text[:MOST_TEXT])


def plain(text: str) -> str:
    """A stranger's text without control characters."""
    return "".join(one if one.isprintable() or one == "\n" else "?" for one in text)
