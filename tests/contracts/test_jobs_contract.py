"""What every queue of jobs promises, on both databases."""

from collections.abc import Sequence

import pytest
from tests.contracts.job_wishes import ERROR, wish

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.system.clock import ManualClock
from tradewright.adapters.system.randomness import SeededRandomness
from tradewright.domain.errors import InputError
from tradewright.ports.jobs import MOST_ATTEMPTS, Job, JobFilter, JobLife, JobQueue, Progress
from tradewright.ports.paging import Slot

LEASE = 100


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000)


@pytest.fixture
def queue(database: Database, clock: ManualClock) -> JobQueue:
    return DatabaseJobs(database, clock, randomness=SeededRandomness(7))


def claimed(queue: JobQueue, worker: str = "w", kinds: Sequence[str] = ()) -> Job:
    found = queue.claim(worker, lease_ns=LEASE, kinds=kinds)
    assert found is not None
    return found


def test_a_wish_comes_back_as_it_was(queue: JobQueue) -> None:
    asked = wish("moving_average on AAPL", priority=3)
    job = queue.submit(asked)
    assert job.wish == asked
    assert (job.life, job.attempts, job.created_ns, job.started_ns) == (JobLife.QUEUED, 0, 1_000, None)
    assert queue.find(job.id) == job
    assert len(job.id) == 16


def test_the_first_asked_is_done_first_unless_another_matters_more(queue: JobQueue) -> None:
    for title, priority in (("a", 0), ("b", 0), ("urgent", 5), ("c", 0), ("later", -1)):
        queue.submit(wish(title, priority=priority))
    assert [claimed(queue).wish.title for _ in range(5)] == ["urgent", "a", "b", "c", "later"]
    assert queue.claim("w", lease_ns=LEASE) is None


def test_a_worker_takes_only_what_it_can_do(queue: JobQueue) -> None:
    queue.submit(wish("a", kind="backtest"))
    queue.submit(wish("b", kind="import"))
    assert claimed(queue, kinds=["import", "export"]).wish.title == "b"
    assert queue.claim("w", lease_ns=LEASE, kinds=["import"]) is None


def test_a_claimed_job_says_who_has_it_and_for_how_long(queue: JobQueue, clock: ManualClock) -> None:
    job = queue.submit(wish())
    clock.advance(5)
    held = claimed(queue)
    assert (held.life, held.worker, held.attempts) == (JobLife.RUNNING, "w", 1)
    assert (held.started_ns, held.lease_until_ns) == (1_005, 1_105)
    assert held.change > job.change


def test_progress_and_result_are_kept(queue: JobQueue, clock: ManualClock) -> None:
    job = queue.submit(wish())
    claimed(queue)
    assert queue.beat(job.id, "w", lease_ns=LEASE, progress=Progress(done=3, total=10, note="bars"))
    assert queue.find(job.id).progress == Progress(done=3, total=10, note="bars")
    clock.advance(50)
    assert queue.finish(job.id, "w", result={"run_id": "r1", "sharpe": "1.20", "bars": 1e22})
    done = queue.find(job.id)
    assert (done.life, done.ended_ns, done.lease_until_ns, done.worker) == (JobLife.DONE, 1_050, None, "w")
    assert done.result == {"run_id": "r1", "sharpe": "1.20", "bars": 1e22}
    assert isinstance(done.result["bars"], float)


def test_a_renewal_alone_is_nothing_that_watchers_hear_of(queue: JobQueue, clock: ManualClock) -> None:
    queue.submit(wish())
    held = claimed(queue)
    clock.advance(50)
    assert queue.beat(held.id, "w", lease_ns=LEASE)
    assert queue.beat(held.id, "w", lease_ns=LEASE, progress=held.progress)
    assert queue.find(held.id).lease_until_ns == 1_150
    assert queue.changed(held.change) == []


def test_a_job_whose_lease_ran_out_is_taken_again_and_its_first_worker_is_shut_out(
    queue: JobQueue, clock: ManualClock
) -> None:
    job = queue.submit(wish())
    claimed(queue, "dead")
    queue.beat(job.id, "dead", lease_ns=LEASE, progress=Progress(done=7))
    assert queue.claim("next", lease_ns=LEASE) is None
    clock.advance(LEASE)
    again = claimed(queue, "next")
    assert (again.id, again.attempts, again.progress) == (job.id, 2, Progress())
    assert not queue.beat(job.id, "dead", lease_ns=LEASE)
    assert not queue.finish(job.id, "dead", result={"run_id": "late"})
    assert not queue.fail(job.id, "dead", error=ERROR)
    assert not queue.give_back(job.id, "dead")
    assert not queue.canceled(job.id, "dead")
    assert queue.find(job.id) == again
    assert queue.finish(job.id, "next", result={"run_id": "r"})


def test_a_job_that_kills_its_workers_fails_in_the_end(queue: JobQueue, clock: ManualClock) -> None:
    job = queue.submit(wish("a killer"))
    for attempt in range(MOST_ATTEMPTS):
        assert claimed(queue).attempts == attempt + 1
        clock.advance(LEASE)
    assert queue.claim("w", lease_ns=LEASE) is None
    failed = queue.find(job.id)
    assert failed.life is JobLife.FAILED
    assert failed.error is not None and failed.error.problem.startswith("a killer was begun 3 times")


