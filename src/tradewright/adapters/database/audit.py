"""The audit trail in a database: each entry holds the digest of the one before, and a counter how many there are.

This file decides who writes: whoever has drawn the next number holds the counter until its entries can be seen, so
there is one writer at a time. Entries that are missing at the end are noticed too: the counter has counted them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, select

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import drawn, limit_of, number_of
from tradewright.adapters.database.schema.accounting import AUDIT
from tradewright.adapters.database.schema.base import COUNTERS
from tradewright.adapters.database.types import json_text
from tradewright.ports.audit import AuditEntry, AuditFilter
from tradewright.ports.paging import Page, Slot

COUNTER: Final = "audit"
GENESIS: Final = hashlib.sha256(b"tradewright audit 1").hexdigest()
_CHUNK: Final = 2_000
_GIVEN: Final = ("sequence", "digest")
_TOLD: Final = tuple(column.name for column in AUDIT.columns if column.name not in _GIVEN)


class DatabaseAudit:
    """`AuditTrail` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entries: Sequence[AuditEntry]) -> None:
        """One transaction; nobody else adds between two of them."""
        if not entries:
            return
        with self._database.writing() as connection:
            first = drawn(connection, COUNTER, count=len(entries)) - len(entries) + 1
            before = _digest_at(connection, first - 1)
            rows = []
            for sequence, entry in enumerate(entries, first):
                cells = {name: getattr(entry, name) for name in _TOLD}
                before = _digest(before, sequence, cells)
                rows.append({**cells, "sequence": sequence, "digest": before})
            connection.execute(AUDIT.insert(), rows)

    def entries(self, wanted: AuditFilter, slot: Slot) -> Page[AuditEntry]:
        """The cursor is the sequence of the last one shown."""
        limit, last = limit_of(slot), number_of(slot)
        asked = _chosen(wanted).order_by(AUDIT.c.sequence.desc()).limit(limit + 1)
        if last is not None:
            asked = asked.where(AUDIT.c.sequence < last)
        with self._database.reading() as connection:
            rows = connection.execute(asked).mappings().all()
        cursor = str(rows[limit - 1]["sequence"]) if len(rows) > limit else ""
        return Page([_entry(row) for row in rows[:limit]], cursor)

    def first_broken(self) -> int | None:
        """All of the trail, recomputed as it stood when this began."""
        with self._database.reading() as connection:
            head = select(COUNTERS.c.value).where(COUNTERS.c.name == COUNTER)
            counted = int(connection.execute(head).scalar() or 0)
            expected, before = 1, GENESIS
            for row in _in_order(connection):
                cells = {name: row[name] for name in _TOLD}
                before = _digest(before, expected, cells)
                if (row["sequence"], row["digest"]) != (expected, before):
                    return expected
                expected += 1
        return None if expected == counted + 1 else min(expected, counted + 1)


def _chosen(wanted: AuditFilter) -> Select[tuple[Any, ...]]:
    asked = select(AUDIT)
    for name in ("actor", "message", "correlation_id", "outcome"):
        word = getattr(wanted, name)
        asked = asked.where(AUDIT.c[name] == word) if word else asked
    if wanted.since_ns is not None:
        asked = asked.where(AUDIT.c.time_ns >= wanted.since_ns)
    if wanted.until_ns is not None:
        asked = asked.where(AUDIT.c.time_ns <= wanted.until_ns)
    return asked


def _in_order(connection: Connection) -> Iterator[RowMapping]:
    """A long trail is not held in memory as a whole."""
    last = 0
    while True:
        asked = select(AUDIT).where(AUDIT.c.sequence > last).order_by(AUDIT.c.sequence).limit(_CHUNK)
        rows = connection.execute(asked).mappings().all()
        if not rows:
            return
        yield from rows
        last = rows[-1]["sequence"]


def _digest_at(connection: Connection, sequence: int) -> str:
    """Of the entry before; where somebody removed it, the chain goes on from nothing, and shows it."""
    found = connection.execute(select(AUDIT.c.digest).where(AUDIT.c.sequence == sequence)).scalar()
    return GENESIS if found is None else str(found)


def _digest(before: str, sequence: int, cells: dict[str, Any]) -> str:
    told = json_text([before, sequence, [[name, cells[name]] for name in sorted(cells)]])
    return hashlib.sha256(told.encode()).hexdigest()


def _entry(row: RowMapping) -> AuditEntry:
    cells: dict[str, Any] = dict(row)
    return AuditEntry(**cells)
