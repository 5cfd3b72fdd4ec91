"""Schedules and firings in a database: a firing is the insertion of its schedule and moment, which succeeds once."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, delete, select, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import is_new, keep, unknown
from tradewright.adapters.database.schema.schedules import FIRINGS, SCHEDULES
from tradewright.ports.schedules import Firing, Schedule

_SCHEDULE: Final = tuple(column.name for column in SCHEDULES.columns)
_FIRING: Final = tuple(column.name for column in FIRINGS.columns)


class DatabaseSchedules:
    """`Schedules` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, schedule: Schedule) -> bool:
        """One insertion, which succeeds once."""
        with self._database.writing() as connection:
            return is_new(connection, SCHEDULES, cells={name: getattr(schedule, _ours(name)) for name in _SCHEDULE})

    def keep(self, schedule: Schedule) -> None:
        """Whole; its firings stay."""
        cells = {name: getattr(schedule, _ours(name)) for name in _SCHEDULE}
        with self._database.writing() as connection:
            keep(connection, SCHEDULES, cells=cells)

    def advance(self, schedule: str, *, was_ns: int | None, next_ns: int | None) -> bool:
        """One column, where it still is what the caller saw."""
        wish = (
            update(SCHEDULES)
            .where(SCHEDULES.c.id == schedule, SCHEDULES.c.next_ns.is_not_distinct_from(was_ns))
            .values(next_ns=next_ns)
        )
        with self._database.writing() as connection:
            return connection.execute(wish).rowcount == 1

    def find(self, schedule: str) -> Schedule:
        """By id."""
        with self._database.reading() as connection:
            row = connection.execute(select(SCHEDULES).where(SCHEDULES.c.id == schedule)).mappings().first()
            if row is None:
                raise unknown("schedule", schedule, near=connection.execute(select(SCHEDULES.c.id)).scalars())
        return _schedule(row)

    def all(self) -> Sequence[Schedule]:
        """By id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(SCHEDULES)).mappings().all()
        return sorted((_schedule(row) for row in rows), key=lambda one: one.id)

    def remove(self, schedule: str) -> None:
        """In one step."""
        with self._database.writing() as connection:
            if connection.execute(delete(SCHEDULES).where(SCHEDULES.c.id == schedule)).rowcount == 0:
                raise unknown("schedule", schedule, near=connection.execute(select(SCHEDULES.c.id)).scalars())

    def fire(self, firing: Firing) -> bool:
        """InputError where there is no such schedule."""
        cells = {name: getattr(firing, _ours(name)) for name in _FIRING}
        with self._database.writing() as connection:
            # held, so that nobody removes it between the look and the insertion
            asked = select(SCHEDULES.c.id).where(SCHEDULES.c.id == firing.schedule).with_for_update(read=True)
            if connection.execute(asked).first() is None:
                raise unknown("schedule", firing.schedule)
            return is_new(connection, FIRINGS, cells=cells)

    def firings(self, schedule: str, *, limit: int = 50) -> Sequence[Firing]:
        """By their moments."""
        asked = select(FIRINGS).where(FIRINGS.c.schedule == schedule).order_by(FIRINGS.c.planned_ns.desc())
        with self._database.reading() as connection:
            return [_firing(row) for row in connection.execute(asked.limit(limit)).mappings()]


def _ours(column: str) -> str:
    """The field of a column: some fields have names that SQL keeps for itself."""
    return {"after_schedule": "after", "fired_by": "by"}.get(column, column)


def _schedule(row: RowMapping) -> Schedule:
    cells: dict[str, Any] = {_ours(name): row[name] for name in _SCHEDULE}
    return Schedule(**cells)


def _firing(row: RowMapping) -> Firing:
    cells: dict[str, Any] = {_ours(name): row[name] for name in _FIRING}
    return Firing(**cells)
