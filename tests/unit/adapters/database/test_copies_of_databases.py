"""A copy of a database of an older version comes back in the newest one; what is locked is told and left."""

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.contracts.databases import KINDS
from tests.contracts.job_wishes import wish
from tests.servers import PostgresServer

from tradewright.adapters.database import engine
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.database.migrating import tables_at, upgrade
from tradewright.adapters.database.opening import opened, unchecked
from tradewright.adapters.database.place import file, server
from tradewright.adapters.database.upkeep import DatabaseUpkeep
from tradewright.adapters.database.versions import NEWEST
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SeededRandomness
from tradewright.domain.errors import StorageError
from tradewright.ports.jobs import JobFilter
from tradewright.ports.paging import Slot


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_of_an_older_version_comes_back_in_the_newest(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        places = [file(tmp_path / "old.sqlite"), file(tmp_path / "new.sqlite")]
        if kind == "postgresql":
            there: PostgresServer = request.getfixturevalue("postgres_server")
            places = [server(there.address(stack.enter_context(there.fresh()))) for _ in places]
        old, new = (DatabaseUpkeep(place, SystemClock()) for place in places)
        made = unchecked(places[0])
        upgrade(made, to="0001")
        asked = DatabaseJobs(made, SystemClock(), randomness=SeededRandomness(1))
        jobs = [asked.submit(wish(title)) for title in ("a\tb\\N", "c\nd")]
        made.close()
        copy = old.copy(tmp_path)
        assert copy.version == "0001"
        new.restore(tmp_path, copy)
        assert new.version() == NEWEST
        back = opened(places[1])
        found = DatabaseJobs(back, SystemClock(), randomness=SeededRandomness(1)).all(JobFilter(), Slot()).items
        assert list(found) == jobs[::-1]
        back.close()
        new.restore(tmp_path, copy)
        assert new.shown().rows["jobs"] == 2
        for one in (old, new):
            one.close()


def test_a_database_that_is_locked_is_told_and_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_MS", 100)
    monkeypatch.setattr("tradewright.adapters.database.upkeep.BUSY_MS", 300)
    place = file(tmp_path / "state.sqlite")
    upkeep = DatabaseUpkeep(place, SystemClock())
    upkeep.upgrade()
    (tmp_path / "copy").mkdir()
    copy = upkeep.copy(tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="database is locked"):
            upkeep.restore(tmp_path / "copy", copy)
        other.execute("ROLLBACK")
    upkeep.restore(tmp_path / "copy", copy)
    upkeep.close()


def test_tables_of_a_version_come_in_the_order_in_which_they_name_each_other() -> None:
    every = tables_at(NEWEST)
    assert set(every) - set(tables_at("0002")) == {"uptimes", "signals"}
    for first, second in (("symbols", "daily_prices"), ("schedules", "firings"), ("strategies", "strategy_versions")):
        assert every.index(first) < every.index(second)
    assert tables_at("0000") == ()
