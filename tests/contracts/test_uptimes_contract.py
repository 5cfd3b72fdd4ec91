"""What every place that counts how long parts were well promises, on both databases."""

from dataclasses import replace

import pytest

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.uptimes import DatabaseUptimes
from tradewright.ports.uptimes import Look, Uptime, Uptimes

WELL = Look(
    component="database", is_critical=True, is_ok=True, story="answers", is_open=True, time_ns=1_000, longest_ns=100
)
ILL = replace(WELL, is_ok=False, story="gone")


@pytest.fixture
def uptimes(database: Database) -> Uptimes:
    return DatabaseUptimes(database)


def only(uptimes: Uptimes) -> Uptime:
    (found,) = uptimes.all()
    return found


def test_time_between_looks_belongs_to_what_the_second_found(uptimes: Uptimes) -> None:
    uptimes.note([WELL])
    assert (only(uptimes).since_ns, only(uptimes).share(is_open=True)) == (1_000, None)
    uptimes.note([replace(WELL, time_ns=1_050)])
    uptimes.note([replace(ILL, time_ns=1_075, is_open=False)])
    found = only(uptimes)
    assert (found.ok_open_ns, found.failed_closed_ns, found.since_ns, found.story) == (50, 25, 1_075, "gone")
    assert (found.share(is_open=True), found.share(is_open=False)) == (1.0, 50 / 75)


def test_two_who_look_at_one_part_count_its_time_once(uptimes: Uptimes) -> None:
    for moment in (1_000, 1_010, 1_010, 1_020, 1_015):
        uptimes.note([replace(WELL, time_ns=moment)])
    assert (only(uptimes).ok_open_ns, only(uptimes).noted_ns) == (20, 1_020)


def test_a_stretch_that_nobody_saw_counts_for_nobody_or_as_failed(uptimes: Uptimes) -> None:
    uptimes.note([WELL])
    uptimes.note([replace(WELL, time_ns=9_000)])
    assert (only(uptimes).ok_open_ns, only(uptimes).failed_open_ns) == (0, 0)
    uptimes.note([replace(WELL, time_ns=9_500, missed_is_failed=True)])
    assert (only(uptimes).ok_open_ns, only(uptimes).failed_open_ns) == (0, 500)


def test_who_leaves_in_good_order_leaves_no_stretch_behind(uptimes: Uptimes) -> None:
    uptimes.note([WELL, replace(WELL, component="cache", is_critical=False)])
    uptimes.leave(["database"])
    uptimes.note([replace(WELL, time_ns=9_000, missed_is_failed=True)])
    cache, database = uptimes.all()
    assert (database.failed_open_ns, database.since_ns, cache.noted_ns) == (0, 9_000, 1_000)
    assert (cache.is_critical, database.is_critical) == (False, True)
