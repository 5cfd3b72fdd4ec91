"""Any history of a queue, with workers that vanish, is the history of a plain list that does the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.contracts.databases import emptied
from tests.contracts.job_wishes import ERROR, wish

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.system.clock import ManualClock
from tradewright.adapters.system.randomness import SeededRandomness
from tradewright.ports.jobs import MOST_ATTEMPTS, Job, JobFilter, JobLife
from tradewright.ports.paging import Slot

LEASE = 100
WORKERS = st.sampled_from("abc")
PLACES = st.integers(0, 9)


@dataclass(slots=True)
class Plain:
    """What we believe of a job."""

    id: str
    priority: int
    after: str
    life: JobLife = JobLife.QUEUED
    attempts: int = 0
    worker: str = ""
    until: int = 0
    is_to_be_canceled: bool = False


class Histories(RuleBasedStateMachine):
    """A queue and a plain list, asked the same."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        emptied(database.place)
        self.clock = ManualClock(1_000)
        self.queue = DatabaseJobs(database, self.clock, randomness=SeededRandomness(1))
        self.plain: list[Plain] = []
        self.watched: dict[str, Job] = {}
        self.last_change = 0

    @rule(priority=st.integers(0, 2), leader=st.none() | PLACES)
    def submit(self, priority: int, leader: int | None) -> None:
        before = self.plain[leader % len(self.plain)] if self.plain and leader is not None else None
        job = self.queue.submit(wish(priority=priority, after=before.id if before else ""))
        self.plain.append(Plain(job.id, priority, before.id if before else ""))
        if before is not None and before.life in {JobLife.FAILED, JobLife.CANCELED}:
            self.plain[-1].life = before.life

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        for one in self.plain:
            if self.is_left(one) and (one.is_to_be_canceled or one.attempts >= MOST_ATTEMPTS):
                self.end(one, JobLife.CANCELED if one.is_to_be_canceled else JobLife.FAILED)
        free = [one for one in self.plain if self.is_left(one) or self.may_begin(one)]
        best = max(free, key=lambda one: (one.priority, -self.plain.index(one)), default=None)
        found = self.queue.claim(worker, lease_ns=LEASE)
        assert (found and found.id) == (best and best.id)
        if best is not None:
            best.life, best.worker, best.until = JobLife.RUNNING, worker, self.clock.time_ns + LEASE
            best.attempts += 1

    @precondition(lambda self: self.plain)
    @rule(place=PLACES, worker=WORKERS)
    def beat(self, place: int, worker: str) -> None:
        one = self.plain[place % len(self.plain)]
        is_ours = self.is_ours(one, worker)
        assert self.queue.beat(one.id, worker, lease_ns=LEASE) == (is_ours and not one.is_to_be_canceled)
        if is_ours:
            one.until = self.clock.time_ns + LEASE

    @precondition(lambda self: self.plain)
    @rule(place=PLACES, worker=WORKERS, may_try_again=st.none() | st.booleans())
    def finish_or_fail(self, place: int, worker: str, may_try_again: bool | None) -> None:
        one = self.plain[place % len(self.plain)]
        is_ours = self.is_ours(one, worker)
        if may_try_again is None:
            assert self.queue.finish(one.id, worker, result={"worker": worker}) == is_ours
        else:
            assert self.queue.fail(one.id, worker, error=ERROR, may_try_again=may_try_again) == is_ours
        if not is_ours:
            return
        if may_try_again is None:
            one.life = JobLife.DONE
        elif may_try_again and one.is_to_be_canceled:
            self.end(one, JobLife.CANCELED)
        elif may_try_again and one.attempts < MOST_ATTEMPTS:
            one.life, one.worker = JobLife.QUEUED, ""
        else:
            self.end(one, JobLife.FAILED)

    @precondition(lambda self: self.plain)
    @rule(place=PLACES, worker=WORKERS)
    def give_back(self, place: int, worker: str) -> None:
        one = self.plain[place % len(self.plain)]
        assert self.queue.give_back(one.id, worker) == self.is_ours(one, worker)
        if self.is_ours(one, worker):
            if one.is_to_be_canceled:
                self.end(one, JobLife.CANCELED)
            else:
                one.life, one.worker, one.attempts = JobLife.QUEUED, "", one.attempts - 1

    @precondition(lambda self: self.plain)
    @rule(place=PLACES, worker=st.none() | WORKERS)
    def cancel(self, place: int, worker: str | None) -> None:
        one = self.plain[place % len(self.plain)]
        if worker is not None:
            is_ours = self.is_ours(one, worker) and one.is_to_be_canceled
            assert self.queue.canceled(one.id, worker) == is_ours
            if is_ours:
                self.end(one, JobLife.CANCELED)
            return
        self.queue.cancel(one.id)
        if one.life is JobLife.RUNNING and not self.is_left(one):
            one.is_to_be_canceled = True
        elif not one.life.is_final:
            self.end(one, JobLife.CANCELED)

    @rule(nanoseconds=st.sampled_from([1, LEASE // 2, LEASE]))
    def time_passes(self, nanoseconds: int) -> None:
        self.clock.advance(nanoseconds)

    @invariant()
    def both_say_the_same(self) -> None:
        kept = {one.id: one for one in self.queue.all(JobFilter(), Slot(limit=1_000)).items}
        for one in self.plain:
            job = kept[one.id]
            assert (job.life, job.attempts) == (one.life, one.attempts)
            assert job.is_to_be_canceled == one.is_to_be_canceled
            if one.life is JobLife.RUNNING:
                assert (job.worker, job.lease_until_ns) == (one.worker, one.until)
        assert [one.id for one in reversed(self.plain)] == list(kept)
        for job in self.queue.changed(self.last_change):
            assert job.change > self.last_change
            self.watched[job.id], self.last_change = job, job.change
        assert {name: job.life for name, job in self.watched.items()} == {one.id: one.life for one in self.plain}

    def is_left(self, one: Plain) -> bool:
        return one.life is JobLife.RUNNING and one.until <= self.clock.time_ns

    def is_ours(self, one: Plain, worker: str) -> bool:
        return one.life is JobLife.RUNNING and one.worker == worker

    def may_begin(self, one: Plain) -> bool:
        leaders = [other for other in self.plain if other.id == one.after]
        return one.life is JobLife.QUEUED and all(other.life is JobLife.DONE for other in leaders)

    def end(self, one: Plain, life: JobLife) -> None:
        one.life = life
        for other in self.followers(one):
            self.end(other, life)

    def followers(self, one: Plain) -> Iterator[Plain]:
        return (other for other in self.plain if other.after == one.id and other.life is JobLife.QUEUED)


def test_any_history_of_the_queue_is_that_of_a_plain_list(database: Database) -> None:
    run_state_machine_as_test(
        lambda: Histories(database),  # type: ignore[arg-type] # a factory is enough, as its documentation says
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
