"""Signals in a database: added, never changed."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, Select, select, tuple_

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import by_letter, cursor_of, is_new, limit_of, parts_of
from tradewright.adapters.database.schema.signals import SIGNALS
from tradewright.ports.paging import Page, Slot
from tradewright.ports.signals import KeptSignal, SignalFilter

_TABLE: Final = SIGNALS
_NAMES: Final = tuple(column.name for column in _TABLE.columns)


class DatabaseSignals:
    """`KeptSignals` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, signals: Sequence[KeptSignal]) -> Sequence[KeptSignal]:
        """By id; what is there goes before what is given."""
        found: dict[str, KeptSignal] = {}
        with self._database.writing() as connection:
            for one in sorted(signals, key=lambda one: one.id):  # always in one order, so that two writers never cross
                cells = {name: getattr(one, name) for name in _NAMES} | {"parameters": dict(one.parameters)}
                if is_new(connection, _TABLE, cells=cells):
                    found[one.id] = one
                else:
                    row = connection.execute(select(_TABLE).where(_TABLE.c.id == one.id)).mappings().one()
                    found[one.id] = _signal(row)
        return [found[one.id] for one in signals]

    def all(self, wanted: SignalFilter, slot: Slot) -> Page[KeptSignal]:
        """The cursor is bar and id of the last one shown."""
        limit, last = limit_of(slot), parts_of(slot, int, str)
        asked = _filtered(wanted).limit(limit + 1)
        with self._database.reading() as connection:
            name = by_letter(connection, _TABLE.c.id)
            if last:
                asked = asked.where(tuple_(_TABLE.c.bar_ns, name) < tuple_(*last))
            rows = connection.execute(asked.order_by(_TABLE.c.bar_ns.desc(), name.desc())).mappings().all()
        found = [_signal(row) for row in rows[:limit]]
        return Page(found, cursor_of(found[-1].bar_ns, found[-1].id) if len(rows) > limit else "")


def _filtered(wanted: SignalFilter) -> Select[Any]:
    asked = select(_TABLE)
    for name in ("strategy", "instrument", "interval", "opinion"):
        if getattr(wanted, name):
            asked = asked.where(_TABLE.c[name] == getattr(wanted, name))
    asked = asked if wanted.since_ns is None else asked.where(_TABLE.c.bar_ns >= wanted.since_ns)
    asked = asked if wanted.made_since_ns is None else asked.where(_TABLE.c.made_ns >= wanted.made_since_ns)
    return asked if wanted.until_ns is None else asked.where(_TABLE.c.bar_ns < wanted.until_ns)


def _signal(row: RowMapping) -> KeptSignal:
    cells: dict[str, Any] = {name: row[name] for name in _NAMES}
    return KeptSignal(**cells)
