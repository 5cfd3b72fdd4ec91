"""Workers on real databases with real children: jobs get done, end when they are called off, and survive a kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from tests.contracts.job_wishes import wish
from tests.integration.slow_child import ENTRY
from tests.integration.worker_process import LEASE_NS, WORKER

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.database.place import Place
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.bootstrap.worker import Hand, Worker
from tradewright.ports.jobs import MOST_ATTEMPTS, Job, JobLife, JobQueue

WITHIN_S = 60.0
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Office:
    """A queue with one worker at it."""

    queue: JobQueue
    worker: Worker

    def until(self, job: str, holds: Callable[[Job], bool]) -> Job:
        """The job, once this holds."""
        until = time.monotonic() + WITHIN_S
        while not holds(found := self.queue.find(job)):
            assert time.monotonic() < until, found
            time.sleep(0.02)
        return found

    def over(self, job: str) -> Job:
        """The job, once it is over."""
        return self.until(job, lambda found: found.life.is_final)


@pytest.fixture(autouse=True)
def children_find_this_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def queue(database: Database) -> JobQueue:
    return DatabaseJobs(database, SystemClock(), randomness=SystemRandomness())


@pytest.fixture
def office(queue: JobQueue, tmp_path: Path) -> Iterator[Office]:
    worker = Worker("w1", queue, Hand(tmp_path, ENTRY), SystemClock(), lease_ns=LEASE_NS)
    thread = Thread(target=worker.run)  # it ends before the test does, and so do its children
    thread.start()
    yield Office(queue, worker)
    worker.leave()
    thread.join(WITHIN_S)
    assert not thread.is_alive()
    assert worker.hand.process is None


def test_a_job_is_done_and_says_what_it_made(office: Office) -> None:
    done = office.over(office.queue.submit(wish("quick")).id)
    assert (done.life, done.attempts) == (JobLife.DONE, 1)
    assert done.result is not None
    assert set(done.result) == {"by"}


def test_jobs_in_a_row_share_a_child(office: Office) -> None:
    first, second = (office.over(office.queue.submit(wish("quick")).id) for _ in range(2))
    assert first.result == second.result


def test_progress_is_seen_while_it_works_and_canceling_ends_it(office: Office) -> None:
    job = office.queue.submit(wish("slow")).id
    seen = office.until(job, lambda found: found.progress.done > 0)
    assert (seen.life, seen.progress.total) == (JobLife.RUNNING, 1_000)
    office.queue.cancel(job)
    assert office.over(job).life is JobLife.CANCELED
    assert office.over(office.queue.submit(wish("quick")).id).life is JobLife.DONE


def test_what_is_refused_is_not_tried_again(office: Office) -> None:
    failed = office.over(office.queue.submit(wish("refuse")).id)
    assert (failed.life, failed.attempts) == (JobLife.FAILED, 1)
    assert failed.error is not None
    assert failed.error.problem == "no bars"


def test_a_job_that_kills_its_process_is_tried_again_and_then_told(office: Office) -> None:
    failed = office.over(office.queue.submit(wish("die")).id)
    assert (failed.life, failed.attempts) == (JobLife.FAILED, MOST_ATTEMPTS)
    assert failed.error is not None
    assert (failed.error.problem, failed.error.found) == ("the job's process died", "exit code 3")


def test_nonsense_from_a_child_fails_the_job_alone(office: Office) -> None:
    assert office.over(office.queue.submit(wish("babble")).id).life is JobLife.FAILED
    assert office.over(office.queue.submit(wish("quick")).id).life is JobLife.DONE


def test_a_worker_that_leaves_gives_its_job_back_without_counting_the_attempt(queue: JobQueue, tmp_path: Path) -> None:
    worker = Worker("w1", queue, Hand(tmp_path, ENTRY), SystemClock(), lease_ns=LEASE_NS)
    thread = Thread(target=worker.run)
    thread.start()
    office, job = Office(queue, worker), queue.submit(wish("slow")).id
    office.until(job, lambda found: found.progress.done > 0)
    worker.leave()
    thread.join(WITHIN_S)
    assert (queue.find(job).life, queue.find(job).attempts) == (JobLife.QUEUED, 0)


@contextmanager
def worker_process(place: Place, *, lease_ns: int = LEASE_NS) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process of its own."""
    where = str(place.file) if place.is_file else place.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-m", WORKER, where.replace("postgresql+psycopg", "postgresql"), str(lease_ns)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


def children(process: int) -> set[int]:
    """Processes that this one started."""
    return {int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()}


def test_a_worker_that_is_killed_takes_its_child_along_and_loses_no_job(queue: JobQueue, place: Place) -> None:
    job = queue.submit(wish("slow")).id
    with worker_process(place, lease_ns=2_000_000_000) as first:
        office = Office(queue, Worker("-", queue, Hand(Path()), SystemClock()))
        office.until(job, lambda found: found.progress.done > 0)
        (child,) = children(first.pid)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        until = time.monotonic() + WITHIN_S
        while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split(")")[1]:
            assert time.monotonic() < until
            time.sleep(0.02)
    with worker_process(place) as second:
        again = office.until(job, lambda found: found.attempts == 2 and found.progress.done > 0)
        assert again.worker == f"w{second.pid}"
        queue.cancel(job)
        assert office.over(job).life is JobLife.CANCELED


def test_several_workers_share_the_queue(queue: JobQueue, place: Place) -> None:
    jobs = [queue.submit(wish("quick")).id for _ in range(12)]
    with worker_process(place), worker_process(place):
        office = Office(queue, Worker("-", queue, Hand(Path()), SystemClock()))
        done = [office.over(job) for job in jobs]
    assert {one.life for one in done} == {JobLife.DONE}
    assert {one.attempts for one in done} == {1}