def test_a_failure_tells_why(queue: JobQueue) -> None:
    job = queue.submit(wish())
    claimed(queue)
    assert queue.fail(job.id, "w", error=ERROR)
    assert queue.find(job.id).error == ERROR
    assert queue.find(job.id).life is JobLife.FAILED
    assert queue.claim("w", lease_ns=LEASE) is None


def test_what_may_be_tried_again_is_as_long_as_it_has_attempts(queue: JobQueue) -> None:
    job = queue.submit(wish())
    for _ in range(MOST_ATTEMPTS - 1):
        claimed(queue)
        assert queue.fail(job.id, "w", error=ERROR, may_try_again=True)
        waits = queue.find(job.id)
        assert (waits.life, waits.worker, waits.started_ns) == (JobLife.QUEUED, "", None)
    claimed(queue)
    assert queue.fail(job.id, "w", error=ERROR, may_try_again=True)
    assert queue.find(job.id).life is JobLife.FAILED


def test_a_job_given_back_lost_no_attempt_and_keeps_its_place(queue: JobQueue) -> None:
    queue.submit(wish("first"))
    queue.submit(wish("second"))
    for _ in range(MOST_ATTEMPTS + 2):
        held = claimed(queue)
        assert (held.wish.title, held.attempts) == ("first", 1)
        assert queue.give_back(held.id, "w")


def test_a_waiting_job_is_canceled_at_once(queue: JobQueue, clock: ManualClock) -> None:
    job = queue.submit(wish())
    clock.advance(3)
    ended = queue.cancel(job.id)
    assert (ended.life, ended.ended_ns) == (JobLife.CANCELED, 1_003)
    assert queue.cancel(job.id) == ended
    assert queue.claim("w", lease_ns=LEASE) is None


def test_a_running_job_is_canceled_by_its_worker(queue: JobQueue) -> None:
    job = queue.submit(wish())
    claimed(queue)
    assert not queue.canceled(job.id, "w")
    marked = queue.cancel(job.id)
    assert (marked.life, marked.is_to_be_canceled) == (JobLife.RUNNING, True)
    assert not queue.beat(job.id, "w", lease_ns=LEASE)
    assert queue.canceled(job.id, "w")
    assert queue.find(job.id).life is JobLife.CANCELED


def test_a_job_that_was_done_before_its_worker_heard_is_done(queue: JobQueue) -> None:
    job = queue.submit(wish())
    claimed(queue)
    queue.cancel(job.id)
    assert queue.finish(job.id, "w", result={})
    assert queue.find(job.id).life is JobLife.DONE
    assert queue.cancel(job.id).life is JobLife.DONE


@pytest.mark.parametrize("how", ["lost", "gives_back", "fails"])
def test_a_job_to_be_canceled_never_runs_again(queue: JobQueue, clock: ManualClock, how: str) -> None:
    job = queue.submit(wish())
    claimed(queue)
    queue.cancel(job.id)
    if how == "lost":
        clock.advance(LEASE)
    elif how == "gives_back":
        assert queue.give_back(job.id, "w")
    else:
        assert queue.fail(job.id, "w", error=ERROR, may_try_again=True)
    assert queue.claim("w", lease_ns=LEASE) is None
    assert queue.find(job.id).life is JobLife.CANCELED


def test_a_job_whose_worker_is_gone_can_be_canceled_at_once(queue: JobQueue, clock: ManualClock) -> None:
    job = queue.submit(wish())
    claimed(queue)
    clock.advance(LEASE)
    assert queue.cancel(job.id).life is JobLife.CANCELED


def test_a_job_waits_for_the_one_before_it(queue: JobQueue) -> None:
    first = queue.submit(wish("collect"))
    second = queue.submit(wish("validate", after=first.id, priority=9))
    assert claimed(queue).id == first.id
    assert queue.claim("w", lease_ns=LEASE) is None
    queue.finish(first.id, "w", result={})
    assert claimed(queue).id == second.id


@pytest.mark.parametrize("life", [JobLife.FAILED, JobLife.CANCELED])
def test_those_who_wait_for_a_job_end_as_it_ends(queue: JobQueue, life: JobLife) -> None:
    first = queue.submit(wish("collect"))
    second = queue.submit(wish("validate", after=first.id))
    third = queue.submit(wish("scan", after=second.id))
    beside = queue.submit(wish("beside", after=first.id))
    if life is JobLife.FAILED:
        claimed(queue)
        queue.fail(first.id, "w", error=ERROR)
    else:
        queue.cancel(first.id)
    fourth = queue.submit(wish("too late", after=third.id))
    ended = [queue.find(one.id) for one in (second, third, beside, fourth)]
    assert [one.life for one in ended] == [life] * 4
    assert all(one.ended_ns == 1_000 for one in ended)
    if life is JobLife.FAILED:
        told = ended[0].error
        assert told is not None and "collect, which was to be done first, failed: too few bars" in told.problem
        assert told.kind == "DataError"
    assert queue.claim("w", lease_ns=LEASE) is None


