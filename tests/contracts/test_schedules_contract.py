"""What every place that keeps schedules promises, on both databases."""

from dataclasses import replace

import pytest

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.schedules import DatabaseSchedules
from tradewright.domain.errors import InputError
from tradewright.ports.schedules import Firing, FiringLife, Schedule, Schedules

DAILY = Schedule(
    id="daily_collection",
    title="Collect the day's bars",
    rule="XNYS close+15m",
    timezone="America/New_York",
    message="tradewright.application.data.messages:Collect",
    content=b'{"symbols": []}',
    after="validation",
    grace_s=60,
    is_paused=True,
    next_ns=99,
    changed_ns=5,
    changed_by="anna",
)
FIRED = Firing(schedule="daily_collection", planned_ns=100, fired_ns=101, life=FiringLife.FIRED, job="j1", by="host:1")


@pytest.fixture
def schedules(database: Database) -> Schedules:
    return DatabaseSchedules(database)


def test_a_schedule_comes_back_as_it_was_and_is_replaced_whole(schedules: Schedules) -> None:
    schedules.keep(DAILY)
    assert schedules.find("daily_collection") == DAILY
    changed = replace(DAILY, after="", is_paused=False, next_ns=None, grace_s=3_600)
    schedules.keep(changed)
    schedules.keep(replace(DAILY, id="Another"))
    assert list(schedules.all()) == [replace(DAILY, id="Another"), changed]
    with pytest.raises(InputError, match=r"there is no schedule daily_colection; did you mean daily_collection\?"):
        schedules.find("daily_colection")


def test_a_schedule_is_added_once_and_the_first_stays(schedules: Schedules) -> None:
    assert schedules.add(DAILY)
    assert not schedules.add(replace(DAILY, title="Another's", changed_by="bob"))
    assert list(schedules.all()) == [DAILY]
    schedules.remove(DAILY.id)
    assert schedules.add(replace(DAILY, changed_by="bob"))


def test_its_next_moment_moves_only_where_nobody_changed_it_meanwhile(schedules: Schedules) -> None:
    schedules.keep(DAILY)
    assert not schedules.advance(DAILY.id, was_ns=98, next_ns=200)
    assert schedules.advance(DAILY.id, was_ns=99, next_ns=200)
    assert schedules.find(DAILY.id) == replace(DAILY, next_ns=200)
    assert schedules.advance(DAILY.id, was_ns=200, next_ns=None)
    assert schedules.advance(DAILY.id, was_ns=None, next_ns=7)
    assert not schedules.advance("nobody", was_ns=None, next_ns=7)


def test_a_moment_fires_once(schedules: Schedules) -> None:
    schedules.keep(DAILY)
    schedules.keep(replace(DAILY, id="other"))
    assert schedules.fire(FIRED)
    assert not schedules.fire(replace(FIRED, job="j2", by="host:2", life=FiringLife.MISSED))
    assert schedules.fire(replace(FIRED, schedule="other"))
    assert schedules.fire(replace(FIRED, planned_ns=200, life=FiringLife.SKIPPED, job="", by=""))
    assert [(one.planned_ns, one.life) for one in schedules.firings("daily_collection")] == [
        (200, FiringLife.SKIPPED),
        (100, FiringLife.FIRED),
    ]
    assert schedules.firings("daily_collection", limit=1)[0].planned_ns == 200
    assert schedules.firings("daily_collection")[1] == FIRED


def test_firings_outlive_a_change_and_go_with_their_schedule(schedules: Schedules) -> None:
    schedules.keep(DAILY)
    schedules.fire(FIRED)
    schedules.keep(replace(DAILY, title="anew"))
    assert not schedules.fire(FIRED)
    schedules.remove("daily_collection")
    assert schedules.firings("daily_collection") == []
    schedules.keep(DAILY)
    assert schedules.firings("daily_collection") == []


def test_what_is_not_there_neither_fires_nor_goes(schedules: Schedules) -> None:
    with pytest.raises(InputError, match="there is no schedule daily_collection"):
        schedules.fire(FIRED)
    with pytest.raises(InputError, match="there is no schedule daily_collection"):
        schedules.remove("daily_collection")
