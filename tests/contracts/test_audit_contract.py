"""What every audit trail promises, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update
from tests.contracts.audit_entries import ENTRY

from tradewright.adapters.database.audit import DatabaseAudit
from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.schema.accounting import AUDIT
from tradewright.ports.audit import AuditFilter, AuditTrail
from tradewright.ports.paging import Slot


@pytest.fixture
def trail(database: Database) -> AuditTrail:
    return DatabaseAudit(database)


def filled(trail: AuditTrail, count: int = 5) -> None:
    for number in range(count):
        trail.add([replace(ENTRY, time_ns=100 + number, actor="anna" if number % 2 else "otto")])


def test_entries_come_back_newest_first_each_with_its_digest(trail: AuditTrail) -> None:
    trail.add([])
    trail.add([ENTRY, replace(ENTRY, outcome="failed", error="InputError", idempotency_key="", door="")])
    trail.add([replace(ENTRY, actor="otto")])
    found = trail.entries(AuditFilter(), Slot()).items
    assert [one.sequence for one in found] == [3, 2, 1]
    assert replace(found[2], sequence=0, digest="") == ENTRY
    assert found[1].error == "InputError"
    assert len({one.digest for one in found}) == 3
    assert trail.first_broken() is None


def test_an_empty_trail_is_whole(trail: AuditTrail) -> None:
    assert trail.first_broken() is None
    assert trail.entries(AuditFilter(), Slot()).items == []


def test_entries_can_be_narrowed(trail: AuditTrail) -> None:
    filled(trail)

    def times(wanted: AuditFilter) -> list[int]:
        return [one.time_ns for one in trail.entries(wanted, Slot()).items]

    assert times(AuditFilter(actor="anna")) == [103, 101]
    assert times(AuditFilter(since_ns=101, until_ns=103)) == [103, 102, 101]
    assert times(AuditFilter(correlation_id="c1", outcome="done", message=ENTRY.message)) == [104, 103, 102, 101, 100]
    assert times(AuditFilter(outcome="failed")) == []


def test_pages_go_on_where_the_last_one_ended(trail: AuditTrail) -> None:
    filled(trail)
    first = trail.entries(AuditFilter(), Slot(limit=2))
    filled(trail, 1)
    second = trail.entries(AuditFilter(), Slot(limit=3, cursor=first.cursor))
    assert [one.sequence for page in (first, second) for one in page.items] == [5, 4, 3, 2, 1]
    assert second.cursor == ""


@pytest.mark.parametrize("column", ["actor", "outcome", "time_ns", "error", "digest"])
def test_an_altered_entry_is_found(trail: AuditTrail, database: Database, column: str) -> None:
    filled(trail)
    with database.writing() as connection:
        value = 999 if column == "time_ns" else "altered"
        connection.execute(update(AUDIT).where(AUDIT.c.sequence == 3).values({column: value}))
    assert trail.first_broken() == 3


@pytest.mark.parametrize("removed", [1, 3, 5])
def test_a_removed_entry_is_found_the_last_one_too(trail: AuditTrail, database: Database, removed: int) -> None:
    filled(trail)
    with database.writing() as connection:
        connection.execute(delete(AUDIT).where(AUDIT.c.sequence == removed))
    assert trail.first_broken() == removed
    filled(trail, 1)
    assert trail.first_broken() == removed


def test_an_entry_that_was_put_in_by_hand_is_found(trail: AuditTrail, database: Database) -> None:
    filled(trail)
    last = trail.entries(AuditFilter(), Slot(limit=1)).items[0]
    with database.writing() as connection:
        cells = {column.name: getattr(last, column.name) for column in AUDIT.columns}
        connection.execute(AUDIT.insert().values({**cells, "sequence": 6}))
    assert trail.first_broken() == 6


def test_all_entries_of_one_call_or_none(trail: AuditTrail) -> None:
    filled(trail, 2)
    with pytest.raises(Exception, match="cannot be kept"):
        trail.add([ENTRY, replace(ENTRY, time_ns=2**70)])
    assert [one.sequence for one in trail.entries(AuditFilter(), Slot()).items] == [2, 1]
    filled(trail, 1)
    assert trail.first_broken() is None


def test_a_long_trail_is_read_in_pieces(trail: AuditTrail) -> None:
    trail.add([replace(ENTRY, time_ns=number) for number in range(4_500)])
    assert trail.first_broken() is None
