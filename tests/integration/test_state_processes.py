"""Several processes and one state: no job is done by two, no change is missed, no chain is broken, nothing waits in a
circle."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.contracts.job_wishes import wish

from tradewright.adapters.database.audit import DatabaseAudit
from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.database.place import Place, file
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.ports.audit import AuditFilter
from tradewright.ports.jobs import JobFilter, JobLife
from tradewright.ports.paging import Slot

WORKER = Path(__file__).with_name("state_worker.py")
WITHIN_S = 120


def started(place: Place, task: str, *arguments: object) -> subprocess.Popen[str]:
    where = str(place.file) if place.file else place.url.set(drivername="postgresql").render_as_string(False)
    command = [sys.executable, str(WORKER), where, task, *(str(one) for one in arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, errors = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, errors
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


@pytest.fixture
def queue(database: Database) -> DatabaseJobs:
    return DatabaseJobs(database, SystemClock(), randomness=SystemRandomness())


def test_many_workers_do_every_job_once_and_watchers_miss_nothing(
    queue: DatabaseJobs, place: Place, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    watcher = started(place, "watch", done)
    asking = [started(place, "submit", 20) for _ in range(2)]
    workers = [started(place, "work", done) for _ in range(2)]
    asked = [told(one) for one in asking]
    wanted = {job for one in asked for job in one["asked"] + one["planned"]}
    for _ in range(WITHIN_S * 20):
        if len(queue.all(JobFilter(life=JobLife.DONE), Slot(limit=1_000)).items) == len(wanted):
            break
        Event().wait(0.05)
    done.touch()
    finished = [job for one in workers for job in told(one)["finished"]]
    assert sorted(finished) == sorted(wanted)
    assert asked[0]["planned"] == asked[1]["planned"] and len(wanted) == 45
    kept = {job.id: [str(job.life), job.change] for job in queue.all(JobFilter(), Slot(limit=1_000)).items}
    seen = told(watcher)
    assert (seen["turned_back"], seen["seen"]) == (0, kept)


def test_a_worker_that_is_killed_loses_nothing(queue: DatabaseJobs, place: Place, tmp_path: Path) -> None:
    job = queue.submit(wish())
    first = started(place, "hold")
    assert first.stdout is not None
    assert json.loads(first.stdout.readline()) == {"held": job.id}
    first.kill()
    first.communicate()
    done = tmp_path / "done"
    second = started(place, "work", done)
    for _ in range(WITHIN_S * 20):
        if queue.find(job.id).life is JobLife.DONE:
            break
        Event().wait(0.05)
    done.touch()
    assert told(second)["finished"] == [job.id]
    assert queue.find(job.id).attempts == 2


def test_processes_that_compete_make_one_chain_one_claim_a_key_and_one_holder_an_epoch(
    database: Database, place: Place
) -> None:
    found = [told(one) for one in [started(place, "compete", 30) for _ in range(3)]]
    trail = DatabaseAudit(database)
    added = sum(one["added"] for one in found)
    assert trail.first_broken() is None
    assert [one.sequence for one in trail.entries(AuditFilter(), Slot(limit=1_000)).items] == list(range(added, 0, -1))
    assert sorted(key for one in found for key in one["new"]) == list(range(30))
    epochs = [set(one["led"]) for one in found]
    assert all(one["led"] == sorted(one["led"]) for one in found)
    assert not (epochs[0] & epochs[1] or epochs[0] & epochs[2] or epochs[1] & epochs[2]) and any(epochs)


def test_several_who_open_a_new_file_at_once_find_one_set_of_tables(tmp_path: Path) -> None:
    place = file(tmp_path / "new" / "state.sqlite")
    opening = [started(place, "open") for _ in range(3)]
    assert [told(one) for one in opening] == [{"is_open": True}] * 3
