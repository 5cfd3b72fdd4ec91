"""Flattening closes what is held when nobody trades any more: a piece at a time, never more than there is.

This file decides the next piece. Whoever carries it out reads the venue's positions anew before each one, and asks the
gate for it like everybody else; the orders only reduce, so a piece that comes too late does nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from tradewright.domain.orders.request import OrderRequest, Origin
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import OrderReport

PART: Final = Decimal("0.05")
"""Of a day's volume, at most, in one piece; where the volume is not known the piece is all that is held."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is known of an instrument that is to be closed."""

    day_quantity: Decimal | None = None
    """What is traded of it in a day."""
    lot: Decimal = Decimal(1)
    """Smallest step of a quantity; 0: any."""


def next_pieces(
    positions: Mapping[str, Decimal], working: Sequence[OrderReport], *, known: Mapping[str, Piece]
) -> tuple[OrderRequest, ...]:
    """One closing order for each instrument that is held and not being closed already.

    `positions` are signed, `working` is everything that works for the account, both as the venue says now.
    """
    found = []
    for instrument, held in sorted(positions.items()):
        free = abs(held) - _being_closed(instrument, working)
        quantity = _piece(free, known.get(instrument, Piece()))
        if held and quantity > 0 and not _has_piece(instrument, working):
            found.append(
                OrderRequest(
                    instrument=instrument,
                    side=Side.of(-held),
                    quantity=quantity,
                    reduces_only=True,
                    origin=Origin.RISK,
                    reason="flatten",
                )
            )
    return tuple(found)


def _piece(free: Decimal, known: Piece) -> Decimal:
    """At most the part of the day, in whole lots, and at least one lot; a rest that is less than a lot goes whole."""
    if known.day_quantity is None or known.day_quantity <= 0:
        return free
    most = known.day_quantity * PART
    if known.lot > 0:
        most = max((most / known.lot).to_integral_value(ROUND_FLOOR) * known.lot, known.lot)
    return min(free, most)


def _being_closed(instrument: str, working: Sequence[OrderReport]) -> Decimal:
    """What other reducing orders may still take; protection closes whatever is left, and counts for nothing."""
    rests = (
        one.request.quantity - one.filled
        for one in working
        if one.request.instrument == instrument and one.request.reduces_only and not one.request.closes_position
    )
    return sum(rests, Decimal(0))


def _has_piece(instrument: str, working: Sequence[OrderReport]) -> bool:
    return any(
        one.request.instrument == instrument and one.request.origin is Origin.RISK and not one.request.closes_position
        for one in working
    )
