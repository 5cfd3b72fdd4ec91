"""Whatever happens to those who look at the clock, a moment becomes one job: on both databases."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.databases import emptied

from tradewright.adapters.calendars.cron import ClockTimes
from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.database.leases import DatabaseLeases
from tradewright.adapters.database.schedules import DatabaseSchedules
from tradewright.adapters.system.clock import ManualClock
from tradewright.adapters.system.randomness import SeededRandomness
from tradewright.application.jobs.messages import ForgetJobs
from tradewright.application.jobs.submitting import JobTable
from tradewright.application.schedules.firing import Firer
from tradewright.application.schedules.rules import SECOND, Times
from tradewright.bootstrap.scheduling import LEASE_NS, SHIPPED, Scheduler, ship
from tradewright.ports.jobs import Job, JobError, JobFilter, JobLife
from tradewright.ports.paging import Slot
from tradewright.ports.schedules import Firing, FiringLife, Schedule

TABLE = JobTable({"job_clean_up": ForgetJobs})
MINUTE = 60 * SECOND
HOURLY = Schedule(
    id="hourly",
    title="Each hour",
    rule="every 1h",
    timezone="UTC",
    message="tradewright.application.jobs.messages:ForgetJobs",
    content=b"{}",
    grace_s=600,
    changed_ns=0,
    changed_by="test",
)
FOLLOWER = replace(HOURLY, id="follower", title="After it", rule="", after="hourly")


class Desk:
    """Schedules, a queue, and as many who look as are wanted."""

    def __init__(self, database: Database) -> None:
        self.clock = ManualClock(10 * 3_600 * SECOND + 1)
        self.schedules = DatabaseSchedules(database)
        self.jobs = DatabaseJobs(database, self.clock, randomness=SeededRandomness(1))
        self.leases = DatabaseLeases(database, self.clock)

    def firer(self, name: str = "one", jobs: DatabaseJobs | None = None) -> Firer:
        return Firer(
            schedules=self.schedules,
            jobs=jobs or self.jobs,
            table=TABLE,
            times=Times(ExchangeCalendars(), ClockTimes()),
            randomness=SeededRandomness(2),
            name=name,
        )

    def look(self, after_ns: int = 0, firer: Firer | None = None) -> Sequence[Firing]:
        self.clock.advance(after_ns)
        return (firer or self.firer()).look(self.clock.now_ns())

    def queued(self) -> list[Job]:
        return list(self.jobs.all(JobFilter(), Slot(1_000)).items)

    def lives(self) -> list[str]:
        return [one.life.value for one in reversed(self.schedules.firings("hourly"))]

    def finish(self) -> None:
        """Do what waits."""
        while (job := self.jobs.claim("w", lease_ns=MINUTE)) is not None:
            self.jobs.finish(job.id, "w", result={})


@pytest.fixture
def desk(database: Database) -> Desk:
    made = Desk(database)
    made.schedules.keep(HOURLY)
    made.look()
    return made


def test_a_moment_that_comes_is_one_job_with_the_name_of_its_moment(desk: Desk) -> None:
    assert desk.look(59 * MINUTE) == []
    (fired,) = desk.look(MINUTE)
    assert (fired.life, fired.planned_ns) == (FiringLife.FIRED, 11 * 3_600 * SECOND)
    (job,) = desk.queued()
    assert (job.id, job.wish.planned, job.wish.actor) == (fired.job, f"hourly@{fired.planned_ns}", "schedule")
    assert desk.look() == []


def test_of_two_who_look_at_once_one_fires(desk: Desk) -> None:
    desk.clock.advance(60 * MINUTE)
    first, second = desk.firer("one"), desk.firer("two")
    assert len(desk.look(firer=first)) + len(desk.look(firer=second)) == 1
    assert len(desk.queued()) == 1


def test_one_who_dies_between_job_and_firing_is_finished_by_the_next(desk: Desk, database: Database) -> None:
    class Dying(DatabaseJobs):
        def submit(self, wish: object) -> Job:
            super().submit(wish)  # type: ignore[arg-type]
            raise RuntimeError("killed here")

    desk.schedules.keep(FOLLOWER)
    dying = desk.firer("dying", Dying(database, desk.clock, randomness=SeededRandomness(9)))
    with pytest.raises(RuntimeError, match="killed here"):
        desk.look(60 * MINUTE, dying)
    assert (len(desk.queued()), desk.lives()) == (1, [])
    desk.look()
    assert sorted(one.wish.subject for one in desk.queued()) == ["follower", "hourly"]
    assert desk.lives() == ["fired"]


def test_what_nobody_saw_is_made_up_for_once_while_it_is_in_time(desk: Desk) -> None:
    desk.look(4 * 60 * MINUTE)
    assert desk.lives() == ["missed", "missed", "missed", "fired"]
    desk.finish()
    desk.look(71 * MINUTE)  # eleven minutes late, ten are the grace
    assert desk.lives()[-1] == "missed"
    assert len(desk.queued()) == 1


def test_one_that_is_still_at_work_skips_its_turn(desk: Desk) -> None:
    desk.look(60 * MINUTE)
    desk.look(60 * MINUTE)
    assert desk.lives() == ["fired", "skipped"]
    desk.finish()
    desk.look(60 * MINUTE)
    assert desk.lives() == ["fired", "skipped", "fired"]


def test_a_paused_one_rests_and_a_pause_made_while_somebody_looks_holds(desk: Desk) -> None:
    firer = desk.firer()
    seen = desk.schedules.find("hourly")
    desk.schedules.keep(replace(seen, is_paused=True))
    desk.clock.advance(60 * MINUTE)
    firer._due(seen, desk.clock.now_ns())  # it had looked before the pause came
    assert desk.schedules.find("hourly").is_paused
    desk.finish()
    desk.look(60 * MINUTE)
    assert desk.lives()[-1] == "skipped"


def test_what_follows_waits_for_what_goes_before_and_falls_with_it(desk: Desk) -> None:
    desk.schedules.keep(FOLLOWER)
    desk.look(60 * MINUTE)
    first = desk.jobs.claim("w", lease_ns=MINUTE)
    assert first is not None
    assert first.wish.subject == "hourly"
    assert desk.jobs.claim("w", lease_ns=MINUTE) is None
    desk.jobs.fail(first.id, "w", error=JobError(kind="DataError", problem="no bars"))
    (follower,) = (one for one in desk.queued() if one.wish.subject == "follower")
    assert follower.life in {JobLife.FAILED, JobLife.CANCELED}


def test_only_the_holder_of_the_lease_looks_until_it_dies(desk: Desk) -> None:
    first = Scheduler(desk.firer("one"), desk.leases, desk.clock, _has_shipped=True)
    second = Scheduler(desk.firer("two"), desk.leases, desk.clock, _has_shipped=True)
    first.step()
    desk.clock.advance(60 * MINUTE)
    assert first.step() != []
    desk.finish()
    assert second.step() == []
    desk.clock.advance(60 * MINUTE)
    first.leave()
    assert second.step() != []
    desk.finish()
    desk.clock.advance(LEASE_NS + 60 * MINUTE)
    assert first.step() != []


def test_what_is_shipped_is_kept_once_and_a_change_of_it_stays(desk: Desk) -> None:
    ship(desk.schedules, 1)
    changed = replace(desk.schedules.find("job_clean_up"), rule="every 2h")
    desk.schedules.keep(changed)
    ship(desk.schedules, 2)
    assert desk.schedules.find("job_clean_up") == changed
    assert {one[0] for one in SHIPPED} <= {one.id for one in desk.schedules.all()}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["one", "two", "three"]), st.integers(1, 200)), max_size=25))
def test_every_moment_is_written_once_whoever_looks(database: Database, steps: list[tuple[str, int]]) -> None:
    emptied(database.place)
    desk = Desk(database)
    desk.schedules.keep(HOURLY)
    desk.look()
    for name, minutes in steps:
        desk.look(minutes * MINUTE, desk.firer(name))
        desk.finish()
    firings = desk.schedules.firings("hourly", limit=1_000)
    planned = sorted(one.planned_ns for one in firings)
    last = desk.clock.now_ns() // (3_600 * SECOND)
    assert planned == [hour * 3_600 * SECOND for hour in range(11, last + 1)]
    assert len(desk.queued()) == sum(one.life is FiringLife.FIRED for one in firings)
