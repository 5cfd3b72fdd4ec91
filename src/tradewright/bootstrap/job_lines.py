"""What a worker and the child that does its jobs say to each other: one JSON object a line, through pipes.

The worker says which job; the child says how far it is, and then what came of it.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from tradewright.ports.jobs import JobError, JobWish

LINE_BYTES: Final = 8 << 20
"""Of one line at most; a job's content is below a tenth of it."""


class Do(msgspec.Struct, tag="do", frozen=True):
    """Do this."""

    wish: JobWish


class How(msgspec.Struct, tag="how", frozen=True):
    """How far it is."""

    done: int
    total: int | None


class Made(msgspec.Struct, tag="made", frozen=True):
    """It is done, and made this."""

    result: Mapping[str, str]


class Broke(msgspec.Struct, tag="broke", frozen=True):
    """It failed."""

    error: JobError


Told = How | Made | Broke
_DO: Final = msgspec.json.Decoder(Do)
_TOLD: Final = msgspec.json.Decoder(Told)


def line_of(said: Do | Told) -> bytes:
    """One line."""
    return msgspec.json.encode(said) + b"\n"


def read_do(line: bytes) -> Do:
    """What the worker says; msgspec.MsgspecError where it is nothing of the kind."""
    return _DO.decode(line)


def read_told(line: bytes) -> Told:
    """What the child says; msgspec.MsgspecError where it is nothing of the kind."""
    told: Told = _TOLD.decode(line)
    return told
