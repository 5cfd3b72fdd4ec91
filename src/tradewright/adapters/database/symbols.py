"""The registry of symbols in a database, and the lists of them to watch."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, or_, select, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import (
    by_letter,
    containing,
    cursor_of,
    is_new,
    limit_of,
    parts_of,
    unknown,
)
from tradewright.adapters.database.schema.symbols import SYMBOLS, WATCHED, WATCHLISTS
from tradewright.domain.errors import Conflict, InputError, UnknownInstrument
from tradewright.domain.identifiers import near_matches
from tradewright.ports.paging import Page, Slot
from tradewright.ports.symbols import SymbolFilter, TrackedSymbol, Watchlist

_SYMBOL: Final = tuple(column.name for column in SYMBOLS.columns)
_SHOWN: Final = 5
_AT_ONCE: Final = 500
"""Names in one question."""


class DatabaseSymbols:
    """`SymbolRegistry` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, symbols: Sequence[TrackedSymbol]) -> None:
        """All that are there already are named."""
        with self._database.writing() as connection:
            # in one order, so that two who add the same do not wait for each other
            ordered = sorted(symbols, key=lambda one: one.instrument)
            there = [one.instrument for one in ordered if not is_new(connection, SYMBOLS, cells=_cells(one))]
            if there:
                more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
                raise Conflict(f"{', '.join(there[:_SHOWN])}{more} are tracked already", remedy="leave them out")

    def change(self, symbol: TrackedSymbol) -> None:
        """All of it but the id."""
        with self._database.writing() as connection:
            changed = update(SYMBOLS).where(SYMBOLS.c.instrument == symbol.instrument).values(_cells(symbol))
            if connection.execute(changed).rowcount == 0:
                raise _unknown(connection, symbol.instrument)

    def find(self, name: str) -> TrackedSymbol:
        """A bare symbol that several have is not guessed."""
        wanted = name.strip().upper()
        with self._database.reading() as connection:
            is_it = or_(SYMBOLS.c.instrument == wanted, SYMBOLS.c.symbol == wanted)
            rows = connection.execute(select(SYMBOLS).where(is_it)).mappings().all()
            exact = [row for row in rows if row["instrument"] == wanted]
            if not rows:
                raise _unknown(connection, name)
        if not exact and len(rows) > 1:
            found = ", ".join(sorted(row["instrument"] for row in rows))
            raise InputError(f"symbol {wanted} is tracked at several venues", found=found, remedy="write the whole id")
        return _symbol((exact or rows)[0])

    def all(self, wanted: SymbolFilter, slot: Slot) -> Page[TrackedSymbol]:
        """The cursor is the id of the last one shown."""
        limit, last = limit_of(slot), parts_of(slot, str)
        asked = select(SYMBOLS).limit(limit + 1)
        if wanted.text:
            part = containing(wanted.text)
            asked = asked.where(or_(*(SYMBOLS.c[name].ilike(part, escape="\\") for name in ("symbol", "name"))))
        for name in ("venue", "market", "asset_class", "life"):
            word = getattr(wanted, name)
            asked = asked.where(SYMBOLS.c[name] == word) if word else asked
        with self._database.reading() as connection:
            place = by_letter(connection, SYMBOLS.c.instrument)
            asked = asked.where(place > last[0]) if last else asked
            rows = connection.execute(asked.order_by(place)).mappings().all()
        found = [_symbol(row) for row in rows[:limit]]
        return Page(found, cursor_of(found[-1].instrument) if len(rows) > limit else "")

    def remove(self, instrument: str) -> None:
        """The lists let it go by themselves: their rows name it."""
        with self._database.writing() as connection:
            if connection.execute(delete(SYMBOLS).where(SYMBOLS.c.instrument == instrument)).rowcount == 0:
                raise _unknown(connection, instrument)

    def watchlists(self) -> Sequence[Watchlist]:
        """By name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(WATCHLISTS)).mappings().all()
            watched = connection.execute(select(WATCHED).order_by(WATCHED.c.place)).mappings().all()
        return sorted((_watchlist(row, watched) for row in rows), key=lambda one: one.name)

    def watchlist(self, name: str) -> Watchlist:
        """By name."""
        with self._database.reading() as connection:
            row = connection.execute(select(WATCHLISTS).where(WATCHLISTS.c.name == name)).mappings().first()
            if row is None:
                raise _no_list(connection, name)
            asked = select(WATCHED).where(WATCHED.c.watchlist == name).order_by(WATCHED.c.place)
            return _watchlist(row, connection.execute(asked).mappings())

    def keep_watchlist(self, watchlist: Watchlist, *, is_new: bool) -> None:
        """The list and its instruments in one step; those are held, so that nobody removes one meanwhile."""
        with self._database.writing() as connection:
            _refuse(connection, watchlist.instruments)
            _keep(connection, watchlist, is_first=is_new)
            connection.execute(delete(WATCHED).where(WATCHED.c.watchlist == watchlist.name))
            rows = [
                {"watchlist": watchlist.name, "instrument": instrument, "place": place}
                for place, instrument in enumerate(watchlist.instruments)
            ]
            if rows:
                connection.execute(WATCHED.insert(), rows)

    def remove_watchlist(self, name: str) -> None:
        """The symbols stay."""
        with self._database.writing() as connection:
            if connection.execute(delete(WATCHLISTS).where(WATCHLISTS.c.name == name)).rowcount == 0:
                raise _no_list(connection, name)


def _keep(connection: Connection, watchlist: Watchlist, *, is_first: bool) -> None:
    cells = {name: getattr(watchlist, name) for name in ("name", "description", "created_ns", "changed_ns")}
    if is_new(connection, WATCHLISTS, cells=cells):
        return
    if is_first:
        raise Conflict(f"there is a watchlist {watchlist.name} already", remedy="choose another name, or change that")
    changed = {name: cells[name] for name in ("description", "changed_ns")}
    connection.execute(update(WATCHLISTS).where(WATCHLISTS.c.name == watchlist.name).values(changed))


def _refuse(connection: Connection, instruments: Sequence[str]) -> None:
    """InputError for instruments that are not tracked, or named twice."""
    twice = sorted({one for one in instruments if instruments.count(one) > 1})
    if twice:
        raise InputError(f"{', '.join(twice[:_SHOWN])} stands in the list more than once", remedy="name each once")
    known: set[str] = set()
    for first in range(0, len(instruments), _AT_ONCE):
        some = instruments[first : first + _AT_ONCE]
        asked = select(SYMBOLS.c.instrument).where(SYMBOLS.c.instrument.in_(some))
        known |= set(connection.execute(asked.with_for_update(read=True)).scalars())
    missing = next((one for one in instruments if one not in known), None)
    if missing is not None:
        raise _unknown(connection, missing)


def _unknown(connection: Connection, name: str) -> UnknownInstrument:
    known = connection.execute(select(SYMBOLS.c.instrument)).scalars().all()
    return UnknownInstrument(name, near=near_matches(name, known), remedy="" if known else "no symbol is tracked yet")


def _no_list(connection: Connection, name: str) -> InputError:
    return unknown("watchlist", name, near=connection.execute(select(WATCHLISTS.c.name)).scalars())


def _cells(symbol: TrackedSymbol) -> dict[str, object]:
    return {name: getattr(symbol, name) for name in _SYMBOL}


def _symbol(row: RowMapping) -> TrackedSymbol:
    cells: dict[str, Any] = {name: row[name] for name in _SYMBOL}
    return TrackedSymbol(**cells)


def _watchlist(row: RowMapping, watched: Iterable[RowMapping]) -> Watchlist:
    return Watchlist(
        name=row["name"],
        instruments=tuple(one["instrument"] for one in watched if one["watchlist"] == row["name"]),
        description=row["description"],
        created_ns=row["created_ns"],
        changed_ns=row["changed_ns"],
    )
