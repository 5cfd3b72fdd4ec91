"""A place in a long list that is sorted by time: where a page ended, so that the next one begins behind it whatever
was added since.
"""

import base64
import binascii
from dataclasses import dataclass

from tradewright.domain.errors import InputError
from tradewright.ports.tables import Cell


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page."""

    time_ns: int
    name: str


def cursor_of(time_ns: int, name: str) -> str:
    """A place as it is carried.

    >>> place_of(cursor_of(7, "a-b"))
    Place(time_ns=7, name='a-b')
    """
    return base64.urlsafe_b64encode(f"{time_ns} {name}".encode()).decode("ascii").rstrip("=")


def place_of(cursor: str) -> Place | None:
    """The place that a cursor names; None for the beginning, InputError for what is none."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        time_ns, _, name = text.partition(" ")
        found = Place(int(time_ns), name)
    except (binascii.Error, UnicodeError, ValueError) as problem:
        raise InputError("this is no cursor", expected="the cursor of the page before", found=cursor) from problem
    if abs(found.time_ns) >= 1 << 63 or not name:
        raise InputError("this is no cursor", expected="the cursor of the page before", found=cursor)
    return found


def after(place: Place | None, time: str, *, name: str) -> tuple[list[str], list[Cell]]:
    """The SQL condition of rows behind a place in a list that is newest first, with its values."""
    if place is None:
        return [], []
    return [f"({time} < ? OR ({time} = ? AND {name} < ?))"], [place.time_ns, place.time_ns, place.name]
