"""Assessments of risk in a database, each as it was told."""

from typing import Any, Final

from sqlalchemy import RowMapping, select, tuple_

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import by_letter, cursor_of, is_new, limit_of, parts_of, unknown
from tradewright.adapters.database.schema.accounting import RISK_ASSESSMENTS
from tradewright.domain.errors import Conflict
from tradewright.ports.assessments import Assessment
from tradewright.ports.paging import Page, Slot

_TABLE: Final = RISK_ASSESSMENTS
_NAMES: Final = tuple(column.name for column in _TABLE.columns)


class DatabaseAssessments:
    """`Assessments` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, assessment: Assessment) -> None:
        """Added, never changed."""
        cells = {name: getattr(assessment, name) for name in _NAMES} | {"content": dict(assessment.content)}
        with self._database.writing() as connection:
            if not is_new(connection, _TABLE, cells=cells):
                raise Conflict(f"there is an assessment {assessment.id} already", remedy="give the new one another id")

    def find(self, assessment: str) -> Assessment:
        """By id."""
        with self._database.reading() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == assessment)).mappings().first()
        if row is None:
            raise unknown("assessment", assessment)
        return _assessment(row)

    def all(self, slot: Slot, *, account: str = "") -> Page[Assessment]:
        """The cursor is moment and id of the last one shown."""
        limit, last = limit_of(slot), parts_of(slot, int, str)
        asked = select(_TABLE).limit(limit + 1)
        asked = asked.where(_TABLE.c.account == account) if account else asked
        with self._database.reading() as connection:
            name = by_letter(connection, _TABLE.c.id)
            if last:
                asked = asked.where(tuple_(_TABLE.c.time_ns, name) < tuple_(*last))
            rows = connection.execute(asked.order_by(_TABLE.c.time_ns.desc(), name.desc())).mappings().all()
        found = [_assessment(row) for row in rows[:limit]]
        return Page(found, cursor_of(found[-1].time_ns, found[-1].id) if len(rows) > limit else "")


def _assessment(row: RowMapping) -> Assessment:
    cells: dict[str, Any] = {name: row[name] for name in _NAMES}
    return Assessment(**cells)