def test_a_job_after_one_that_is_done_may_begin(queue: JobQueue) -> None:
    first = queue.submit(wish())
    claimed(queue)
    queue.finish(first.id, "w", result={})
    second = queue.submit(wish("after", after=first.id))
    assert claimed(queue).id == second.id


def test_a_job_that_is_not_there_is_told(queue: JobQueue) -> None:
    with pytest.raises(InputError, match="there is no job nothing"):
        queue.submit(wish(after="nothing"))
    for asked in (queue.find, queue.cancel):
        with pytest.raises(InputError, match="there is no job nothing"):
            asked("nothing")
    assert not queue.beat("nothing", "w", lease_ns=LEASE)
    assert queue.all(JobFilter(), Slot()).items == []


def test_a_planned_firing_is_one_job(queue: JobQueue) -> None:
    first = queue.submit(wish("daily", planned="daily@1000"))
    assert queue.submit(wish("daily again", planned="daily@1000")) == first
    assert queue.submit(wish("daily", planned="daily@2000")).id != first.id
    assert len(queue.all(JobFilter(), Slot()).items) == 2
    claimed(queue)
    assert queue.submit(wish("daily again", planned="daily@1000")).life is JobLife.RUNNING


def test_watchers_see_every_change_once_and_in_order(queue: JobQueue) -> None:
    first, second = queue.submit(wish("a")), queue.submit(wish("b"))
    seen = queue.changed(0)
    assert [one.id for one in seen] == [first.id, second.id]
    claimed(queue)
    queue.cancel(second.id)
    news = queue.changed(seen[-1].change)
    assert [(one.id, one.life) for one in news] == [(first.id, JobLife.RUNNING), (second.id, JobLife.CANCELED)]
    assert [one.id for one in queue.changed(seen[-1].change, limit=1)] == [first.id]
    assert queue.changed(news[-1].change) == []


def test_pages_go_from_new_to_old(queue: JobQueue) -> None:
    ids = [queue.submit(wish(str(number))).id for number in range(5)]
    first = queue.all(JobFilter(), Slot(limit=2))
    queue.submit(wish("asked meanwhile"))
    second = queue.all(JobFilter(), Slot(limit=2, cursor=first.cursor))
    third = queue.all(JobFilter(), Slot(limit=2, cursor=second.cursor))
    assert [one.id for page in (first, second, third) for one in page.items] == ids[::-1]
    assert third.cursor == ""
    for wrong in (Slot(limit=0), Slot(limit=1_001), Slot(cursor="x"), Slot(cursor="-1")):
        with pytest.raises(InputError):
            queue.all(JobFilter(), wrong)


def test_lists_can_be_narrowed(queue: JobQueue) -> None:
    queue.submit(wish("a"))
    other = queue.submit(wish("b", kind="import"))
    queue.cancel(other.id)

    def titles(wanted: JobFilter) -> list[str]:
        return [one.wish.title for one in queue.all(wanted, Slot()).items]

    assert titles(JobFilter(kind="import")) == ["b"]
    assert titles(JobFilter(life=JobLife.QUEUED)) == ["a"]
    assert titles(JobFilter(actor="anna", subject="AAPL.XNAS")) == ["b", "a"]
    assert titles(JobFilter(actor="otto")) == []


def test_waiting_jobs_are_counted_by_kind(queue: JobQueue) -> None:
    for kind in ("backtest", "import", "backtest", "backtest"):
        queue.submit(wish(kind=kind))
    claimed(queue)
    assert queue.waiting() == {"backtest": 2, "import": 1}
    standing = queue.standing()
    assert standing.waiting == queue.waiting()
    assert standing.by_life == {"queued": 3, "running": 1, "done": 0, "failed": 0, "canceled": 0}
    assert standing.oldest_waiting_ns is not None


def test_old_jobs_are_forgotten_but_for_those_that_others_wait_for(queue: JobQueue, clock: ManualClock) -> None:
    done, canceled, runs = (queue.submit(wish(title)) for title in ("done", "canceled", "runs"))
    claimed(queue)
    queue.finish(done.id, "w", result={})
    queue.cancel(canceled.id)
    assert claimed(queue).id == runs.id
    waits = queue.submit(wish("waits", after=done.id))
    assert queue.forget(before_ns=1_000) == 0
    clock.advance(1)
    assert queue.forget(before_ns=1_001) == 1
    assert {one.id for one in queue.all(JobFilter(), Slot()).items} == {done.id, runs.id, waits.id}
    queue.cancel(waits.id)
    assert queue.forget(before_ns=9_000) == 2


def test_a_result_that_is_no_json_is_refused_and_changes_nothing(queue: JobQueue) -> None:
    job = queue.submit(wish())
    claimed(queue)
    for wrong in ({"sharpe": float("nan")}, {"day": object()}):
        with pytest.raises(InputError, match="cannot be kept"):
            queue.finish(job.id, "w", result=wrong)
    assert queue.find(job.id).life is JobLife.RUNNING
