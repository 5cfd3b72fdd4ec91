"""What all the tables need: numbers that only grow, insertions that may meet somebody else's, pages, near names."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from tradewright.adapters.database.schema.base import COUNTERS
from tradewright.domain.errors import InputError
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


def containing(text: str) -> str:
    """A pattern for LIKE (with backslash as its escape) that finds the text anywhere."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def unknown(what: str, name: str, *, near: Iterable[str] = ()) -> InputError:
    """There is none of that name; here are those that look like it."""
    close = get_close_matches(name, list(near), n=_NEAR)
    remedy = f"did you mean {' or '.join(close)}?" if close else ""
    return InputError(f"there is no {what} {name}", remedy=remedy)
