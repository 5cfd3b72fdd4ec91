"""What all the tables need: numbers that only grow, insertions that may meet somebody else's, pages, near names."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, Text, cast, collate, func
from sqlalchemy.dialects import postgresql, sqlite

from tradewright.adapters.database.schema.base import COUNTERS
from tradewright.adapters.database.types import json_text
from tradewright.domain.errors import InputError, NotFound
from tradewright.ports.paging import MOST, Slot

_NEAR: Final = 3


def drawn(connection: Connection, counter: str, *, count: int = 1) -> int:
    """The last of `count` new numbers; the row of the counter stays locked until the transaction ends.

    So the next number is given only after this transaction can be seen, and nobody who has seen a number meets a lower
    one later. It must be the last lock that a transaction takes.
    """
    wish = upsert(connection, COUNTERS).values(name=counter, value=count)
    grown = wish.on_conflict_do_update(
        index_elements=[COUNTERS.c.name], set_={"value": COUNTERS.c.value + wish.excluded.value}
    )
    return int(connection.execute(grown.returning(COUNTERS.c.value)).scalar_one())


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do on a conflict, in the words of this database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def is_new(connection: Connection, table: Table, *, cells: Mapping[str, object]) -> bool:
    """Insert a row; False where a row that must be the only one is there already."""
    wish = upsert(connection, table).values(cells).on_conflict_do_nothing()
    return connection.execute(wish.returning(next(iter(table.primary_key)))).first() is not None


def keep(connection: Connection, table: Table, *, cells: Mapping[str, object]) -> None:
    """Insert a row, or put it in place of the one with the same key."""
    keys = [column.name for column in table.primary_key]
    wish = upsert(connection, table).values(cells)
    others = {name: wish.excluded[name] for name in cells if name not in keys}
    connection.execute(wish.on_conflict_do_update(index_elements=keys, set_=others))


def limit_of(slot: Slot) -> int:
    """How many items the page may have; InputError where that is out of bounds."""
    if not 1 <= slot.limit <= MOST:
        raise InputError("a page cannot have so many items", expected=f"1 to {MOST}", found=str(slot.limit))
    return slot.limit


def number_of(slot: Slot) -> int | None:
    """The number that the cursor stands for; None: from the beginning; InputError where we did not make it."""
    if not slot.cursor:
        return None
    if not (slot.cursor.isascii() and slot.cursor.isdigit() and len(slot.cursor) < 19):
        raise unknown_cursor(slot)
    return int(slot.cursor)


def unknown_cursor(slot: Slot) -> InputError:
    """A cursor that no page ended with."""
    return InputError("that cursor is none", expected="the `cursor` of the page before", found=repr(slot.cursor[:40]))


def cursor_of(*parts: str | int) -> str:
    """Where a page ended, so that it can stand in a web address."""
    return urlsafe_b64encode(json_text(parts).encode()).decode("ascii").rstrip("=")


def parts_of(slot: Slot, *kinds: type[str] | type[int]) -> list[Any]:
    """What the cursor was made of, or nothing where the page is the first; InputError where we did not make it."""
    if not slot.cursor:
        return []
    try:
        padded = slot.cursor + "=" * (-len(slot.cursor) % 4)
        found = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, UnicodeError):
        raise unknown_cursor(slot) from None
    if not isinstance(found, list) or [type(one) for one in found] != list(kinds):
        raise unknown_cursor(slot)
    return found


def by_letter(connection: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """A column for ordering: by code points, as SQLite does, whatever language the server was set up for."""
    return column if connection.dialect.name == "sqlite" else collate(column, "C")


def has_word(connection: Connection, column: ColumnElement[Any], *, word: str) -> ColumnElement[bool]:
    """A set of words (`Words`) holds this one."""
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return place(cast(column, Text), json_text(word)) > 0


def containing(text: str) -> str:
    """A pattern for LIKE (with backslash as its escape) that finds the text anywhere."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def unknown(what: str, name: str, *, near: Iterable[str] = ()) -> NotFound:
    """There is none of that name; here are those that look like it."""
    close = get_close_matches(name, list(near), n=_NEAR)
    remedy = f"did you mean {' or '.join(close)}?" if close else ""
    return NotFound(f"there is no {what} {name}", remedy=remedy)
