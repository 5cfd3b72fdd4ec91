"""What a session still knows of orders that it has dropped: enough to tell the new from the repeated, for good.

This file decides how it is kept: an id as twelve bytes of its digest, sorted, which is a hundredth of what the order
took. No id is ever forgotten: an order that works for months has its executions asked for from its first day on, and
whatever the venue then tells of others must be known as told before. Of each instrument there is what was held when its
executions were dropped, for splits that are told later.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from tradewright.domain.portfolio.position import Position

_ZERO: Final = Decimal(0)
_ID: Final = 12
_WHERE: Final = 2
"""Bytes behind the id of an execution: twice the place of its instrument, and one where it was taken back."""


@dataclass(frozen=True, slots=True)
class Base:
    """What was held of an instrument at a moment of the venue, by all that had happened before it."""

    until_ns: int
    """The moment; what happened at it is not in it."""
    positions: Mapping[str, Position]
    """By strategy."""
    paid: Decimal
    """For fractions of lots at splits, so far."""


@dataclass(frozen=True, slots=True)
class DroppedExecution:
    """One execution of a dropped order."""

    instrument: str
    is_busted: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """All orders that were dropped so far."""

    until_ns: int = 0
    """Session time before which the newest of them ended."""
    newest_ns: int = 0
    """The venue's time of their newest execution."""
    orders: int = 0
    executions: int = 0
    bases: Mapping[str, Base] = field(default_factory=dict)
    """By instrument."""
    instruments: tuple[str, ...] = ()
    """In the order in which they came."""
    order_ids: bytes = b""
    execution_ids: bytes = b""

    def has_order(self, client_order_id: str) -> bool:
        """Whether an order of that id was dropped."""
        return _found(self.order_ids, _digest(client_order_id), _ID) is not None

    def execution(self, execution_id: str) -> DroppedExecution | None:
        """The execution of that id, where its order was dropped."""
        where = _found(self.execution_ids, _digest(execution_id), _ID + _WHERE)
        if where is None:
            return None
        number = int.from_bytes(where, "big")
        return DroppedExecution(self.instruments[number >> 1], bool(number & 1))


NOTHING: Final = Dropped()


def order_entries(before: bytes, names: Iterable[str]) -> bytes:
    """The ids of before with more of them."""
    return _sorted(before, (_digest(name) for name in names), _ID)


def execution_entries(before: bytes, found: Iterable[tuple[str, int, bool]]) -> bytes:
    """The same of executions, each with the place of its instrument and whether it was taken back."""
    fresh = (_digest(name) + (2 * place + is_busted).to_bytes(_WHERE, "big") for name, place, is_busted in found)
    return _sorted(before, fresh, _ID + _WHERE)


def _digest(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=_ID).digest()


def _sorted(before: bytes, fresh: Iterable[bytes], width: int) -> bytes:
    every = [before[at : at + width] for at in range(0, len(before), width)]
    every.extend(sorted(fresh))
    every.sort()  # two ascending runs: one merge
    return b"".join(every)


def _found(ids: bytes, digest: bytes, width: int) -> bytes | None:
    """What stands behind an id; None where it is not among them."""
    at = bisect_left(range(len(ids) // width), digest, key=lambda place: ids[place * width : place * width + _ID])
    start = at * width
    return ids[start + _ID : start + width] if ids[start : start + _ID] == digest and digest else None
